//! The clock of a host: the wall clock at start plus a clock that counts sleep. It never goes back, and it
//! follows the wall clock slowly, so that setting the wall clock neither stretches nor ends any session.

use core::time::Duration;
use std::sync::atomic::{AtomicI64, Ordering};

use vahti_core::Timestamp;
use vahti_store::Clock;

/// The clock follows the wall clock by one part in this many: 1 s a minute.
const FOLLOW: i64 = 60;

/// Time for which one call steers at most, so that a long sleep is not followed by a long standstill.
const MOST_AT_ONCE_MS: i64 = 60_000;

/// A difference from the wall clock that is worth an alarm, in milliseconds.
const ALARM_MS: i64 = 60_000;

/// A clock as a pure value: readings of the wall clock and of a steady clock come in as milliseconds.
#[derive(Debug)]
struct SteeredClock {
    offset_ms: AtomicI64,
    steered_at_ms: AtomicI64,
    /// The latest time that was given out.
    latest_ms: AtomicI64,
}

impl SteeredClock {
    /// Starts at the wall clock.
    fn start(wall_ms: i64, steady_ms: i64) -> Self {
        Self {
            offset_ms: AtomicI64::new(wall_ms.saturating_sub(steady_ms)),
            steered_at_ms: AtomicI64::new(steady_ms),
            latest_ms: AtomicI64::new(wall_ms),
        }
    }

    /// The time when the steady clock says `steady_ms`; never earlier than what was said before.
    fn at(&self, steady_ms: i64) -> Timestamp {
        let time = self.unheld(steady_ms);
        let latest = self.latest_ms.load(Ordering::Acquire);
        if time <= latest {
            return Timestamp::from_millis(latest);
        }
        Timestamp::from_millis(self.latest_ms.fetch_max(time, Ordering::AcqRel).max(time))
    }

    fn unheld(&self, steady_ms: i64) -> i64 {
        steady_ms.saturating_add(self.offset_ms.load(Ordering::Acquire))
    }

    /// Moves towards the wall clock, by at most 1 s for each minute since the last call, and by at most 1 s in one call.
    /// Returns the difference that is left, if it is worth an alarm: how far the wall clock is ahead, in milliseconds.
    fn steer(&self, wall_ms: i64, steady_ms: i64) -> Option<i64> {
        let elapsed = steady_ms
            .saturating_sub(self.steered_at_ms.swap(steady_ms, Ordering::AcqRel))
            .clamp(0, MOST_AT_ONCE_MS);
        let ahead = wall_ms.saturating_sub(self.unheld(steady_ms));
        let step = ahead.clamp(-(elapsed / FOLLOW), elapsed / FOLLOW);
        self.offset_ms.fetch_add(step, Ordering::AcqRel);
        let left = ahead.saturating_sub(step);
        (left.saturating_abs() > ALARM_MS).then_some(left)
    }
}

/// The clock of a running host: it counts sleep, is not moved when the wall clock is set, and follows that one slowly.
#[derive(Debug)]
pub struct SystemClock {
    steered: SteeredClock,
}

impl SystemClock {
    /// Starts at the wall clock.
    #[must_use]
    pub fn start() -> Self {
        Self {
            steered: SteeredClock::start(wall_ms(), steady_ms()),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.steered.at(steady_ms())
    }

    fn steer(&self) -> Option<Duration> {
        self.steered
            .steer(wall_ms(), steady_ms())
            .map(|ahead| Duration::from_millis(ahead.unsigned_abs()))
    }
}

fn wall_ms() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the wall clock is read"
    )]
    let now = std::time::SystemTime::now();
    let since_epoch = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds of a clock that counts sleep and that nobody can set (`CLOCK_BOOTTIME`).
fn steady_ms() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec
        .saturating_mul(1_000)
        .saturating_add(time.tv_nsec / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn the_clock_never_goes_back_and_never_jumps_however_the_wall_clock_is_set() {
        let clock = SteeredClock::start(1_790_000_000_000, 0);
        let mut seed = 7_u64;
        let (mut steady, mut before) = (0, clock.at(0));
        for step in 0..10_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let elapsed = i64::try_from(seed >> 50).expect("14 bits");
            let wall = 1_790_000_000_000 + steady + if step % 2 == 0 { DAY_MS } else { -DAY_MS };
            steady += elapsed;
            clock.steer(wall, steady);
            let now = clock.at(steady);
            assert!(now >= before, "step {step}");
            let gained = now.since(before).as_millis();
            assert!(
                gained <= u128::try_from(elapsed + elapsed / FOLLOW + 1).expect("positive"),
                "step {step}"
            );
            before = now;
        }
    }

    #[test]
    fn two_readings_around_a_step_back_never_go_back() {
        let clock = SteeredClock::start(0, 0);
        let before = clock.at(60_000);
        clock.steer(-DAY_MS, 60_000);
        assert!(clock.at(60_000) >= before && clock.at(60_001) >= before);
        clock.steer(-DAY_MS, 60_000 + 8 * 3_600_000);
        assert!(clock.at(60_000 + 8 * 3_600_000) >= Timestamp::from_millis(8 * 3_600_000));
    }

    #[test]
    fn the_clock_follows_the_wall_clock_by_one_second_a_minute() {
        let clock = SteeredClock::start(0, 0);
        assert_eq!(clock.steer(70_000 + 60_000, 60_000), Some(69_000));
        assert_eq!(clock.at(60_000), Timestamp::from_millis(61_000));
        let mut steady = 60_000;
        for _ in 0..69 {
            steady += 60_000;
            clock.steer(steady + 70_000, steady);
        }
        assert_eq!(clock.at(steady), Timestamp::from_millis(steady + 70_000));
    }

    #[test]
    fn a_small_difference_is_no_alarm() {
        let clock = SteeredClock::start(0, 0);
        assert_eq!(clock.steer(30_000, 1_000), None);
        assert!(clock.steer(-DAY_MS, 2_000).is_some());
    }

    #[test]
    fn the_system_clock_runs() {
        let clock = SystemClock::start();
        let first = clock.now();
        assert!(clock.now() >= first && clock.steer().is_none());
    }
}
