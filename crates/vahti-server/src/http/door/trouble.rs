//! The database in trouble: what callers are told, and one line in the log when it begins and one when it is over,
//! however many calls are refused in between.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use vahti::{Error, PATIENCE, Vahti};
use vahti_client::ProblemType;
use vahti_core::Timestamp;

use crate::http::{problem::Refused, text};

/// How long no call may fail until a trouble is over, so that one which comes and goes is one trouble.
const CALM: Duration = Duration::from_secs(10);

/// What is wrong with the database, and with its disk.
#[derive(Default)]
pub(super) struct Trouble {
    database: Spell,
    disk: Spell,
}

impl Trouble {
    /// Waits for the database, but not for ever.
    pub(super) async fn within<T>(
        &self,
        vahti: &Vahti,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.within_time(vahti, PATIENCE, work).await
    }

    /// As [`Trouble::within`], for so long.
    pub(super) async fn within_time<T>(
        &self,
        vahti: &Vahti,
        patience: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let done = tokio::time::timeout(patience, work)
            .await
            .unwrap_or(Err(Error::Late(patience)));
        if !matches!(done, Err(Error::Unavailable(_) | Error::Late(_))) {
            self.database.answers(vahti.now(), |seconds, calls| {
                tracing::info!(
                    seconds,
                    calls,
                    "the database answers again; so many calls were answered 503"
                );
            });
            if self.disk.lasts() && vahti.has_room().is_ok() {
                self.disk.answers(vahti.now(), |seconds, calls| {
                    tracing::info!(
                        seconds,
                        calls,
                        "the disk has room again; so many logins were answered 503"
                    );
                });
            }
        }
        done
    }

    /// What a caller is told. The cause goes to the log, and nowhere else.
    pub(super) fn refusal(&self, vahti: &Vahti, error: &Error) -> Refused {
        match error {
            Error::DiskAlmostFull { free_bytes } => {
                self.disk.fails(vahti.now(), || {
                    tracing::error!(
                        free_bytes,
                        "logins are answered 503: the disk is almost full"
                    );
                });
                Refused::of(None, error)
            }
            Error::Late(_) => {
                self.stopped(vahti, error, "Whether anything was changed is not known.")
            }
            _ => self.stopped(vahti, error, "Nothing is known to have changed."),
        }
    }

    /// The same, with a sentence of its own that says what was done and kept.
    pub(super) fn stopped(&self, vahti: &Vahti, error: &Error, kept: &str) -> Refused {
        let now = vahti.now();
        let since = self.database.fails(now, || {
            tracing::error!(%error, "calls are answered 503: the database cannot be used");
        });
        let since = text::time_of_day(since, now);
        let detail = if vahti.failure().is_some() {
            format!(
                "The database failed at {since}, and this server ends. {kept} Try again once it has been started anew."
            )
        } else {
            format!(
                "The database does not answer since {since}. {kept} Active sessions go on; try again in 1 s."
            )
        };
        Refused::new(ProblemType::Unavailable, detail)
    }
}

/// A time in which calls fail; none while all is well.
#[derive(Default)]
struct Spell(Mutex<Option<Bad>>);

struct Bad {
    since: Timestamp,
    last: Timestamp,
    calls: u64,
    /// Something was answered after the last failure.
    answered: bool,
}

impl Bad {
    fn is_over(&self, now: Timestamp) -> bool {
        self.answered && now.since(self.last) >= CALM
    }
}

impl Spell {
    /// A call failed. Runs `begin` if it is the first, and says since when calls fail.
    fn fails(&self, now: Timestamp, begin: impl FnOnce()) -> Timestamp {
        let mut spell = self.lock();
        // What was over without anybody who saw it is no part of what begins now.
        if let Some(bad) = spell.as_mut().filter(|bad| !bad.is_over(now)) {
            bad.last = now;
            bad.calls += 1;
            bad.answered = false;
            return bad.since;
        }
        begin();
        *spell = Some(Bad {
            since: now,
            last: now,
            calls: 1,
            answered: false,
        });
        now
    }

    /// A call was answered. Runs `end` with the seconds and the failed calls if the trouble is over with it.
    fn answers(&self, now: Timestamp, end: impl FnOnce(u64, u64)) {
        let mut spell = self.lock();
        let Some(bad) = spell.as_mut() else { return };
        bad.answered = true;
        if bad.is_over(now) {
            end(bad.last.since(bad.since).as_secs(), bad.calls);
            *spell = None;
        }
    }

    fn lasts(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Bad>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
