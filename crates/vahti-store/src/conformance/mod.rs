//! The promises of [`Store`], one small test function each. Every backend runs all of them: see [`promises`].
//!
//! Nothing here knows a backend. A backend gives an [`Open`], which opens the same data each time it is called. Tests of other
//! crates take their clock from here ([`HandClock`]), and whether they are to take longer ([`is_long`]).
//!
//! [`promises`]: crate::promises

use core::time::Duration;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use vahti_core::{
    Account, By, Decision, Group, How, Moment, Policy, Profile, Refusal, SecretHash, SessionId,
    Timestamp, UserId, Window,
    decide::{self, LogIn, LoggedIn, VerifiedSession, Which},
};

use crate::{Clock, Constraint, Decide, Host, Store, StoreError, Witness};

pub mod chain;
pub mod closing;
pub mod commits;
pub mod erase;
pub mod keys;
pub mod lists;
pub mod messages;
pub mod pauses;
mod promises;
pub mod seen;
pub mod slots;
pub mod start;
pub mod supervisors;
pub mod sweep;

/// Opens a store on the same data each time; the one before has been closed.
pub type Open = dyn Fn(Host) -> Arc<dyn Store> + Send + Sync;

/// A clock that a test moves. It begins at [`BEGIN`].
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl Default for HandClock {
    fn default() -> Self {
        Self(AtomicI64::new(BEGIN))
    }
}

impl HandClock {
    /// Moves it on.
    ///
    /// # Panics
    /// If that is longer than such a clock can count.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).expect("a short time");
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// Moves it to `millis` after [`BEGIN`].
    pub fn set(&self, millis: i64) {
        self.0.store(BEGIN + millis, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Whether the long form of a proof is asked for: `VAHTI_LONG` is set.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment to take longer"
)]
pub fn is_long() -> bool {
    std::env::var_os("VAHTI_LONG").is_some()
}

/// The time at which a test begins, in milliseconds.
pub const BEGIN: i64 = 1_790_000_000_000;

/// The time `millis` after [`BEGIN`].
#[must_use]
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN + millis)
}

/// A witness that writes down what it is told.
#[derive(Debug, Default)]
pub struct Recorder {
    told: Mutex<Vec<Account>>,
    seen: Mutex<BTreeMap<String, Timestamp>>,
    forgotten: Mutex<Vec<UserId>>,
}

impl Recorder {
    /// Every user it was told to forget, in order.
    pub fn forgotten(&self) -> Vec<UserId> {
        locked(&self.forgotten).clone()
    }

    /// Every account it was told of, in order.
    pub fn told(&self) -> Vec<Account> {
        locked(&self.told).clone()
    }

    /// The newest that it was told of a user.
    pub fn newest(&self, user: &str) -> Option<Account> {
        let told = locked(&self.told);
        let of_user = |account: &&Account| account.user.as_str() == user;
        told.iter().rev().find(of_user).cloned()
    }

    /// Says that this process saw a session in use.
    pub fn see(&self, session: &str, at: Timestamp) {
        locked(&self.seen).insert(session.to_owned(), at);
    }
}

impl Witness for Recorder {
    fn last_seen(&self, session: &SessionId) -> Option<Timestamp> {
        locked(&self.seen).get(session.as_str()).copied()
    }

    fn apply(&self, account: &Account) {
        locked(&self.told).push(account.clone());
    }

    fn forget(&self, user: &UserId) {
        locked(&self.forgotten).push(user.clone());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A store with all that a test turns and looks at.
pub struct Stage {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Its policy.
    pub policy: Arc<Policy>,
    /// Its clock.
    pub clock: Arc<HandClock>,
    /// Its witness.
    pub witness: Arc<Recorder>,
}

impl Stage {
    /// Opens a store with one session a user.
    pub fn new(open: &Open) -> Self {
        Self::with(open, Policy::one_per_user())
    }

    /// Opens a store with a policy.
    pub fn with(open: &Open, policy: Policy) -> Self {
        let policy = Arc::new(policy);
        let clock = Arc::new(HandClock::default());
        let witness = Arc::new(Recorder::default());
        let store = open(Host {
            policy: Arc::clone(&policy),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            witness: Arc::clone(&witness) as Arc<dyn Witness>,
        });
        Self {
            store,
            policy,
            clock,
            witness,
        }
    }

    /// Runs a decision and gives its answer.
    pub async fn run<T: Send + 'static>(
        &self,
        user: &str,
        decide: impl FnMut(&Account, Moment) -> Decision<T> + Send + 'static,
    ) -> Result<Result<T, Refusal>, StoreError> {
        let (decide, answer) = answering(decide);
        self.store.transact(&id(user), decide).await?;
        let answer = locked(&answer).take();
        Ok(answer.expect("an answer of a decision that was run"))
    }

    /// A login of `user` with the session id `session`.
    pub async fn login(&self, user: &str, session: &str) -> Result<LoggedIn, StoreError> {
        let answer = self.log_in(user, login(session)).await?;
        Ok(answer.expect("a login that is not refused"))
    }

    /// Which of these ids were used before.
    pub async fn taken(&self, sessions: &[&str]) -> Vec<String> {
        let ids = sessions.iter().map(|id| session_id(id)).collect();
        let taken = self.store.taken_ids(ids).await.expect("an answer");
        taken.iter().map(ToString::to_string).collect()
    }

    /// None of these users can log in under any of these session ids, and nobody can import one.
    pub async fn all_refused(&self, users: &[&str], sessions: &[&str]) {
        assert_eq!(self.taken(sessions).await, sessions);
        let refused = Err(StoreError::Conflict(Constraint::SessionId));
        for user in users {
            let before = self.account(user).await;
            for session in sessions {
                assert_eq!(self.login(user, session).await.map(drop), refused);
            }
            assert_eq!(self.account(user).await, before);
        }
    }

    /// A login with more to it.
    pub async fn log_in(
        &self,
        user: &str,
        login: LogIn,
    ) -> Result<Result<LoggedIn, Refusal>, StoreError> {
        let policy = Arc::clone(&self.policy);
        self.run(user, move |account, moment| {
            decide::login(account, &policy, &by(), &login, moment)
        })
        .await
    }

    /// Takes sessions over.
    pub async fn import(&self, user: &str, command: decide::Import) -> Result<(), StoreError> {
        let policy = Arc::clone(&self.policy);
        let done = self.run(user, move |account, moment| {
            decide::import(account, &policy, &by(), &command, moment)
        });
        done.await.map(drop)
    }

    /// Ends one session.
    pub async fn end(&self, user: &str, session: &str) -> Result<(), StoreError> {
        let policy = Arc::clone(&self.policy);
        let command = decide::End {
            which: Which::These(vec![session_id(session)]),
            reason: vahti_core::EndReason::LoggedOut,
        };
        let ended = self.run(user, move |account, moment| {
            decide::end(account, &policy, &by(), &command, moment)
        });
        ended.await.map(drop)
    }

    /// Erases a person, for a reason.
    pub async fn erase(&self, user: &str, reason: &str) -> Result<Vec<SessionId>, StoreError> {
        let policy = Arc::clone(&self.policy);
        let by = By {
            note: Some(reason.to_owned()),
            ..by()
        };
        let erased = self.run(user, move |account, moment| {
            decide::erase(account, &policy, &by, moment)
        });
        Ok(erased.await?.expect("an erasure is not refused"))
    }

    /// Puts all sessions of `user` on hold; with `hold_logins` the later ones too.
    pub async fn invalidate_all(&self, user: &str, hold_logins: bool) -> Result<(), StoreError> {
        let policy = Arc::clone(&self.policy);
        let command = decide::Invalidate {
            which: Which::All,
            hold_logins,
            at: None,
        };
        let done = self.run(user, move |account, moment| {
            decide::invalidate(account, &policy, &by(), &command, moment)
        });
        done.await.map(drop)
    }

    /// Lets one session in.
    pub async fn verify(&self, user: &str, session: &str) -> Result<(), StoreError> {
        let verified = self.try_to_verify(user, session).await?;
        verified.expect("a verify that is not refused");
        Ok(())
    }

    /// Lets one session in, or is refused.
    pub async fn try_to_verify(
        &self,
        user: &str,
        session: &str,
    ) -> Result<Result<VerifiedSession, Refusal>, StoreError> {
        self.verify_by_code(user, session, None).await
    }

    /// Lets one session in by the challenge of a window, or is refused.
    pub async fn verify_by_code(
        &self,
        user: &str,
        session: &str,
        challenge: Option<Window>,
    ) -> Result<Result<VerifiedSession, Refusal>, StoreError> {
        let policy = Arc::clone(&self.policy);
        let command = decide::Verify {
            challenge,
            session: Some(session_id(session)),
            keep_others: false,
            home: "here".to_owned(),
            at: None,
        };
        self.run(user, move |account, moment| {
            decide::verify(account, &policy, &by(), &command, moment)
        })
        .await
    }

    /// The time by its clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The account of `user`.
    pub async fn account(&self, user: &str) -> Option<Account> {
        self.store.account(&id(user)).await.expect("an answer")
    }
}

/// Where the answer of a decision's last run lies.
type Answer<T> = Arc<Mutex<Option<Result<T, Refusal>>>>;

/// A decision whose answer can be fetched afterwards.
fn answering<T: Send + 'static>(
    mut decide: impl FnMut(&Account, Moment) -> Decision<T> + Send + 'static,
) -> (Decide, Answer<T>) {
    let answer = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&answer);
    let decide = Box::new(move |account: &Account, moment| {
        let decision = decide(account, moment);
        *locked(&slot) = Some(decision.answer);
        decision.commit
    });
    (decide, answer)
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
