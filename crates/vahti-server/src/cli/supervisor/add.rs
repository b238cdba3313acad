//! `vahti supervisor add`: an account with a password.

use clap::Args;
use vahti_client::{CreateSupervisorRequest, CreatedSupervisor};

use super::super::call::Call;
use super::super::door::Absent;
use super::super::exit::Failure;
use super::super::settings::{Environment, Settings};
use super::super::{ask, output};
use super::typed::{chosen, show};

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
        let body = CreateSupervisorRequest {
            name: self.name,
            password: chosen(self.generate)?,
            groups: self.groups,
        };
        let call = Call::post(&["supervisors"], &body)?;
        let made: CreatedSupervisor = ask(&self.settings, environment, Absent::Make, &call).await?;
        show(made.password.as_deref())?;
        output::remark(format!(
            "`{}` may log in at /vahti/console from now on.",
            made.name
        ));
        Ok(())
    }
}
