//! The embedded database: one process, one thread that writes, a few connections that read.
//!
//! Commits are gathered: the writer takes what waits and asks the disk once (see `writer`). What is read is always
//! committed. Nothing here decides anything; and no SQL is known outside.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    thread::JoinHandle,
};

use async_trait::async_trait;
use tokio::sync::mpsc;
use vahti_core::{Account, By, SessionId, Stamp, Timestamp, UserId, Verb};

use crate::{
    ApiKey, ChainReport, CommitFigures, Decide, EventQuery, EventRecord, Host, Page, SessionQuery,
    SessionRecord, Store, StoreError, Supervisor,
};

mod append;
mod chain;
mod columns;
mod connect;
mod copy;
mod desk;
mod erase;
#[cfg(feature = "faults")]
pub mod faults;
#[cfg(not(feature = "faults"))]
mod faults;
mod ids;
mod keys;
mod load;
mod lock;
mod log;
mod open_error;
mod query;
mod read;
mod restore;
mod save;
mod schema;
mod stream;
mod supervisors;
#[cfg(all(test, feature = "conformance"))]
mod tests;
mod text;
mod trouble;
mod writer;

use desk::Desk;
use faults::Faults;
use lock::Lock;
pub use open_error::OpenError;
use read::Readers;
pub use restore::Restore;
use trouble::Trouble;
use writer::{Shared, Task, Waiting, Writer};

/// Commands that may wait for the writer before callers wait for a place in its queue.
const QUEUE: usize = 1024;

/// A store in one SQLite database, which this process owns.
pub struct SqliteStore {
    host: Host,
    path: PathBuf,
    /// Copies are made one after the other. The turn belongs to the work itself: it goes on when whoever asked has left.
    copying: Arc<tokio::sync::Mutex<()>>,
    readers: Readers,
    queue: Mutex<Option<mpsc::Sender<Waiting>>>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteStore {
    /// Opens the database at `path`, and makes it if it is not there. Blocks.
    ///
    /// # Errors
    /// [`OpenError`], by what an administrator can do about it.
    pub fn open(path: &Path, host: Host) -> Result<Self, OpenError> {
        Self::open_planted(path, host, Faults::none())
    }

    /// As [`SqliteStore::open`], with faults, for tests of tests.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    #[cfg(feature = "faults")]
    pub fn open_with(path: &Path, host: Host, faults: Faults) -> Result<Self, OpenError> {
        Self::open_planted(path, host, faults)
    }

    fn open_planted(path: &Path, host: Host, faults: Faults) -> Result<Self, OpenError> {
        connect::check_library(rusqlite::version_number())?;
        let path = connect::resolve(path)?;
        connect::check_kind(&path)?;
        connect::check_owner(&path)?;
        let lock = Lock::take(&path)?;
        connect::make(&path)?;
        let mut connection = connect::plain(&path)?;
        // A file of somebody else keeps its rights.
        schema::check(&connection, &path, schema::MIGRATIONS)?;
        connect::make_private(&path)?;
        connect::prepare_writer(&connection, &path, &faults)?;
        schema::migrate(&mut connection, &path, schema::MIGRATIONS)?;
        let readers = Readers::open(&path)?;
        let desk = Desk::new(connection, host.clone())?;
        let shared = Arc::new(Shared::default());
        let (sender, queue) = mpsc::channel(QUEUE);
        let writer = Writer {
            desk,
            queue,
            shared: Arc::clone(&shared),
            faults,
            lock,
        };
        let thread = std::thread::Builder::new()
            .name("vahti-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|cause| OpenError::Io {
                path: path.clone(),
                cause,
            })?;
        Ok(Self {
            host,
            path,
            copying: Arc::default(),
            readers,
            queue: Mutex::new(Some(sender)),
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Numbers the events to come after `sequence`, also if this database has none so high: they were given away already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn number_after(&self, sequence: i64) -> Result<(), StoreError> {
        self.write(move |desk| {
            desk.number_after(sequence);
            Ok(())
        })
        .await
    }

    /// Gives `work` to the writer and waits for what comes of it.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.trusted()?;
        let closed = || StoreError::Unavailable("the database is closed".to_owned());
        let queue = lock(&self.queue).clone().ok_or_else(closed)?;
        let (job, answer) = Task::for_the_queue(work);
        queue.send(job).await.map_err(|_| closed())?;
        drop(queue);
        answer.await.map_err(|_| closed())?
    }

    /// Asks the committed data.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&rusqlite::Connection, &Host) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.trusted()?;
        let host = self.host.clone();
        self.readers
            .ask(move |connection| question(connection, &host))
            .await
    }

    /// As [`SqliteStore::ask`], for a question that may take long.
    async fn ask_long<T: Send + 'static>(
        &self,
        question: impl FnOnce(&rusqlite::Connection, &Host) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.trusted()?;
        let host = self.host.clone();
        self.readers
            .ask_long(move |connection| question(connection, &host))
            .await
    }

    fn trusted(&self) -> Result<(), StoreError> {
        match self.failure() {
            Some(why) => Err(StoreError::Unavailable(why)),
            None => Ok(()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for SqliteStore {
    /// Nobody waits for an answer any more, so the writer ends after the batch under way.
    fn drop(&mut self) {
        lock(&self.queue).take();
        if let Some(thread) = lock(&self.thread).take()
            && thread.thread().id() != std::thread::current().id()
        {
            drop(thread.join());
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn transact(&self, user: &UserId, decide: Decide) -> Result<(), StoreError> {
        let user = user.clone();
        self.write(move |desk| desk.transact(user, decide)).await
    }

    async fn stamp(&self) -> Result<Stamp, StoreError> {
        self.write(|desk| Ok(desk.stamp())).await
    }

    async fn write_last_seen(&self, seen: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        self.write(move |desk| desk.write_last_seen(&seen)).await
    }

    async fn forget_ended(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        self.write(move |desk| desk.forget_ended(before, most))
            .await
    }

    async fn forget_origins(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        self.write(move |desk| desk.forget_origins(before, most))
            .await
    }

    async fn create_key(&self, key: ApiKey, by: By) -> Result<(), StoreError> {
        self.write(move |desk| desk.create_key(&key, by)).await
    }

    async fn revoke_key(&self, name: &str, by: By) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |desk| desk.revoke_key(&name, by)).await
    }

    async fn create_supervisor(&self, new: Supervisor, by: By) -> Result<(), StoreError> {
        self.write(move |desk| desk.create_supervisor(&new, by))
            .await
    }

    async fn disable_supervisor(&self, name: &str, by: By) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |desk| desk.disable_supervisor(&name, by))
            .await
    }

    async fn change_password(
        &self,
        name: &str,
        id: UserId,
        password: String,
        by: By,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |desk| desk.change_password(&name, &id, &password, by))
            .await
    }

    async fn accept_invitation(&self, hash: [u8; 32], by: By) -> Result<bool, StoreError> {
        self.write(move |desk| desk.accept_invitation(&hash, by))
            .await
    }

    async fn supervisors(&self) -> Result<Vec<Supervisor>, StoreError> {
        self.ask(|connection, _| supervisors::all(connection)).await
    }

    async fn record(&self, verb: Verb, by: By) -> Result<(), StoreError> {
        self.write(move |desk| desk.record(verb, by)).await
    }

    async fn pause(&self, until: Option<Timestamp>, by: By) -> Result<(), StoreError> {
        self.write(move |desk| desk.pause(until, by)).await
    }

    async fn message(&self) -> Result<Option<String>, StoreError> {
        self.ask(|connection, _| read::message(connection)).await
    }

    async fn paused_until(&self) -> Result<Option<Timestamp>, StoreError> {
        self.ask(|connection, _| read::paused_until(connection))
            .await
    }

    async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.ask(|connection, _| keys::all(connection)).await
    }

    async fn accounts(
        &self,
        ended_after: Timestamp,
        each: &mut (dyn for<'a> FnMut(&'a Account) + Send),
    ) -> Result<(), StoreError> {
        stream::all(self, ended_after, each).await
    }

    async fn account(&self, user: &UserId) -> Result<Option<Account>, StoreError> {
        let user = user.clone();
        self.ask(move |connection, host| read::account(connection, &*host.witness, &user))
            .await
    }

    async fn account_of(&self, session: &SessionId) -> Result<Option<Account>, StoreError> {
        let session = session.clone();
        self.ask(move |connection, host| read::account_of(connection, &*host.witness, &session))
            .await
    }

    async fn taken_ids(&self, ids: Vec<SessionId>) -> Result<Vec<SessionId>, StoreError> {
        self.ask(move |connection, _| ids::taken(connection, ids))
            .await
    }

    async fn sessions(&self, query: &SessionQuery) -> Result<Page<SessionRecord>, StoreError> {
        let query = query.clone();
        self.ask_long(move |connection, host| query::sessions(connection, &*host.witness, &query))
            .await
    }

    async fn events(&self, query: &EventQuery) -> Result<Page<EventRecord>, StoreError> {
        let query = query.clone();
        self.ask_long(move |connection, _| query::events(connection, &query))
            .await
    }

    async fn last_event(&self) -> Result<i64, StoreError> {
        self.ask(|connection, _| query::last_event(connection))
            .await
    }

    async fn users_with_open_sessions(
        &self,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.ask(move |connection, _| read::users_with_open_sessions(connection, after, most))
            .await
    }

    async fn users_stopped_since(
        &self,
        since: Timestamp,
        after: i64,
        most: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.ask(move |connection, _| read::users_stopped_since(connection, since, after, most))
            .await
    }

    async fn copy(&self) -> Result<std::fs::File, StoreError> {
        self.trusted()?;
        let turn = Arc::clone(&self.copying).lock_owned().await;
        let (path, free_bytes) = (self.path.clone(), self.free_bytes());
        let copied = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            copy::nameless(&path, free_bytes)
        });
        let stopped = |cause| StoreError::Unavailable(format!("no copy was made: {cause}"));
        Ok(copied.await.map_err(stopped)??)
    }

    async fn check_chain(&self) -> Result<ChainReport, StoreError> {
        self.ask_long(|connection, _| chain::check(connection))
            .await
    }

    fn commits(&self) -> Option<CommitFigures> {
        Some(self.shared.commits())
    }

    fn free_bytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(self.path.parent()?).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn failure(&self) -> Option<String> {
        self.shared.failure.get().cloned()
    }

    async fn close(&self) {
        self.shared.closing.store(true, Ordering::Release);
        lock(&self.queue).take();
        self.readers.close().await;
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            let ended = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(ended, Ok(Ok(()))) {
                tracing::error!("the writer did not end in order");
            }
        }
    }
}
