//! Standard output for what was asked, standard error for remarks. Colours reach terminals only, and not those of people
//! who set `NO_COLOR`.

use std::io::Write as _;

use super::exit::Failure;

/// Writes to standard output.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_ref())?;
    stdout.flush()?;
    Ok(())
}

/// Writes a line to standard output.
pub(crate) fn line(text: impl AsRef<str>) -> Result<(), Failure> {
    print(format!("{}\n", text.as_ref()))
}

/// Writes a remark to standard error. That nobody reads it is no reason to stop.
pub(crate) fn remark(text: impl AsRef<str>) {
    let _ = writeln!(anstream::stderr().lock(), "vahti: {}", text.as_ref());
}
