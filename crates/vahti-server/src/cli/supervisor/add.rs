//! `vahti supervisor add`: an account with a password. It is asked for, never an argument: those are seen by others.

use std::io::{self, IsTerminal as _};

use clap::Args;
use vahti_client::{CreateSupervisorRequest, CreatedSupervisor};

use super::super::call::Call;
use super::super::door::Absent;
use super::super::exit::Failure;
use super::super::settings::{Environment, Settings};
use super::super::{ask, output};

/// Add a supervisor who logs in with a password.
///
/// The password is asked for twice; without a terminal it is the first line of standard input.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vahti supervisor add 'Maija K'\n  \
    vahti supervisor add maija --generate --group exam-2026")]
pub(crate) struct Add {
    /// Their name; it stands beside everything that they do
    name: String,
    #[command(flatten)]
    settings: Settings,
    /// Make a good password and print it, alone on standard output
    #[arg(long)]
    generate: bool,
    /// They act on and see only users with this group; may stand several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
}

impl Add {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let password = if self.generate {
            None
        } else {
            Some(password().map_err(|cause| unread(&cause))??)
        };
        let body = CreateSupervisorRequest {
            name: self.name,
            password,
            groups: self.groups,
        };
        let call = Call::post(&["supervisors"], &body)?;
        let made: CreatedSupervisor = ask(&self.settings, environment, Absent::Make, &call).await?;
        if let Some(password) = &made.password {
            output::line(password)?;
            output::remark("The password is shown this once.");
        }
        output::remark(format!(
            "`{}` may log in at /vahti/console from now on.",
            made.name
        ));
        Ok(())
    }
}

/// What is typed twice without being shown, or the first line of standard input.
fn password() -> io::Result<Result<String, Failure>> {
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        return Ok(Ok(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let password = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("Once more: ")? != password {
        let differ = "The two passwords are not the same. Nothing was changed; try again.";
        return Ok(Err(Failure::wrong(differ)));
    }
    Ok(Ok(password))
}

fn unread(cause: &io::Error) -> Failure {
    Failure::wrong(format!(
        "The password cannot be read: {cause}. Nothing was changed."
    ))
}
