//! What a decision gives: what is to be written, and what the caller is told.

use crate::{Account, Event, SessionId};

/// What a command came to.
#[derive(Clone, Debug)]
pub struct Decision<T> {
    /// What is to be written, also when the command was refused.
    pub commit: Commit,
    /// What the caller is told, once the commit is durable.
    pub answer: Result<T, Refusal>,
}

/// All that one decision writes, as one value: the account afterwards, and the events.
///
/// No event means that nothing changed and nothing is written.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The account afterwards. Sessions that ended are still in it.
    pub account: Account,
    /// What is recorded of the change.
    pub events: Vec<Event>,
    /// Whether every text about the person is to be forgotten in the same commit, and the sessions with them. The
    /// events stay.
    pub erases: bool,
}

impl Commit {
    /// Nothing to write.
    #[must_use]
    pub fn nothing(account: &Account) -> Self {
        Self {
            account: account.clone(),
            events: Vec::new(),
            erases: false,
        }
    }
}

/// The rules said no. What was kept and what to do is for the edge to say, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The user already has as many active sessions as the limit allows, and the policy is `deny`.
    #[error("the user has {active} of {limit} active sessions")]
    LimitReached {
        /// Active sessions of the user.
        active: u32,
        /// The user's limit.
        limit: u32,
    },
    /// The session id was used before.
    #[error("the session id `{0}` is taken")]
    SessionIdTaken(SessionId),
    /// The idempotency key was used for a login with another session id.
    #[error("the idempotency key belongs to the login of `{0}`")]
    IdempotencyKeyReused(SessionId),
    /// The session has ended, so it cannot be verified.
    #[error("the session `{0}` has ended")]
    SessionEnded(SessionId),
    /// The session does not wait for a choice of the user.
    #[error("the session `{0}` does not wait for a choice")]
    NothingToChoose(SessionId),
    /// The challenge with which the session should be let in was used before, or is older than one that was.
    #[error("the code of the session `{0}` was used before")]
    ChallengeUsed(SessionId),
    /// There is no command of the last minutes that could be taken back.
    #[error("there is nothing to take back")]
    NothingToUndo,
    /// The user has no session that could be verified.
    #[error("the user has no open session")]
    NoOpenSession,
    /// There is no such session, or the caller may not see it.
    #[error("there is no session `{0}`")]
    UnknownSession(SessionId),
    /// There is no such user, or the caller may not see them.
    #[error("there is no such user")]
    UnknownUser,
}
