//! `verify-all`, `invalidate-all`, `end-all`: one command for many users.
//!
//! It takes one stamp first, so that whatever logs in later is untouched; then it goes through the users, each
//! decided like a single command, and answers last. A crash in between leaves it unacknowledged and repeatable; so does a
//! database that falls silent, for which no page of users is waited longer than [`PATIENCE`].

use core::{iter, time::Duration};
use std::sync::Arc;

use futures::future::join_all;
use vahti_core::{
    Account, Commit, Decision, EndReason, Moment, Policy, Refusal, Session, SessionId, Stamp,
    Timestamp, UserId,
    decide::{self, End, Invalidate, Verify, Which},
};

use crate::{Caller, Error, Selection, Vahti};

/// How long a command waits for the database; a command for many users waits so long for each page of them.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Users whose commands share a commit.
const USERS_A_COMMIT: u32 = 256;

/// What a command for many users came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bulk {
    /// Users who were met.
    pub users: u64,
    /// Sessions that were let in, put on hold or ended.
    pub sessions: u64,
    /// Users for whom it failed.
    pub unprocessed: Vec<Unprocessed>,
    /// Why it ended before everybody was met, if it did. What was done until then is kept, and is not done twice when the
    /// command is given again.
    pub stopped: Option<Error>,
}

/// A user for whom a command for many users failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unprocessed {
    /// The user.
    pub user: UserId,
    /// Why.
    pub error: Error,
}

/// What is done to the selected sessions of one user.
type Act = dyn Fn(&Account, &[SessionId], Moment) -> Decision<u64> + Send + Sync;

impl Vahti {
    /// Lets the latest of each user's selected sessions in; the user's others wait.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Late`] before anything was done; a failure in between is in
    /// [`Bulk::unprocessed`], and what has stopped it in [`Bulk::stopped`].
    pub async fn verify_all(
        &self,
        caller: &Caller,
        selection: Selection,
        dry_run: bool,
    ) -> Result<Bulk, Error> {
        let (policies, by, home) = (
            Arc::clone(&self.policies),
            caller.by.clone(),
            self.home.clone(),
        );
        let act = move |stamp: Stamp| -> Box<Act> {
            let (policies, by, home) = (Arc::clone(&policies), by.clone(), home.clone());
            Box::new(move |account, selected, moment| {
                let session = selected.last().cloned();
                let command = Verify {
                    challenge: None,
                    session,
                    keep_others: false,
                    home: home.clone(),
                    at: Some(stamp),
                };
                counted(
                    decide::verify(account, policies.at(moment.now), &by, &command, moment),
                    |done| usize::from(done.session.state.is_active()),
                )
            })
        };
        self.everyone(caller, selection, dry_run, false, act).await
    }

    /// Puts the selected sessions on hold. Whoever has no others begins anew: their next login is not held because an earlier one
    /// has just ended, also if none of theirs is open any more.
    ///
    /// # Errors
    /// As [`Vahti::verify_all`].
    pub async fn invalidate_all(
        &self,
        caller: &Caller,
        selection: Selection,
        dry_run: bool,
    ) -> Result<Bulk, Error> {
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let act = move |stamp: Stamp| -> Box<Act> {
            let (policies, by) = (Arc::clone(&policies), by.clone());
            Box::new(move |account, selected, moment| {
                let policy = policies.at(moment.now);
                let which = if are_all(account, selected, policy, moment.now) {
                    Which::All
                } else {
                    Which::These(selected.to_vec())
                };
                let command = Invalidate {
                    which,
                    hold_logins: false,
                    at: Some(stamp),
                };
                counted(
                    decide::invalidate(account, policy, &by, &command, moment),
                    |done| done.invalidated.len(),
                )
            })
        };
        self.everyone(caller, selection, dry_run, true, act).await
    }

    /// Ends the selected sessions for good.
    ///
    /// # Errors
    /// As [`Vahti::verify_all`].
    pub async fn end_all(
        &self,
        caller: &Caller,
        selection: Selection,
        dry_run: bool,
    ) -> Result<Bulk, Error> {
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let act = move |_: Stamp| -> Box<Act> {
            let (policies, by) = (Arc::clone(&policies), by.clone());
            Box::new(move |account, selected, moment| {
                let command = End {
                    which: Which::These(selected.to_vec()),
                    reason: EndReason::EndedBySupervisor,
                };
                counted(
                    decide::end(account, policies.at(moment.now), &by, &command, moment),
                    |done| done.ended.len(),
                )
            })
        };
        self.everyone(caller, selection, dry_run, false, act).await
    }

    async fn everyone(
        &self,
        caller: &Caller,
        selection: Selection,
        dry_run: bool,
        anew: bool,
        act: impl Fn(Stamp) -> Box<Act>,
    ) -> Result<Bulk, Error> {
        let window = self.policy.hold_after_end;
        let stamp = in_time(self.store.stamp()).await?;
        let job = Arc::new(Job {
            selection,
            policy: Arc::clone(&self.policy),
            stamp,
            dry_run,
            anew: (anew && !window.is_zero()).then(|| self.now().minus(window)),
            act: act(stamp),
        });
        let bulk = if job.selection.users.is_empty() {
            self.everybody(caller, &job).await?
        } else {
            self.named(caller, &job).await
        };
        tracing::info!(
            users = bulk.users,
            sessions = bulk.sessions,
            unprocessed = bulk.unprocessed.len(),
            stopped = bulk.stopped.as_ref().map(tracing::field::display),
            dry_run,
            "a command for many users"
        );
        Ok(bulk)
    }

    /// Runs the job for everybody who has an open session; then for those whose next login would be held because their last one
    /// has just ended.
    async fn everybody(&self, caller: &Caller, job: &Arc<Job>) -> Result<Bulk, Error> {
        let mut bulk = Bulk::default();
        for stopped_since in iter::once(None).chain(job.anew.map(Some)) {
            match self.walk(caller, job, stopped_since, &mut bulk).await {
                Ok(()) => {}
                Err(error) if bulk == Bulk::default() => return Err(error),
                Err(error) => bulk.stopped = Some(error),
            }
        }
        Ok(bulk)
    }

    /// Runs the job page by page: for those with open sessions, or for those without one of whom one was active since then.
    async fn walk(
        &self,
        caller: &Caller,
        job: &Arc<Job>,
        stopped_since: Option<Timestamp>,
        bulk: &mut Bulk,
    ) -> Result<(), Error> {
        let mut after = 0;
        while bulk.stopped.is_none() {
            let page = match stopped_since {
                None => in_time(self.store.users_with_open_sessions(after, USERS_A_COMMIT)).await,
                Some(since) => {
                    in_time(self.store.users_stopped_since(since, after, USERS_A_COMMIT)).await
                }
            }?;
            let Some((_, last)) = page.last() else { break };
            after = *last;
            let users = page.into_iter().map(|(user, _)| user);
            self.some(caller, job, users, bulk).await;
        }
        Ok(())
    }

    /// Runs the job for the users whom the command names.
    async fn named(&self, caller: &Caller, job: &Arc<Job>) -> Bulk {
        let mut bulk = Bulk::default();
        for users in job.selection.users.chunks(USERS_A_COMMIT as usize) {
            self.some(caller, job, users.iter().cloned(), &mut bulk)
                .await;
            if bulk.stopped.is_some() {
                break;
            }
        }
        bulk
    }

    /// Runs the job for users at the same time, so that they share a commit. One who is late stops the command: whoever
    /// comes after would wait as long.
    async fn some(
        &self,
        caller: &Caller,
        job: &Arc<Job>,
        users: impl Iterator<Item = UserId>,
        bulk: &mut Bulk,
    ) {
        let one = async |user: UserId| {
            let job = Arc::clone(job);
            let named = !job.selection.users.is_empty();
            let done = self.transact(caller, &user, move |account, moment| {
                job.decide(account, moment)
            });
            let done = in_time(done).await;
            (user, named, done)
        };
        for (user, named, done) in join_all(users.map(one)).await {
            match done {
                Ok(None) => {}
                Ok(Some(sessions)) => {
                    bulk.users += 1;
                    bulk.sessions += sessions;
                }
                Err(Error::Refused(Refusal::UnknownUser)) if !named => {}
                Err(error) => {
                    if matches!(error, Error::Late(_)) {
                        bulk.stopped = Some(error.clone());
                    }
                    bulk.unprocessed.push(Unprocessed { user, error });
                }
            }
        }
    }
}

/// Waits for the database, but not for ever.
async fn in_time<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, Error>
where
    Error: From<E>,
{
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(Error::from),
        Err(_) => Err(Error::Late(PATIENCE)),
    }
}

/// One command for many users.
struct Job {
    selection: Selection,
    policy: Arc<Policy>,
    stamp: Stamp,
    dry_run: bool,
    /// Whoever has no session is met too, if one of theirs was active since then.
    anew: Option<Timestamp>,
    act: Box<Act>,
}

impl Job {
    /// Decides for one user; `None` if no session of theirs is selected. They may begin anew all the same.
    fn decide(&self, account: &Account, moment: Moment) -> Decision<Option<u64>> {
        let nothing = |answer| Decision {
            commit: Commit::nothing(account),
            answer,
        };
        if account.version == 0 {
            return nothing(Err(Refusal::UnknownUser));
        }
        let selected = self
            .selection
            .of(account, &self.policy, self.stamp, moment.now);
        if selected.is_empty() && !self.begins_anew(account, moment.now) {
            return nothing(Ok(None));
        }
        let decision = (self.act)(account, &selected, moment);
        let answer = decision
            .answer
            .map(|done| (!selected.is_empty()).then_some(done));
        if self.dry_run {
            nothing(answer)
        } else {
            Decision {
                commit: decision.commit,
                answer,
            }
        }
    }

    /// Whether this user has no session any more, and the next login would be held because the last one has just ended.
    fn begins_anew(&self, account: &Account, now: Timestamp) -> bool {
        let Some(since) = self.anew else { return false };
        let mut open = account.open_sessions();
        let ended = |session: &Session| session.overdue(&self.policy, now).map(|ended| ended.at);
        if open.any(|session| ended(session).is_none()) {
            return false;
        }
        let over = account.open_sessions().filter_map(ended);
        let stopped = account
            .stopped
            .filter(|stopped| stopped.stamp > account.registers.invalidated);
        let stopped = over.chain(stopped.map(|stopped| stopped.at)).max();
        stopped.is_some_and(|at| at >= since && self.selection.means_without_session(account, at))
    }
}

/// Whether these are all of a user's sessions that have not come to their deadline.
fn are_all(account: &Account, selected: &[SessionId], policy: &Policy, now: Timestamp) -> bool {
    let mut open = account.open_sessions();
    open.all(|session| selected.contains(&session.id) || session.overdue(policy, now).is_some())
}

fn counted<T>(decision: Decision<T>, count: impl Fn(T) -> usize) -> Decision<u64> {
    Decision {
        commit: decision.commit,
        answer: decision.answer.map(|done| count(done) as u64),
    }
}
