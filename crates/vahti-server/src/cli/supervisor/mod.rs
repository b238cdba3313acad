//! `vahti supervisor`: who may use the console.

mod add;
mod invite;
mod password;
mod typed;
mod unseen;

use clap::{Args, Subcommand};
use vahti_client::{Supervisor, SupervisorsResponse};
use vahti_core::Timestamp;

use super::call::Call;
use super::door::Absent;
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::table::{Format, Lines, Tone, ago, tell, words};
use super::{ask, order, output};

/// Add, invite, list and disable supervisors, who may use the console; change their passwords.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  vahti supervisor add 'Maija K'")]
pub(super) enum SupervisorCommand {
    Add(add::Add),
    Invite(invite::Invite),
    Password(password::Password),
    List(List),
    Disable(Disable),
}

impl SupervisorCommand {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(environment).await,
            Self::Invite(invite) => invite.run(environment).await,
            Self::Password(password) => password.run(environment).await,
            Self::List(list) => list.run(environment).await,
            Self::Disable(disable) => disable.run(environment).await,
        }
    }
}

/// List all supervisors, also those whose accounts are over; never their passwords.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti supervisor list")]
pub(super) struct List {
    #[command(flatten)]
    settings: Settings,
    /// How the list is written
    #[arg(long, default_value = "table")]
    format: Format,
}

impl List {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let call = Call::get(&["supervisors"])?;
        let SupervisorsResponse { supervisors } =
            ask(&self.settings, environment, Absent::Refuse, &call).await?;
        let none = "There is no supervisor yet. `vahti supervisor add NAME` makes one.";
        let lines = Lines::new(&["NAME", "BY", "STATE", "GROUPS", "MADE"], &[1, 2, 4]);
        tell(self.format, supervisors, none, lines, line)
    }
}

fn line(one: Supervisor, now: Timestamp) -> (Tone, Vec<String>) {
    let (tone, state) = standing(&one, now);
    let way_in = if one.expires_at.is_some() {
        "invitation"
    } else {
        "password"
    };
    let made = ago(now, one.created_at.0);
    let groups = words(&one.groups);
    (tone, vec![one.name, way_in.to_owned(), state, groups, made])
}

/// How an account stands.
fn standing(one: &Supervisor, now: Timestamp) -> (Tone, String) {
    match (one.disabled_at, one.expires_at) {
        (Some(at), _) => (Tone::Over, format!("disabled {}", ago(now, at.0))),
        (None, Some(end)) if end.0 <= now => (Tone::Over, format!("over {}", ago(now, end.0))),
        (None, Some(end)) if one.is_invited => {
            (Tone::Waiting, format!("not used yet, until {end}"))
        }
        (None, Some(end)) => (Tone::Plain, format!("until {end}")),
        (None, None) => (Tone::Plain, "valid".to_owned()),
    }
}

/// Disable a supervisor: refused from the next request on, and all their logins end.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti supervisor disable 'Maija K'")]
pub(super) struct Disable {
    /// Their name
    name: String,
    #[command(flatten)]
    settings: Settings,
}

impl Disable {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let call = Call::delete(&["supervisors", &self.name])?;
        order(&self.settings, environment, Absent::Refuse, &call).await?;
        output::line(format!("The supervisor `{}` is disabled.", self.name))
    }
}
