//! Migrations: numbered files that run in order, each in one transaction, and are remembered with a checksum.
//! They only go forward; a copy of the database is written beside it before the first of them.

use std::{fs, path::Path};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use super::{
    OpenError,
    copy::{self, Failed},
    lock::beside,
};

/// Says in the file's header whose database it is: "VHTI".
pub(super) const APPLICATION_ID: i32 = 0x5648_5449;

const RECORD: &str = "
    CREATE TABLE IF NOT EXISTS migration (
        number INTEGER PRIMARY KEY,
        name   TEXT NOT NULL,
        sha256 BLOB NOT NULL
    ) STRICT;
";

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Migration {
    /// The file's name: four digits, `_`, words.
    pub(super) name: &'static str,
    /// What it runs.
    pub(super) sql: &'static str,
}

/// Every step, in order; the first has number 1.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_begin",
        sql: include_str!("migrations/0001_begin.sql"),
    },
    Migration {
        name: "0002_origins",
        sql: include_str!("migrations/0002_origins.sql"),
    },
    Migration {
        name: "0003_imported",
        sql: include_str!("migrations/0003_imported.sql"),
    },
    Migration {
        name: "0004_pause",
        sql: include_str!("migrations/0004_pause.sql"),
    },
    Migration {
        name: "0005_waiting_screens",
        sql: include_str!("migrations/0005_waiting_screens.sql"),
    },
    Migration {
        name: "0006_supervisors",
        sql: include_str!("migrations/0006_supervisors.sql"),
    },
    Migration {
        name: "0007_taken_back",
        sql: include_str!("migrations/0007_taken_back.sql"),
    },
];

/// What a file turned out to be.
enum Found {
    /// Nothing yet.
    Empty,
    /// A database of Vahti, with this many migrations.
    Vahti(usize),
}

/// Refuses a file that is not a database of Vahti, or one of a newer version. Writes nothing.
pub(super) fn check(
    connection: &Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    find(connection, path, migrations).map(drop)
}

/// As [`check`], and refuses a file in which there is nothing.
pub(super) fn check_filled(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    match find(connection, path, MIGRATIONS)? {
        Found::Vahti(_) => Ok(()),
        Found::Empty => Err(OpenError::NotVahti {
            path: path.to_owned(),
        }),
    }
}

/// Brings the schema up to the newest of `migrations`.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    let applied = match find(connection, path, migrations)? {
        Found::Empty => 0,
        Found::Vahti(applied) => applied,
    };
    if applied > 0 && applied < migrations.len() {
        copy_beside(connection, path, applied + 1)?;
    }
    for (place, migration) in migrations.iter().enumerate().skip(applied) {
        apply(connection, place + 1, migration)?;
    }
    Ok(())
}

fn find(
    connection: &Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<Found, OpenError> {
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = connection
        .query_row(tables, [], |row| row.get(0))
        .map_err(|error| not_a_database(error, path))?;
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    match (tables, application) {
        (0, 0) => return Ok(Found::Empty),
        (_, APPLICATION_ID) => {}
        _ => {
            return Err(OpenError::NotVahti {
                path: path.to_owned(),
            });
        }
    }
    let number = "SELECT coalesce(max(number), 0) FROM migration";
    let found: u32 = connection.query_row(number, [], |row| row.get(0))?;
    let found = found as usize;
    if found > migrations.len() {
        return Err(OpenError::Newer {
            found,
            known: migrations.len(),
        });
    }
    for (place, migration) in migrations.iter().enumerate().take(found) {
        check_sum(connection, place + 1, migration)?;
    }
    Ok(Found::Vahti(found))
}

fn not_a_database(error: rusqlite::Error, path: &Path) -> OpenError {
    if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        return OpenError::NotVahti {
            path: path.to_owned(),
        };
    }
    error.into()
}

fn check_sum(
    connection: &Connection,
    number: usize,
    migration: &Migration,
) -> Result<(), OpenError> {
    let sql = "SELECT sha256 FROM migration WHERE number = ?1";
    let stored: Option<Vec<u8>> = connection
        .query_row(sql, [number_of(number)], |row| row.get(0))
        .optional()?;
    if stored.as_deref() == Some(sum(migration).as_slice()) {
        return Ok(());
    }
    Err(OpenError::Changed {
        migration: migration.name,
    })
}

fn apply(
    connection: &mut Connection,
    number: usize,
    migration: &Migration,
) -> Result<(), OpenError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(RECORD)?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO migration (number, name, sha256) VALUES (?1, ?2, ?3)",
        (number_of(number), migration.name, sum(migration).as_slice()),
    )?;
    transaction.commit()?;
    Ok(())
}

/// Writes a copy of the database as it is: first under another name, so that a copy is whole or not there.
fn copy_beside(connection: &Connection, path: &Path, number: usize) -> Result<(), OpenError> {
    let copy = beside(path, &format!(".before-{number:04}"));
    let unfinished = beside(&copy, ".unfinished");
    let failed = |cause| OpenError::Io {
        path: unfinished.clone(),
        cause,
    };
    copy::write(connection, &unfinished).map_err(|failure| match failure {
        Failed::Io(cause) => failed(cause),
        Failed::Sqlite(error) => error.into(),
    })?;
    fs::rename(&unfinished, &copy).map_err(failed)
}

fn sum(migration: &Migration) -> [u8; 32] {
    Sha256::digest(migration.sql).into()
}

fn number_of(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration {
        name: "0001_begin",
        sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);",
    };
    const SECOND: Migration = Migration {
        name: "0002_more",
        sql: "CREATE TABLE b (y TEXT) STRICT; UPDATE a SET x = 2;",
    };
    const BROKEN: Migration = Migration {
        name: "0002_more",
        sql: "CREATE TABLE b (y TEXT) STRICT; UPDATE nothing SET x = 2;",
    };

    fn open(folder: &Path) -> (Connection, std::path::PathBuf) {
        let path = folder.join("v.db");
        (Connection::open(&path).expect("a database"), path)
    }

    fn x(connection: &Connection) -> i64 {
        connection
            .query_row("SELECT x FROM a", [], |row| row.get(0))
            .expect("a row")
    }

    #[test]
    fn migrations_run_once_and_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut connection, path) = open(folder.path());
        migrate(&mut connection, &path, &[FIRST, SECOND]).expect("both");
        migrate(&mut connection, &path, &[FIRST, SECOND]).expect("nothing to do");
        assert_eq!(x(&connection), 2);
    }

    #[test]
    fn a_copy_is_written_before_a_database_changes_and_only_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut connection, path) = open(folder.path());
        let copy = beside(&path, ".before-0002");
        migrate(&mut connection, &path, &[FIRST]).expect("the first");
        migrate(&mut connection, &path, &[FIRST]).expect("nothing to do");
        assert!(!copy.exists());
        migrate(&mut connection, &path, &[FIRST, SECOND]).expect("the second");
        assert_eq!(x(&connection), 2);
        assert_eq!(x(&Connection::open(&copy).expect("the copy")), 1);
        assert!(!beside(&copy, ".unfinished").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&copy).expect("it").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut connection, path) = open(folder.path());
        migrate(&mut connection, &path, &[FIRST]).expect("the first");
        assert!(migrate(&mut connection, &path, &[FIRST, BROKEN]).is_err());
        migrate(&mut connection, &path, &[FIRST, SECOND]).expect("the right one");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut connection, path) = open(folder.path());
        migrate(&mut connection, &path, &[FIRST, SECOND]).expect("both");
        let refused = check(&connection, &path, &[FIRST]);
        assert!(
            matches!(refused, Err(OpenError::Newer { found: 2, known: 1 })),
            "{refused:?}"
        );
    }

    #[test]
    fn a_migration_that_was_changed_afterwards_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut connection, path) = open(folder.path());
        migrate(&mut connection, &path, &[FIRST, SECOND]).expect("both");
        let refused = check(&connection, &path, &[FIRST, BROKEN]);
        assert!(
            matches!(
                refused,
                Err(OpenError::Changed {
                    migration: "0002_more"
                })
            ),
            "{refused:?}"
        );
    }

    #[test]
    fn another_programs_database_is_refused_untouched() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut connection, path) = open(folder.path());
        connection
            .execute_batch("CREATE TABLE theirs (x)")
            .expect("theirs");
        let before = fs::read(&path).expect("bytes");
        let refused = migrate(&mut connection, &path, &[FIRST]);
        assert!(matches!(refused, Err(OpenError::NotVahti { .. })));
        assert_eq!(fs::read(&path).expect("bytes"), before);
    }

    #[test]
    fn the_names_are_numbered() {
        for (place, migration) in MIGRATIONS.iter().enumerate() {
            assert!(migration.name.starts_with(&format!("{:04}_", place + 1)));
        }
    }
}
