//! The promises of [`Store`], one small test function each. Every backend runs all of them: see [`promises`].
//!
//! Nothing here knows a backend. A backend gives an [`Open`], which opens the same data each time it is called.
//!
//! [`promises`]: crate::promises

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use vahti_core::{
    Account, By, Decision, Group, How, Moment, Policy, Profile, Refusal, SecretHash, SessionId,
    Timestamp, UserId,
    decide::{self, LogIn, LoggedIn, VerifiedSession, Which},
};

use crate::{Clock, Decide, Host, Store, StoreError, Witness};

pub mod chain;
pub mod closing;
pub mod commits;
pub mod keys;
pub mod lists;
pub mod seen;
pub mod slots;
pub mod start;
pub mod sweep;

/// Opens a store on the same data each time; the one before has been closed.
pub type Open = dyn Fn(Host) -> Arc<dyn Store> + Send + Sync;

/// Writes one test a promise: `promises!(make)`, where `make()` gives whatever must live as long as the test, and
/// a boxed [`Open`](crate::conformance::Open) on data of its own.
#[macro_export]
macro_rules! promises {
    ($make:path) => {
        $crate::promises!(@module $make, chain: [
            the_chain_of_what_was_written_is_whole,
            an_account_knows_the_end_of_its_chain,
            texts_come_back_with_their_events,
            events_about_no_user_have_a_chain_of_their_own,
        ]);
        $crate::promises!(@module $make, closing: [
            after_the_end_everything_is_unavailable,
            what_was_under_way_is_finished,
        ]);
        $crate::promises!(@module $make, commits: [
            what_was_answered_is_there_and_the_witness_holds_it,
            an_empty_commit_writes_nothing,
            a_failed_command_fails_alone,
            a_taken_session_id_is_refused_and_nothing_is_written,
            the_witness_is_told_in_the_order_of_the_commits,
            the_witness_is_told_what_can_be_read,
            stamps_rise_over_all_accounts,
            stamps_rise_after_the_store_was_opened_again_with_a_clock_gone_back,
            a_decision_that_panics_fails_alone,
            a_version_rises_by_one,
            a_decision_that_loses_a_session_is_refused,
            what_was_written_is_there_after_the_store_was_opened_again,
        ]);
        $crate::promises!(@module $make, keys: [
            a_key_comes_back_and_its_name_is_taken_for_good,
            a_key_is_revoked_once,
        ]);
        $crate::promises!(@module $make, lists: [
            sessions_are_listed_in_pages_the_oldest_login_first,
            every_condition_on_sessions_counts,
            no_text_has_a_meaning_of_its_own,
            events_are_listed_in_pages_in_both_directions,
            every_condition_on_events_counts,
            no_event_turns_up_before_one_that_could_be_read,
        ]);
        $crate::promises!(@module $make, seen: [
            a_last_seen_only_rises,
            a_last_seen_never_reopens_what_has_ended,
            what_the_witness_has_seen_counts,
        ]);
        $crate::promises!(@module $make, slots: [
            sixty_four_logins_at_once_leave_as_many_active_as_the_limit,
            a_decision_that_forgets_the_limit_is_refused_alone,
            a_place_that_is_given_up_can_be_taken,
            a_lower_limit_holds_from_the_next_commit_on,
            a_place_beyond_a_lower_limit_is_no_free_place_below_it,
            without_a_limit_there_are_no_places,
        ]);
        $crate::promises!(@module $make, start: [
            accounts_come_with_open_sessions_and_those_that_ended_lately,
            an_account_is_found_by_a_session_that_has_ended,
            users_with_open_sessions_are_listed_in_pages,
            users_are_overdue_at_their_deadline,
        ]);
        $crate::promises!(@module $make, sweep: [
            what_ended_first_is_forgotten_first,
            registers_and_events_outlive_a_session,
        ]);
    };
    (@module $make:path, $module:ident: [$($promise:ident,)*]) => {
        mod $module {
            #[allow(unused_imports, reason = "`make` may be a name of the module above")]
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let (_alive, open) = $make();
                    $crate::conformance::$module::$promise(&*open).await;
                }
            )*
        }
    };
}

/// A clock that a test moves.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
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
}

impl Recorder {
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
        let clock = Arc::new(HandClock(AtomicI64::new(BEGIN)));
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
        let policy = Arc::clone(&self.policy);
        let command = decide::Verify {
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
