//! A store, and the commands that tests give to it.

use std::sync::{Arc, Mutex};

use vahti_core::{
    Account, By, Decision, Moment, Policy, Refusal, SessionId, Timestamp, Window,
    decide::{self, LogIn, LoggedIn, VerifiedSession, Which},
};

use super::{HandClock, Open, Recorder, by, id, login, recorder::locked, session_id};
use crate::{Clock, Constraint, Decide, Host, Store, StoreError, Witness};

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
