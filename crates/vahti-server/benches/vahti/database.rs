//! A database of a million sessions, without a million logins: one real login is recorded by the store, and its rows
//! are multiplied in SQL with other names, numbers and ids. So the rows are what the store writes, whatever that is.

use std::{fs, path::Path};

use rusqlite::Connection;
use tokio::runtime::Runtime;
use vahti::LoginRequest;

use crate::{host, sessions};

/// Column and expression in which a copy differs from the login that was recorded; `i` counts the copies from 1.
type Changes = &'static [(&'static str, &'static str)];

const TABLES: &[(&str, &str, Changes)] = &[
    (
        "account",
        "id = 1",
        &[
            ("id", "id + i"),
            ("newest", "newest + i"),
            ("hash", "randomblob(32)"),
        ],
    ),
    (
        "person",
        "account = 1",
        &[
            ("account", "account + i"),
            ("user", "printf('user-%015d', i)"),
            ("salt", "randomblob(16)"),
            ("digest", "randomblob(32)"),
        ],
    ),
    (
        "session",
        "account = 1",
        &[
            ("number", "number + i"),
            ("id", "printf('AZq%019d', i)"),
            ("account", "account + i"),
        ],
    ),
    (
        "slot",
        "account = 1",
        &[("session", "session + i"), ("account", "account + i")],
    ),
    (
        "event",
        "account = 1",
        &[
            ("seq", "seq + i"),
            ("account", "account + i"),
            ("stamp", "stamp + i"),
            ("session", "printf('AZq%019d', i)"),
            ("hash", "randomblob(32)"),
        ],
    ),
];

/// The id of a copy.
fn id(copy: u64) -> String {
    format!("AZq{copy:019}")
}

/// Makes it, with `count` sessions, each of a user with a name of 20 bytes. Gives some of their tokens.
pub(crate) fn make(runtime: &Runtime, database: &Path, count: u64) -> Vec<String> {
    let token = runtime.block_on(async {
        let vahti = host::open(database).await;
        let login = vahti
            .login(&host::app(), LoginRequest::of(sessions::user(0)))
            .await;
        let session = login
            .expect("the login is recorded")
            .expect("sessions are tracked");
        vahti.close().await;
        session.token
    });
    multiply(database, count - 1).expect("the rows are multiplied");
    let (_, secret) = token.rsplit_once('.').expect("a token");
    [1, count / 2, count - 1]
        .map(|copy| format!("v1.{}.{secret}", id(copy)))
        .into()
}

fn multiply(database: &Path, copies: u64) -> rusqlite::Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN")?;
    for (table, login, changes) in TABLES {
        let mut columns = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns = columns
            .query_map([table], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        let value = |column: &String| {
            let change = changes.iter().find(|(changed, _)| changed == column);
            change.map_or_else(
                || format!("\"{column}\""),
                |(_, expression)| (*expression).to_owned(),
            )
        };
        let values = columns.iter().map(value).collect::<Vec<_>>().join(", ");
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE login AS SELECT * FROM main.{table} WHERE {login};
             WITH RECURSIVE copy (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copy WHERE i < {copies})
             INSERT INTO main.{table} (\"{}\") SELECT {values} FROM temp.login, copy;
             DROP TABLE temp.login;",
            columns.join("\", \"")
        ))?;
    }
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    connection.close().map_err(|(_, error)| error)
}

/// How large the database is.
pub(crate) fn bytes(database: &Path) -> u64 {
    fs::metadata(database).map_or(0, |file| file.len())
}
