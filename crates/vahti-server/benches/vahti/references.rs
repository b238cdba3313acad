//! What Vahti is compared with. Each reference does the least that anybody would have to do for the same purpose, in
//! the way that its library recommends, and none is held back: a rival should find nothing to object to.

use std::path::Path;

use papaya::HashMap;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use vahti_core::SessionId;

use crate::sessions;

/// Sessions by id in the map that the index uses, with the hash of the secret alone.
pub(crate) type Map = HashMap<SessionId, [u8; 32]>;

/// A map with `count` sessions.
pub(crate) fn map(count: u64) -> Map {
    let map = Map::new();
    let pinned = map.pin();
    for number in 0..count {
        pinned.insert(
            sessions::session(number),
            Sha256::digest(sessions::secret(number)).into(),
        );
    }
    drop(pinned);
    map
}

/// The check: the hash of the secret, and one look-up.
pub(crate) fn hash_and_look_up(map: &Map, id: &str, secret: &[u8; 32]) -> bool {
    let hash: [u8; 32] = Sha256::digest(secret).into();
    map.pin().get(id).is_some_and(|known| *known == hash)
}

/// The handler of a check that knows the answer before it has read the question.
pub(crate) fn constant<T: Clone + Send + Sync + 'static>(
    answer: T,
) -> impl Fn() -> T + Clone + Send + Sync + 'static {
    move || answer.clone()
}

/// Logins without any of Vahti's code: the tables, settings and statements of its store, one commit a login.
pub(crate) struct Logins {
    connection: Connection,
    number: u64,
}

/// The settings of the store's writer (`connect.rs`).
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;
    PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864;
    PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA secure_delete = FAST;
";

/// The tables of the store: its own migration.
const TABLES: &str = include_str!("../../../vahti-store/src/sqlite/migrations/0001_begin.sql");

const ACCOUNT: &str =
    "SELECT a.*, p.* FROM person p JOIN account a ON a.id = p.account WHERE p.user = ?1";
const TEXT: &str = "SELECT id, digest FROM text WHERE account = ?1 AND value = ?2";
const NEW_TEXT: &str = "INSERT INTO text (account, value, salt, digest) VALUES (?1, ?2, ?3, ?4)";
const NEW_EVENT: &str = "INSERT INTO event (seq, account, number, at, stamp, verb, session, state, reason, remark, key, \
    actor, how, note, origin, \"limit\", policy, hash) VALUES (?1, ?1, 1, 1790000000000, 117309440000000000 + ?1, \
    'login', ?2, 'active', NULL, NULL, 'lms', NULL, 'api', NULL, ?3, 1, 'hold', ?4)";
const NEW_ACCOUNT: &str = "INSERT INTO account (newest, version, groups, invalidated, frozen, hold_logins, \
    hold_logins_on, events, hash, id) VALUES (117309440000000000 + ?1, 1, '[]', 0, 0, 0, 0, 1, ?2, ?1)";
const NEW_PERSON: &str = "INSERT INTO person (account, user, salt, digest) VALUES (?1, ?2, ?3, ?4)";
const NEW_SESSION: &str = "INSERT INTO session (id, account, state, last_seen, admitted, invalidated, invalidated_cause, \
    secret, login, login_at, origin, app, home) VALUES (?2, ?1, 'active', 1790000000000, 117309440000000000 + ?1, 0, \
    'invalidated', ?3, 117309440000000000 + ?1, 1790000000000, ?4, 'lms', 'here')";
const NEW_SLOT: &str = "INSERT INTO slot (session, account, n, \"of\") VALUES (?1, ?2, 1, 1)";

impl Logins {
    /// An empty database.
    pub(crate) fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("a database");
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(SETTINGS).expect("settings");
        connection.execute_batch(TABLES).expect("tables");
        Self {
            connection,
            number: 0,
        }
    }

    /// Logs the next user in.
    pub(crate) fn log_in(&mut self, origin: &str) -> rusqlite::Result<()> {
        self.number += 1;
        let (user, id) = (sessions::user(self.number), sessions::session(self.number));
        let (user, id, hash) = (user.as_str(), id.as_str(), sessions::secret(self.number));
        let (account, salt) = (i64::try_from(self.number).unwrap_or(i64::MAX), &hash[..16]);
        let run = |sql| self.connection.prepare_cached(sql);
        run("BEGIN IMMEDIATE")?.execute([])?;
        assert!(!run(ACCOUNT)?.exists([user])?, "the user is new");
        assert!(!run(TEXT)?.exists((account, origin))?, "so is the text");
        let text = run(NEW_TEXT)?.insert((account, origin, salt, hash))?;
        run(NEW_EVENT)?.execute((account, id, text, hash))?;
        run(NEW_ACCOUNT)?.execute((account, hash))?;
        run(NEW_PERSON)?.execute((account, user, salt, hash))?;
        assert!(run(TEXT)?.exists((account, origin))?, "by now it is known");
        let session = run(NEW_SESSION)?.insert((account, id, hash, text))?;
        run(NEW_SLOT)?.execute((session, account))?;
        run("COMMIT")?.execute([])?;
        Ok(())
    }
}

/// The start: one pass over all that a host has to know, in the order in which it lies on the disk, into nothing.
pub(crate) fn read_everything(path: &Path) -> rusqlite::Result<u64> {
    let connection = Connection::open(path)?;
    let mut bytes = 0;
    for table in ["account", "person", "session"] {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} NOT INDEXED"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                bytes +=
                    row.get_ref(column)?
                        .as_bytes_or_null()
                        .map_or(8, |bytes| bytes.map_or(0, <[u8]>::len)) as u64;
            }
        }
    }
    Ok(bytes)
}
