//! The sweep: deadlines, last-seen times, retention and the clock, in the background.
//!
//! It takes no input and may be run at any time and any number of times. No check waits for it: a check sees every
//! deadline by itself. The sweep only writes down what is true already, and keeps the store small.

use core::{pin::pin, time::Duration};
use std::sync::Arc;

use tokio::time::MissedTickBehavior;
use vahti_core::{By, How, Timestamp, UserId, Verb};
use vahti_store::StoreError;

use crate::{Index, Vahti};

/// How often deadlines are looked for.
const DEADLINES_EVERY: Duration = Duration::from_secs(1);
/// How often the index is looked through at least: another node may have told it of an old session.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// How often last-seen times are written.
const LAST_SEEN_EVERY: Duration = Duration::from_secs(10);
/// How often ended sessions and old origins are forgotten.
const RETENTION_EVERY: Duration = Duration::from_secs(600);
/// Rows a statement, so that logins come in between.
pub(crate) const AT_ONCE: u32 = 1_000;

/// How far last-seen times are written.
#[derive(Default)]
pub(crate) struct Written {
    /// Every use before this is written.
    until: Timestamp,
    /// The last turn failed, so there is something to write even if nothing was seen since.
    failed: bool,
}

/// A task of the sweep, and how many of its turns have failed since it last worked.
struct Task {
    what: &'static str,
    failed: u64,
}

impl Task {
    const fn new(what: &'static str) -> Self {
        Self { what, failed: 0 }
    }

    /// Logs the first failure and the end of it, not each turn.
    fn note(&mut self, turn: Result<(), StoreError>) {
        let what = self.what;
        match turn {
            Err(error) => {
                if self.failed == 0 {
                    tracing::warn!(what, %error, "the sweep fails; it goes on at its next turn");
                }
                self.failed += 1;
            }
            Ok(()) if self.failed > 0 => {
                tracing::info!(what, turns = self.failed, "the sweep works again");
                self.failed = 0;
            }
            Ok(()) => {}
        }
    }
}

/// Who is to be settled, and when to look for more.
#[derive(Default)]
pub(crate) struct Due {
    users: Vec<UserId>,
    /// No deadline passes before.
    next: Timestamp,
}

impl Vahti {
    /// Does what has to be done in the background, until `stop` is ready; a turn that has begun is finished. One task of a
    /// program runs it, beside all that it serves; checks are right without it.
    ///
    /// It writes the times of last use every 10 s, records deadlines and the end of a pause, forgets what the policy no longer keeps,
    /// and lets the clock follow the wall clock. What fails is logged, and tried again at the next turn.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut deadlines = tokio::time::interval(DEADLINES_EVERY);
        let mut last_seen = tokio::time::interval(LAST_SEEN_EVERY);
        let mut retention = tokio::time::interval(RETENTION_EVERY);
        for interval in [&mut deadlines, &mut last_seen, &mut retention] {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let [mut ending, mut pausing, mut writing, mut forgetting] =
            ["deadlines", "pause", "last-seen times", "retention"].map(Task::new);
        let mut alarmed = false;
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = deadlines.tick() => {
                    ending.note(self.end_overdue().await);
                    pausing.note(self.end_pause().await);
                }
                _ = last_seen.tick() => {
                    alarmed = self.watch_clock(alarmed).await;
                    writing.note(self.write_last_seen().await);
                }
                _ = retention.tick() => forgetting.note(self.forget_old().await),
            }
        }
    }

    /// Ends the sessions whose deadline has passed, of at most a thousand users a turn. The index is looked through only
    /// when a deadline may have passed, and again only when all that were found have had their turn; so nobody whose
    /// session turns out to be in use stands in the way of others.
    ///
    /// # Errors
    /// [`StoreError`]: the rest is ended at the next turns.
    pub async fn end_overdue(&self) -> Result<(), StoreError> {
        let timeouts = [self.policy.idle_timeout, self.policy.max_lifetime];
        let timeouts = timeouts.iter().chain(self.policy.lasting.values());
        let shortest = timeouts.filter(|time| !time.is_zero()).min();
        let Some(shortest) = shortest.filter(|_| self.policy.enabled) else {
            return Ok(());
        };
        let mut due = self.due.lock().await;
        if due.users.is_empty() {
            let now = self.now();
            if now < due.next {
                return Ok(());
            }
            let (users, next) = self.look_through(move |index| index.due(now)).await?;
            let unknown = now.plus((*shortest).min(LOOK_AT_LEAST_EVERY));
            *due = Due {
                users,
                next: next.min(unknown),
            };
        }
        let rest = due.users.len().saturating_sub(AT_ONCE as usize);
        let users = due.users.split_off(rest);
        let settled = self.settle_all(&users).await;
        if settled.is_err() {
            due.next = Timestamp::default();
        }
        settled
    }

    /// Writes the last-seen times of this process.
    ///
    /// # Errors
    /// [`StoreError`]: they are written at the next turn.
    pub async fn write_last_seen(&self) -> Result<(), StoreError> {
        let now = self.now();
        let mut written = self.written.lock().await;
        if !self.index.take_seen() && !written.failed {
            return Ok(());
        }
        written.failed = true;
        let since = written.until;
        let seen = self
            .look_through(move |index| index.seen_since(since))
            .await?;
        for rows in seen.chunks(AT_ONCE as usize) {
            self.store.write_last_seen(rows.to_vec()).await?;
        }
        *written = Written {
            until: now.minus(DEADLINES_EVERY),
            failed: false,
        };
        Ok(())
    }

    /// Forgets sessions that ended longer ago than the retention, and origins that nobody has used for longer than theirs.
    ///
    /// # Errors
    /// [`StoreError`]: the rest is forgotten at the next turn.
    pub async fn forget_old(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.look_through(move |index| index.forget_ended(now))
            .await?;
        let (sessions, origins) = (self.policy.retention, self.policy.origin_retention);
        if !sessions.is_zero() {
            let before = now.minus(sessions);
            while self.store.forget_ended(before, AT_ONCE).await? == AT_ONCE {}
        }
        if !origins.is_zero() {
            let before = now.minus(origins);
            while self.store.forget_origins(before, AT_ONCE).await? == AT_ONCE {}
        }
        Ok(())
    }

    /// Goes through the whole index, beside the threads that answer: with a million sessions that takes them a tenth of a
    /// second.
    async fn look_through<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Index) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let index = Arc::clone(&self.index);
        tokio::task::spawn_blocking(move || look(&index))
            .await
            .map_err(|broken| {
                StoreError::Unavailable(format!("the index was not looked through: {broken}"))
            })
    }

    /// Follows the wall clock; the first time that it is far away, that is recorded. Says whether it is far away and recorded.
    async fn watch_clock(&self, alarmed: bool) -> bool {
        let Some(difference) = self.clock.steer() else {
            return false;
        };
        if !alarmed {
            let seconds = difference.as_secs();
            tracing::error!(
                seconds,
                "the wall clock differs from the clock of this process; deadlines follow the latter"
            );
            let note = Some(format!("the wall clock differs by {seconds} s"));
            let by = By {
                key: String::new(),
                actor: None,
                how: How::Rule,
                note,
            };
            if let Err(error) = self.record_event(Verb::ClockAlarm, by).await {
                tracing::warn!(%error, "the alarm of the clock was not recorded; the next turn tries again");
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vahti_core::Policy;
    use vahti_store::{conformance::AstrayClock, memory::MemoryStore};

    use super::*;

    #[tokio::test]
    async fn an_alarm_of_the_clock_that_was_not_recorded_is_given_again() {
        let store = async |host| Ok::<_, StoreError>(MemoryStore::new(host));
        let policy = Arc::new(Policy::one_per_user());
        let vahti = Vahti::open(policy, Arc::new(AstrayClock), "here", store).await;
        let vahti = vahti.expect("a host");
        assert!(vahti.watch_clock(false).await, "it is recorded");
        vahti.close().await;
        assert!(!vahti.watch_clock(false).await, "it could not be");
    }
}
