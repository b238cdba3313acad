//! `vahti key`: the keys with which applications and supervisors' tools call the API.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use vahti_client::{CreateKeyRequest, CreatedKey, Key, KeysResponse};
use vahti_core::{Role, Timestamp};

use super::call::Call;
use super::door::Absent;
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::table::{Format, Lines, Tone, ago, or_dash, tell, words};
use super::{ask, order, output};

/// Make, list and revoke API keys.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  vahti key create --role app --name lms")]
pub(super) enum KeyCommand {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

impl KeyCommand {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(environment).await,
            Self::List(list) => list.run(environment).await,
            Self::Revoke(revoke) => revoke.run(environment).await,
        }
    }
}

/// The roles, with what each may do.
fn role() -> impl TypedValueParser<Value = Role> {
    let known = Role::ALL.iter().map(|role| {
        let meaning = role.meaning().trim_end_matches('.');
        PossibleValue::new(role.as_str()).help(meaning)
    });
    PossibleValuesParser::new(known).try_map(|word| word.parse::<Role>())
}

/// Make a key and print it, alone on standard output. It is shown this once; only its hash is kept.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vahti key create --role app --name lms > /etc/lms/vahti.key\n  \
    vahti key create --role supervisor --name hall-a --group exam-2026"
)]
pub(super) struct Create {
    #[command(flatten)]
    settings: Settings,
    /// What its holder may do
    #[arg(long, value_parser = role())]
    role: Role,
    /// Its name; it stands beside everything that is done with it
    #[arg(long)]
    name: String,
    /// It acts on and sees only users with this group; may stand several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
}

impl Create {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let role = self.role;
        let body = CreateKeyRequest {
            name: self.name,
            role,
            groups: self.groups,
        };
        let call = Call::post(&["keys"], &body)?;
        let made: CreatedKey = ask(&self.settings, environment, Absent::Make, &call).await?;
        output::line(&made.key)?;
        output::remark(format!(
            "The key `{}` has the role `{role}`. It is shown this once: keep it where only its holder can read it.",
            made.name
        ));
        Ok(())
    }
}

/// List all keys, also the revoked ones; never their texts.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti key list")]
pub(super) struct List {
    #[command(flatten)]
    settings: Settings,
    /// How the list is written
    #[arg(long, default_value = "table")]
    format: Format,
}

impl List {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let call = Call::get(&["keys"])?;
        let KeysResponse { keys } = ask(&self.settings, environment, Absent::Refuse, &call).await?;
        let none = "There is no key yet. `vahti key create --role app --name NAME` makes one.";
        let lines = Lines::new(&["NAME", "ROLE", "GROUPS", "MADE", "REVOKED"], &[1, 3, 4]);
        tell(self.format, keys, none, lines, line)
    }
}

fn line(key: Key, now: Timestamp) -> (Tone, Vec<String>) {
    let tone = if key.revoked_at.is_some() {
        Tone::Over
    } else {
        Tone::Plain
    };
    let revoked = key.revoked_at.map(|time| ago(now, time.0));
    let made = ago(now, key.created_at.0);
    let role = key.role.to_string();
    let cells = [key.name, role, words(&key.groups), made];
    let cells = cells.into_iter().chain([or_dash(revoked.as_deref())]);
    (tone, cells.collect())
}

/// Revoke a key: it is refused from the next request on.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti key revoke lms")]
pub(super) struct Revoke {
    /// Its name
    name: String,
    #[command(flatten)]
    settings: Settings,
}

impl Revoke {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let call = Call::delete(&["keys", &self.name])?;
        order(&self.settings, environment, Absent::Refuse, &call).await?;
        output::line(format!("The key `{}` is revoked.", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_offered_with_what_it_may() {
        let roles = role();
        let offered = roles.possible_values().expect("a closed set");
        let offered: Vec<_> = offered
            .map(|role| role.get_help().map(ToString::to_string))
            .collect();
        assert_eq!(offered.len(), Role::ALL.len());
        assert_eq!(
            offered[0].as_deref(),
            Some("A host application: login, check, end")
        );
    }
}
