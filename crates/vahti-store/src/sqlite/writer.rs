//! The one thread that writes. It takes what waits, runs each command in order inside a savepoint of its own,
//! commits once, tells the witness in that order, and only then answers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot,
};

use super::{
    connect::BUSY_TIMEOUT,
    desk::{Desk, Place},
    faults::Faults,
    lock::Lock,
    log,
    trouble::Trouble,
};
use crate::{CommitFigures, Distribution, StoreError, house};

/// Commands a batch.
const BATCH: usize = 256;

/// One command that waits.
pub(super) type Waiting = Box<dyn Job>;

/// A command, from the queue to its answer.
pub(super) trait Job: Send {
    /// Whether anybody still waits for it.
    fn is_wanted(&self) -> bool;
    /// Does it, inside a transaction.
    fn run(&mut self, desk: &mut Desk) -> Result<(), Trouble>;
    /// Answers it.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// A piece of work with somebody who waits for what it gives.
pub(super) struct Task<T, W> {
    work: Option<W>,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Task<T, W>
where
    T: Send + 'static,
    W: FnOnce(&mut Desk) -> Result<T, Trouble> + Send + 'static,
{
    /// The work for the queue, and where its answer arrives.
    pub(super) fn for_the_queue(work: W) -> (Waiting, oneshot::Receiver<Result<T, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        let task = Self {
            work: Some(work),
            done: None,
            reply,
        };
        (Box::new(task), answer)
    }
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnOnce(&mut Desk) -> Result<T, Trouble> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, desk: &mut Desk) -> Result<(), Trouble> {
        if let Some(work) = self.work.take() {
            self.done = Some(work(desk)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { done, reply, .. } = *self;
        let lost = || StoreError::Unavailable("the command was not run".to_owned());
        // Whoever waited may be gone by now; what was committed stays.
        drop(reply.send(outcome.and_then(|()| done.ok_or_else(lost))));
    }
}

/// What the thread and its store both see.
#[derive(Debug)]
pub(super) struct Shared {
    /// Why nothing can be trusted any more.
    pub(super) failure: OnceLock<String>,
    /// Whether the end is an orderly one.
    pub(super) closing: AtomicBool,
    commands: Distribution,
    millis: Distribution,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            failure: OnceLock::new(),
            closing: AtomicBool::new(false),
            commands: Distribution::new(&[1, 2, 4, 8, 16, 32, 64, 128, 256]),
            millis: Distribution::new(&[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000]),
        }
    }
}

impl Shared {
    /// How commands have shared commits.
    pub(super) fn commits(&self) -> CommitFigures {
        CommitFigures {
            commands: self.commands.read(),
            millis: self.millis.read(),
        }
    }

    /// Keeps the first reason for which nothing can be trusted any more.
    fn fail(&self, why: &str) {
        tracing::error!(why, "the database can no longer be trusted");
        drop(self.failure.set(why.to_owned()));
    }
}

/// The thread's own things. The lock goes last, after the connection.
pub(super) struct Writer {
    pub(super) desk: Desk,
    pub(super) queue: mpsc::Receiver<Waiting>,
    pub(super) shared: Arc<Shared>,
    pub(super) faults: Faults,
    pub(super) lock: Lock,
}

/// Commands of one batch that have been run, with what came of them.
#[derive(Default)]
struct Done {
    jobs: Vec<(Waiting, Result<(), StoreError>)>,
    wrote: bool,
}

impl Done {
    /// Answers all that have not been answered.
    fn answer(&mut self) {
        for (job, outcome) in self.jobs.drain(..) {
            job.answer(outcome);
        }
    }

    /// SQLite has taken the whole transaction back, as it may when the disk is full.
    fn is_undone(&mut self) {
        let last = self
            .jobs
            .last()
            .and_then(|(_, outcome)| outcome.clone().err());
        self.all_failed(&last.map_or_else(String::new, |error| error.to_string()));
    }

    /// Nothing of the batch was kept.
    fn all_failed(&mut self, why: &str) {
        self.wrote = false;
        for (_, outcome) in self.jobs.iter_mut().filter(|(_, outcome)| outcome.is_ok()) {
            *outcome = Err(StoreError::Unavailable(why.to_owned()));
        }
    }
}

impl Writer {
    /// Works until the queue is closed and empty; then lets go of the database.
    pub(super) fn run(mut self) {
        let work = AssertUnwindSafe(|| {
            while let Some(first) = self.next() {
                self.take_batch(first);
            }
        });
        if let Err(cause) = catch_unwind(work) {
            let why = house::words_of(&*cause);
            self.shared.fail(&format!("the writer panicked: {why}"));
        }
        self.finish();
    }

    /// The next command. As long as there is none, those are waited for who keep the log from being emptied.
    fn next(&mut self) -> Option<Waiting> {
        while self.is_trusted() {
            match self.queue.try_recv() {
                Err(TryRecvError::Empty) if self.desk.log.wait(&self.desk.connection) => {}
                Err(TryRecvError::Empty) => break,
                received => return received.ok(),
            }
        }
        self.queue.blocking_recv()
    }

    /// Runs what waits in one transaction: also what arrives while it runs, so that the disk is asked once for all.
    fn take_batch(&mut self, first: Waiting) {
        let unusable = self.shared.failure.get().cloned();
        if let Some(why) = unusable.or_else(|| self.begin().err()) {
            return self.refuse(first, &why);
        }
        let start = self.desk.place();
        let mut done = Done::default();
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            if job.is_wanted() {
                let ran = self.run_alone(&mut *job, done.wrote);
                done.wrote |= matches!(ran, Ok(true));
                let outcome = ran.map(drop).map_err(|trouble| self.judge(trouble));
                done.jobs.push((job, outcome));
            }
            if self.desk.connection.is_autocommit() {
                self.desk.go_back(&start);
                done.is_undone();
                break;
            }
            if done.jobs.len() < BATCH {
                next = self.queue.try_recv().ok();
            }
        }
        self.conclude(&mut done, &start);
    }

    fn begin(&mut self) -> Result<(), String> {
        self.faults.batch_begins();
        self.statement("BEGIN IMMEDIATE")
            .map_err(|trouble| self.judge(trouble).to_string())
    }

    /// Nothing can be begun: whoever waits now is told at once, and does not wait for one try each.
    fn refuse(&mut self, first: Waiting, why: &str) {
        self.faults.batch_is_over(&self.desk.connection);
        let mut waiting = vec![first];
        while let Ok(job) = self.queue.try_recv() {
            waiting.push(job);
        }
        for job in waiting {
            job.answer(Err(StoreError::Unavailable(why.to_owned())));
        }
    }

    /// Runs one command so that it can be taken back without the others; says whether it wrote anything. As long as
    /// nothing else was written, the transaction itself is savepoint enough.
    fn run_alone(&mut self, job: &mut dyn Job, others_wrote: bool) -> Result<bool, Trouble> {
        let place = self.desk.place();
        if others_wrote {
            self.statement("SAVEPOINT job")?;
        }
        let outcome = job.run(&mut self.desk);
        if outcome.is_err() {
            self.desk.go_back(&place);
        }
        if !self.desk.connection.is_autocommit() {
            let steps: &[&str] = match (outcome.is_ok(), others_wrote) {
                (true, false) => &[],
                (true, true) => &["RELEASE job"],
                (false, false) => &["ROLLBACK", "BEGIN IMMEDIATE"],
                (false, true) => &["ROLLBACK TO job", "RELEASE job"],
            };
            if let Err(trouble) = steps.iter().try_for_each(|step| self.statement(step)) {
                // Then nobody knows what is in the transaction; without it, all of the batch fails.
                drop(self.statement("ROLLBACK"));
                return Err(trouble);
            }
        }
        outcome.map(|()| self.desk.has_written_since(&place))
    }

    /// The commit, then the witness, then the answers.
    fn conclude(&mut self, done: &mut Done, start: &Place) {
        if self.faults.answers_before_commit() {
            done.answer();
            self.faults.linger();
        }
        if self.faults.tells_before_commit() {
            self.tell_witness();
            self.faults.linger();
        }
        self.faults.commit_is_next();
        let begun = self.desk.host.clock.now();
        let committed = self.commit(done.wrote);
        if done.wrote {
            let took = self.desk.host.clock.now().since(begun).as_millis();
            let commands = done.jobs.len() as u64;
            self.shared.commands.note(commands);
            self.shared
                .millis
                .note(u64::try_from(took).unwrap_or(u64::MAX));
        }
        if let Err(trouble) = committed {
            let why = self.judge_commit(trouble);
            self.desk.go_back(start);
            done.all_failed(&why);
        }
        self.faults.batch_is_over(&self.desk.connection);
        if self.faults.tells_after_answer() {
            done.answer();
            self.faults.linger();
        }
        self.tell_witness();
        if self.is_trusted() {
            self.desk.log.tidy(&self.desk.connection);
        }
        done.answer();
    }

    /// Commits what was written. What wrote nothing touches no disk.
    fn commit(&self, wrote: bool) -> Result<(), Trouble> {
        if self.desk.connection.is_autocommit() {
            return Ok(());
        }
        if !wrote {
            return self.statement("ROLLBACK");
        }
        self.desk.write_newest()?;
        self.statement("COMMIT")
    }

    fn tell_witness(&mut self) {
        for changed in self.desk.changed.drain(..) {
            changed.tell(&*self.desk.host.witness);
        }
    }

    /// What a caller is told; and whether the database can still be trusted.
    fn judge(&self, trouble: Trouble) -> StoreError {
        let fatal = trouble.is_fatal();
        if trouble.is_full() {
            self.desk.log.empty_when_free();
        }
        let error = StoreError::from(trouble);
        if fatal {
            self.shared.fail(&error.to_string());
        }
        error
    }

    /// A full disk leaves a commit undone. After any other failure it is not known what is on the disk.
    fn judge_commit(&self, trouble: Trouble) -> String {
        let full = trouble.is_full();
        if full {
            self.desk.log.empty_when_free();
        }
        let why = StoreError::from(trouble).to_string();
        let undone = self.desk.connection.is_autocommit() || self.statement("ROLLBACK").is_ok();
        if !full || !undone {
            self.shared.fail(&why);
        }
        why
    }

    fn statement(&self, sql: &str) -> Result<(), Trouble> {
        self.desk.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn is_trusted(&self) -> bool {
        self.shared.failure.get().is_none()
    }

    /// Empties the write-ahead log into the database, closes it, and lets go of the lock.
    fn finish(self) {
        if self.is_trusted()
            && self.shared.closing.load(Ordering::Acquire)
            && let Err(error) = log::empty(&self.desk.connection, BUSY_TIMEOUT)
        {
            tracing::warn!(%error, "the write-ahead log was not emptied; the next start does it");
        }
        let Self { desk, lock, .. } = self;
        drop(desk);
        drop(lock);
    }
}
