//! The command line. Commands that act on data speak the HTTP API, with its types, through one [`door`]; they hold no
//! rules and know no store.
//!
//! | exit code | means |
//! |---|---|
//! | 0 | done |
//! | 1 | no: refused, not found, or a fault was found |
//! | 2 | the command or the configuration is wrong; nothing was started |
//! | 3 | cannot tell: the database or the address cannot be used, or the owner does not answer |

mod backup;
mod call;
mod config;
mod doctor;
mod door;
mod erase;
mod events;
pub(crate) mod exit;
mod explain;
mod export;
mod import;
mod init;
mod key;
pub(crate) mod output;
mod pause;
mod proxy;
mod restore;
mod sessions;
pub(crate) mod settings;
mod supervisor;
mod table;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, Parser, Subcommand};
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::dev::Dev;
use crate::serve::{LogFormat, Serve, start_logs};

use self::call::Call;
use self::door::{Absent, Door};
use self::exit::{Exit, Failure};
pub use self::settings::Environment;
use self::settings::Settings;

const AFTER_HELP: &str = "\
Examples:
  vahti dev                                   try it out, on this machine, in one folder
  vahti init --profile exam                   write a configuration
  vahti key create --role app --name lms      make a key for the application that logs people in
  vahti serve --config vahti.toml             run it
  vahti sessions list --state held            who waits?

Commands work beside a running server, at once, and without one, for whoever owns the database's file.

Exit codes:
  0  done
  1  no: refused, not found, or a fault was found
  2  the command or the configuration is wrong; nothing was started
  3  cannot tell: the database or the address cannot be used, or the owner does not answer";

/// Limits the concurrent sessions of any login: who may go on, who waits, who is let in.
#[derive(Debug, Parser)]
#[command(name = "vahti", version, after_help = AFTER_HELP, subcommand_required = true)]
#[command(arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Serve),
    Dev(Dev),
    Init(init::Init),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    #[command(subcommand)]
    Key(key::KeyCommand),
    #[command(subcommand)]
    Supervisor(supervisor::SupervisorCommand),
    #[command(subcommand)]
    Sessions(sessions::SessionsCommand),
    Explain(explain::Explain),
    Events(events::Events),
    Erase(erase::Erase),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Import(import::Import),
    Export(export::Export),
    Pause(pause::Pause),
    Resume(pause::Resume),
    Doctor(doctor::Doctor),
}

/// Runs the command that `arguments` name; the first of them is the name of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(help_or_error) => {
            let help_or_error = with_the_place_of_a_verb(help_or_error);
            // A reader that has seen enough of the help is no error.
            let _ = help_or_error.print();
            let wrong = help_or_error.use_stderr();
            return if wrong { Exit::Wrong } else { Exit::Done }.into();
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(cause) => {
            output::remark(format!("Cannot start: {cause}."));
            return Exit::CannotTell.into();
        }
    };
    let outcome = runtime.block_on(cli.command.run(environment));
    // A disk that does not answer must not keep the process.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => Exit::Done.into(),
        Err(Failure { exit, text }) => {
            if !text.is_empty() {
                output::remark(text);
            }
            exit.into()
        }
    }
}

/// A verb that stands alone is told where it belongs: `vahti verify` means `vahti sessions verify`.
fn with_the_place_of_a_verb(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && let commands = Cli::command()
        && let Some(sessions) = commands.find_subcommand("sessions")
        && sessions.find_subcommand(word).is_some()
    {
        let meant = ContextValue::Strings(vec![format!("sessions {word}")]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    error
}

/// The command line as clap knows it, for documents and tests.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

impl Command {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        if !matches!(self, Self::Serve(_) | Self::Dev(_)) {
            // What a command has to say it says itself; the log is for whoever asks for it.
            start_logs(environment, LogFormat::Text, "off")?;
        }
        match self {
            Self::Serve(serve) => serve.run(environment).await,
            Self::Dev(dev) => dev.run(environment).await,
            Self::Init(init) => init.run(),
            Self::Config(config) => config.run(environment),
            Self::Key(key) => key.run(environment).await,
            Self::Supervisor(supervisor) => supervisor.run(environment).await,
            Self::Sessions(sessions) => sessions.run(environment).await,
            Self::Explain(explain) => explain.run(environment).await,
            Self::Events(events) => events.run(environment).await,
            Self::Erase(erase) => erase.run(environment).await,
            Self::Backup(backup) => backup.run(environment).await,
            Self::Restore(restore) => restore.run(environment).await,
            Self::Import(import) => import.run(environment).await,
            Self::Export(export) => export.run(environment).await,
            Self::Pause(pause) => pause.run(environment).await,
            Self::Resume(resume) => resume.run(environment).await,
            Self::Doctor(doctor) => doctor.run(environment).await,
        }
    }
}

/// Loads the configuration, opens the way to its data, does `work` there, and lets go of it.
async fn at_the_door<T>(
    settings: &Settings,
    environment: &Environment,
    absent: Absent,
    work: impl AsyncFnOnce(&Door, &Config) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let config = settings.load(environment)?;
    let door = Door::open(&config, absent).await?;
    let outcome = work(&door, &config).await;
    door.close().await;
    outcome
}

/// Makes one call at the door, and reads its answer.
async fn ask<T: DeserializeOwned>(
    settings: &Settings,
    environment: &Environment,
    absent: Absent,
    call: &Call,
) -> Result<T, Failure> {
    at_the_door(settings, environment, absent, async |door, _| {
        door.call(call).await
    })
    .await
}

/// The same, of a call whose answer holds nothing.
async fn order(
    settings: &Settings,
    environment: &Environment,
    absent: Absent,
    call: &Call,
) -> Result<(), Failure> {
    at_the_door(settings, environment, absent, async |door, _| {
        door.order(call).await
    })
    .await
}

/// A value as JSON for programs and for eyes.
fn as_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|never| Failure::cannot_tell(format!("This cannot be written as JSON: {never}.")))
}
