//! Starting other programs: always in the root of the workspace, never with standard input, and with an error
//! that names the command, so that it can be run again by hand.

use crate::workspace;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A command in the root of the workspace.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(workspace::root())
        .stdin(Stdio::null());
    command
}

/// Cargo, in the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    command("cargo", arguments)
}

/// Runs a command whose output goes to the terminal.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    let line = line(&command);
    let status = command
        .status()
        .map_err(|error| cannot_start(&line, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{line}` failed ({status})"))
}

/// Runs a command and returns its standard output; what it says on standard error is part of the error.
pub(crate) fn read(mut command: Command) -> Result<String, String> {
    let line = line(&command);
    let output = command
        .output()
        .map_err(|error| cannot_start(&line, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "`{line}` failed ({}):\n{}",
            output.status,
            said.trim_end()
        ));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{line}` wrote what is not UTF-8"))
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

pub(crate) fn cannot_start(line: &str, error: &std::io::Error) -> String {
    format!("cannot start `{line}`: {error}; is it installed and on PATH?")
}

/// Runs something and says how long it took.
#[expect(
    clippy::disallowed_methods,
    reason = "the one clock of xtask: times for people"
)]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let outcome = work();
    (outcome, start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_named_with_what_it_said() {
        let error = read(command("sh", &["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(
            error.contains("sh -c") && error.contains("why"),
            "{error:?}"
        );
        assert!(run(command("false", &[])).is_err());
    }

    #[test]
    fn a_missing_program_is_an_error_that_names_it() {
        let error = run(command("vahti-no-such-program", &["--now"])).unwrap_err();
        assert!(error.contains("vahti-no-such-program --now"), "{error:?}");
    }
}
