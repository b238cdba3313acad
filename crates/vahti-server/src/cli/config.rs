//! `vahti config`: what is in effect, and what is wrong with it.

use clap::{Args, Subcommand};

use super::exit::Failure;
use super::output;
use super::settings::{Environment, Settings};

/// Check the configuration, or print what is in effect.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  vahti config check --config vahti.toml")]
pub(super) enum ConfigCommand {
    Check(Check),
    Print(Print),
}

impl ConfigCommand {
    pub(super) fn run(self, environment: &Environment) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(environment),
            Self::Print(print) => print.run(environment),
        }
    }
}

/// Name every mistake at once, and what is allowed but probably not meant.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti config check --config /etc/vahti/vahti.toml")]
pub(super) struct Check {
    #[command(flatten)]
    settings: Settings,
}

impl Check {
    fn run(self, environment: &Environment) -> Result<(), Failure> {
        let config = self.settings.load(environment)?;
        for warning in config.warnings() {
            output::remark(format!("{}: {warning}", warning.key()));
        }
        let name = self.settings.file().map_or_else(
            || "The built-in configuration".to_owned(),
            |file| file.display().to_string(),
        );
        output::line(format!("{name} holds no mistake."))
    }
}

/// Print what is in effect, and where each value that is not the default comes from.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  VAHTI__SESSIONS__MAX_PER_USER=2 vahti config print")]
pub(super) struct Print {
    #[command(flatten)]
    settings: Settings,
}

impl Print {
    fn run(self, environment: &Environment) -> Result<(), Failure> {
        output::print(self.settings.load(environment)?.to_toml())
    }
}
