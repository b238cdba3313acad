//! The commands: each is decided by one pure function, in a file of its own.
//!
//! A decision takes the account as it is, the policy, who asks, the command and the moment, and returns
//! what to write and what to answer. It may be run again on a newer account.

mod choose;
mod elsewhere;
mod end;
mod erase;
mod import;
mod invalidate;
mod login;
mod undo;
mod verify;

pub use choose::{Choose, choose};
pub use elsewhere::{VerifyElsewhere, verify_elsewhere};
pub use end::{End, EndedSessions, end};
pub use erase::erase;
pub use import::{Import, Imported, ImportedSessions, ImportedState, import};
pub use invalidate::{Invalidate, InvalidatedSessions, invalidate};
pub use login::{LogIn, LoggedIn, Replaces, login};
pub use undo::{UNDO_WITHIN, Undo, Undone, undo, undoable};
pub use verify::{VerifiedSession, Verify, verify};

use crate::{Account, By, Commit, Moment, Policy, Session, SessionId, draft::Draft};

/// Which sessions of a user a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// All but one.
    AllBut(SessionId),
    /// These.
    These(Vec<SessionId>),
}

impl Which {
    /// Whether `session` is among them.
    #[must_use]
    pub fn names(&self, session: &SessionId) -> bool {
        match self {
            Self::All => true,
            Self::AllBut(kept) => kept != session,
            Self::These(ids) => ids.contains(session),
        }
    }
}

/// Ends what is overdue and puts out what is beyond the limit: nobody is let in by it.
#[must_use]
pub fn settle(account: &Account, policy: &Policy, moment: Moment) -> Commit {
    Draft::begin(account, policy, &By::rule(), moment).close(None)
}

/// The ids of the sessions that were in another state before, now are as `now` says, and are not `but`.
fn changed(
    before: &Account,
    after: &Account,
    but: Option<&SessionId>,
    now: impl Fn(&Session) -> bool,
) -> Vec<SessionId> {
    let was_so = |id: &SessionId| {
        before
            .sessions
            .iter()
            .any(|session| session.id == *id && now(session))
    };
    after
        .sessions
        .iter()
        .filter(|session| now(session) && Some(&session.id) != but && !was_so(&session.id))
        .map(|session| session.id.clone())
        .collect()
}
