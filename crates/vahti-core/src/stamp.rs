//! Stamps: when a command was accepted, in one total order that no clock can turn back.

use crate::Timestamp;

const COUNTER_BITS: u32 = 16;
const MAX_MILLIS: i64 = (1 << 47) - 1;

/// When a command was accepted: 48 bits of milliseconds, 16 bits of counter.
///
/// A hybrid logical clock (Kulkarni et al., 2014). [`Stamp::NEVER`] is less than every stamp given out,
/// so a register that was never set needs no special case. Only 47 of the 48 bits of time are used
/// (until the year 6429), so that a stamp fits a signed 64-bit column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(u64);

impl Stamp {
    /// The stamp of what has not happened.
    pub const NEVER: Self = Self(0);

    /// The first stamp of the millisecond `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        let millis = at.as_millis().clamp(0, MAX_MILLIS);
        Self(u64::try_from(millis).unwrap_or(0) << COUNTER_BITS)
    }

    /// The stamp after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The time this stamp carries.
    #[must_use]
    pub fn time(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0 >> COUNTER_BITS).unwrap_or(MAX_MILLIS))
    }

    /// The stamp as a number, for storage and the wire.
    #[must_use]
    pub fn to_bits(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// The stamp that [`Stamp::to_bits`] gave; a negative number is [`Stamp::NEVER`].
    #[must_use]
    pub fn from_bits(bits: i64) -> Self {
        Self(u64::try_from(bits).unwrap_or(0))
    }
}

/// The source of stamps of one host: it rises strictly, also when the wall clock goes back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hlc {
    newest: Stamp,
}

impl Hlc {
    /// A source that goes on after `newest`, the newest stamp that this host has written.
    #[must_use]
    pub const fn after(newest: Stamp) -> Self {
        Self { newest }
    }

    /// A stamp greater than every one given out before and than `seen`, the newest of the account.
    pub fn next(&mut self, now: Timestamp, seen: Stamp) -> Stamp {
        self.newest = Stamp::at(now).max(self.newest.next()).max(seen.next());
        self.newest
    }

    /// The newest stamp given out.
    #[must_use]
    pub const fn newest(&self) -> Stamp {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_rises_when_the_clock_stands_still_or_goes_back() {
        let mut hlc = Hlc::default();
        let first = hlc.next(Timestamp::from_millis(1_000), Stamp::NEVER);
        let second = hlc.next(Timestamp::from_millis(1_000), Stamp::NEVER);
        let third = hlc.next(Timestamp::from_millis(-86_400_000), Stamp::NEVER);
        assert!(Stamp::NEVER < first && first < second && second < third);
    }

    #[test]
    fn a_stamp_is_greater_than_what_the_account_has_seen() {
        let seen = Stamp::at(Timestamp::from_millis(9_999_999));
        assert!(Hlc::default().next(Timestamp::from_millis(5), seen) > seen);
    }

    #[test]
    fn a_stamp_survives_storage_and_gives_its_time_back() {
        let stamp = Stamp::at(Timestamp::from_millis(1_790_000_000_123)).next();
        assert_eq!(Stamp::from_bits(stamp.to_bits()), stamp);
        assert_eq!(stamp.time(), Timestamp::from_millis(1_790_000_000_123));
    }

    #[test]
    fn no_time_is_too_large_or_too_small_for_a_stamp() {
        let largest = Stamp::at(Timestamp::NEVER);
        assert_eq!(Stamp::from_bits(largest.to_bits()), largest);
        assert_eq!(Stamp::at(Timestamp::from_millis(i64::MIN)), Stamp::NEVER);
    }
}
