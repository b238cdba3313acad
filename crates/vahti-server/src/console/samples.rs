//! How many logins went on and how many waited, once a minute for a day. It is kept in memory only: figures that last are for
//! a monitoring system, which reads `/metrics`.

use core::time::Duration;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use vahti::Sessions;
use vahti_core::Timestamp;

use crate::http::App;

/// How often is counted.
const EVERY: Duration = Duration::from_secs(60);
/// How many counts are kept: those of a day.
const KEPT: usize = 24 * 60;

/// One count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) at: Timestamp,
    pub(super) active: u64,
    pub(super) held: u64,
}

/// The counts of a day, the oldest first.
#[derive(Default)]
pub(crate) struct Samples(Mutex<VecDeque<Sample>>);

/// Counts once a minute until the host stops.
pub(crate) async fn count_each_minute(app: App) {
    let mut minutes = interval(EVERY);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while app
        .stop()
        .run_until_cancelled(minutes.tick())
        .await
        .is_some()
    {
        let app = app.clone();
        // Counting a million sessions takes some milliseconds, in which others are to be answered.
        if let Err(error) = spawn_blocking(move || app.count()).await {
            tracing::error!(%error, "the logins could not be counted for the chart");
        }
    }
}

impl Samples {
    /// Notes a count. One that is not later than the last is left out: the clock was set back.
    pub(crate) fn note(&self, at: Timestamp, count: Sessions) {
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.back().is_some_and(|last| last.at >= at) {
            return;
        }
        if samples.len() == KEPT {
            samples.pop_front();
        }
        samples.push_back(Sample {
            at,
            active: count.active,
            held: count.held,
        });
    }

    /// The counts since then, the oldest first.
    pub(super) fn since(&self, from: Timestamp) -> Vec<Sample> {
        let samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = samples.iter().filter(|sample| sample.at >= from);
        since.copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(active: u64, held: u64) -> Sessions {
        Sessions {
            active,
            held,
            ended: 0,
        }
    }

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_millis(n * 60_000)
    }

    #[test]
    fn a_day_of_counts_is_kept_and_no_more() {
        let samples = Samples::default();
        for n in 0..2_000 {
            samples.note(minute(n), count(n.unsigned_abs(), 0));
        }
        let kept = samples.since(minute(0));
        assert_eq!(kept.len(), 24 * 60);
        let ends = [kept.first(), kept.last()].map(|one| one.expect("a count").at);
        assert_eq!(ends, [minute(2_000 - 24 * 60), minute(1_999)]);
        assert_eq!(samples.since(minute(1_998)).len(), 2);
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_no_count_out_of_order() {
        let samples = Samples::default();
        for n in [5, 6, 3, 6, 7] {
            samples.note(minute(n), count(1, 1));
        }
        let at: Vec<_> = samples.since(minute(0)).iter().map(|one| one.at).collect();
        assert_eq!(at, [minute(5), minute(6), minute(7)]);
    }
}
