//! `choose`: under the policy `ask`, a user whose session waits ends another of their own and goes on instead.

use crate::{
    Account, By, Decision, EndReason, HeldReason, Moment, OnLimit, Policy, Refusal, Session,
    SessionId, State, Verb,
    draft::{Draft, Record},
};

/// A choice, as the user makes it on the screen that waits.
#[derive(Clone, Debug)]
pub struct Choose {
    /// The session that waits, from which the choice is made.
    pub session: SessionId,
    /// The session that ends; none if a place has become free meanwhile.
    pub ends: Option<SessionId>,
}

/// Decides a choice: the other session ends and the waiting one is let in, in one commit. A repeat of a choice that was
/// made changes nothing.
///
/// Refused, and nothing changes: the session does not wait for a choice ([`Refusal::NothingToChoose`]), the other one is
/// not the user's or has ended, or no place would be free ([`Refusal::LimitReached`]).
#[must_use]
pub fn choose(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &Choose,
    moment: Moment,
) -> Decision<Session> {
    let draft = Draft::begin(account, policy, by, moment);
    let refused = |refusal| Decision {
        commit: Draft::begin(account, policy, by, moment).close(None),
        answer: Err(refusal),
    };
    match standing(&draft, &command.session) {
        Err(refusal) => refused(refusal),
        Ok(session) if session.state.is_active() => Decision {
            answer: Ok(session),
            commit: draft.close(None),
        },
        Ok(session) => match let_in(draft, session, command) {
            Ok(decision) => decision,
            Err(refusal) => refused(refusal),
        },
    }
}

/// The session from which the choice is made, if it waits for one or goes on already.
fn standing(draft: &Draft<'_>, id: &SessionId) -> Result<Session, Refusal> {
    let known = |session: &&Session| session.id == *id;
    let session = draft.account.sessions.iter().find(known);
    let session = session.ok_or_else(|| Refusal::UnknownSession(id.clone()))?;
    match session.state_at(draft.policy, draft.moment.now) {
        State::Active => Ok(session.clone()),
        State::Held(HeldReason::AwaitingChoice) if draft.policy.on_limit == OnLimit::Ask => {
            Ok(session.clone())
        }
        State::Held(_) => Err(Refusal::NothingToChoose(id.clone())),
        State::Ended(_) => Err(Refusal::SessionEnded(id.clone())),
    }
}

fn let_in(
    mut draft: Draft<'_>,
    session: Session,
    command: &Choose,
) -> Result<Decision<Session>, Refusal> {
    if let Some(other) = &command.ends {
        end_other(&mut draft, other, &session.id)?;
    }
    let limit = draft.limit();
    let active = u32::try_from(draft.account.let_in_order().len()).unwrap_or(u32::MAX);
    if limit != 0 && active >= limit {
        return Err(Refusal::LimitReached { active, limit });
    }
    let stamp = draft.stamp();
    if let Some(session) = draft.session_mut(&session.id) {
        session.marks.admitted = session.marks.admitted.max(stamp);
    }
    let commit = draft.commit(Record::of(Verb::Choose, Some(session.id.clone())));
    let now = commit.account.open_session(&session.id).cloned();
    Ok(Decision {
        answer: Ok(now.unwrap_or(session)),
        commit,
    })
}

fn end_other(draft: &mut Draft<'_>, other: &SessionId, own: &SessionId) -> Result<(), Refusal> {
    if other == own {
        return Err(Refusal::UnknownSession(other.clone()));
    }
    match draft
        .account
        .sessions
        .iter()
        .find(|session| session.id == *other)
    {
        None => Err(Refusal::UnknownSession(other.clone())),
        Some(session) if !session.is_open() => Err(Refusal::SessionEnded(other.clone())),
        Some(_) => {
            draft.end(other, EndReason::Chosen);
            Ok(())
        }
    }
}
