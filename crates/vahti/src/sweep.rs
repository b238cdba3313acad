//! The sweep: deadlines, last-seen times, retention and the clock, in the background.
//!
//! It takes no input and may be run at any time and any number of times. No check waits for it: a check sees every
//! deadline by itself. The sweep only writes down what is true already, and keeps the store small.

use core::time::Duration;
use std::sync::Arc;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use vahti_core::{By, How, Timestamp, Verb};
use vahti_store::StoreError;

use crate::{SystemClock, Vahti};

/// How often deadlines are looked for.
const DEADLINES_EVERY: Duration = Duration::from_secs(1);
/// How often last-seen times are written.
const LAST_SEEN_EVERY: Duration = Duration::from_secs(10);
/// How often ended sessions are forgotten.
const RETENTION_EVERY: Duration = Duration::from_secs(600);
/// Rows a statement, so that logins come in between.
const AT_ONCE: u32 = 1_000;

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

impl Vahti {
    /// Runs the sweep until `stop` is cancelled.
    pub async fn run(self: Arc<Self>, clock: Arc<SystemClock>, stop: CancellationToken) {
        let mut deadlines = tokio::time::interval(DEADLINES_EVERY);
        let mut last_seen = tokio::time::interval(LAST_SEEN_EVERY);
        let mut retention = tokio::time::interval(RETENTION_EVERY);
        for interval in [&mut deadlines, &mut last_seen, &mut retention] {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let [mut ending, mut writing, mut forgetting] =
            ["deadlines", "last-seen times", "retention"].map(Task::new);
        let mut alarmed = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = deadlines.tick() => ending.note(self.end_overdue().await),
                _ = last_seen.tick() => {
                    alarmed = self.watch_clock(&clock, alarmed).await;
                    writing.note(self.write_last_seen().await);
                }
                _ = retention.tick() => forgetting.note(self.forget_ended().await),
            }
        }
    }

    /// Ends the sessions whose deadline has passed.
    ///
    /// # Errors
    /// [`StoreError`]: the rest is ended at the next turn.
    pub async fn end_overdue(&self) -> Result<(), StoreError> {
        if !self.policy.enabled
            || (self.policy.idle_timeout.is_zero() && self.policy.max_lifetime.is_zero())
        {
            return Ok(());
        }
        let users = self.store.users_overdue(self.now(), AT_ONCE).await?;
        let settled = futures::future::join_all(users.iter().map(|user| self.settle(user))).await;
        settled.into_iter().collect()
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
        let seen = self.index.seen_since(written.until);
        for rows in seen.chunks(AT_ONCE as usize) {
            self.store.write_last_seen(rows.to_vec()).await?;
        }
        *written = Written {
            until: now.minus(DEADLINES_EVERY),
            failed: false,
        };
        Ok(())
    }

    /// Forgets sessions that ended longer ago than the retention.
    ///
    /// # Errors
    /// [`StoreError`]: the rest is forgotten at the next turn.
    pub async fn forget_ended(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.index.forget_ended(now);
        if self.policy.retention.is_zero() {
            return Ok(());
        }
        while self
            .store
            .forget_ended(now.minus(self.policy.retention), AT_ONCE)
            .await?
            == AT_ONCE
        {}
        Ok(())
    }

    /// Follows the wall clock; the first time that it is far away, that is recorded.
    async fn watch_clock(&self, clock: &SystemClock, alarmed: bool) -> bool {
        let Some(difference) = clock.steer() else {
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
            if let Err(error) = self.store.record(Verb::ClockAlarm, by).await {
                tracing::warn!(%error, "the alarm of the clock was not recorded");
            }
            self.index.recorded.notify_waiters();
        }
        true
    }
}
