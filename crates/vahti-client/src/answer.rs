//! What the server answers.

use serde::{Deserialize, Serialize};
use vahti_core::Role;

use crate::Time;

/// One login of one user on one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Its public name; it proves nothing.
    pub id: String,
    /// Whose session it is.
    pub user: String,
    /// The name that people know.
    pub name: Option<String>,
    /// A number that a supervisor can compare with a card.
    pub number: Option<String>,
    /// Where the user sits.
    pub place: Option<String>,
    /// The name of the key that logged it in.
    pub app: String,
    /// `active`, `held` or `ended`.
    pub state: String,
    /// Why it is held or ended; none while active.
    pub reason: Option<String>,
    /// When it logged in.
    pub logged_in_at: Time,
    /// When it last stopped being active; none while active.
    pub expired_at: Option<Time>,
    /// When it was last used.
    pub last_seen_at: Time,
    /// Where it comes from.
    pub origin: Option<String>,
    /// Groups of the user.
    pub groups: Vec<String>,
    /// The host on which it lives.
    pub home: String,
}

/// Answer of `POST /v1/login`. With tracking off everything but `tracked` is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginResponse {
    /// The session.
    pub session: Option<Session>,
    /// Its token: the browser's proof, shown this once.
    pub token: Option<String>,
    /// The `Set-Cookie` to pass on to the browser as it is.
    pub set_cookie: Option<String>,
    /// Active sessions of the user.
    pub active: Option<u32>,
    /// The user's limit; 0 is none.
    pub limit: Option<u32>,
    /// Whether sessions are tracked.
    pub tracked: bool,
}

/// Answer of `POST /v1/check`. Only `verdict == "allow"` lets in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckResponse {
    /// `allow`, `hold` or `deny`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// Where everything passes: what a gate that guards would have said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would: Option<Would>,
    /// The user, if proven or vouched for.
    pub user: Option<String>,
    /// The session.
    pub session_id: Option<String>,
    /// The state of the session: `active`, `held` or `ended`.
    pub state: Option<String>,
    /// If the session waits: the page that says why, and goes on once it is let in. Asked by `user`, it holds a ticket that
    /// shows this page to anybody for ten minutes; give it to the browser of that session only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_url: Option<String>,
    /// How long the answer may be reused, in milliseconds.
    pub valid_for_ms: u64,
}

impl CheckResponse {
    /// Whether the request may go on.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.verdict == "allow"
    }
}

/// What a gate that guards would have said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Would {
    /// `allow`, `hold` or `deny`.
    pub verdict: String,
    /// Why.
    pub reason: String,
}

/// Answer of `POST /v1/verify`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyResponse {
    /// The session that was let in.
    pub session: Session,
    /// The sessions that were active and wait from now on.
    pub superseded: Vec<String>,
}

/// Answer of `POST /v1/invalidate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvalidateResponse {
    /// The sessions that were active and wait from now on.
    pub invalidated: Vec<String>,
}

/// Answer of `POST /v1/end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndResponse {
    /// The sessions that had not ended before.
    pub ended: Vec<String>,
    /// Active sessions that the user still has.
    pub active: u32,
    /// The `Set-Cookie` to pass on to the browser as it is: it removes the cookie.
    pub clear_cookie: String,
}

/// Answer of `POST /v1/erase`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EraseResponse {
    /// The sessions that were open and have ended.
    pub ended: Vec<String>,
}

/// Answer of the commands for many users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllResponse {
    /// Users who were met.
    pub users: u64,
    /// Sessions that were let in, put on hold or ended; with `dry_run`, that would have been.
    pub sessions: u64,
    /// Users for whom it failed, and why.
    pub unprocessed: Vec<Unprocessed>,
}

/// A user for whom a command for many users failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unprocessed {
    /// The user.
    pub user: String,
    /// Why.
    pub problem: crate::Problem,
}

/// Answer of `GET /v1/sessions/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    /// The session.
    pub session: Session,
}

/// Answer of `GET /v1/sessions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsPage {
    /// The sessions, the oldest login first.
    pub sessions: Vec<Session>,
    /// The `cursor` of the next page; none on the last.
    pub next: Option<String>,
}

/// Answer of `GET /v1/sessions/current`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentResponse {
    /// The session that the token proves.
    pub session_id: String,
    /// Whose session it is.
    pub user: String,
    /// `active`, `held` or `ended`.
    pub state: String,
    /// Why it is held or ended.
    pub reason: Option<String>,
    /// Whether it may go on.
    pub valid: bool,
}

/// Answer of `GET /v1/users/{user}/explanation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The user.
    pub user: String,
    /// Why the newest session goes on or waits, and what would let it in: a sentence for people.
    pub sentence: String,
    /// Active sessions.
    pub active: u32,
    /// Held sessions.
    pub held: u32,
    /// The user's limit; 0 is none.
    pub limit: u32,
    /// Whether the user is exempt from being held.
    pub bypassed: bool,
    /// Whether a login beyond the limit has frozen all sessions.
    pub frozen: bool,
    /// Whether later logins are held until a verify.
    pub logins_held: bool,
    /// The open sessions, the oldest login first.
    pub sessions: Vec<Session>,
}

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its place among all events of this host.
    pub sequence: i64,
    /// When.
    pub at: Time,
    /// The user; none if it is about no user, or about a person who was erased.
    pub user: Option<String>,
    /// Present, and true, if the person was erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// The session.
    pub session_id: Option<String>,
    /// What was done.
    pub verb: String,
    /// The state of the session afterwards.
    pub state: Option<String>,
    /// The reason of that state.
    pub reason: Option<String>,
    /// Why a command was refused; or, where the policy only observes, why the session would wait.
    pub remark: Option<String>,
    /// The name of the key.
    pub key: String,
    /// The person who gave the command.
    pub actor: Option<String>,
    /// By which way it came.
    pub how: String,
    /// The reason that the person gave.
    pub note: Option<String>,
    /// Where a login came from.
    pub origin: Option<String>,
    /// The limit that decided; 0 is none.
    pub limit: u32,
    /// The policy that decided.
    pub policy: String,
    /// SHA-256 in the account's chain, in hexadecimal.
    pub hash: String,
}

/// Answer of `GET /v1/events`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventsPage {
    /// The events.
    pub events: Vec<Event>,
    /// The `cursor` of the next page; none on the last.
    pub next: Option<String>,
}

/// Answer of `GET /v1/events/chain`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chain {
    /// Whether the record is as it was written.
    pub whole: bool,
    /// Events that were looked at.
    pub events: u64,
    /// Chains: one an account, and one for what is about no user.
    pub chains: u64,
    /// The first place where it is not.
    pub fault: Option<ChainFault>,
}

/// A place where the record is not what was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainFault {
    /// The event.
    pub sequence: i64,
    /// The user whose chain it is.
    pub user: Option<String>,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// An API key; never its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// If not empty: it acts on and sees only users with one of these groups.
    pub groups: Vec<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// Answer of `GET /v1/keys`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeysResponse {
    /// Every key, also the revoked ones, by name.
    pub keys: Vec<Key>,
}

/// Answer of `POST /v1/keys`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedKey {
    /// Its name.
    pub name: String,
    /// The key, shown this once.
    pub key: String,
}

/// Answer of `POST /v1/import`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportResponse {
    /// Sessions that are active; with `dry_run`, that would be.
    pub active: u64,
    /// Sessions that wait.
    pub held: u64,
    /// Sessions that have ended.
    pub ended: u64,
    /// Sessions that were left out, and why.
    pub skipped: Vec<SkippedSession>,
}

/// A session that was not taken over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedSession {
    /// Its place in the request, from 0.
    pub index: u64,
    /// Why.
    pub problem: crate::Problem,
}
