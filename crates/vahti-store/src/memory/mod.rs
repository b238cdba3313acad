//! Everything in memory, for tests and for hosts that keep nothing: the same promises behind one lock.
//!
//! Nothing outlives the process. Durable means here: in the data that every node of these data sees.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use vahti_core::{Account, By, SessionId, Stamp, Timestamp, UserId, Verb};

use crate::{
    ApiKey, ChainReport, Decide, EventQuery, EventRecord, Host, Page, SessionQuery, SessionRecord,
    Store, StoreError, Supervisor, house,
};

mod chain;
mod data;
mod erase;
mod list;
mod supervisors;

use data::Data;

/// A store in memory.
pub struct MemoryStore {
    host: Host,
    shared: Arc<Shared>,
    is_closed: AtomicBool,
}

/// What all nodes share.
#[derive(Default)]
struct Shared {
    data: Mutex<Data>,
    has_nodes: AtomicBool,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(host: Host) -> Self {
        Self {
            host,
            shared: Arc::default(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Another node on the same data. What one node commits, the witness of the other is not told.
    #[must_use]
    pub fn node(&self, host: Host) -> Self {
        self.shared.has_nodes.store(true, Ordering::Release);
        Self {
            host,
            shared: Arc::clone(&self.shared),
            is_closed: AtomicBool::new(false),
        }
    }

    fn data(&self) -> Result<MutexGuard<'_, Data>, StoreError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        }
        Ok(self
            .shared
            .data
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn transact(&self, user: &UserId, mut decide: Decide) -> Result<(), StoreError> {
        let mut data = self.data()?;
        if let Some(changed) = data.transact(&self.host, user, &mut decide)? {
            changed.tell(&*self.host.witness);
        }
        Ok(())
    }

    async fn stamp(&self) -> Result<Stamp, StoreError> {
        Ok(self.data()?.stamp(&self.host).stamp)
    }

    async fn write_last_seen(&self, seen: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        self.data()?.write_last_seen(&seen);
        Ok(())
    }

    async fn forget_ended(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        Ok(self.data()?.forget_ended(before, most))
    }

    async fn forget_origins(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        Ok(self.data()?.forget_origins(before, most))
    }

    async fn create_key(&self, key: ApiKey, by: By) -> Result<(), StoreError> {
        let mut data = self.data()?;
        let by = house::about(&key.name, by);
        data.create_key(key)?;
        data.record(&self.host, Verb::KeyCreate, by);
        Ok(())
    }

    async fn revoke_key(&self, name: &str, by: By) -> Result<bool, StoreError> {
        let mut data = self.data()?;
        let revoked = data.revoke_key(name, self.host.clock.now());
        if revoked {
            data.record(&self.host, Verb::KeyRevoke, house::about(name, by));
        }
        Ok(revoked)
    }

    async fn create_supervisor(&self, supervisor: Supervisor, by: By) -> Result<(), StoreError> {
        let mut data = self.data()?;
        let verb = house::verb_of(&supervisor);
        let by = house::about(supervisor.name.as_str(), by);
        data.supervisors.create(supervisor, self.host.clock.now())?;
        data.record(&self.host, verb, by);
        Ok(())
    }

    async fn disable_supervisor(&self, name: &str, by: By) -> Result<bool, StoreError> {
        let mut data = self.data()?;
        let disabled = data.supervisors.disable(name, self.host.clock.now());
        if disabled {
            let by = house::about(name, by);
            data.record(&self.host, Verb::SupervisorDisable, by);
        }
        Ok(disabled)
    }

    async fn change_password(
        &self,
        name: &str,
        id: UserId,
        password: String,
        by: By,
    ) -> Result<bool, StoreError> {
        let mut data = self.data()?;
        let now = self.host.clock.now();
        let changed = data.supervisors.change_password(name, id, password, now);
        if changed {
            let by = house::about(name, by);
            data.record(&self.host, Verb::SupervisorPassword, by);
        }
        Ok(changed)
    }

    async fn accept_invitation(&self, hash: [u8; 32], by: By) -> Result<bool, StoreError> {
        let mut data = self.data()?;
        let accepted = data.supervisors.accept(&hash, self.host.clock.now());
        if let Some(name) = &accepted {
            let by = house::about(name.as_str(), by);
            data.record(&self.host, Verb::SupervisorAccept, by);
        }
        Ok(accepted.is_some())
    }

    async fn supervisors(&self) -> Result<Vec<Supervisor>, StoreError> {
        Ok(self.data()?.supervisors.all())
    }

    async fn record(&self, verb: Verb, by: By) -> Result<(), StoreError> {
        self.data()?.record(&self.host, verb, by);
        Ok(())
    }

    async fn pause(&self, until: Option<Timestamp>, by: By) -> Result<(), StoreError> {
        let mut data = self.data()?;
        let before = std::mem::replace(&mut data.paused_until, until);
        match (before, until) {
            (None, None) => {}
            (Some(_), None) => data.record(&self.host, Verb::Resume, by),
            (_, Some(_)) => data.record(&self.host, Verb::Pause, by),
        }
        Ok(())
    }

    async fn paused_until(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.data()?.paused_until)
    }

    async fn message(&self) -> Result<Option<String>, StoreError> {
        Ok(self.data()?.message())
    }

    async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        Ok(self.data()?.keys())
    }

    async fn accounts(
        &self,
        ended_after: Timestamp,
        each: &mut (dyn for<'a> FnMut(&'a Account) + Send),
    ) -> Result<(), StoreError> {
        let matters = |session: &vahti_core::Session| {
            session.marks.ended_at().is_none_or(|at| at > ended_after)
        };
        let all = self.data()?.accounts(&*self.host.witness, matters);
        all.iter().for_each(each);
        Ok(())
    }

    async fn account(&self, user: &UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.data()?.account(&*self.host.witness, user))
    }

    async fn account_of(&self, session: &SessionId) -> Result<Option<Account>, StoreError> {
        Ok(self.data()?.account_of(&*self.host.witness, session))
    }

    async fn taken_ids(&self, ids: Vec<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        Ok(self.data()?.taken_ids(ids))
    }

    async fn sessions(&self, query: &SessionQuery) -> Result<Page<SessionRecord>, StoreError> {
        Ok(self.data()?.sessions(&*self.host.witness, query))
    }

    async fn events(&self, query: &EventQuery) -> Result<Page<EventRecord>, StoreError> {
        Ok(self.data()?.events(query))
    }

    async fn last_event(&self) -> Result<i64, StoreError> {
        Ok(self.data()?.last_event())
    }

    async fn users_with_open_sessions(
        &self,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        Ok(self.data()?.users_with_open_sessions(after, most))
    }

    async fn users_stopped_since(
        &self,
        since: Timestamp,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        Ok(self.data()?.users_stopped_since(since, after, most))
    }

    async fn check_chain(&self) -> Result<ChainReport, StoreError> {
        Ok(self.data()?.check_chain())
    }

    fn is_shared(&self) -> bool {
        self.shared.has_nodes.load(Ordering::Acquire)
    }

    fn failure(&self) -> Option<String> {
        None
    }

    async fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }
}
