//! `vahti supervisor`: who may use the console.

mod add;
mod invite;

use clap::{Args, Subcommand};
use vahti_client::{Supervisor, SupervisorsResponse};
use vahti_core::Timestamp;

use super::call::Call;
use super::door::Absent;
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::table::{Format, Lines, Tone, ago, or_dash};
use super::{as_json, at_the_door, output};

/// Add, invite, list and disable supervisors: who may use the console.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  vahti supervisor add 'Maija K'")]
pub(super) enum SupervisorCommand {
    Add(add::Add),
    Invite(invite::Invite),
    List(List),
    Disable(Disable),
}

impl SupervisorCommand {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(environment).await,
            Self::Invite(invite) => invite.run(environment).await,
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
        let SupervisorsResponse { supervisors } = at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| door.call(&call).await,
        )
        .await?;
        if self.format == Format::Json {
            return output::line(as_json(&supervisors)?);
        }
        if supervisors.is_empty() {
            output::remark("There is no supervisor yet. `vahti supervisor add NAME` makes one.");
            return Ok(());
        }
        let now = crate::serve::now();
        let mut lines = Lines::new(&["NAME", "BY", "STATE", "GROUPS", "MADE"], &[1, 2, 4]);
        for one in supervisors {
            let (tone, state) = standing(&one, now);
            let way_in = if one.expires_at.is_some() {
                "invitation"
            } else {
                "password"
            };
            let groups = (!one.groups.is_empty()).then(|| one.groups.join(", "));
            let made = ago(now, one.created_at.0);
            let cells = [
                one.name,
                way_in.to_owned(),
                state,
                or_dash(groups.as_deref()),
                made,
            ];
            lines.row(tone, cells.into());
        }
        output::print(lines.text())
    }
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
        at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| door.order(&call).await,
        )
        .await?;
        output::line(format!("The supervisor `{}` is disabled.", self.name))
    }
}
