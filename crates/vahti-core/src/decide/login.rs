//! `login`: a host application has logged a user in, and records the session.

use core::time::Duration;

use crate::{
    Account, By, Decision, EndReason, HeldReason, LastSeen, Login, Marks, Moment, OnLimit, Policy,
    Profile, Refusal, Register, SecretHash, Session, SessionId, Stamp, State, Verb,
    draft::{Draft, Record},
};

/// How long a repeat with the same idempotency key takes the place of the first.
const REPEAT_WITHIN: Duration = Duration::from_secs(600);

/// A login, as a host application reports it.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// The id of the new session.
    pub id: SessionId,
    /// Whether the caller chose the id.
    pub chosen_id: bool,
    /// The hash of the new token's secret.
    pub secret: SecretHash,
    /// What is said of the person. What is absent leaves what was known before; so do empty groups.
    pub profile: Profile,
    /// Where the user sits.
    pub place: Option<String>,
    /// Where the login comes from.
    pub origin: Option<String>,
    /// The host on which the session lives.
    pub home: String,
    /// The session of the same browser, proven by its token.
    pub replaces: Option<Replaces>,
    /// SHA-256 of the caller's idempotency key.
    pub idempotency: Option<[u8; 32]>,
}

/// The proof that a login comes from the browser that holds another session.
#[derive(Clone, Debug)]
pub struct Replaces {
    /// The id that the old token names.
    pub session: SessionId,
    /// The hash of the old token's secret.
    pub secret: SecretHash,
}

/// A session was recorded.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// The session as it now is.
    pub session: Session,
    /// What is known of the person.
    pub profile: Profile,
    /// Active sessions of the user.
    pub active: u32,
    /// The user's limit; 0 is none.
    pub limit: u32,
}

enum Admission {
    Admit,
    Hold(HeldReason),
    Deny,
    Evict(Vec<SessionId>),
    Freeze,
}

/// Decides a login.
#[must_use]
pub fn login(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &LogIn,
    moment: Moment,
) -> Decision<LoggedIn> {
    let draft = Draft::begin(account, policy, by, moment);
    match repeated(&draft.account, command, moment) {
        Some(first) => repeat(draft, &first, command),
        None if draft.account.has_used(&command.id) => {
            let refusal = Refusal::SessionIdTaken(command.id.clone());
            Decision {
                commit: draft.close(None),
                answer: Err(refusal),
            }
        }
        None => first(draft, command).unwrap_or_else(|limit| {
            deny(Draft::begin(account, policy, by, moment), command, limit)
        }),
    }
}

/// The open session that the same idempotency key made within ten minutes.
fn repeated(account: &Account, command: &LogIn, moment: Moment) -> Option<SessionId> {
    let key = command.idempotency?;
    account
        .open_sessions()
        .rfind(|session| {
            session.login.idempotency == Some(key)
                && moment.now.since(session.login.at) < REPEAT_WITHIN
        })
        .map(|session| session.id.clone())
}

/// The repeat is the first login again, with a new token: what the first one's answer said may be lost.
fn repeat(mut draft: Draft<'_>, first: &SessionId, command: &LogIn) -> Decision<LoggedIn> {
    if command.chosen_id && command.id != *first {
        let refusal = Refusal::IdempotencyKeyReused(first.clone());
        return Decision {
            commit: draft.close(None),
            answer: Err(refusal),
        };
    }
    if let Some(session) = draft.session_mut(first) {
        session.secret = command.secret;
    }
    finish(draft, first, command)
}

/// The login as it is, or the limit by which it is denied.
fn first(mut draft: Draft<'_>, command: &LogIn) -> Result<Decision<LoggedIn>, u32> {
    let replaced_active = replace(&mut draft, command);
    describe(&mut draft.account.profile, &command.profile);
    let admission = admission(&draft, replaced_active);
    let mut held = None;
    match admission {
        Admission::Deny => return Err(draft.limit()),
        Admission::Admit => {}
        Admission::Hold(reason) => held = Some(reason),
        Admission::Evict(ids) => ids.iter().for_each(|id| draft.end(id, EndReason::Evicted)),
        Admission::Freeze => {
            held = Some(HeldReason::Frozen);
            draft.account.merge(&Register::Frozen(draft.moment.stamp));
        }
    }
    let session = session(command, draft.moment, held, &draft);
    draft.account.sessions.push(session);
    Ok(finish(draft, &command.id, command))
}

fn finish(draft: Draft<'_>, id: &SessionId, command: &LogIn) -> Decision<LoggedIn> {
    let limit = draft.limit();
    let would = draft
        .account
        .sessions
        .iter()
        .find(|session| session.id == *id)
        .and_then(|session| session.login.held);
    let remark = would
        .filter(|_| draft.policy.observes())
        .map(HeldReason::as_str);
    let record = Record {
        remark,
        origin: command.origin.clone(),
        ..Record::of(Verb::Login, Some(id.clone()))
    };
    let commit = draft.commit(record);
    let active = commit.account.active();
    let session = commit
        .account
        .sessions
        .iter()
        .find(|session| session.id == *id)
        .cloned();
    let answer = session
        .map(|session| LoggedIn {
            profile: commit.account.profile.clone(),
            session,
            active,
            limit,
        })
        .ok_or_else(|| Refusal::UnknownSession(id.clone()));
    Decision { commit, answer }
}

/// Nothing of the login is kept, its groups neither; so the limit that they gave is told.
fn deny(draft: Draft<'_>, command: &LogIn, limit: u32) -> Decision<LoggedIn> {
    let active = draft.account.active();
    let refusal = Refusal::LimitReached { active, limit };
    let record = Record {
        remark: Some("limit_reached"),
        origin: command.origin.clone(),
        ..Record::of(Verb::Refuse, None)
    };
    let mut commit = draft.close(Some(record));
    if let Some(refused) = commit.events.first_mut() {
        refused.limit = limit;
    }
    Decision {
        commit,
        answer: Err(refusal),
    }
}

/// Ends the session of the same browser; says whether it was active, under `observe` whether it would
/// have been. A wrong or unknown proof is ignored.
fn replace(draft: &mut Draft<'_>, command: &LogIn) -> bool {
    let Some(replaces) = &command.replaces else {
        return false;
    };
    let proven = draft
        .account
        .open_session(&replaces.session)
        .filter(|old| old.secret == replaces.secret);
    let Some(old) = proven else { return false };
    let was_active = draft
        .account
        .let_in_order()
        .iter()
        .any(|session| session.id == old.id);
    draft.end(&replaces.session, EndReason::Replaced);
    was_active
}

fn describe(profile: &mut Profile, said: &Profile) {
    let take = |known: &mut Option<String>, said: &Option<String>| {
        if said.is_some() {
            known.clone_from(said);
        }
    };
    take(&mut profile.name, &said.name);
    take(&mut profile.email, &said.email);
    take(&mut profile.number, &said.number);
    if !said.groups.is_empty() {
        profile.groups.clone_from(&said.groups);
    }
}

fn admission(draft: &Draft<'_>, replaced_active: bool) -> Admission {
    let registers = &draft.account.registers;
    if registers.holds_logins() {
        return Admission::Hold(HeldReason::Invalidated);
    }
    if registers.is_frozen() {
        return Admission::Hold(HeldReason::Frozen);
    }
    if !replaced_active && draft.account.stopped_lately(draft.policy, draft.moment.now) {
        return Admission::Hold(HeldReason::AfterEnd);
    }
    let limit = draft.limit() as usize;
    let active = draft.account.let_in_order();
    if limit == 0 || active.len() < limit {
        return Admission::Admit;
    }
    match draft.policy.on_limit {
        OnLimit::Hold | OnLimit::Observe => Admission::Hold(HeldReason::OverLimit),
        OnLimit::Ask => Admission::Hold(HeldReason::AwaitingChoice),
        OnLimit::Deny => Admission::Deny,
        OnLimit::Freeze => Admission::Freeze,
        OnLimit::EvictOldest => evict(draft, active, limit, |session| {
            draft.account.let_in(session)
        }),
        OnLimit::EvictIdle => evict(draft, active, limit, |session| {
            Stamp::at(session.last_seen.at)
        }),
    }
}

/// As many as are needed to make one place free, the least by `order` first.
fn evict(
    draft: &Draft<'_>,
    mut active: Vec<&Session>,
    limit: usize,
    order: impl Fn(&Session) -> Stamp,
) -> Admission {
    active.sort_by_key(|session| {
        (
            order(session),
            draft.account.let_in(session),
            session.id.clone(),
        )
    });
    let needed = (active.len() + 1).saturating_sub(limit);
    Admission::Evict(
        active
            .iter()
            .take(needed)
            .map(|session| session.id.clone())
            .collect(),
    )
}

fn session(
    command: &LogIn,
    moment: Moment,
    held: Option<HeldReason>,
    draft: &Draft<'_>,
) -> Session {
    Session {
        id: command.id.clone(),
        secret: command.secret,
        login: Login {
            stamp: moment.stamp,
            at: moment.now,
            imported_at: None,
            held,
            place: command.place.clone(),
            origin: command.origin.clone(),
            app: draft.key().to_owned(),
            home: command.home.clone(),
            idempotency: command.idempotency,
        },
        marks: Marks {
            admitted: if held.is_none() {
                moment.stamp
            } else {
                Stamp::NEVER
            },
            ..Marks::default()
        },
        last_seen: LastSeen {
            at: moment.now,
            here: true,
        },
        state: State::Held(held.unwrap_or(HeldReason::OverLimit)),
        expired_at: Some(moment.now),
        turned: Stamp::NEVER,
    }
}
