//! Copies of the whole database: as it is at one moment, without what was deleted, for its owner alone, and on the disk
//! before anybody relies on them.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use rusqlite::Connection;

use super::{
    connect,
    lock::{beside, private},
    trouble::Trouble,
};
use crate::StoreError;

/// What has to stay free beside a copy, so that commits go on while it is there.
const SPARE_BYTES: u64 = 16 * 1024 * 1024;

/// How the name of a copy goes on while it is written; nobody else gives a file such a name.
pub(super) const UNFINISHED: &str = ".copying";

/// Writes a copy to `to`, which is replaced. A copy that is interrupted is not a database.
pub(super) fn write(connection: &Connection, to: &Path) -> Result<(), Failed> {
    let file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(to)?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(file.sync_all()?)
}

/// Why a copy was not written.
#[derive(Debug)]
pub(super) enum Failed {
    Io(io::Error),
    Sqlite(rusqlite::Error),
}

impl From<io::Error> for Failed {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Sqlite(cause)
    }
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Io(cause) => Self::Store(StoreError::Unavailable(cause.to_string())),
            Failed::Sqlite(cause) => Self::Sqlite(cause),
        }
    }
}

/// A copy of the database at `path` in a file without a name: nobody has to remove it.
pub(super) fn nameless(path: &Path, free_bytes: Option<u64>) -> Result<File, Trouble> {
    let length = fs::metadata(path).map_err(Failed::from)?.len();
    let missing_bytes = free_bytes.map_or(0, |free| (length + SPARE_BYTES).saturating_sub(free));
    if missing_bytes > 0 {
        return Err(StoreError::NoRoom { missing_bytes }.into());
    }
    let unfinished = beside(path, UNFINISHED);
    let written = connect::bare_reader(path)
        .map_err(Failed::from)
        .and_then(|connection| write(&connection, &unfinished))
        .and_then(|()| Ok(File::open(&unfinished)?));
    let removed = fs::remove_file(&unfinished);
    let file = written?;
    removed.map_err(Failed::from)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_made_only_where_there_is_room_for_it_and_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("v.db");
        let connection = Connection::open(&path).expect("a database");
        connection
            .execute_batch("CREATE TABLE a (x); INSERT INTO a VALUES (1)")
            .expect("a table");
        let needed = fs::metadata(&path).expect("the database").len() + SPARE_BYTES;
        let refused = nameless(&path, Some(needed - 7)).map_err(StoreError::from);
        let expected = StoreError::NoRoom { missing_bytes: 7 };
        assert_eq!(refused.expect_err("no room"), expected);
        for enough in [Some(needed), None] {
            let copy = nameless(&path, enough).expect("a copy");
            assert!(copy.metadata().expect("a file").len() > 0);
        }
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
    }
}
