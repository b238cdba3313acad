//! `vahti supervisor password`: another password for an account.

use clap::Args;
use vahti_client::{ChangePasswordRequest, ChangedPassword};

use super::super::call::Call;
use super::super::door::Absent;
use super::super::exit::Failure;
use super::super::settings::{Environment, Settings};
use super::super::{ask, output};
use super::typed::{chosen, show};

/// Give a supervisor another password; all their logins end at once.
///
/// The password is asked for twice; without a terminal it is the first line of standard input.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vahti supervisor password 'Maija K'\n  \
    vahti supervisor password maija --generate")]
pub(crate) struct Password {
    /// Their name
    name: String,
    #[command(flatten)]
    settings: Settings,
    /// Make a good password and print it, alone on standard output
    #[arg(long)]
    generate: bool,
}

impl Password {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let body = ChangePasswordRequest {
            password: chosen(self.generate)?,
        };
        let call = Call::post(&["supervisors", &self.name, "password"], &body)?;
        let changed: ChangedPassword =
            ask(&self.settings, environment, Absent::Refuse, &call).await?;
        show(changed.password.as_deref())?;
        output::remark(format!(
            "`{}` has another password. Whoever was logged in with the old one is out.",
            changed.name
        ));
        Ok(())
    }
}
