//! An earlier copy takes the place of the database. Nobody owns the database meanwhile but whoever restores, so that no
//! server starts on half of it; and what was there before stays beside it.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode};

use super::{
    OpenError, connect,
    copy::{self, Failed},
    lock::{Lock, beside},
    schema,
};

/// A copy that lies beside the database, ready to be opened, changed and closed before it takes its place.
#[derive(Debug)]
pub struct Restore {
    database: PathBuf,
    fresh: PathBuf,
    last_event: Option<i64>,
    _lock: Lock,
}

impl Restore {
    /// Looks whether `from` is an undamaged database of Vahti, takes the lock of the one at `database`, and lays a copy
    /// of `from` beside it. Blocks.
    ///
    /// # Errors
    /// [`OpenError`]: nothing was changed.
    pub fn prepare(database: &Path, from: &Path) -> Result<Self, OpenError> {
        connect::check_library(rusqlite::version_number())?;
        let failed = |cause| OpenError::Io {
            path: from.to_owned(),
            cause,
        };
        File::open(from).map_err(failed)?;
        let source = connect::bare_reader(from)?;
        schema::check_filled(&source, from)?;
        check_pages(&source, from)?;
        let database = connect::resolve(database)?;
        refuse_foreign(&database)?;
        let lock = Lock::take(&database)?;
        let fresh = beside(&database, ".restoring");
        let restore = Self {
            last_event: last_event(&database),
            database,
            fresh,
            _lock: lock,
        };
        restore.clear().map_err(failed)?;
        copy::write(&source, &restore.fresh).map_err(|failure| match failure {
            Failed::Io(cause) => failed(cause),
            Failed::Sqlite(error) => error.into(),
        })?;
        Ok(restore)
    }

    /// The copy, to be opened like any database.
    #[must_use]
    pub fn copy(&self) -> &Path {
        &self.fresh
    }

    /// The number of the last event of the database that is there, 0 if there is none; nothing if it cannot be read.
    #[must_use]
    pub const fn last_event(&self) -> Option<i64> {
        self.last_event
    }

    /// Puts the copy, which has been closed again, in the place of the database; says where the one that was there is
    /// kept. Blocks.
    ///
    /// # Errors
    /// [`OpenError::Read`], [`OpenError::Io`]: the database is the one from before.
    pub fn finish(self) -> Result<Option<PathBuf>, OpenError> {
        if self.database.exists() {
            self.empty_log()?;
        }
        self.exchange().map_err(|cause| OpenError::Io {
            path: self.database.clone(),
            cause,
        })
    }

    fn exchange(&self) -> io::Result<Option<PathBuf>> {
        let kept = self.database.exists().then(|| self.keep()).transpose()?;
        fs::rename(&self.fresh, &self.database)?;
        // From here on it is done: what fails now must not be told as if nothing had changed.
        let folder = self.database.parent().unwrap_or(Path::new("."));
        if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
            tracing::warn!(%error, "the database is exchanged; a power cut now may undo that");
        }
        Ok(kept)
    }

    /// What the write-ahead log holds goes into the database that is there. Somebody who reads it keeps the log from being
    /// emptied, and would go on with half of it.
    fn empty_log(&self) -> Result<(), OpenError> {
        let is_read = connect::plain(&self.database)
            .and_then(|connection| {
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            })
            .or_else(|error| match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(true),
                _ => Err(error),
            });
        match is_read {
            Ok(false) => {}
            Ok(true) => {
                let path = self.database.clone();
                return Err(OpenError::Read { path });
            }
            Err(error) => tracing::warn!(%error, "the database that is replaced cannot be read"),
        }
        Ok(())
    }

    /// Gives the database that is there a second name. A write-ahead log that cannot be read any more is kept beside it.
    fn keep(&self) -> io::Result<PathBuf> {
        let names =
            (1..).map(|number: u32| beside(&self.database, &format!(".before-restore-{number}")));
        let mut free = names.filter(|name| !name.exists());
        let kept = free.next().unwrap_or_else(|| self.database.clone());
        fs::hard_link(&self.database, &kept)
            .or_else(|_| fs::copy(&self.database, &kept).map(drop))?;
        for suffix in ["-wal", "-shm"] {
            let beside_it = beside(&self.database, suffix);
            if beside_it.exists() {
                fs::rename(beside_it, beside(&kept, suffix))?;
            }
        }
        File::open(&kept)?.sync_all()?;
        Ok(kept)
    }

    /// Removes whatever an earlier try, or this one, has left beside the copy.
    fn clear(&self) -> io::Result<()> {
        let folder = self.fresh.parent().unwrap_or(Path::new("."));
        let prefix = self
            .fresh
            .file_name()
            .unwrap_or_default()
            .as_encoded_bytes();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(prefix) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Restore {
    /// A copy that did not take the place goes away.
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            tracing::warn!(%error, "a copy that is not needed was left beside the database");
        }
    }
}

/// Refuses to replace what is no file, and a database of another program. What cannot be read may be what is left of ours: for
/// that a restore is there.
fn refuse_foreign(database: &Path) -> Result<(), OpenError> {
    let is_database = connect::check_kind(database).is_ok();
    let found = || {
        let connection = connect::bare_reader(database)?;
        schema::check(&connection, database, schema::MIGRATIONS)
    };
    let is_foreign = if is_database {
        matches!(found(), Err(OpenError::NotVahti { .. }))
    } else {
        !database.is_file()
    };
    if is_foreign {
        return Err(OpenError::Foreign {
            path: database.to_owned(),
        });
    }
    Ok(())
}

/// The number of the last event of the database at `path`, 0 if there is none; nothing if it cannot be read.
fn last_event(path: &Path) -> Option<i64> {
    if !path.exists() {
        return Some(0);
    }
    let sql = "SELECT coalesce(max(seq), 0) FROM event";
    let read =
        connect::plain(path).and_then(|connection| connection.query_row(sql, [], |row| row.get(0)));
    read.inspect_err(|error| tracing::warn!(%error, "the database that is replaced cannot be read"))
        .ok()
}

fn check_pages(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let what: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if what == "ok" {
        return Ok(());
    }
    Err(OpenError::Damaged {
        path: path.to_owned(),
        what,
    })
}
