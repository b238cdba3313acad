//! `end`: sessions of a user are over for good.

use crate::{
    Account, By, Decision, EndReason, Moment, Policy, SessionId, Verb,
    decide::Which,
    draft::{Draft, Record},
};

/// An end, as a host application or a supervisor gives it.
#[derive(Clone, Debug)]
pub struct End {
    /// Which sessions.
    pub which: Which,
    /// Why.
    pub reason: EndReason,
}

/// Sessions ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndedSessions {
    /// Those that had not ended before.
    pub ended: Vec<SessionId>,
    /// Active sessions that the user still has.
    pub active: u32,
}

/// Decides an end. It is never refused: what has ended stays as it ended.
#[must_use]
pub fn end(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &End,
    moment: Moment,
) -> Decision<EndedSessions> {
    let mut draft = Draft::begin(account, policy, by, moment);
    let named = |id: &&SessionId| command.which.names(id);
    let open: Vec<_> = draft
        .account
        .open_sessions()
        .map(|session| &session.id)
        .filter(named)
        .cloned()
        .collect();
    open.iter().for_each(|id| draft.end(id, command.reason));
    draft.restate();
    let commit = match open.as_slice() {
        [] => draft.close(None),
        [only] => draft.commit(Record::of(Verb::End, Some(only.clone()))),
        _ => draft.commit(Record::of(Verb::End, None)),
    };
    Decision {
        answer: Ok(EndedSessions {
            ended: open,
            active: commit.account.active(),
        }),
        commit,
    }
}
