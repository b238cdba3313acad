//! A store in trouble: a test decides which.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use serde_json::json;
use vahti::{
    Caller,
    core::{
        Account, By, How, Moment, Profile, SecretHash, SessionId, Stamp, Timestamp, UserId, Verb,
        decide::{self, LogIn},
    },
    store::{
        ApiKey, ChainReport, Decide, EventQuery, EventRecord, Host, Page, SessionQuery,
        SessionRecord, Store, StoreError, Supervisor, sqlite::SqliteStore,
    },
};

use crate::scene::{Scene, policy};

const CAUSE: &str = "disk I/O error at sector 4711";

/// How a store is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well = 0,
    Failing = 1,
    Silent = 2,
    Broken = 3,
    Full = 4,
    Failed = 5,
    /// The account of [`STUCK`] is silent, the others answer.
    Stuck = 6,
    /// Right after the next look-up of session ids, [`RIVAL`] logs in under the id [`RACED`].
    Raced = 7,
    /// All is read, and no password is written.
    Sealed = 8,
    /// The account of [`STUCK`] fails, the others answer.
    Partly = 9,
}

/// The user whose account is silent in [`Mood::Stuck`], and fails in [`Mood::Partly`].
pub(crate) const STUCK: &str = "stuck";

/// Who is quicker in [`Mood::Raced`], and the session id.
pub(crate) const RIVAL: &str = "rival";
pub(crate) const RACED: &str = "raced";

/// A store whose mood a test decides.
struct Moody {
    store: SqliteStore,
    mood: Arc<AtomicU8>,
    /// Commands that are under way.
    under_way: AtomicUsize,
}

impl Moody {
    /// Never answers, and lets time fly once all other commands are done.
    async fn stick(&self) {
        while self.under_way.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        std::future::pending::<()>().await;
    }

    /// The login of another user, in the middle of somebody's command.
    async fn race(&self) -> Result<(), StoreError> {
        let login = LogIn {
            id: SessionId::new(RACED).expect("a session id"),
            chosen_id: true,
            secret: SecretHash::from_bytes([7; 32]),
            profile: Profile::default(),
            place: None,
            origin: None,
            home: "here".to_owned(),
            replaces: None,
            idempotency: None,
        };
        let by = Caller::named("app", How::Api).by;
        let decide = move |account: &Account, moment: Moment| {
            decide::login(account, &policy(1), &by, &login, moment).commit
        };
        let rival = UserId::new(RIVAL).expect("a user name");
        self.store.transact(&rival, Box::new(decide)).await
    }

    fn is(&self, mood: Mood) -> bool {
        self.mood.load(Ordering::SeqCst) == mood as u8
    }

    async fn answer<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        assert!(!self.is(Mood::Broken), "a fault that a test has planted");
        if self.is(Mood::Silent) {
            std::future::pending::<()>().await;
        }
        if self.is(Mood::Failing) || self.is(Mood::Failed) {
            return Err(StoreError::Unavailable(CAUSE.to_owned()));
        }
        work.await
    }
}

#[async_trait]
impl Store for Moody {
    async fn transact(&self, user: &UserId, decide: Decide) -> Result<(), StoreError> {
        if self.is(Mood::Stuck) && user.as_str() == STUCK {
            self.stick().await;
        }
        if self.is(Mood::Partly) && user.as_str() == STUCK {
            return Err(StoreError::Unavailable(CAUSE.to_owned()));
        }
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let done = self.answer(self.store.transact(user, decide)).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        done
    }
    async fn stamp(&self) -> Result<Stamp, StoreError> {
        self.answer(self.store.stamp()).await
    }
    async fn write_last_seen(&self, seen: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        self.answer(self.store.write_last_seen(seen)).await
    }
    async fn forget_ended(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        self.answer(self.store.forget_ended(before, most)).await
    }
    async fn create_key(&self, key: ApiKey, by: By) -> Result<(), StoreError> {
        self.answer(self.store.create_key(key, by)).await
    }
    async fn revoke_key(&self, name: &str, by: By) -> Result<bool, StoreError> {
        self.answer(self.store.revoke_key(name, by)).await
    }
    async fn create_supervisor(&self, new: Supervisor, by: By) -> Result<(), StoreError> {
        self.answer(self.store.create_supervisor(new, by)).await
    }
    async fn disable_supervisor(&self, name: &str, by: By) -> Result<bool, StoreError> {
        self.answer(self.store.disable_supervisor(name, by)).await
    }
    async fn change_password(
        &self,
        name: &str,
        id: UserId,
        password: String,
        by: By,
    ) -> Result<bool, StoreError> {
        if self.is(Mood::Sealed) {
            return Err(StoreError::Unavailable(CAUSE.to_owned()));
        }
        self.answer(self.store.change_password(name, id, password, by))
            .await
    }
    async fn accept_invitation(&self, hash: [u8; 32], by: By) -> Result<bool, StoreError> {
        self.answer(self.store.accept_invitation(hash, by)).await
    }
    async fn supervisors(&self) -> Result<Vec<Supervisor>, StoreError> {
        self.answer(self.store.supervisors()).await
    }
    async fn record(&self, verb: Verb, by: By) -> Result<(), StoreError> {
        self.answer(self.store.record(verb, by)).await
    }
    async fn pause(&self, until: Option<Timestamp>, by: By) -> Result<(), StoreError> {
        self.answer(self.store.pause(until, by)).await
    }
    async fn message(&self) -> Result<Option<String>, StoreError> {
        self.answer(self.store.message()).await
    }

    async fn paused_until(&self) -> Result<Option<Timestamp>, StoreError> {
        self.answer(self.store.paused_until()).await
    }
    async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.answer(self.store.keys()).await
    }
    async fn accounts(
        &self,
        ended_after: Timestamp,
        each: &mut (dyn for<'a> FnMut(&'a Account) + Send),
    ) -> Result<(), StoreError> {
        self.answer(self.store.accounts(ended_after, each)).await
    }
    async fn account(&self, user: &UserId) -> Result<Option<Account>, StoreError> {
        self.answer(self.store.account(user)).await
    }
    async fn account_of(&self, session: &SessionId) -> Result<Option<Account>, StoreError> {
        self.answer(self.store.account_of(session)).await
    }
    async fn taken_ids(&self, ids: Vec<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        let taken = self.answer(self.store.taken_ids(ids)).await;
        if self.is(Mood::Raced) {
            self.mood.store(Mood::Well as u8, Ordering::SeqCst);
            self.race().await?;
        }
        taken
    }
    async fn sessions(&self, query: &SessionQuery) -> Result<Page<SessionRecord>, StoreError> {
        self.answer(self.store.sessions(query)).await
    }
    async fn events(&self, query: &EventQuery) -> Result<Page<EventRecord>, StoreError> {
        self.answer(self.store.events(query)).await
    }
    async fn last_event(&self) -> Result<i64, StoreError> {
        self.answer(self.store.last_event()).await
    }
    async fn users_with_open_sessions(
        &self,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.answer(self.store.users_with_open_sessions(after, most))
            .await
    }

    async fn users_stopped_since(
        &self,
        since: Timestamp,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.answer(self.store.users_stopped_since(since, after, most))
            .await
    }
    async fn forget_origins(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        self.answer(self.store.forget_origins(before, most)).await
    }
    async fn copy(&self) -> Result<std::fs::File, StoreError> {
        self.answer(self.store.copy()).await
    }
    async fn check_chain(&self) -> Result<ChainReport, StoreError> {
        self.answer(self.store.check_chain()).await
    }
    fn free_bytes(&self) -> Option<u64> {
        if self.is(Mood::Full) {
            Some(1)
        } else {
            self.store.free_bytes()
        }
    }
    fn failure(&self) -> Option<String> {
        if self.is(Mood::Failed) {
            return Some(CAUSE.to_owned());
        }
        self.store.failure()
    }
    async fn close(&self) {
        self.store.close().await;
    }
}

/// Opens a store of this mood.
async fn open(mood: &Arc<AtomicU8>, path: &Path, host: Host) -> Result<Moody, StoreError> {
    let store = SqliteStore::open(path, host)
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(Moody {
        store,
        mood: Arc::clone(mood),
        under_way: AtomicUsize::new(0),
    })
}

fn well() -> Arc<AtomicU8> {
    Arc::new(AtomicU8::new(Mood::Well as u8))
}

/// A host with Aino's session `home`, and the mood of its store.
pub(crate) async fn scene() -> (Scene, Arc<AtomicU8>) {
    let mood = well();
    let scene = Scene::with(policy(1), async |path, host| open(&mood, path, host).await).await;
    scene
        .post(
            "app",
            "/v1/login",
            json!({"user": "aino", "session_id": "home"}),
        )
        .await;
    (scene, mood)
}

/// A host, and the moods of its store and of that of its supervisors' logins.
pub(crate) async fn scene_with_moody_logins() -> (Scene, [Arc<AtomicU8>; 2]) {
    let moods = [well(), well()];
    let scene = Scene::with_both(
        policy(1),
        async |path, host| open(&moods[0], path, host).await,
        async |path, host| open(&moods[1], path, host).await,
    );
    (scene.await, moods)
}
