//! `invalidate`: a supervisor puts sessions of a user on hold.

use crate::{
    Account, By, Decision, HeldReason, HoldLogins, Moment, Policy, Register, SessionId, Stamp,
    Verb,
    decide::{Which, changed},
    draft::{Draft, Record},
};

/// An invalidate, as a supervisor gives it.
#[derive(Clone, Debug)]
pub struct Invalidate {
    /// Which sessions.
    pub which: Which,
    /// Hold further logins of the user too, until a verify.
    pub hold_logins: bool,
    /// A stamp taken before, for a command to many users.
    pub at: Option<Stamp>,
}

/// Sessions were put on hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidatedSessions {
    /// Those that were active.
    pub invalidated: Vec<SessionId>,
}

/// Decides an invalidate. It is never refused: what waits already waits on, for the newest reason, so that one
/// `awaiting_choice` can no longer be chosen.
#[must_use]
pub fn invalidate(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &Invalidate,
    moment: Moment,
) -> Decision<InvalidatedSessions> {
    let mut draft = Draft::begin(account, policy, by, moment).stamped(command.at);
    let stamp = draft.stamp();
    if command.which == Which::All {
        draft.account.merge(&Register::InvalidatedAll(stamp));
    } else {
        let named = |id: &&SessionId| command.which.names(id);
        let open: Vec<_> = draft
            .account
            .open_sessions()
            .map(|session| &session.id)
            .filter(named)
            .cloned()
            .collect();
        open.iter()
            .for_each(|id| draft.put_out(id, stamp, HeldReason::Invalidated));
    }
    if command.hold_logins {
        draft
            .account
            .merge(&Register::HoldLogins(HoldLogins { stamp, on: true }));
    }
    let only = match &command.which {
        Which::These(ids) if ids.len() == 1 => ids.first().cloned(),
        _ => None,
    };
    let commit = draft.commit_order([Record::of(Verb::Invalidate, only)]);
    let invalidated = changed(account, &commit.account, None, |session| {
        session.state.is_held()
    });
    Decision {
        commit,
        answer: Ok(InvalidatedSessions { invalidated }),
    }
}
