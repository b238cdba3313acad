//! `verify` of a session that lives on another host: the user's sessions here wait from now on.

use crate::{
    Account, By, Decision, Moment, Policy, Register, SessionId, Verb, Verified,
    decide::{Verify, changed, verify},
    draft::{Draft, Record},
};

/// A verify that names a session of another host.
#[derive(Clone, Debug)]
pub struct VerifyElsewhere {
    /// The session.
    pub session: SessionId,
    /// The host on which it lives, as far as it is known.
    pub home: String,
}

/// Decides a verify of a session that lives elsewhere; gives the sessions that were active and wait from now on. If the
/// session is open here after all, it is let in like any other. It is never refused.
#[must_use]
pub fn verify_elsewhere(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &VerifyElsewhere,
    moment: Moment,
) -> Decision<Vec<SessionId>> {
    if account.open_session(&command.session).is_some() {
        let here = Verify {
            challenge: None,
            session: Some(command.session.clone()),
            keep_others: false,
            home: command.home.clone(),
            at: None,
        };
        let decision = verify(account, policy, by, &here, moment);
        return Decision {
            commit: decision.commit,
            answer: decision.answer.map(|verified| verified.superseded),
        };
    }
    let mut draft = Draft::begin(account, policy, by, moment);
    draft.account.merge(&Register::Verified(Verified {
        stamp: draft.stamp(),
        home: command.home.clone(),
        session: command.session.clone(),
    }));
    draft.release();
    let commit = draft.commit(Record::of(Verb::Verify, Some(command.session.clone())));
    let superseded = changed(account, &commit.account, None, |session| {
        session.state.is_held()
    });
    Decision {
        commit,
        answer: Ok(superseded),
    }
}
