//! `erase`: everything that is known of a person is forgotten; that it was done stays, without the name.

use crate::{
    Account, By, Commit, Decision, EndReason, Moment, Policy, Profile, SessionId, Verb,
    draft::{Draft, Record},
};

/// Decides an erasure. The open sessions end; whoever logs in under the name afterwards is a new person.
#[must_use]
pub fn erase(
    account: &Account,
    policy: &Policy,
    by: &By,
    moment: Moment,
) -> Decision<Vec<SessionId>> {
    let mut draft = Draft::begin(account, policy, by, moment);
    let open: Vec<_> = draft
        .account
        .open_sessions()
        .map(|session| session.id.clone())
        .collect();
    let reason = EndReason::EndedBySupervisor;
    open.iter().for_each(|id| draft.end(id, reason));
    draft.restate();
    let commit = draft.commit(Record::of(Verb::Erase, None));
    Decision {
        answer: Ok(open),
        commit: Commit {
            account: Account {
                profile: Profile::default(),
                ..commit.account
            },
            erases: true,
            ..commit
        },
    }
}
