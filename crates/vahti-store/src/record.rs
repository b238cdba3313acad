//! What is read from a store: sessions, events, keys, and the questions for them.

use vahti_core::{
    Group, Profile, Role, Session, Stamp, StateWord, SupervisorName, Timestamp, UserId,
};

/// A session with the user it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// Whose session it is.
    pub user: UserId,
    /// What the host application said of the person.
    pub profile: Profile,
    /// The session.
    pub session: Session,
}

/// One page of a long list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last.
    pub next: Option<i64>,
}

/// Which sessions to list. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionQuery {
    /// Of this user.
    pub user: Option<UserId>,
    /// In this state.
    pub state: Option<StateWord>,
    /// For this reason (its word).
    pub reason: Option<String>,
    /// At exactly this place.
    pub place: Option<String>,
    /// Whose user name, name, number, place or session id holds this text, whatever its case (ASCII).
    pub text: Option<String>,
    /// Logged in at or after.
    pub since: Option<Timestamp>,
    /// Of users with one of these groups.
    pub groups: Option<Vec<Group>>,
    /// The newest login first; [`SessionQuery::after`] then means "before".
    pub newest_first: bool,
    /// After this place in the list: [`Page::next`] of the page before. 0 begins.
    pub after: i64,
    /// Rows a page; at least 1.
    pub limit: u32,
}

/// Which events to list. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Of this user.
    pub user: Option<UserId>,
    /// Of this session.
    pub session: Option<String>,
    /// With this verb (its word).
    pub verb: Option<String>,
    /// At or after.
    pub since: Option<Timestamp>,
    /// Of users with one of these groups; events about no user are then left out.
    pub groups: Option<Vec<Group>>,
    /// The newest first; [`EventQuery::after`] then means "before".
    pub newest_first: bool,
    /// After this event: [`Page::next`] of the page before. 0 begins.
    pub after: i64,
    /// Rows a page; at least 1.
    pub limit: u32,
}

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// Its place among all events of this host.
    pub sequence: i64,
    /// When, by the clock.
    pub at: Timestamp,
    /// The stamp of the command that it tells of.
    pub stamp: Stamp,
    /// The user; none if it is about no user, or the person has been erased.
    pub user: Option<String>,
    /// Whether it is about a person who has been erased.
    pub erased: bool,
    /// The session.
    pub session: Option<String>,
    /// What was done.
    pub verb: String,
    /// The state of the session afterwards.
    pub state: Option<String>,
    /// The reason of that state.
    pub reason: Option<String>,
    /// Why a command was refused, or why a session would wait.
    pub remark: Option<String>,
    /// The name of the key.
    pub key: String,
    /// The person who gave the command.
    pub actor: Option<String>,
    /// By which way.
    pub how: String,
    /// The reason that the person gave.
    pub note: Option<String>,
    /// Where a login came from.
    pub origin: Option<String>,
    /// The limit that decided; 0 is none.
    pub limit: u32,
    /// The policy that decided.
    pub policy: String,
    /// Its hash in the account's chain.
    pub hash: [u8; 32],
}

/// An API key, as it is stored: never the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name, unique also among revoked keys.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// If not empty: it acts on and sees only users with one of these groups.
    pub groups: Vec<Group>,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// An account with which somebody uses the console, as it is stored: neither a password nor an invitation, but what
/// proves them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor {
    /// Whose account it is: made anew for each, so that two of one name, one after the other, are told apart; and with each
    /// password, so that no login from before counts for what comes after.
    pub id: UserId,
    /// What the person is called; no two valid accounts have one name.
    pub name: SupervisorName,
    /// What proves the password (Argon2, in the PHC string format); none for whoever was invited.
    pub password: Option<String>,
    /// SHA-256 of the invitation's secret, until it is used.
    pub invitation: Option<[u8; 32]>,
    /// When the account is over by itself.
    pub expires_at: Option<Timestamp>,
    /// If not empty: it acts on and sees only users with one of these groups.
    pub groups: Vec<Group>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
}

impl Supervisor {
    /// Whether the account may be used at `now`.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// What a walk along every chain of events found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// Events that were looked at.
    pub events: u64,
    /// Chains: one an account, and one for what is about no user.
    pub chains: u64,
    /// The first fault, if any.
    pub fault: Option<ChainFault>,
    /// The first event before which numbers are missing. Where no chain is broken, whole chains are gone: what is there is as it
    /// was written.
    pub gap: Option<i64>,
}

/// A place where the record is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFault {
    /// The event; for one that is missing, the event after the gap, or the last that is there.
    pub sequence: i64,
    /// The user whose chain it is.
    pub user: Option<String>,
    /// What is wrong, in a sentence for people.
    pub what: String,
}
