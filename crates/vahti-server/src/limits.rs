//! How often somebody may do something: so often at once, and then one more each time that a part of the period has passed.
//! Whoever asks says who that is; an address alone is never it.
//!
//! It refuses nobody by itself, knows no words for people, and keeps no text about them.

use core::hash::Hash;
use core::time::Duration;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::clock::Clock as ClockOfLimiter;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};
use vahti_store::Clock;

use crate::config::{Per, Rate};

/// Of so many it is remembered at most how often they did it, in about 10 MB. Whoever comes on top of them is not
/// counted until there is room: a crowd must not keep others out.
const MOST: usize = 1 << 18;
/// How often they are looked through for those of whom nothing counts any more.
const TIDY_EVERY: Duration = Duration::from_secs(10);

/// A limit for each of many, by the clock of the host.
pub(crate) struct Limit {
    rate: Rate,
    limiter: RateLimiter<u64, Times, HostClock, NoOpMiddleware<Duration>>,
    /// Makes a number of who it is, so that what was erased is not remembered here. Nobody outside can find two with one number.
    hasher: RandomState,
    /// What the limiter remembers.
    times: Times,
    /// When they were last looked through.
    tidied: Mutex<Duration>,
}

impl Limit {
    /// As often as `rate` says.
    pub(crate) fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let Rate { count, per } = rate;
        let quota = match per {
            Per::Second => Quota::per_second(count),
            Per::Minute => Quota::per_minute(count),
            Per::Hour => Quota::per_hour(count),
        };
        let clock = HostClock(clock);
        let tidied = Mutex::new(clock.now());
        let times = Times::default();
        Self {
            rate,
            limiter: RateLimiter::new(quota, times.clone(), clock),
            hasher: RandomState::new(),
            times,
            tidied,
        }
    }

    /// How often that is.
    pub(crate) const fn rate(&self) -> Rate {
        self.rate
    }

    /// Counts that `who` does it.
    ///
    /// # Errors
    /// Too often: it was not counted, and after this time it goes on.
    pub(crate) fn take(&self, who: impl Hash) -> Result<(), Duration> {
        let now = self.limiter.clock().now();
        self.tidy(now);
        let taken = self.limiter.check_key(&self.hasher.hash_one(who));
        taken.map_err(|until| until.wait_time_from(now))
    }

    /// Takes back what was last counted of `who`: it turned out to be nothing that is limited.
    pub(crate) fn give_back(&self, who: impl Hash) {
        let Rate { count, per } = self.rate;
        let period = match per {
            Per::Second => Duration::from_secs(1),
            Per::Minute => Duration::from_secs(60),
            Per::Hour => Duration::from_secs(3600),
        };
        let one = Nanos::from(period / count.get());
        self.times.set_back(self.hasher.hash_one(who), one);
    }

    /// Forgets those of whom nothing counts any more, if it is time.
    fn tidy(&self, now: Duration) {
        let mut tidied = lock(&self.tidied);
        if now.saturating_sub(*tidied) >= TIDY_EVERY {
            self.limiter.retain_recent();
            *tidied = now;
        }
    }
}

/// The clock of the host, as the limiter reads it: the time since 1970.
struct HostClock(Arc<dyn Clock>);

impl ClockOfLimiter for HostClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now().as_millis().try_into().unwrap_or_default())
    }
}

/// When each will have done nothing that counts: at most [`MOST`] of them.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<HashMap<u64, Nanos>>>);

impl Times {
    /// As if `who` had done so much less.
    fn set_back(&self, who: u64, by: Nanos) {
        if let Some(time) = lock(&self.0).get_mut(&who) {
            *time = time.saturating_sub(by);
        }
    }
}

impl StateStore for Times {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, who: &u64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut times = lock(&self.0);
        let known = times.get(who).copied();
        let (measured, time) = measure(known)?;
        if known.is_some() || times.len() < MOST {
            times.insert(*who, time);
        }
        Ok(measured)
    }
}

impl ShrinkableKeyedStateStore<u64> for Times {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut times = lock(&self.0);
        times.retain(|_, time| *time >= drop_below);
        let room = 2 * times.len();
        times.shrink_to(room);
    }

    fn len(&self) -> usize {
        lock(&self.0).len()
    }

    fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU32;

    use vahti_store::conformance::HandClock;

    use super::*;

    fn limit(count: u32, per: Per) -> (Limit, Arc<HandClock>) {
        let clock = Arc::new(HandClock::default());
        let count = NonZeroU32::new(count).expect("one at least");
        let limit = Limit::new(Rate { count, per }, Arc::<HandClock>::clone(&clock));
        (limit, clock)
    }

    fn times(limit: &Limit, who: &str) -> usize {
        (0..10_000).take_while(|_| limit.take(who).is_ok()).count()
    }

    #[test]
    fn it_goes_so_often_at_once_and_then_one_by_one() {
        for (per, step) in [
            (Per::Second, 200),
            (Per::Minute, 12_000),
            (Per::Hour, 720_000),
        ] {
            let (limit, clock) = limit(5, per);
            assert_eq!(times(&limit, "aino"), 5);
            assert_eq!(limit.take("aino"), Err(Duration::from_millis(step)));
            assert_eq!(times(&limit, "eino"), 5, "each has a limit of their own");
            let step = Duration::from_millis(step);
            clock.advance(step - Duration::from_millis(1));
            assert_eq!(limit.take("aino"), Err(Duration::from_millis(1)));
            clock.advance(Duration::from_millis(1));
            assert_eq!(times(&limit, "aino"), 1);
            clock.advance(5 * step);
            assert_eq!(times(&limit, "aino"), 5, "what was refused did not count");
        }
    }

    #[test]
    fn what_is_given_back_was_never_counted() {
        let (limit, clock) = limit(5, Per::Minute);
        for _ in 0..1_000 {
            assert_eq!(limit.take("aino"), Ok(()));
            limit.give_back("aino");
        }
        limit.give_back("somebody unknown");
        assert_eq!(times(&limit, "aino"), 5);
        limit.give_back("aino");
        assert_eq!(times(&limit, "aino"), 1);
        clock.advance(Duration::from_secs(60));
        assert_eq!(times(&limit, "aino"), 5);
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_lets_nobody_do_more() {
        let (limit, clock) = limit(5, Per::Second);
        assert_eq!(times(&limit, "aino"), 5);
        clock.set(-3_600_000);
        assert_eq!(times(&limit, "aino"), 0);
    }

    #[test]
    fn those_of_whom_nothing_counts_any_more_are_forgotten() {
        let (limit, clock) = limit(300, Per::Minute);
        for number in 0..1_000 {
            assert_eq!(limit.take(number), Ok(()));
        }
        assert_eq!(times(&limit, "aino"), 300);
        clock.advance(Duration::from_millis(9_999));
        assert_eq!(limit.take("eino"), Ok(()));
        assert_eq!(limit.limiter.len(), 1_002);
        clock.advance(Duration::from_millis(1));
        assert_eq!(limit.take("eino"), Ok(()));
        assert_eq!(limit.limiter.len(), 2, "eino, and whoever did it often");
        assert_eq!(times(&limit, "aino"), 50, "of whom nothing was forgotten");
    }

    #[test]
    fn a_crowd_takes_a_bounded_memory_and_keeps_nobody_out() {
        let (limit, _) = limit(2, Per::Hour);
        assert_eq!(times(&limit, "aino"), 2);
        for number in 0..MOST + 1_000 {
            assert_eq!(limit.take(number), Ok(()));
        }
        assert_eq!(limit.limiter.len(), MOST);
        assert_eq!(limit.take("a newcomer"), Ok(()));
        assert_eq!(times(&limit, "aino"), 0, "whoever is known stays limited");
    }
}
