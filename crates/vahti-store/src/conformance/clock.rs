//! The clock of tests, which stands still until a test moves it.

use core::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use vahti_core::Timestamp;

use crate::Clock;

/// The time at which a test begins, in milliseconds.
pub const BEGIN: i64 = 1_790_000_000_000;

/// The time `millis` after [`BEGIN`].
#[must_use]
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN + millis)
}

/// A clock that a test moves. It begins at [`BEGIN`].
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl Default for HandClock {
    fn default() -> Self {
        Self(AtomicI64::new(BEGIN))
    }
}

impl HandClock {
    /// Moves it on.
    ///
    /// # Panics
    /// If that is longer than such a clock can count.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).expect("a short time");
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// Moves it to `millis` after [`BEGIN`].
    pub fn set(&self, millis: i64) {
        self.0.store(BEGIN + millis, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A clock that stands at [`BEGIN`], and finds the wall clock a day away.
#[derive(Debug)]
pub struct AstrayClock;

impl Clock for AstrayClock {
    fn now(&self) -> Timestamp {
        at(0)
    }

    fn steer(&self) -> Option<Duration> {
        Some(Duration::from_secs(86_400))
    }
}
