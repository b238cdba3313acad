//! What a waiting page tells about a session: since when it waits or has ended, and when what it waits for happened.

use crate::{Account, HeldReason, Policy, Profile, Session, SessionId, State, Timestamp, UserId};

/// What a waiting page tells about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose session it is.
    pub user: UserId,
    /// What the host application said of the person.
    pub profile: Profile,
    /// Where the person sits, as the host application said at this login.
    pub place: Option<String>,
    /// How the session stands.
    pub state: State,
    /// Since when it is not active.
    pub since: Timestamp,
    /// When what it waits for, or ended by, happened.
    pub cause_at: Timestamp,
    /// How many active sessions the user may have; 0: no limit.
    pub limit: u32,
}

/// How the session `id` of `account` stands at `now`; none if the account does not have it.
#[must_use]
pub fn waiting(
    account: &Account,
    id: &SessionId,
    policy: &Policy,
    now: Timestamp,
) -> Option<Waiting> {
    let session = account.sessions.iter().find(|session| session.id == *id)?;
    let state = session.state_at(policy, now);
    let cause_at = match state {
        State::Held(reason) => cause(account, session, reason),
        State::Ended(_) => ended_at(session, policy, now),
        State::Active => session.login.at,
    };
    let since = match state {
        State::Ended(_) => cause_at,
        State::Held(_) | State::Active => session.expired_at.unwrap_or(session.login.at),
    };
    Some(Waiting {
        user: account.user.clone(),
        profile: account.profile.clone(),
        place: session.login.place.clone(),
        state,
        since,
        cause_at,
        limit: policy.limit(&account.profile.groups),
    })
}

fn cause(account: &Account, session: &Session, reason: HeldReason) -> Timestamp {
    let registers = &account.registers;
    match reason {
        HeldReason::OverLimit | HeldReason::AwaitingChoice => session.login.at,
        HeldReason::Frozen => registers.frozen.time(),
        HeldReason::AfterEnd => account
            .stopped
            .map_or(session.login.at, |stopped| stopped.at.min(session.login.at)),
        HeldReason::Superseded => registers
            .verified
            .as_ref()
            .map_or(session.login.at, |verified| verified.stamp.time()),
        HeldReason::Invalidated => {
            let own = session.marks.invalidated.stamp;
            own.max(registers.invalidated).time()
        }
    }
}

fn ended_at(session: &Session, policy: &Policy, now: Timestamp) -> Timestamp {
    let overdue = || session.overdue(policy, now).map(|ended| ended.at);
    session
        .marks
        .ended_at()
        .or_else(overdue)
        .unwrap_or(session.login.at)
}
