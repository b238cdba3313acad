//! A password that is typed. It is never an argument: those are seen by others.

use std::io::{self, IsTerminal as _};

use super::super::exit::Failure;
use super::super::output;
use super::unseen::Unseen;

/// The password that somebody types, or none if one is to be made.
pub(super) fn chosen(generate: bool) -> Result<Option<String>, Failure> {
    if generate {
        return Ok(None);
    }
    let password = password().map_err(|cause| unread(&cause))??;
    Ok(Some(password))
}

/// Prints a password that was made, alone on standard output.
pub(super) fn show(made: Option<&str>) -> Result<(), Failure> {
    if let Some(password) = made {
        output::line(password)?;
        output::remark("The password is shown this once.");
    }
    Ok(())
}

/// What is typed twice without being shown, or the first line of standard input.
fn password() -> io::Result<Result<String, Failure>> {
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        return Ok(Ok(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let mut terminal = Unseen::begin()?;
    let first = terminal.ask("Password: ")?;
    let second = match first {
        Some(_) => terminal.ask("Once more: ")?,
        None => None,
    };
    Ok(match (first, second) {
        (Some(first), Some(second)) if first == second => Ok(first),
        (Some(_), Some(_)) => Err(Failure::wrong(
            "The two passwords are not the same. Nothing was changed; try again.",
        )),
        _ => Err(Failure::wrong(
            "No password was given. Nothing was changed.",
        )),
    })
}

fn unread(cause: &io::Error) -> Failure {
    Failure::wrong(format!(
        "The password cannot be read: {cause}. Nothing was changed."
    ))
}
