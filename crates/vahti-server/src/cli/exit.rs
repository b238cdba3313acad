//! How a command ends: its exit code, and the one sentence that says why.

use std::io;
use std::process::ExitCode;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: it is done.
    Done,
    /// 1: the answer is no: refused, not found, or a fault was found.
    No,
    /// 2: the command or the configuration is wrong; nothing was started.
    Wrong,
    /// 3: cannot tell: the database or the address cannot be used, or the owner does not answer.
    CannotTell,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Wrong => 2,
            Exit::CannotTell => 3,
        })
    }
}

/// Why a command did not do what it was asked to. An empty text says nothing: it was said already.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) text: String,
}

impl Failure {
    fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
        }
    }

    /// The answer is no.
    pub(crate) fn no(text: impl Into<String>) -> Self {
        Self::new(Exit::No, text)
    }

    /// The command or the configuration is wrong.
    pub(crate) fn wrong(text: impl Into<String>) -> Self {
        Self::new(Exit::Wrong, text)
    }

    /// Cannot tell.
    pub(crate) fn cannot_tell(text: impl Into<String>) -> Self {
        Self::new(Exit::CannotTell, text)
    }

    /// Whoever read the output has seen enough, as `head` does; that is no error.
    fn nobody_reads() -> Self {
        Self::new(Exit::Done, "")
    }
}

/// The output could not be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::nobody_reads(),
            _ => Self::cannot_tell(format!("The output cannot be written: {error}.")),
        }
    }
}
