//! One session: what was known at its login, its registers, and its state as of the last commit.

use crate::{
    EndReason, HeldReason, Marks, Policy, SecretHash, SessionId, Stamp, State, Timestamp,
    token::Token,
};

/// One login of one user on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its public name.
    pub id: SessionId,
    /// The hash of the secret half of its token.
    pub secret: SecretHash,
    /// What was known at its login; this never changes.
    pub login: Login,
    /// Its registers.
    pub marks: Marks,
    /// When it was last used.
    pub last_seen: LastSeen,
    /// Its state as of the last commit: what the registers and the limit gave then.
    pub state: State,
    /// When it last stopped being active; for a session held from birth its login; none while active.
    pub expired_at: Option<Timestamp>,
    /// The stamp of the command that last made it active, or stopped it being so; never while it is as its login left it.
    pub turned: Stamp,
}

/// What was known of a session at its login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// When the login was accepted, in the order of all commands.
    pub stamp: Stamp,
    /// When the login was accepted, by the clock.
    pub at: Timestamp,
    /// When it was taken over from another system; none if it logged in here.
    pub imported_at: Option<Timestamp>,
    /// Why it was held from birth; none if it was let in at once.
    pub held: Option<HeldReason>,
    /// Where the user sits, if the host application knows.
    pub place: Option<String>,
    /// Where it comes from: `[ip] user agent`.
    pub origin: Option<String>,
    /// The name of the key with which the host application recorded it.
    pub app: String,
    /// The host on which it lives.
    pub home: String,
    /// SHA-256 of the caller's idempotency key.
    pub idempotency: Option<[u8; 32]>,
}

impl Login {
    /// When the lifetime of the session begins: here. What it had before it was imported does not count.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.imported_at.unwrap_or(self.at)
    }

    /// When the session reaches its maximum lifetime.
    #[must_use]
    pub fn lifetime_deadline(&self, policy: &Policy) -> Timestamp {
        let own = policy.lasting.get(&self.app);
        own.map_or_else(
            || policy.lifetime_deadline(self.began()),
            |length| self.began().plus(*length),
        )
    }

    /// Whether the session may go unused for as long as it lives.
    #[must_use]
    pub fn may_rest(&self, policy: &Policy) -> bool {
        policy.lasting.contains_key(&self.app)
    }
}

/// When a session was last used, and whether this process knows that itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// The last use that is known.
    pub at: Timestamp,
    /// Whether this process has seen it. If not, a later use may have been lost with another process.
    pub here: bool,
}

/// The end of a session. Of two ends the earlier counts, so ends are ordered by time first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// How much later than its idle deadline a session whose last use may have been lost gives its place free: twice the
/// interval at which last-seen times are written.
const UNCERTAIN_IDLE: core::time::Duration = core::time::Duration::from_secs(20);

impl LastSeen {
    /// When a session with this idle deadline is idle for long enough to give its place to somebody else. If this process
    /// has not seen its last use, that is a little later, because a use may have been lost.
    #[must_use]
    pub fn idle_for_others(self, idle: Timestamp) -> Timestamp {
        if self.here {
            idle
        } else {
            idle.plus(UNCERTAIN_IDLE)
        }
    }
}

impl Session {
    /// Whether `token` is this session's.
    #[must_use]
    pub fn is_proven_by(&self, token: &Token<'_>) -> bool {
        self.id.as_str() == token.session && self.secret == token.secret.hash()
    }

    /// Whether the session has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.marks.ended.is_none()
    }

    /// The deadline that has passed at `now`, the earlier of two, as an end at its own time.
    ///
    /// This is what a check sees.
    #[must_use]
    pub fn overdue(&self, policy: &Policy, now: Timestamp) -> Option<Ended> {
        overdue(
            self.login.lifetime_deadline(policy),
            self.idle_deadline(policy),
            now,
        )
    }

    fn idle_deadline(&self, policy: &Policy) -> Timestamp {
        if self.login.may_rest(policy) {
            Timestamp::NEVER
        } else {
            policy.idle_deadline(self.last_seen.at)
        }
    }

    /// As [`Session::overdue`], for giving its place to somebody else: see [`LastSeen::idle_for_others`].
    #[must_use]
    pub fn overdue_for_others(&self, policy: &Policy, now: Timestamp) -> Option<Ended> {
        let lifetime = self.login.lifetime_deadline(policy);
        let idle = self.idle_deadline(policy);
        if now >= self.last_seen.idle_for_others(idle) {
            overdue(lifetime, idle, now)
        } else {
            overdue(lifetime, Timestamp::NEVER, now)
        }
    }

    /// The state as a reader should see it at `now`: with the deadline that no commit has recorded yet.
    #[must_use]
    pub fn state_at(&self, policy: &Policy, now: Timestamp) -> State {
        match self.overdue(policy, now) {
            Some(ended) if !self.state.is_ended() => State::Ended(ended.reason),
            _ => self.state,
        }
    }
}

/// The deadline that has passed at `now`, the earlier of two. Deadlines are met at `now >= deadline`.
#[must_use]
pub(crate) fn overdue(lifetime: Timestamp, idle: Timestamp, now: Timestamp) -> Option<Ended> {
    let first = if idle < lifetime {
        Ended {
            at: idle,
            reason: EndReason::Idle,
        }
    } else {
        Ended {
            at: lifetime,
            reason: EndReason::Lifetime,
        }
    };
    (now >= first.at && first.at < Timestamp::NEVER).then_some(first)
}
