//! Every account with its sessions, in one pass over the database, for the start of a host.

use rusqlite::Connection;
use tokio::sync::mpsc;
use vahti_core::{Account, Timestamp};

use super::{
    load::{self, SESSION_COLUMNS, account_columns, session_columns},
    trouble::Trouble,
};
use crate::Witness;

/// Accounts a message.
const BATCH: usize = 512;

/// A session with its account, from one of the two indexes that each session is in.
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
              WHERE p.user IS NOT NULL AND ",
            $which
        )
    };
}

/// Open sessions, and those that ended after a time, in the order of their accounts and logins: two ordered
/// cursors, which SQLite merges. There are few of the second kind, so that sorting them costs little.
const ALL: &str = concat!(
    sessions_by!("session_open", "s.ended_at IS NULL"),
    " UNION ALL ",
    sessions_by!(
        "session_over_since",
        "s.ended_at IS NOT NULL AND s.ended_at > ?1"
    ),
    " ORDER BY 1, 2"
);

/// Sends all accounts; stops when nobody takes them any more.
pub(super) fn accounts(
    connection: &Connection,
    witness: &dyn Witness,
    ended_after: Timestamp,
    to: &mpsc::Sender<Vec<Account>>,
) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached(ALL)?;
    let mut rows = statement.query([ended_after.as_millis()])?;
    let mut batch: Vec<Account> = Vec::with_capacity(BATCH + 1);
    let mut current = None;
    while let Some(row) = rows.next()? {
        let (_, session) = load::session(row, 1, witness)?;
        let id: i64 = row.get(0)?;
        if current != Some(id) {
            let Some(loaded) = load::account(row, 1 + SESSION_COLUMNS)? else {
                continue;
            };
            if batch.len() >= BATCH && to.blocking_send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
            current = Some(id);
            batch.push(loaded.account);
        }
        if let Some(account) = batch.last_mut() {
            account.sessions.push(session);
        }
    }
    // Nobody may be there to take the last ones, either.
    drop(to.blocking_send(batch));
    Ok(())
}
