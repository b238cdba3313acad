//! `invalidate_seen`: two threads check without a pause while ten thousand invalidates are acknowledged. How many checks
//! that began after the acknowledgement, and ended before the next verify was sent, said allow: none may.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use futures::{FutureExt as _, future::join_all};
use vahti::{InvalidateRequest, LoginRequest, Question, Vahti, VerifyRequest};

use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    options::Effort,
    sessions,
};

const USERS: u64 = 64;
const CHECKS: usize = 1_000_000;
const INVALIDATES: usize = 10_000;

/// A user's session. `turn` is odd from the acknowledgement of an invalidate until a verify is sent.
struct Subject {
    token: String,
    number: u64,
    turn: AtomicU64,
}

/// What the checkers and the commands share.
struct Duel {
    vahti: Arc<Vahti>,
    subjects: Vec<Subject>,
    commanding: AtomicBool,
    least: usize,
    done: AtomicUsize,
    decisive: AtomicUsize,
    wrong: AtomicUsize,
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub(crate) fn run(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let runtime = host::runtime(2);
    let duel = Arc::new(runtime.block_on(Duel::prepare(folder, CHECKS / effort.divisor)));
    let checkers = [(); 2].map(|()| {
        let duel = Arc::clone(&duel);
        std::thread::spawn(move || duel.check_without_pause())
    });
    let times = (INVALIDATES / effort.divisor).div_ceil(duel.subjects.len());
    let commands = duel
        .subjects
        .iter()
        .map(|subject| duel.put_out_and_let_in(subject, times));
    runtime.block_on(join_all(commands));
    duel.commanding.store(false, Ordering::SeqCst);
    for checker in checkers {
        checker.join().expect("no checker panics");
    }
    runtime.block_on(duel.vahti.close());
    let [done, decisive, wrong] =
        [&duel.done, &duel.decisive, &duel.wrong].map(|count| count.load(Ordering::SeqCst));
    let acknowledged = times * duel.subjects.len();
    vec![
        Figure::alone("invalidate_seen", wrong as f64, "wrong")
            .reach(Reach::AtMost(0.0))
            .remark(format!(
                "{done} checks, {decisive} of a session put out; {acknowledged} invalidates"
            )),
    ]
}

impl Duel {
    async fn prepare(folder: &Folder, least: usize) -> Self {
        let vahti = host::open(&folder.database("invalidate_seen")).await;
        let log_in = |number| {
            let vahti = Arc::clone(&vahti);
            async move {
                let login = vahti
                    .login(&host::app(), LoginRequest::of(sessions::user(number)))
                    .await;
                let session = login
                    .expect("the login is recorded")
                    .expect("sessions are tracked");
                Subject {
                    token: session.token,
                    number,
                    turn: AtomicU64::new(0),
                }
            }
        };
        let subjects = join_all((0..USERS).map(log_in)).await;
        Self {
            vahti,
            subjects,
            commanding: AtomicBool::new(true),
            least,
            done: AtomicUsize::new(0),
            decisive: AtomicUsize::new(0),
            wrong: AtomicUsize::new(0),
        }
    }

    /// Each time the session stays put out until every subject has been checked once more by both threads.
    async fn put_out_and_let_in(&self, subject: &Subject, times: usize) {
        let (user, caller) = (sessions::user(subject.number), host::supervisor());
        for _ in 0..times {
            let invalidate = InvalidateRequest::all(user.clone());
            self.vahti
                .invalidate(&caller, invalidate)
                .await
                .expect("an invalidate is acknowledged");
            subject.turn.fetch_add(1, Ordering::SeqCst);
            let checked = self.done.load(Ordering::SeqCst);
            while self.done.load(Ordering::SeqCst) < checked + 2 * self.subjects.len() {
                tokio::task::yield_now().await;
            }
            subject.turn.fetch_add(1, Ordering::SeqCst);
            let verify = VerifyRequest::latest(user.clone());
            self.vahti
                .verify(&caller, verify)
                .await
                .expect("a verify is acknowledged");
        }
    }

    fn check_without_pause(&self) {
        let caller = host::app();
        while self.commanding.load(Ordering::SeqCst)
            || self.done.load(Ordering::SeqCst) < self.least
        {
            for subject in &self.subjects {
                let before = subject.turn.load(Ordering::SeqCst);
                let checked = self
                    .vahti
                    .check(&caller, &Question::token(&subject.token))
                    .now_or_never();
                let allows = checked
                    .expect("a check waits for nothing")
                    .expect("an answer")
                    .allows();
                let after = subject.turn.load(Ordering::SeqCst);
                if before == after && before % 2 == 1 {
                    self.decisive.fetch_add(1, Ordering::Relaxed);
                    self.wrong.fetch_add(usize::from(allows), Ordering::Relaxed);
                }
            }
            self.done.fetch_add(self.subjects.len(), Ordering::SeqCst);
        }
    }
}
