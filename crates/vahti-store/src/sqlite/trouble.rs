//! What goes wrong inside the backend, and what the caller is told of it. Every name of a constraint that means
//! something to a caller stands here, and only here.

use rusqlite::ErrorCode;

use crate::{Constraint, StoreError};

/// Why a piece of work failed: SQLite's own word for it, or a judgement that is already made.
#[derive(Debug)]
pub(super) enum Trouble {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

/// A part of SQLite's message, and what it means.
const CONSTRAINTS: &[(&str, Constraint)] = &[
    ("session.id", Constraint::SessionId),
    ("slot_within_limit", Constraint::Slot),
    ("slot.account, slot.n", Constraint::Slot),
    ("slot.session", Constraint::Slot),
    ("key.name", Constraint::KeyName),
    ("supervisor.name", Constraint::SupervisorName),
];

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Trouble {
    /// A value in the database that never should be there.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that it can be named where an error is mapped"
    )]
    pub(super) fn corrupt(what: impl ToString) -> Self {
        Self::Store(StoreError::Corrupt(what.to_string()))
    }

    /// Whether nothing that this connection says can be trusted any more.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(
            self.code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::InternalMalfunction
                    | ErrorCode::ReadOnly
            )
        )
    }

    /// Whether the disk is full: nothing was written, and all goes on when there is room again.
    pub(super) fn is_full(&self) -> bool {
        self.code() == Some(ErrorCode::DiskFull)
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            Self::Store(_) => None,
        }
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        let error = match trouble {
            Trouble::Store(error) => return error,
            Trouble::Sqlite(error) => error,
        };
        let message = error.to_string();
        match &error {
            rusqlite::Error::SqliteFailure(cause, _) => match cause.code {
                ErrorCode::ConstraintViolation => constraint(&message),
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch => {
                    Self::Corrupt(message)
                }
                _ => Self::Unavailable(message),
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Corrupt(message),
            _ => Self::Unavailable(message),
        }
    }
}

/// Which constraint refused; one that no caller can run into means that the database is not as it should be.
fn constraint(message: &str) -> StoreError {
    CONSTRAINTS
        .iter()
        .find(|(name, _)| message.ends_with(name))
        .map_or_else(
            || StoreError::Corrupt(message.to_owned()),
            |(_, constraint)| StoreError::Conflict(*constraint),
        )
}
