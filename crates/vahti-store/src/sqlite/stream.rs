//! Every account with its sessions, in one pass over the database, for the start of a host.
//!
//! Two parts are read at once. In each, two cursors in the order of accounts and logins, one over the open sessions and one over those that ended lately,
//! are merged; an account's own columns are read once, with its first session.

use rusqlite::{Connection, Rows};
use tokio::sync::mpsc;
use vahti_core::{Account, Session, Timestamp};

use super::{
    SqliteStore,
    load::{self, SESSION_COLUMNS, account_columns, session_columns},
    trouble::Trouble,
};
use crate::{StoreError, Witness};

/// Accounts a message.
const BATCH: usize = 512;

/// Messages that may wait for whoever takes them.
const WAITING: usize = 4;

/// Sessions with their accounts, from one of the two indexes that each session is in.
macro_rules! sessions_by {
    ($index:literal, $which:literal) => {
        concat!(
            "SELECT s.account, ",
            session_columns!(),
            ", ",
            account_columns!(),
            " FROM session s INDEXED BY ",
            $index,
            " CROSS JOIN account a ON a.id = s.account CROSS JOIN person p ON p.account = s.account \
             WHERE p.user IS NOT NULL AND s.account BETWEEN ?1 AND ?2 AND ",
            $which,
            " ORDER BY s.account, s.number"
        )
    };
}

const OPEN: &str = sessions_by!("session_open", "s.ended_at IS NULL");

/// There are few of these, so that sorting them costs little.
const ENDED: &str = sessions_by!(
    "session_over_since",
    "s.ended_at IS NOT NULL AND s.ended_at > ?3"
);

/// A session, with its account if it is the cursor's first of that account.
struct Item {
    /// The numbers of the account and of the session.
    place: (i64, i64),
    session: Session,
    account: Option<Account>,
}

/// A statement on its way, and its next row.
struct Cursor<'s> {
    rows: Rows<'s>,
    witness: &'s dyn Witness,
    next: Option<Item>,
}

impl<'s> Cursor<'s> {
    fn begin(rows: Rows<'s>, witness: &'s dyn Witness) -> Result<Self, Trouble> {
        let mut cursor = Self {
            rows,
            witness,
            next: None,
        };
        cursor.advance()?;
        Ok(cursor)
    }

    /// Gives the next item and reads the one after it.
    fn advance(&mut self) -> Result<Option<Item>, Trouble> {
        let item = self.next.take();
        let Some(row) = self.rows.next()? else {
            return Ok(item);
        };
        let id: i64 = row.get(0)?;
        let (number, session) = load::session(row, 1, self.witness)?;
        let is_first = item.as_ref().is_none_or(|item| item.place.0 != id);
        let account = if is_first {
            load::account(row, 1 + SESSION_COLUMNS)?.map(|loaded| loaded.account)
        } else {
            None
        };
        self.next = Some(Item {
            place: (id, number),
            session,
            account,
        });
        Ok(item)
    }

    fn place(&self) -> (i64, i64) {
        let end = (i64::MAX, i64::MAX);
        self.next.as_ref().map_or(end, |item| item.place)
    }
}

/// Hands every account to `each`, with its open sessions and those that ended after this time.
pub(super) async fn all(
    store: &SqliteStore,
    ended_after: Timestamp,
    each: &mut (dyn for<'a> FnMut(&'a Account) + Send),
) -> Result<(), StoreError> {
    let (sender, mut stream) = mpsc::channel(WAITING);
    let parts = store.ask(|connection, _| parts(connection)).await?;
    let [first, second] = parts.map(|part| {
        let sender = sender.clone();
        store.ask(move |connection, host| {
            accounts(connection, &*host.witness, part, ended_after, &sender)
        })
    });
    drop(sender);
    let take = async {
        while let Some(accounts) = stream.recv().await {
            accounts.iter().for_each(&mut *each);
        }
    };
    let (first, second, ()) = tokio::join!(first, second, take);
    first.and(second)
}

/// Two parts of all accounts, as nearly equal as their numbers tell: reading them costs more than the disk does.
fn parts(connection: &Connection) -> Result<[(i64, i64); 2], Trouble> {
    let last: i64 = connection.query_row("SELECT max(id) FROM account", [], |row| row.get(0))?;
    Ok([(1, last / 2), (last / 2 + 1, i64::MAX)])
}

/// Sends the accounts with these numbers; stops when nobody takes them any more.
fn accounts(
    connection: &Connection,
    witness: &dyn Witness,
    (first, last): (i64, i64),
    ended_after: Timestamp,
    to: &mpsc::Sender<Vec<Account>>,
) -> Result<(), Trouble> {
    let mut open = connection.prepare_cached(OPEN)?;
    let mut ended = connection.prepare_cached(ENDED)?;
    let since = ended_after.as_millis();
    let mut open = Cursor::begin(open.query((first, last))?, witness)?;
    let mut ended = Cursor::begin(ended.query((first, last, since))?, witness)?;
    let mut batch: Vec<Account> = Vec::with_capacity(BATCH);
    let mut current = None;
    loop {
        let earlier = if open.place() < ended.place() {
            &mut open
        } else {
            &mut ended
        };
        let Some(item) = earlier.advance()? else {
            break;
        };
        if current != Some(item.place.0) {
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                if to.blocking_send(full).is_err() {
                    return Ok(());
                }
            }
            current = Some(item.place.0);
            batch.extend(item.account);
        }
        if let Some(account) = batch.last_mut() {
            // Most users have one session, and there may be a million of them.
            account.sessions.reserve_exact(1);
            account.sessions.push(item.session);
        }
    }
    // Nobody may be there to take the last ones, either.
    drop(to.blocking_send(batch));
    Ok(())
}
