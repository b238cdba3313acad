//! `verify`: a supervisor lets one session in; the user's others wait from now on.

use crate::{
    Account, By, Decision, HeldReason, Moment, Policy, Profile, Refusal, Register, Session,
    SessionId, Stamp, Verb, Verified, Window,
    decide::changed,
    draft::{Draft, Record},
};

/// A verify, as a supervisor gives it.
#[derive(Clone, Debug)]
pub struct Verify {
    /// The session; without one, the latest login that has not ended.
    pub session: Option<SessionId>,
    /// Keep the user's other sessions as far as the limit allows.
    pub keep_others: bool,
    /// The window of the challenge that was shown on the session's screen, if the supervisor scanned one.
    pub challenge: Option<Window>,
    /// The host on which the session lives.
    pub home: String,
    /// A stamp taken before, for a command to many users.
    pub at: Option<Stamp>,
}

/// A session was let in.
#[derive(Clone, Debug)]
pub struct VerifiedSession {
    /// The session as it now is.
    pub session: Session,
    /// What is known of the person.
    pub profile: Profile,
    /// The sessions that were active and wait from now on.
    pub superseded: Vec<SessionId>,
}

/// Decides a verify. Refused, and nothing changes, if the session is unknown or has ended, or if the challenge was used.
#[must_use]
pub fn verify(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &Verify,
    moment: Moment,
) -> Decision<VerifiedSession> {
    let mut draft = Draft::begin(account, policy, by, moment).stamped(command.at);
    let id = match target(&draft, command).and_then(|id| unused(&draft, command, id)) {
        Ok(id) => id,
        Err(refusal) => {
            return Decision {
                commit: draft.close(None),
                answer: Err(refusal),
            };
        }
    };
    if command.keep_others {
        admit(&mut draft, &id);
    } else {
        let verified = Verified {
            stamp: draft.stamp(),
            home: command.home.clone(),
            session: id.clone(),
        };
        draft.account.merge(&Register::Verified(verified));
    }
    if let (Some(window), Some(session)) = (command.challenge, draft.session_mut(&id)) {
        session.marks.redeemed = window;
    }
    draft.release();
    let commit = draft.commit_order([Record::of(Verb::Verify, Some(id.clone()))]);
    let superseded = changed(account, &commit.account, Some(&id), |session| {
        session.state.is_held()
    });
    let session = commit
        .account
        .sessions
        .iter()
        .find(|session| session.id == id)
        .cloned();
    let answer = session
        .map(|session| VerifiedSession {
            profile: commit.account.profile.clone(),
            session,
            superseded,
        })
        .ok_or(Refusal::NoOpenSession);
    Decision { commit, answer }
}

/// The open session that is meant. A stamp that was taken before means none that logged in since; and none is meant whose
/// deadline has passed, even if its place is not given away yet: a check would deny it all the same.
fn target(draft: &Draft<'_>, command: &Verify) -> Result<SessionId, Refusal> {
    let account = &draft.account;
    let was_there = |session: &&Session| {
        session.login.stamp <= draft.stamp()
            && session.overdue(draft.policy, draft.moment.now).is_none()
    };
    match &command.session {
        None => account
            .open_sessions()
            .filter(was_there)
            .max_by_key(|session| session.login.stamp)
            .map(|session| session.id.clone())
            .ok_or(Refusal::NoOpenSession),
        Some(id) => match account.open_session(id).filter(was_there) {
            Some(_) => Ok(id.clone()),
            None if account.sessions.iter().any(|session| {
                session.id == *id
                    && (!session.is_open()
                        || session.overdue(draft.policy, draft.moment.now).is_some())
            }) =>
            {
                Err(Refusal::SessionEnded(id.clone()))
            }
            None => Err(Refusal::UnknownSession(id.clone())),
        },
    }
}

/// The session, unless the challenge of this window or of a later one has let it in already.
fn unused(draft: &Draft<'_>, command: &Verify, id: SessionId) -> Result<SessionId, Refusal> {
    let redeemed = draft
        .account
        .open_session(&id)
        .map(|session| session.marks.redeemed);
    match command.challenge {
        Some(window) if redeemed.is_some_and(|redeemed| window <= redeemed) => {
            Err(Refusal::ChallengeUsed(id))
        }
        _ => Ok(id),
    }
}

/// Lets a session in beside the others; the longest let in beyond the limit are put out.
fn admit(draft: &mut Draft<'_>, id: &SessionId) {
    let stamp = draft.stamp();
    let mut others: Vec<_> = draft.account.let_in_order();
    if others.iter().any(|session| session.id == *id) {
        return;
    }
    others.sort_by_key(|session| (draft.account.let_in(session), session.id.clone()));
    let beyond = match draft.limit() as usize {
        0 => 0,
        limit => (others.len() + 1).saturating_sub(limit),
    };
    let out: Vec<_> = others
        .iter()
        .take(beyond)
        .map(|session| session.id.clone())
        .collect();
    for other in out {
        draft.put_out(&other, stamp, HeldReason::Superseded);
    }
    draft.account.merge(&Register::Admitted(id.clone(), stamp));
}
