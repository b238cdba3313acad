//! The index: what a check reads. Memory only, readers never lock, and one way in: [`Index::apply`].
//!
//! It holds every open session, and for a day those that have ended, so that a check can say why. The truth of
//! the last seen times of this process lives here. It knows no database.

use core::time::Duration;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use papaya::HashMap;
use tokio::sync::Notify;
use vahti_core::{
    Account, EndReason, HeldReason, LastSeen, Policy, Profile, SecretHash, Session, SessionId,
    State, Ticket, Timestamp, Token, UserId,
};
use vahti_store::Witness;

/// How long a session that has ended can still be told apart from one that never was.
pub(crate) const ENDED_KEPT: Duration = Duration::from_secs(24 * 3600);

const STATE_BITS: u32 = 8;

/// Every open session of this host, by id.
pub struct Index {
    policy: Arc<Policy>,
    sessions: HashMap<SessionId, Entry>,
    /// Writers take turns; readers never wait for them.
    writing: Mutex<()>,
    /// Whether anything was seen since the last sweep of last-seen times.
    seen: AtomicBool,
    /// Wakes those who wait for something to be recorded.
    pub(crate) recorded: Notify,
}

/// One session, as a check needs it.
struct Entry {
    user: UserId,
    profile: Option<Arc<Profile>>,
    secret: SecretHash,
    /// The account's version in the upper bits, the state's code in the lower: both change at once.
    status: AtomicU64,
    /// When the session was last used, in milliseconds.
    last_seen: AtomicI64,
    /// Open: the end of its lifetime. Ended: when the index forgets it. In milliseconds.
    until: AtomicI64,
    /// Whether this process has seen the session in use.
    seen_here: AtomicBool,
    /// Whether it may go unused for as long as it lives.
    may_rest: bool,
}

/// Sessions of the index, by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    /// May go on.
    pub active: u64,
    /// Wait.
    pub held: u64,
    /// Ended within a day; a check can still say why.
    pub ended: u64,
}

/// A session that was found, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) state: State,
    /// When the session ends by itself if it is not used.
    pub(crate) deadline: Timestamp,
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new(policy: Arc<Policy>) -> Arc<Self> {
        Arc::new(Self {
            policy,
            sessions: HashMap::new(),
            writing: Mutex::new(()),
            seen: AtomicBool::new(false),
            recorded: Notify::new(),
        })
    }

    /// The session that a token proves: the id is known and the secret is right. The hash is made before anything is
    /// looked up, and compared in constant time, so that the time tells nothing of a secret.
    pub(crate) fn prove(&self, token: &Token<'_>, now: Timestamp) -> Option<Found> {
        let hash = token.secret.hash();
        let sessions = self.sessions.pin();
        let (id, entry) = sessions.get_key_value(token.session)?;
        (entry.secret == hash).then(|| self.found(id, entry, now))
    }

    /// The session with this id, if it is this user's.
    pub(crate) fn of_user(&self, user: &str, session: &str, now: Timestamp) -> Option<Found> {
        let sessions = self.sessions.pin();
        let (id, entry) = sessions.get_key_value(session)?;
        (entry.user.as_str() == user).then(|| self.found(id, entry, now))
    }

    /// The open session whose waiting page a ticket shows.
    pub(crate) fn admit(&self, ticket: &Ticket<'_>, now: Timestamp) -> Option<Found> {
        let (found, secret) = self.with_secret(ticket.session(), now)?;
        (ticket.is_right(&secret, now) && !found.state.is_ended()).then_some(found)
    }

    /// A ticket for the waiting page of an open session.
    pub(crate) fn ticket(&self, session: &SessionId, now: Timestamp) -> Option<String> {
        let (found, secret) = self.with_secret(session.as_str(), now)?;
        (!found.state.is_ended()).then(|| Ticket::text(session, &secret, now))
    }

    /// The session with this id, and what its texts are signed with.
    pub(crate) fn with_secret(&self, session: &str, now: Timestamp) -> Option<(Found, SecretHash)> {
        let sessions = self.sessions.pin();
        let (id, entry) = sessions.get_key_value(session)?;
        Some((self.found(id, entry, now), entry.secret))
    }

    /// Whether the id is known here.
    pub(crate) fn knows(&self, session: &str) -> bool {
        self.sessions.pin().contains_key(session)
    }

    /// How many sessions the index holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// How many sessions it holds in each state. It goes through all of them: not for every request.
    #[must_use]
    pub fn count(&self) -> Sessions {
        let mut count = Sessions::default();
        for (_, entry) in &self.sessions.pin() {
            match entry.state() {
                State::Active => count.active += 1,
                State::Held(_) => count.held += 1,
                State::Ended(_) => count.ended += 1,
            }
        }
        count
    }

    /// Whether the index holds no session.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Records a use of a session. A time only rises.
    pub(crate) fn touch(&self, session: &str, now: Timestamp) {
        if let Some(entry) = self.sessions.pin().get(session) {
            entry.touch(now);
            if !self.seen.load(Ordering::Relaxed) {
                self.seen.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Whether anything was seen in use since the last call.
    pub(crate) fn take_seen(&self) -> bool {
        self.seen.swap(false, Ordering::Relaxed)
    }

    /// The sessions that this process has seen in use at or after `since`.
    pub(crate) fn seen_since(&self, since: Timestamp) -> Vec<(SessionId, Timestamp)> {
        let seen = |entry: &Entry| entry.last_seen_here().filter(|at| *at >= since);
        let sessions = self.sessions.pin();
        sessions
            .iter()
            .filter_map(|(id, entry)| Some((id.clone(), seen(entry)?)))
            .collect()
    }

    /// The users with an open session whose deadline has passed for everybody, and the earliest such deadline that has
    /// not.
    pub(crate) fn due(&self, now: Timestamp) -> (Vec<UserId>, Timestamp) {
        let (mut users, mut next) = (Vec::new(), Timestamp::NEVER);
        for (_, entry) in &self.sessions.pin() {
            if entry.state().is_ended() {
                continue;
            }
            let deadline = entry.deadline_for_others(&self.policy);
            if now >= deadline {
                users.push(entry.user.clone());
            } else {
                next = next.min(deadline);
            }
        }
        users.sort_unstable();
        users.dedup();
        (users, next)
    }

    /// Forgets the sessions that ended long ago.
    pub(crate) fn forget_ended(&self, now: Timestamp) {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.sessions
            .pin()
            .retain(|_, entry| !(entry.state().is_ended() && now >= entry.until()));
    }

    fn found(&self, id: &SessionId, entry: &Entry, now: Timestamp) -> Found {
        let (lifetime, idle) = (entry.until(), entry.idle_deadline(&self.policy));
        Found {
            user: entry.user.clone(),
            session: id.clone(),
            profile: entry.profile.clone(),
            state: vahti_core::verdict::state_now(entry.state(), lifetime, idle, now),
            deadline: lifetime.min(idle),
        }
    }

    fn put(
        &self,
        account: &Account,
        session: &Session,
        state: State,
        profile: Option<&Arc<Profile>>,
    ) {
        let sessions = self.sessions.pin();
        let status = pack(account.version, state);
        let until = session.marks.ended_at().map_or_else(
            || session.login.lifetime_deadline(&self.policy),
            |ended| ended.plus(ENDED_KEPT),
        );
        let (mut last_seen, mut seen_here) = (session.last_seen.at, session.last_seen.here);
        if let Some(entry) = sessions.get(session.id.as_str()) {
            if entry.user == account.user && entry.version() > account.version {
                return;
            }
            if entry.user == account.user
                && entry.secret == session.secret
                && entry.profile.as_deref() == profile.map(AsRef::as_ref)
            {
                entry.status.store(status, Ordering::Release);
                entry.until.store(until.as_millis(), Ordering::Release);
                entry
                    .last_seen
                    .fetch_max(last_seen.as_millis(), Ordering::Relaxed);
                return;
            }
            if entry.user == account.user {
                last_seen = last_seen.max(Timestamp::from_millis(
                    entry.last_seen.load(Ordering::Relaxed),
                ));
                seen_here |= entry.seen_here.load(Ordering::Acquire);
            }
        }
        let fresh = Entry {
            user: account.user.clone(),
            profile: profile.cloned(),
            secret: session.secret,
            status: AtomicU64::new(status),
            last_seen: AtomicI64::new(last_seen.as_millis()),
            until: AtomicI64::new(until.as_millis()),
            seen_here: AtomicBool::new(seen_here),
            may_rest: session.login.may_rest(&self.policy),
        };
        sessions.insert(session.id.clone(), fresh);
    }
}

impl Witness for Index {
    fn last_seen(&self, session: &SessionId) -> Option<Timestamp> {
        self.sessions.pin().get(session.as_str())?.last_seen_here()
    }

    fn apply(&self, account: &Account) {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let profile =
            (account.profile != Profile::default()).then(|| Arc::new(account.profile.clone()));
        let standings = account.standings(self.policy.limit(&account.profile.groups));
        for (session, state) in account.sessions.iter().zip(standings) {
            self.put(account, session, state, profile.as_ref());
        }
        self.recorded.notify_waiters();
    }

    fn forget(&self, user: &UserId) {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.sessions.pin().retain(|_, entry| entry.user != *user);
    }
}

impl Entry {
    /// When the session, if it is not used, ends in the record too.
    fn deadline_for_others(&self, policy: &Policy) -> Timestamp {
        let seen = LastSeen {
            at: Timestamp::from_millis(self.last_seen.load(Ordering::Relaxed)),
            here: self.seen_here.load(Ordering::Acquire),
        };
        let idle = self.idle_deadline(policy);
        self.until().min(seen.idle_for_others(idle))
    }

    /// When the session has gone unused for too long.
    fn idle_deadline(&self, policy: &Policy) -> Timestamp {
        if self.may_rest {
            return Timestamp::NEVER;
        }
        policy.idle_deadline(Timestamp::from_millis(
            self.last_seen.load(Ordering::Relaxed),
        ))
    }

    fn version(&self) -> u64 {
        self.status.load(Ordering::Acquire) >> STATE_BITS
    }

    fn state(&self) -> State {
        unpack(self.status.load(Ordering::Acquire))
    }

    fn until(&self) -> Timestamp {
        Timestamp::from_millis(self.until.load(Ordering::Acquire))
    }

    fn touch(&self, now: Timestamp) {
        if self.last_seen.load(Ordering::Relaxed) < now.as_millis() {
            self.last_seen.fetch_max(now.as_millis(), Ordering::Relaxed);
        }
        if !self.seen_here.load(Ordering::Relaxed) {
            self.seen_here.store(true, Ordering::Release);
        }
    }

    fn last_seen_here(&self) -> Option<Timestamp> {
        let here = self.seen_here.load(Ordering::Acquire);
        here.then(|| Timestamp::from_millis(self.last_seen.load(Ordering::Relaxed)))
    }
}

/// Codes of states: 0 is active, then the reasons of held from 1, then those of ended from [`ENDED`].
const ENDED: u8 = 64;

fn pack(version: u64, state: State) -> u64 {
    let code = match state {
        State::Active => 0,
        State::Held(reason) => 1 + reason as u8,
        State::Ended(reason) => ENDED + reason as u8,
    };
    version << STATE_BITS | u64::from(code)
}

fn unpack(status: u64) -> State {
    let code = (status & 0xff) as usize;
    let ended = code
        .checked_sub(usize::from(ENDED))
        .map(|at| EndReason::ALL.get(at).copied());
    match (code, ended) {
        (0, _) => State::Active,
        (_, Some(reason)) => State::Ended(reason.unwrap_or(EndReason::EndedBySupervisor)),
        (code, None) => State::Held(
            HeldReason::ALL
                .get(code - 1)
                .copied()
                .unwrap_or(HeldReason::Invalidated),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_packed_and_unpacked() {
        let held = HeldReason::ALL.iter().map(|reason| State::Held(*reason));
        let ended = EndReason::ALL.iter().map(|reason| State::Ended(*reason));
        for state in held.chain(ended).chain([State::Active]) {
            let status = pack(u64::from(u32::MAX), state);
            assert_eq!(
                (unpack(status), status >> STATE_BITS),
                (state, u64::from(u32::MAX))
            );
        }
    }
}
