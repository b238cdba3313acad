//! Errors of the store, by what the caller can do about them.

/// Why the store did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A constraint of the database refused the commit; nothing was written. Another try gives the same.
    #[error("refused by {0}")]
    Conflict(Constraint),
    /// The database does not answer or cannot write. Try again later.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// There is no room on the disk for a copy; nothing was written.
    #[error("a copy needs {missing_bytes} bytes of free disk more")]
    NoRoom {
        /// What is missing.
        missing_bytes: u64,
    },
    /// The database holds what it never should. Only a person can mend it.
    #[error("the database holds what it should not: {0}")]
    Corrupt(String),
}

/// A constraint of the database, by what it guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Constraint {
    /// A session id is unique over all users.
    #[error("the uniqueness of session ids")]
    SessionId,
    /// A user has no more active sessions than the limit.
    #[error("the limit of active sessions")]
    Slot,
    /// A key's name is unique.
    #[error("the uniqueness of key names")]
    KeyName,
    /// Two supervisors of one name cannot be valid at a time.
    #[error("the uniqueness of supervisors' names")]
    SupervisorName,
}
