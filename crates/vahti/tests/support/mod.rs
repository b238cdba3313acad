//! What the tests of the library share: a clock that stands still until it is told, and hosts in throwaway folders.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{path::Path, sync::Arc, time::Duration};

use vahti::{
    Caller, LoginRequest, NewSession, Question, Vahti,
    core::{How, Policy, SessionId, StateWord, UserId},
    store::{
        Clock, Host, SessionQuery, SessionRecord, StoreError,
        conformance::HandClock,
        sqlite::{OpenError, SqliteStore},
    },
};

/// A clock that stands still until it is told.
pub(crate) fn clock() -> Arc<HandClock> {
    Arc::new(HandClock::default())
}

pub(crate) async fn open(folder: &Path, policy: Policy, clock: Arc<dyn Clock>) -> Vahti {
    let path = folder.join("vahti.db");
    open_store(policy, clock, |host| SqliteStore::open(&path, host)).await
}

pub(crate) async fn open_store(
    policy: Policy,
    clock: Arc<dyn Clock>,
    store: impl FnOnce(Host) -> Result<SqliteStore, OpenError>,
) -> Vahti {
    let open = async |host| store(host).map_err(|error| StoreError::Unavailable(error.to_string()));
    Vahti::open(Arc::new(policy), clock, "here", open)
        .await
        .expect("the database opens")
}

/// A host as a server runs it: what the policy means for open sessions is recorded.
async fn serve(folder: &Path, policy: Policy, clock: Arc<dyn Clock>) -> Vahti {
    let vahti = open(folder, policy, clock).await;
    vahti
        .enforce_policy()
        .await
        .expect("the policy is enforced");
    vahti
}

pub(crate) fn app() -> Caller {
    Caller::named("lms", How::Api)
}

pub(crate) fn supervisor() -> Caller {
    Caller::named("console", How::List)
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).expect("a user name")
}

pub(crate) fn id(name: &str) -> SessionId {
    SessionId::new(name).expect("a session id")
}

pub(crate) async fn log_in(vahti: &Vahti, name: &str) -> NewSession {
    let login = vahti.login(&app(), LoginRequest::of(user(name))).await;
    login
        .expect("the login is recorded")
        .expect("sessions are tracked")
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// A host in a folder of its own, with its clock.
pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) vahti: Vahti,
}

impl Scene {
    pub(crate) async fn new(policy: Policy) -> Self {
        let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
        let vahti = serve(folder.path(), policy, clock.clone()).await;
        Self {
            folder,
            clock,
            vahti,
        }
    }

    pub(crate) async fn restart(self, policy: Policy) -> Self {
        self.vahti.close().await;
        drop(self.vahti);
        let vahti = serve(self.folder.path(), policy, self.clock.clone()).await;
        Self { vahti, ..self }
    }

    pub(crate) async fn sessions(&self, query: SessionQuery) -> Vec<SessionRecord> {
        self.vahti
            .sessions(
                &app(),
                SessionQuery {
                    limit: 1_000,
                    ..query
                },
            )
            .await
            .expect("a list")
            .items
    }

    pub(crate) async fn in_state(&self, state: StateWord) -> usize {
        self.sessions(SessionQuery {
            state: Some(state),
            ..SessionQuery::default()
        })
        .await
        .len()
    }

    pub(crate) async fn verdict(&self, token: &str) -> (&'static str, &'static str) {
        let answer = self
            .vahti
            .check(&app(), &Question::token(token))
            .await
            .expect("an answer");
        (answer.verdict.as_str(), answer.verdict.reason())
    }
}

pub(crate) fn policy(max_per_user: u32) -> Policy {
    Policy {
        max_per_user,
        ..Policy::one_per_user()
    }
}

/// Begins something, waits until `is_done` sees that the store has it, and leaves before hearing of it.
pub(crate) async fn leave_before_it_is_told<T>(
    begun: impl Future<Output = T>,
    is_done: impl AsyncFn() -> bool,
) {
    let mut begun = std::pin::pin!(begun);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = begun.as_mut().poll(&mut context);
    assert!(polled.is_pending(), "the store is asked");
    while !is_done().await {
        tokio::task::yield_now().await;
    }
}

/// Waits until something is so that has to come by itself.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    let so = tokio::time::timeout(MINUTE, waiting).await;
    so.expect("it comes by itself");
}
