//! The console: where supervisors see who waits, and let them in. They have accounts of their own.

mod passwords;

pub(crate) use self::passwords::{Password, Passwords};

/// What the console stands on besides the host.
#[derive(Default)]
pub(crate) struct Console {
    /// The passwords of supervisors.
    pub(crate) passwords: Passwords,
}
