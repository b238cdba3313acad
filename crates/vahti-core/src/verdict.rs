//! The check: may this request go on? One pure function over facts that the caller has looked up.

use crate::{AllowReason, EndReason, HeldReason, State, Timestamp, session::overdue};

/// The answer of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request may go on.
    Allow(AllowReason),
    /// It may not until the session is verified.
    Hold(HeldReason),
    /// It may not.
    Deny(DenyReason),
}

/// Why a check denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DenyReason {
    /// There is no session, it is not this user's, or its token is unknown or wrong: one answer for all.
    NoSession,
    /// The session has ended.
    Ended(EndReason),
}

impl Verdict {
    /// `allow`, `hold` or `deny`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Hold(_) => "hold",
            Self::Deny(_) => "deny",
        }
    }

    /// The reason's word.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Allow(reason) => reason.as_str(),
            Self::Hold(reason) => reason.as_str(),
            Self::Deny(DenyReason::NoSession) => "no_session",
            Self::Deny(DenyReason::Ended(reason)) => reason.as_str(),
        }
    }

    /// Whether the request may go on.
    #[must_use]
    pub const fn allows(self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// Whether the check counts as a use of the session.
    #[must_use]
    pub const fn counts_as_seen(self) -> bool {
        !matches!(self, Self::Deny(_))
    }
}

/// How the gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It guards.
    Guarding,
    /// Sessions are not tracked.
    TrackingOff,
    /// It is paused for a while.
    Paused,
    /// The policy only observes.
    Observing,
    /// The program itself asks, outside any request. Never taken from a caller on the network.
    NoRequest,
}

/// How the one who asks is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A token was given: its session is known and its secret right, or there is no session here.
    Token,
    /// The host application vouches for the user.
    Vouched,
}

/// What a check is decided from.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// How the gate stands.
    pub mode: Mode,
    /// The path is on the bypass list.
    pub path_is_open: bool,
    /// How the one who asks is known.
    pub proof: Proof,
    /// The state of the session that was named, with its deadlines: none if it is unknown, not this user's, or
    /// its token is wrong. Under `observe` and while paused, what it would be without.
    pub session: Option<State>,
    /// The user, or a group of the user, is on the bypass list.
    pub user_is_exempt: bool,
    /// The question is about another user than the one who asks.
    pub about_another: bool,
}

/// The verdict, and where the gate lets everything pass, what it would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// The answer of a gate that guards.
    pub would: Option<Verdict>,
}

/// Decides a check. The first rule that matches decides.
#[must_use]
pub const fn judge(facts: &Facts) -> Judgement {
    let (reason, records) = match facts.mode {
        Mode::Guarding => {
            return Judgement {
                verdict: guard(facts),
                would: None,
            };
        }
        Mode::TrackingOff => (AllowReason::TrackingOff, false),
        Mode::NoRequest => (AllowReason::NoRequest, false),
        Mode::Paused => (AllowReason::Paused, true),
        Mode::Observing => (AllowReason::Observe, true),
    };
    Judgement {
        verdict: Verdict::Allow(reason),
        would: if records { Some(guard(facts)) } else { None },
    }
}

const fn guard(facts: &Facts) -> Verdict {
    if facts.path_is_open {
        return Verdict::Allow(AllowReason::BypassPath);
    }
    if matches!(facts.proof, Proof::Token)
        && let Some(reason) = denial(facts.session)
    {
        return Verdict::Deny(reason);
    }
    if facts.user_is_exempt {
        return Verdict::Allow(AllowReason::Bypass);
    }
    if facts.about_another {
        return Verdict::Allow(AllowReason::OtherUser);
    }
    match facts.session {
        Some(State::Active) => Verdict::Allow(AllowReason::Active),
        Some(State::Held(reason)) => Verdict::Hold(reason),
        Some(State::Ended(reason)) => Verdict::Deny(DenyReason::Ended(reason)),
        None => Verdict::Deny(DenyReason::NoSession),
    }
}

const fn denial(session: Option<State>) -> Option<DenyReason> {
    match session {
        None => Some(DenyReason::NoSession),
        Some(State::Ended(reason)) => Some(DenyReason::Ended(reason)),
        Some(State::Active | State::Held(_)) => None,
    }
}

/// `state` with the deadline that may have passed since it was recorded. Deadlines are met at `now >= deadline`.
#[must_use]
pub fn state_now(state: State, lifetime: Timestamp, idle: Timestamp, now: Timestamp) -> State {
    if state.is_ended() {
        return state;
    }
    overdue(lifetime, idle, now).map_or(state, |ended| State::Ended(ended.reason))
}
