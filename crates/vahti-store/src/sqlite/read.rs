//! Connections that read: a few, each used by one question at a time, on threads that may block. They see what is
//! committed, and a question of several statements sees it all at one moment.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension as _, Rows};
use tokio::{sync::Semaphore, task};
use vahti_core::{Account, SessionId, Timestamp, UserId};

use super::{columns::Columns, connect, load, trouble::Trouble};
use crate::{StoreError, Witness};

const READERS: u32 = 3;

/// The connections that read.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    free: Arc<Semaphore>,
    /// Places for questions that may take long: one connection is always left for what a command has to look up.
    long: Arc<Semaphore>,
}

/// A connection in use; it goes back when it is dropped, also by a panic.
struct InUse {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for InUse {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(connection);
        }
    }
}

impl Readers {
    /// Opens them.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let idle: Result<Vec<_>, _> = (0..READERS).map(|_| connect::reader(path)).collect();
        Ok(Self {
            idle: Arc::new(Mutex::new(idle?)),
            free: Arc::new(Semaphore::new(READERS as usize)),
            long: Arc::new(Semaphore::new(READERS as usize - 1)),
        })
    }

    /// Answers `question` on a thread that may block.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Unavailable("the database is closed".to_owned());
        let free = Arc::clone(&self.free);
        let permit = free.acquire_owned().await.map_err(|_| closed())?;
        let connection = self.lock().pop().ok_or_else(closed)?;
        let in_use = InUse {
            connection: Some(connection),
            idle: Arc::clone(&self.idle),
        };
        let answered = task::spawn_blocking(move || {
            let answer = match &in_use.connection {
                Some(connection) => at_one_moment(connection, question),
                None => return Err(closed()),
            };
            drop(in_use);
            drop(permit);
            answer.map_err(StoreError::from)
        });
        answered.await.map_err(|cause| {
            StoreError::Unavailable(format!("a question was not answered: {cause}"))
        })?
    }

    /// As [`Readers::ask`], for a question that may take long.
    pub(super) async fn ask_long<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::clone(&self.long).acquire_owned().await;
        // The place is held by the question itself: it goes on when whoever asked has left.
        self.ask(move |connection| {
            let _place = place;
            question(connection)
        })
        .await
    }

    /// Waits for the questions under way, and closes the connections.
    pub(super) async fn close(&self) {
        if let Ok(all) = self.free.acquire_many(READERS).await {
            self.free.close();
            drop(all);
        }
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn at_one_moment<T>(
    connection: &Connection,
    question: impl FnOnce(&Connection) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let transaction = connection.unchecked_transaction()?;
    question(&transaction)
}

/// The account of a user, with the open sessions.
pub(super) fn account(
    connection: &Connection,
    witness: &dyn Witness,
    user: &UserId,
) -> Result<Option<Account>, Trouble> {
    let loaded = load::by_user(connection, witness, user)?;
    Ok(loaded.map(|loaded| loaded.account))
}

/// The account to which a session belongs.
pub(super) fn account_of(
    connection: &Connection,
    witness: &dyn Witness,
    session: &SessionId,
) -> Result<Option<Account>, Trouble> {
    load::by_session(connection, witness, session)
}

/// Until when the gate is paused.
pub(super) fn paused_until(connection: &Connection) -> Result<Option<Timestamp>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT until FROM pause")?;
    let until: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(until.map(Timestamp::from_millis))
}

/// What supervisors said last to those who wait.
pub(super) fn message(connection: &Connection) -> Result<Option<String>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT value FROM text WHERE text.id = event.note) FROM event \
         WHERE verb = 'message' ORDER BY seq DESC LIMIT 1",
    )?;
    let text: Option<Option<String>> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(text.flatten())
}

/// Users with an open session, after an account, in the order of their accounts.
pub(super) fn users_with_open_sessions(
    connection: &Connection,
    after: i64,
    most: u32,
) -> Result<Vec<(UserId, i64)>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT p.user, s.account FROM \
         (SELECT DISTINCT account FROM session WHERE ended_at IS NULL AND account > ?1 \
          ORDER BY account) s \
         CROSS JOIN person p ON p.account = s.account WHERE p.user IS NOT NULL LIMIT ?2",
    )?;
    users(statement.query((after, most))?)
}

/// The users without an open session, of whom a session was active at `since` or later.
pub(super) fn users_stopped_since(
    connection: &Connection,
    since: Timestamp,
    after: i64,
    most: u32,
) -> Result<Vec<(UserId, i64)>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT p.user, a.id FROM account a JOIN person p ON p.account = a.id \
         WHERE a.id > ?1 AND a.stopped_at >= ?2 AND p.user IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM session s WHERE s.account = a.id AND s.ended_at IS NULL) \
         ORDER BY a.id LIMIT ?3",
    )?;
    users(statement.query((after, since.as_millis(), most))?)
}

fn users(mut rows: Rows<'_>) -> Result<Vec<(UserId, i64)>, Trouble> {
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::from(row, 0);
        users.push((columns.word()?, columns.take()?));
    }
    Ok(users)
}

/// The number of a user's account.
pub(super) fn number_of(connection: &Connection, user: &UserId) -> Result<Option<i64>, Trouble> {
    let sql = "SELECT account FROM person WHERE user = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let number = statement
        .query_row([user.as_str()], |row| row.get(0))
        .optional()?;
    Ok(number)
}
