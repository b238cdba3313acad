//! Why a database could not be opened, by what an administrator can do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process owns it.
    #[error("{} is in use{}", path.display(), by(*.pid))]
    Owned {
        /// The database.
        path: PathBuf,
        /// The process that owns it, if it said so.
        pid: Option<u32>,
    },
    /// Another program reads it, so it cannot be replaced.
    #[error("somebody else reads {}", path.display())]
    Read {
        /// The database.
        path: PathBuf,
    },
    /// The schema is newer than this program.
    #[error(
        "the database has {found} migrations and this program knows {known}: it belongs to a newer \
         version of Vahti"
    )]
    Newer {
        /// Migrations that the database has.
        found: usize,
        /// Migrations that this program has.
        known: usize,
    },
    /// A migration was applied that is not the one this program knows by that name.
    #[error("the database was made with another migration {migration} than this program has")]
    Changed {
        /// Its name.
        migration: &'static str,
    },
    /// It is some other file.
    #[error("{} is not a database of Vahti", path.display())]
    NotVahti {
        /// The file.
        path: PathBuf,
    },
    /// What would be replaced belongs to another program.
    #[error("{} is not replaced: it belongs to another program", path.display())]
    Foreign {
        /// What is there.
        path: PathBuf,
    },
    /// The SQLite library has a fault that can damage a database.
    #[error(
        "SQLite {found} is too old: 3.51.3 is the first without a fault in its write-ahead log"
    )]
    OldSqlite {
        /// Its version as a number.
        found: i32,
    },
    /// The file is damaged.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found first.
        what: String,
    },
    /// A file beside it, or the file itself, cannot be used.
    #[error("{} cannot be used: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: std::io::Error,
    },
    /// SQLite refused.
    #[error("the database cannot be opened: {0}{hint}", hint = on_the_disk(.0))]
    Sqlite(#[from] rusqlite::Error),
}

impl OpenError {
    /// Whether the fault lies in the file itself, so that it cannot be opened later either.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Newer { .. }
            | Self::Changed { .. }
            | Self::NotVahti { .. }
            | Self::Damaged { .. } => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                // What it has no other word for is a table that is not there.
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
            ),
            Self::Owned { .. }
            | Self::Read { .. }
            | Self::Foreign { .. }
            | Self::OldSqlite { .. }
            | Self::Io { .. } => false,
        }
    }
}

/// What SQLite calls an error of the disk is, at the start, most often a full one.
fn on_the_disk(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => "; the disk is full, or fails",
        _ => "",
    }
}

fn by(pid: Option<u32>) -> String {
    pid.map_or_else(
        || " by another process".to_owned(),
        |pid| format!(" by process {pid}"),
    )
}
