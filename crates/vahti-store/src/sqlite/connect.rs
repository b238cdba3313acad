//! Opening connections: the file's rights, and the settings that durability and memory rest on.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{
    OpenError,
    faults::Faults,
    lock::{beside, private},
    schema,
};

/// SQLite before 3.51.3 can damage a database in WAL mode when two connections write or checkpoint at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long a statement waits for another process that holds the database, as a backup does.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const STATEMENTS: usize = 64;

/// What every file of SQLite begins with that is not empty.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Where the first page says whose it is and how many tables it names, both with the highest byte first (SQLite's "Database File
/// Format", 1.3 and 1.6).
const APPLICATION_AT: usize = 68;
const TABLES_AT: usize = 103;

/// For the one connection that writes. 16 MiB of pages; a checkpoint when 16 MiB of log have gathered.
const WRITER: &str = "
    PRAGMA foreign_keys = ON;
    PRAGMA mmap_size = 0;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA secure_delete = FAST;
";

/// For a connection that reads. 4 MiB of pages.
const READER: &str = "
    PRAGMA query_only = ON;
    PRAGMA mmap_size = 0;
    PRAGMA cache_size = -4096;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
";

/// Refuses a library with the fault in its write-ahead log.
pub(super) fn check_library(version: i32) -> Result<(), OpenError> {
    if version < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite { found: version });
    }
    Ok(())
}

/// The path behind links, so that two names of one database have one lock.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, OpenError> {
    let failed = |cause| io_error(path, cause);
    if path.exists() {
        return fs::canonicalize(path).map_err(failed);
    }
    let name = path
        .file_name()
        .ok_or_else(|| failed(std::io::ErrorKind::InvalidInput.into()))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(folder).map_err(failed)?.join(name))
}

/// Refuses what is no file, or a file of another kind, before anything is done to it or beside it. An empty one may become
/// a database.
pub(super) fn check_kind(path: &Path) -> Result<(), OpenError> {
    let failed = |cause| io_error(path, cause);
    let found = match fs::metadata(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.map_err(failed)?,
    };
    let begin = if found.is_file() {
        beginning(path, MAGIC.len()).map_err(failed)?
    } else {
        Vec::new()
    };
    if begin == MAGIC || found.is_file() && begin.is_empty() {
        return Ok(());
    }
    Err(OpenError::NotVahti {
        path: path.to_owned(),
    })
}

/// Refuses a database of another program before anything is done to it or beside it, as far as its first page tells. What its
/// log says is seen once it is open.
pub(super) fn check_owner(path: &Path) -> Result<(), OpenError> {
    let begin = match beginning(path, TABLES_AT + 2) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        begin => begin.map_err(|cause| io_error(path, cause))?,
    };
    let application = begin.get(APPLICATION_AT..APPLICATION_AT + 4);
    let tables = begin.get(TABLES_AT..TABLES_AT + 2);
    let is_empty =
        |number: Option<&[u8]>| number.is_none_or(|bytes| bytes.iter().all(|byte| *byte == 0));
    let is_ours = application == Some(&schema::APPLICATION_ID.to_be_bytes()[..]);
    if is_ours || is_empty(application) && is_empty(tables) {
        return Ok(());
    }
    Err(OpenError::NotVahti {
        path: path.to_owned(),
    })
}

fn beginning(path: &Path, length: usize) -> std::io::Result<Vec<u8>> {
    let mut begin = Vec::with_capacity(length);
    File::open(path)?
        .take(length as u64)
        .read_to_end(&mut begin)?;
    Ok(begin)
}

/// Makes the file if it is not there, for its owner alone.
pub(super) fn make(path: &Path) -> Result<(), OpenError> {
    let made = private(OpenOptions::new().read(true).write(true).create(true)).open(path);
    made.map(drop).map_err(|cause| io_error(path, cause))
}

/// Takes the rights of others away from a database and from its log.
pub(super) fn make_private(path: &Path) -> Result<(), OpenError> {
    #[cfg(unix)]
    for path in ["", "-wal", "-shm"].map(|suffix| beside(path, suffix)) {
        use std::os::unix::fs::PermissionsExt as _;
        let failed = |cause| io_error(&path, cause);
        let mode = match fs::metadata(&path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => continue,
            found => found.map_err(failed)?.permissions().mode(),
        };
        if mode & 0o077 != 0 {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        }
    }
    Ok(())
}

fn io_error(path: &Path, cause: std::io::Error) -> OpenError {
    let path = path.to_owned();
    OpenError::Io { path, cause }
}

/// What every connection needs. Without stable plans, a value that is bound anew has a statement compiled anew,
/// because it might make another partial index usable.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// A connection before it is known whose database this is: it writes nothing by itself.
pub(super) fn plain(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    Ok(connection)
}

/// Makes a plain connection the one that writes.
pub(super) fn prepare_writer(
    connection: &Connection,
    path: &Path,
    faults: &Faults,
) -> Result<(), OpenError> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        let cause = std::io::Error::other("its file system cannot share memory between programs");
        return Err(io_error(path, cause));
    }
    connection.execute_batch(WRITER)?;
    connection.pragma_update(None, "synchronous", faults.synchronous())?;
    Ok(())
}

/// A connection that reads a file, and may write another: a copy.
pub(super) fn bare_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    Ok(connection)
}

/// A connection that reads what is committed.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = bare_reader(path)?;
    connection.execute_batch(READER)?;
    Ok(connection)
}
