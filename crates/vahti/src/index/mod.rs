//! The index: what a check reads. Memory only, readers never lock, and one way in: [`Index::apply`].
//!
//! It holds every open session, and for a day those that have ended, so that a check can say why. The truth of
//! the last seen times of this process lives here. It knows no database.

mod entry;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use papaya::HashMap;
use tokio::sync::Notify;
use vahti_core::{
    Account, Policy, Profile, SecretHash, Session, SessionId, State, Ticket, Timestamp, Token,
    UserId,
};
use vahti_store::Witness;

use entry::Entry;

pub(crate) use entry::ENDED_KEPT;

/// How many entries are removed while commits wait.
const TURN: usize = 1_000;

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
        self.forget_all(|entry| entry.state().is_ended() && now >= entry.until());
    }

    /// Forgets what `is_over`. Commits wait for its removal, and not while it is looked for.
    fn forget_all(&self, is_over: impl Fn(&Entry) -> bool) {
        let sessions = self.sessions.pin();
        let over = sessions.iter().filter(|(_, entry)| is_over(entry));
        let over: Vec<_> = over.map(|(id, _)| id).collect();
        for some in over.chunks(TURN) {
            let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            for id in some {
                if sessions.get(*id).is_some_and(&is_over) {
                    sessions.remove(*id);
                }
            }
        }
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
        let mut fresh = Entry::new(account, session, state, profile, &self.policy);
        if let Some(known) = sessions.get(session.id.as_str())
            && known.user == account.user
        {
            if known.version() > account.version {
                return;
            }
            if known.is_the_same_login(&fresh) {
                known.turn(&fresh);
                return;
            }
            fresh.was_used_as(known);
        }
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
        self.forget_all(|entry| entry.user == *user);
    }
}
