//! `vahti pause` and `vahti resume`: break glass.

use clap::Args;
use vahti_client::{PauseRequest, PauseResponse, ResumeRequest, ResumeResponse};

use super::call::Call;
use super::door::Absent;
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::{ask, output};

/// Let every check pass for a while, when the gate holds whom it should not; it ends by itself
#[derive(Debug, Args)]
#[command(after_help = "\
Logins are recorded meanwhile. When the pause ends, nobody is let in by that: sessions beyond the limit wait.

Example:
  vahti pause --for 2h --reason ticket-17")]
pub(super) struct Pause {
    #[command(flatten)]
    settings: Settings,
    /// For how long, such as 30m or 2h; at most 12h
    #[arg(long = "for", value_name = "DURATION")]
    length: String,
    /// Why, in your own words; it is recorded with your name
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Pause {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let body = PauseRequest {
            length: self.length,
            reason: self.reason,
            actor: environment.person(),
        };
        let call = Call::post(&["pause"], &body)?;
        let paused: PauseResponse = ask(&self.settings, environment, Absent::Refuse, &call).await?;
        output::line(format!(
            "The gate is paused until {}: every check allows. `vahti resume` ends it.",
            paused.until
        ))
    }
}

/// End a pause: the gate guards again at once
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti resume")]
pub(super) struct Resume {
    #[command(flatten)]
    settings: Settings,
    /// Why, in your own words; it is recorded with your name
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Resume {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let body = ResumeRequest {
            reason: self.reason,
            actor: environment.person(),
        };
        let call = Call::post(&["resume"], &body)?;
        let resumed: ResumeResponse =
            ask(&self.settings, environment, Absent::Refuse, &call).await?;
        output::line(if resumed.was_paused {
            "The gate guards again."
        } else {
            "The gate was not paused. It guards."
        })
    }
}
