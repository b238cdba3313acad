//! Registers: stamps that only rise. Merging them is commutative, associative and idempotent, so
//! that they may arrive late, twice, and in any order.

use crate::{HeldReason, SessionId, Stamp, Timestamp, Window, session::Ended};

/// The registers of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// The newest verify.
    pub verified: Option<Verified>,
    /// The newest invalidate of all the user's sessions.
    pub invalidated: Stamp,
    /// The newest freeze.
    pub frozen: Stamp,
    /// The newest order to hold further logins, or its release.
    pub hold_logins: HoldLogins,
}

/// A verify: it lets in the session that it names, and puts out all others of the user.
///
/// The same value on every host. Ordered by its stamp first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verified {
    /// When it was accepted.
    pub stamp: Stamp,
    /// The host on which the session lives.
    pub home: String,
    /// The session that was let in.
    pub session: SessionId,
}

/// An order to hold further logins (`on`), or its release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldLogins {
    /// When it was accepted.
    pub stamp: Stamp,
    /// Whether further logins are held.
    pub on: bool,
}

/// The registers of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// When it was let in without a supervisor.
    pub admitted: Stamp,
    /// The newest invalidate of this session.
    pub invalidated: Invalidated,
    /// The earliest end; final.
    pub ended: Option<Ended>,
    /// The newest window whose challenge let it in: that one and all before it are used.
    pub redeemed: Window,
}

/// An invalidate of one session, with its cause. Ordered by its stamp first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invalidated {
    /// When it was accepted.
    pub stamp: Stamp,
    /// Why the session waits since then.
    pub cause: HeldReason,
}

impl Default for Invalidated {
    fn default() -> Self {
        Self {
            stamp: Stamp::NEVER,
            cause: HeldReason::Invalidated,
        }
    }
}

/// One register's value, as a command was accepted: what is merged everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Register {
    /// A verify.
    Verified(Verified),
    /// An invalidate of all the user's sessions.
    InvalidatedAll(Stamp),
    /// A freeze.
    Frozen(Stamp),
    /// An order to hold further logins, or its release.
    HoldLogins(HoldLogins),
    /// A session was let in without a supervisor.
    Admitted(SessionId, Stamp),
    /// An invalidate of one session.
    Invalidated(SessionId, Invalidated),
    /// The end of one session.
    Ended(SessionId, Ended),
}

impl Register {
    /// The stamp it carries; an end carries a time of its own instead.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        match self {
            Self::Verified(verified) => verified.stamp,
            Self::InvalidatedAll(stamp) | Self::Frozen(stamp) | Self::Admitted(_, stamp) => *stamp,
            Self::HoldLogins(order) => order.stamp,
            Self::Invalidated(_, invalidated) => invalidated.stamp,
            Self::Ended(_, ended) => Stamp::at(ended.at),
        }
    }
}

impl Registers {
    /// When a freeze or an order to hold logins was last lifted by a verify.
    fn released(&self) -> Stamp {
        let verified = self
            .verified
            .as_ref()
            .map_or(Stamp::NEVER, |verified| verified.stamp);
        if self.hold_logins.on {
            verified
        } else {
            verified.max(self.hold_logins.stamp)
        }
    }

    /// Whether a freeze is in force.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen > self.released()
    }

    /// Whether an order to hold further logins is in force.
    #[must_use]
    pub fn holds_logins(&self) -> bool {
        self.hold_logins.on && self.hold_logins.stamp > self.released()
    }

    /// Whether further logins are held, by an order or by a freeze.
    #[must_use]
    pub fn are_logins_held(&self) -> bool {
        self.holds_logins() || self.is_frozen()
    }
}

impl Marks {
    /// Takes an end; of two, the earlier stays.
    pub fn end(&mut self, ended: Ended) {
        self.ended = Some(self.ended.map_or(ended, |before| before.min(ended)));
    }

    /// When the session ended.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended.map(|ended| ended.at)
    }
}
