//! A terminal that does not show what is typed. The terminal is told before the question is asked, and it is left as it was found, also
//! when the answer is Ctrl-C.

use std::fs::File;
use std::io::{self, Read as _, Write as _};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// The terminal of this process, which shows nothing of what is typed until this is dropped.
pub(super) struct Unseen {
    terminal: File,
    before: Termios,
}

impl Unseen {
    /// # Errors
    ///
    /// There is no terminal.
    pub(super) fn begin() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut modes = before.clone();
        // Ctrl-C ends what is typed, and not the process: nobody would put the terminal back.
        modes.local_modes -= LocalModes::ECHO | LocalModes::ISIG;
        modes.local_modes |= LocalModes::ICANON | LocalModes::ECHONL;
        modes.special_codes[SpecialCodeIndex::VEOL] = before.special_codes[SpecialCodeIndex::VINTR];
        // What was typed before was no answer.
        tcsetattr(&terminal, OptionalActions::Flush, &modes)?;
        Ok(Self { terminal, before })
    }

    /// What is typed after this question, up to the end of the line; none if it is broken off.
    ///
    /// # Errors
    ///
    /// The terminal is gone, or what was typed is no UTF-8.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        self.terminal.write_all(question.as_bytes())?;
        // A terminal hands over one line, and none is longer than this (`MAX_CANON` is less, POSIX.1-2017 11.1.6).
        let mut line = [0; 4096];
        let read = self.terminal.read(&mut line)?;
        let Some(typed) = line[..read].strip_suffix(b"\n") else {
            self.terminal.write_all(b"\n")?;
            return Ok(None);
        };
        let typed = String::from_utf8(typed.to_vec());
        typed.map(Some).map_err(io::Error::other)
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // Whoever closed the terminal needs it no more.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
