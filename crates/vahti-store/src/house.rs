//! What every backend does in the same way around a decision: running it, its events' links, events about no user,
//! and last-seen times.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use vahti_core::{
    Account, By, ChainHead, Commit, Digest, Event, LastSeen, Link, Moment, Policy, Session,
    SessionId, State, Timestamp, Verb,
};

use crate::{Decide, StoreError, Supervisor, Witness};

/// Runs a decision. One that panics is refused; it has changed nothing.
pub(crate) fn run(
    decide: &mut Decide,
    account: &Account,
    moment: Moment,
) -> Result<Commit, StoreError> {
    catch_unwind(AssertUnwindSafe(|| decide(account, moment)))
        .map_err(|cause| StoreError::Corrupt(format!("a decision panicked: {}", words_of(&*cause))))
}

/// Refuses a commit that has lost a session of the account: its place would be free, and the session still active.
pub(crate) fn check_whole(before: &Account, after: &Account) -> Result<(), StoreError> {
    let is_kept = |session: &Session| after.sessions.iter().any(|kept| kept.id == session.id);
    if before.sessions.iter().all(is_kept) {
        return Ok(());
    }
    Err(StoreError::Corrupt("a decision lost a session".to_owned()))
}

/// An account as a commit left it, for the witness.
pub(crate) struct Changed {
    pub(crate) account: Account,
    /// Whether its person was erased.
    pub(crate) is_erased: bool,
}

impl Changed {
    /// Tells the witness.
    pub(crate) fn tell(&self, witness: &dyn Witness) {
        if self.is_erased {
            witness.forget(&self.account.user);
        } else {
            witness.apply(&self.account);
        }
    }
}

/// What a panic said, as far as it is text.
pub(crate) fn words_of(cause: &(dyn Any + Send)) -> &str {
    cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words")
}

/// The later of the time that is written and the one that this process knows itself.
pub(crate) fn last_seen(written: Timestamp, known: Option<Timestamp>) -> LastSeen {
    LastSeen {
        at: known.map_or(written, |known| known.max(written)),
        here: known.is_some(),
    }
}

/// An event about no user, with the limit and the policy in force.
pub(crate) fn event(policy: &Policy, moment: Moment, verb: Verb, by: By) -> Event {
    Event {
        at: moment.now,
        stamp: moment.stamp,
        verb,
        session: None,
        state: None,
        remark: None,
        by,
        origin: None,
        limit: policy.max_per_user,
        policy: policy.on_limit,
    }
}

/// The note of an event about a key or a supervisor: its name, then the reason that the person gave.
pub(crate) fn about(name: &str, by: By) -> By {
    let note = match &by.note {
        Some(reason) => format!("{name}: {reason}"),
        None => name.to_owned(),
    };
    By {
        note: Some(note),
        ..by
    }
}

/// What the event of a new supervisor is called.
pub(crate) fn verb_of(supervisor: &Supervisor) -> Verb {
    match supervisor.invitation {
        Some(_) => Verb::SupervisorInvite,
        None => Verb::SupervisorCreate,
    }
}

/// The chain of one account while an event is appended to it.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    /// The account's number; 0 for what is about no user.
    pub(crate) account: i64,
    /// The digest of the user's name.
    pub(crate) user: Option<Digest>,
    /// Its end.
    pub(crate) head: ChainHead,
}

/// The digests of an event's texts.
#[derive(Clone, Copy, Default)]
pub(crate) struct Digests {
    pub(crate) actor: Option<Digest>,
    pub(crate) note: Option<Digest>,
    pub(crate) origin: Option<Digest>,
}

impl Chain {
    /// The link of `event` as the next of this chain, at `sequence` among all events.
    pub(crate) fn link<'a>(
        &'a self,
        sequence: i64,
        event: &'a Event,
        digests: Digests,
    ) -> Link<'a> {
        Link {
            previous: &self.head.hash,
            sequence,
            number: i64::try_from(self.head.events + 1).unwrap_or(i64::MAX),
            account: self.account,
            user: self.user,
            at: event.at.as_millis(),
            stamp: event.stamp.to_bits(),
            verb: event.verb.as_str(),
            session: event.session.as_ref().map(SessionId::as_str),
            state: event.state.map(State::as_str),
            reason: event.state.and_then(State::reason),
            remark: event.remark,
            key: &event.by.key,
            actor: digests.actor,
            how: event.by.how.as_str(),
            note: digests.note,
            origin: digests.origin,
            limit: i64::from(event.limit),
            policy: event.policy.as_str(),
        }
    }

    /// The chain after an event with this hash.
    pub(crate) fn then(self, hash: [u8; 32]) -> Self {
        let head = ChainHead {
            events: self.head.events + 1,
            hash,
        };
        Self { head, ..self }
    }
}
