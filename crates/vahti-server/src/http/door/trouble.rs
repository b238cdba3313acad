//! The database in trouble: since when, what callers are told, and the one line in the log.

use core::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use vahti::{Error, Vahti};
use vahti_client::ProblemType;
use vahti_core::Timestamp;

use crate::http::{problem::Refused, text};

/// How long a caller waits for the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is answered when the patience is at its end. Whether the command still comes through is not known then.
const NO_ANSWER: &str = "it did not answer within 10 s";

/// Since when the database does not answer, in milliseconds; 0 while all is well.
#[derive(Default)]
pub(super) struct Trouble(AtomicI64);

impl Trouble {
    /// Waits for the database, but not for ever.
    pub(super) async fn within<T>(
        &self,
        vahti: &Vahti,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let done = tokio::time::timeout(PATIENCE, work)
            .await
            .unwrap_or_else(|_| Err(Error::Unavailable(NO_ANSWER.to_owned())));
        match &done {
            Err(Error::Unavailable(_)) => self.begin(vahti.now()),
            Ok(_) | Err(_) => self.end(),
        }
        done
    }

    fn begin(&self, now: Timestamp) {
        let _ = self
            .0
            .compare_exchange(0, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed);
    }

    fn end(&self) {
        if self.0.load(Ordering::Relaxed) != 0 {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    /// What a caller is told. The cause goes to the log, and nowhere else.
    pub(super) fn refusal(&self, vahti: &Vahti, cause: &str) -> Refused {
        tracing::error!(
            cause,
            "a call was answered 503: the database cannot be used"
        );
        let now = vahti.now();
        self.begin(now);
        let since = Timestamp::from_millis(self.0.load(Ordering::Relaxed));
        let changed = if cause == NO_ANSWER {
            "Whether anything was changed is not known."
        } else {
            "Nothing is known to have changed."
        };
        let since = text::time_of_day(since, now);
        let detail = if vahti.failure().is_some() {
            format!(
                "The database failed at {since}, and this server ends. {changed} Try again once it has been started anew."
            )
        } else {
            format!(
                "The database does not answer since {since}. {changed} Active sessions go on; try again in 1 s."
            )
        };
        Refused::new(ProblemType::Unavailable, detail)
    }
}
