//! The promises of [`Store`], one small test function each. Every backend runs all of them: see [`promises`].
//!
//! Nothing here knows a backend. A backend gives an [`Open`], which opens the same data each time it is called. Tests of other
//! crates take their clock from here ([`HandClock`]), and whether they are to take longer ([`is_long`]).
//!
//! [`promises`]: crate::promises

use std::sync::Arc;

use vahti_core::{Account, By, Group, How, Profile, SecretHash, SessionId, UserId, decide::LogIn};

use crate::{Host, Store};

pub mod chain;
mod clock;
pub mod closing;
pub mod commits;
pub mod erase;
pub mod keys;
pub mod lists;
pub mod messages;
pub mod pauses;
mod promises;
mod recorder;
pub mod seen;
pub mod slots;
mod stage;
pub mod start;
pub mod supervisors;
pub mod sweep;

pub use clock::{AstrayClock, BEGIN, HandClock, at};
pub use recorder::Recorder;
pub use stage::Stage;

/// Opens a store on the same data each time; the one before has been closed.
pub type Open = dyn Fn(Host) -> Arc<dyn Store> + Send + Sync;

/// Whether the long form of a proof is asked for: `VAHTI_LONG` is set.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment to take longer"
)]
pub fn is_long() -> bool {
    std::env::var_os("VAHTI_LONG").is_some()
}

/// A user.
#[must_use]
pub fn id(user: &str) -> UserId {
    UserId::new(user).expect("a user name")
}

/// A session's id.
#[must_use]
pub fn session_id(session: &str) -> SessionId {
    SessionId::new(session).expect("a session id")
}

/// Groups.
#[must_use]
pub fn groups(names: &[&str]) -> Vec<Group> {
    let group = |name: &&str| Group::new(name).expect("a group");
    names.iter().map(group).collect()
}

/// Who gives the commands of a test.
#[must_use]
pub fn by() -> By {
    By {
        key: "lms".to_owned(),
        actor: Some("Ms. Supervisor".to_owned()),
        how: How::Api,
        note: None,
    }
}

/// A login of which only the session id is said.
#[must_use]
pub fn login(session: &str) -> LogIn {
    LogIn {
        id: session_id(session),
        chosen_id: true,
        secret: SecretHash::from_bytes([7; 32]),
        profile: Profile::default(),
        place: None,
        origin: Some("[192.0.2.1] a browser".to_owned()),
        home: "here".to_owned(),
        replaces: None,
        idempotency: None,
    }
}

/// The account as it is stored: what the witness has seen itself is not.
#[must_use]
pub fn stored(mut account: Account) -> Account {
    account.sessions.retain(vahti_core::Session::is_open);
    for session in &mut account.sessions {
        session.last_seen.here = false;
    }
    account
}
