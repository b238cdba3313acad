//! Why a use case did not do what it was asked to.

use core::time::Duration;

use vahti_core::Refusal;
use vahti_store::{Constraint, StoreError};

/// Why a use case did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The rules said no. Nothing was changed but what was due anyway.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The token is unknown or wrong.
    #[error("the token is unknown or wrong")]
    UnknownToken,
    /// The caller's scope does not cover the groups of the login.
    #[error("the caller may act only on users with one of its groups")]
    OutOfScope,
    /// There is a key of that name, perhaps a revoked one; or events without a key are recorded under it.
    #[error("the name `{0}` is taken")]
    KeyNameTaken(String),
    /// There is no valid key of that name.
    #[error("there is no valid key of the name `{0}`")]
    UnknownKey(String),
    /// There is a valid supervisor of that name.
    #[error("there is a supervisor of the name `{0}` already")]
    SupervisorNameTaken(String),
    /// There is no valid supervisor of that name.
    #[error("there is no valid supervisor of the name `{0}`")]
    UnknownSupervisor(String),
    /// The supervisor of that name was invited, and has no password.
    #[error("the supervisor `{0}` was invited and has no password")]
    NoPassword(String),
    /// No invitation has this secret: it is used up, too old, or was never given.
    #[error("the invitation is used up or too old")]
    UnknownInvitation,
    /// The disk is almost full: logins are refused, so that verify, invalidate and end go on.
    #[error("only {free_bytes} bytes of the disk are free; logins wait for more")]
    DiskAlmostFull {
        /// What is left.
        free_bytes: u64,
    },
    /// There is no room on the disk for a copy: none was made.
    #[error("a copy needs {missing_bytes} bytes of free disk more")]
    NoRoom {
        /// What is missing.
        missing_bytes: u64,
    },
    /// Cannot tell, or cannot write: the database does not answer. Nothing is known to have changed.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// Cannot tell: the database did not answer in time. Whether anything was changed is not known.
    #[error("the database did not answer within {} s", .0.as_secs())]
    Late(Duration),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::NoRoom { missing_bytes } => Self::NoRoom { missing_bytes },
            StoreError::Corrupt(cause) => {
                Self::Unavailable(format!("it holds what it should not: {cause}"))
            }
            StoreError::Conflict(
                constraint @ (Constraint::Slot
                | Constraint::SessionId
                | Constraint::KeyName
                | Constraint::SupervisorName),
            ) => Self::Unavailable(format!("refused by {constraint}")),
        }
    }
}
