//! The memory of Vahti: commits that are whole, durable and ordered.
//!
//! [`Store::transact`] is the one way in for changes of an account. It loads the account under its lock, makes
//! the moment, lets the rules decide, writes their one [`Commit`] atomically, tells the [`Witness`], and only
//! then answers. No transaction and no SQL crosses this seam; which backend is behind it, nobody above knows.
//!
//! Backends are features: `memory` and `sqlite`. Every backend passes the functions of `conformance`.

use core::time::Duration;
use std::sync::Arc;

use async_trait::async_trait;
use vahti_core::{Account, By, Commit, Moment, Policy, SessionId, Stamp, Timestamp, UserId, Verb};

mod error;
mod figures;
#[cfg(any(feature = "memory", feature = "sqlite"))]
mod house;
mod record;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use error::{Constraint, StoreError};
pub use figures::{CommitFigures, Counted, Distribution};
pub use record::{
    ApiKey, ChainFault, ChainReport, EventQuery, EventRecord, Page, SessionQuery, SessionRecord,
    Supervisor,
};

/// Decides a command on an account. Pure; it may be run again on a newer account, and its last run counts.
pub type Decide = Box<dyn FnMut(&Account, Moment) -> Commit + Send>;

/// What a host gives to its store when it opens it.
#[derive(Clone)]
pub struct Host {
    /// The policy: the store writes the limit that the database itself enforces.
    pub policy: Arc<Policy>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who is told of every commit.
    pub witness: Arc<dyn Witness>,
}

/// The time of this host. It never goes back while the process lives.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Moves a little towards the wall clock, and says how far that is away if it is worth an alarm. A clock that has no wall clock
    /// to follow does nothing.
    fn steer(&self) -> Option<Duration> {
        None
    }
}

/// The index, as a store sees it.
pub trait Witness: Send + Sync {
    /// When this process last saw the session in use; `None` if it has not.
    fn last_seen(&self, session: &SessionId) -> Option<Timestamp>;

    /// Takes an account as a commit left it. Called after the commit is durable and before its answer, in the
    /// order of the commits. An older version than the one it holds is refused.
    fn apply(&self, account: &Account);

    /// Forgets every session of a user who was erased. Called like [`Witness::apply`], in the same order.
    fn forget(&self, user: &UserId);
}

/// Where accounts, sessions, events and keys are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Runs one decision on one account. When this returns `Ok`, what was decided is durable and the witness
    /// holds it. An empty commit touches no disk. If the caller stops waiting before the decision has begun,
    /// it is not run. A commit that erases leaves no text about the person behind: the user is unknown from then on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a constraint of the database refused the commit, or a new session has an id that was used
    /// before ([`Store::taken_ids`]): nothing was written.
    /// [`StoreError::Unavailable`] if it could not be written, or it is not known whether it was.
    async fn transact(&self, user: &UserId, decide: Decide) -> Result<(), StoreError>;

    /// Takes a stamp greater than every one given out before, for a command to many users.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the store does not answer.
    async fn stamp(&self) -> Result<Stamp, StoreError>;

    /// Writes last-seen times. A time only rises; a session that has ended stays as it is. No event.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was written; write them again later.
    async fn write_last_seen(&self, seen: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError>;

    /// Forgets at most `most` sessions that ended before `before`; says how many. Registers and events stay.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was forgotten.
    async fn forget_ended(&self, before: Timestamp, most: u32) -> Result<u32, StoreError>;

    /// Forgets at most `most` origins, each a text of one account, from which the last login came before `before`;
    /// says how many. A backend may keep one for an hour longer. Sessions and events stay, and so does their chain.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was forgotten.
    async fn forget_origins(&self, before: Timestamp, most: u32) -> Result<u32, StoreError>;

    /// Keeps a new API key, with its event.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::KeyName`] if there is a key of that name already.
    async fn create_key(&self, key: ApiKey, by: By) -> Result<(), StoreError>;

    /// Revokes a key, with its event; `false` if there is no valid key of that name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was changed.
    async fn revoke_key(&self, name: &str, by: By) -> Result<bool, StoreError>;

    /// Keeps a new supervisor, with its event: [`Verb::SupervisorInvite`] for one with an invitation, else
    /// [`Verb::SupervisorCreate`].
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`Constraint::SupervisorName`] if there is a valid one of that name.
    async fn create_supervisor(&self, supervisor: Supervisor, by: By) -> Result<(), StoreError>;

    /// Disables the valid supervisor of that name, with its event, and forgets what proved them; `false` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was changed.
    async fn disable_supervisor(&self, name: &str, by: By) -> Result<bool, StoreError>;

    /// Gives the valid supervisor of that name another password, of which `password` is the proof, and another id, with its
    /// event; `false` if there is none who has a password.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was changed.
    async fn change_password(
        &self,
        name: &str,
        id: UserId,
        password: String,
        by: By,
    ) -> Result<bool, StoreError>;

    /// Uses an invitation up, with its event; `false` if no valid supervisor holds one with this hash.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was changed.
    async fn accept_invitation(&self, hash: [u8; 32], by: By) -> Result<bool, StoreError>;

    /// Every supervisor, also those that are no longer valid, in the order of their names and of when they were made.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn supervisors(&self) -> Result<Vec<Supervisor>, StoreError>;

    /// Records an event that is about no user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was recorded.
    async fn record(&self, verb: Verb, by: By) -> Result<(), StoreError>;

    /// Keeps until when the gate is paused, or that it guards again, with its event. That a gate which guards already guards
    /// again is nothing, and is not recorded.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing was changed.
    async fn pause(&self, until: Option<Timestamp>, by: By) -> Result<(), StoreError>;

    /// Until when the gate is paused, also if that time has passed; none if it guards.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn paused_until(&self) -> Result<Option<Timestamp>, StoreError>;

    /// What supervisors say to those who wait: the note of the newest event with [`Verb::Message`]; none if it has none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn message(&self) -> Result<Option<String>, StoreError>;

    /// Every key, also the revoked ones, in the order of their names.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn keys(&self) -> Result<Vec<ApiKey>, StoreError>;

    /// Gives `each` every account that has an open session or one that ended after `ended_after`, with these
    /// sessions. For the start of a host.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn accounts(
        &self,
        ended_after: Timestamp,
        each: &mut (dyn for<'a> FnMut(&'a Account) + Send),
    ) -> Result<(), StoreError>;

    /// The account of a user, with the open sessions.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn account(&self, user: &UserId) -> Result<Option<Account>, StoreError>;

    /// The account to which a session belongs, with the open sessions and this one, even if it has ended.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn account_of(&self, session: &SessionId) -> Result<Option<Account>, StoreError>;

    /// Which of these ids were used before: those that an event names, also when the session is forgotten or its user erased.
    /// An event may name a session of another host, which this one never had; its id is taken too.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn taken_ids(&self, ids: Vec<SessionId>) -> Result<Vec<SessionId>, StoreError>;

    /// Sessions of any state, the oldest login first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn sessions(&self, query: &SessionQuery) -> Result<Page<SessionRecord>, StoreError>;

    /// Events. Whoever has read an event has seen every event before it: none turns up later between two that could be
    /// read already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn events(&self, query: &EventQuery) -> Result<Page<EventRecord>, StoreError>;

    /// The sequence of the newest event that can be read; 0 if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn last_event(&self) -> Result<i64, StoreError>;

    /// Users with an open session, after `after` in the order of their accounts, at most `most`; the second value
    /// of each pair is the place to go on from.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn users_with_open_sessions(
        &self,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError>;

    /// Users without an open session, of whom a session was active at `since` or later; in pages like
    /// [`Store::users_with_open_sessions`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    async fn users_stopped_since(
        &self,
        since: Timestamp,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError>;

    /// A copy of all data at one moment, in a file without a name, at its beginning. Whoever writes meanwhile goes on.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`]; [`StoreError::Unavailable`], also if the backend makes none.
    async fn copy(&self) -> Result<std::fs::File, StoreError> {
        let none = "this store keeps nothing that could be copied";
        Err(StoreError::Unavailable(none.to_owned()))
    }

    /// Walks every chain of events and says which link is the first that is broken.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn check_chain(&self) -> Result<ChainReport, StoreError>;

    /// Whether other nodes write to the same data, so that a session may exist that this node's index lacks.
    fn is_shared(&self) -> bool {
        false
    }

    /// How the commands have shared commits; none if the store does not know.
    fn commits(&self) -> Option<CommitFigures> {
        None
    }

    /// How much is free where the data lies, in bytes; none if there is no such place.
    fn free_bytes(&self) -> Option<u64> {
        None
    }

    /// Why the store can no longer be trusted, once a commit has failed in a way that leaves its outcome unknown.
    /// Checks must answer *cannot tell* from then on, and the process should end.
    fn failure(&self) -> Option<String>;

    /// Finishes what is under way and lets go of the data. Afterwards everything is
    /// [`StoreError::Unavailable`].
    async fn close(&self);
}
