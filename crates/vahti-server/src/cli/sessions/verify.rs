//! `vahti sessions verify`: a supervisor lets a session in.

use clap::Args;
use vahti_client::{VerifyRequest, VerifyResponse};

use crate::cli::call::Call;
use crate::cli::door::Absent;
use crate::cli::exit::Failure;
use crate::cli::settings::{Environment, Settings};
use crate::cli::{ask, output};

use super::Why;

/// Let a session in; the user's other sessions wait from now on.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vahti sessions verify aino seat-17 --reason 'changed computer'\n  \
    vahti sessions verify aino                  her latest login that has not ended"
)]
pub(in crate::cli) struct Verify {
    /// Whose session
    user: String,
    /// Which session [default: the latest login that has not ended]
    session: Option<String>,
    /// Keep the user's other sessions, as far as the limit allows
    #[arg(long)]
    keep_others: bool,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    settings: Settings,
}

impl Verify {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let body = VerifyRequest {
            user: self.user.clone(),
            session_id: self.session,
            keep_others: self.keep_others,
            reason: self.why.reason,
            actor: environment.person(),
        };
        let call = Call::post(&["verify"], &body)?;
        let done: VerifyResponse = ask(&self.settings, environment, Absent::Refuse, &call).await?;
        let others = match done.superseded.as_slice() {
            [] => String::new(),
            waiting => format!(" Waiting from now on: {}.", waiting.join(", ")),
        };
        let id = &done.session.id;
        output::line(format!("Session {id} of {} is active.{others}", self.user))
    }
}
