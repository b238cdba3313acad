//! `vahti sessions invalidate`: a supervisor puts sessions on hold.

use clap::Args;
use vahti_client::{InvalidateRequest, InvalidateResponse};

use crate::cli::call::Call;
use crate::cli::door::Absent;
use crate::cli::exit::Failure;
use crate::cli::settings::{Environment, Settings};
use crate::cli::table::count;
use crate::cli::{ask, output};

use super::Why;

/// Put sessions on hold: they wait until one is verified.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vahti sessions invalidate aino home\n  \
    vahti sessions invalidate aino --hold-logins    all of hers, and whatever logs in next")]
pub(in crate::cli) struct Invalidate {
    /// Whose sessions
    user: String,
    /// Which session [default: all of the user's]
    session: Option<String>,
    /// Hold later logins of the user too, until a verify
    #[arg(long)]
    hold_logins: bool,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    settings: Settings,
}

impl Invalidate {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let body = InvalidateRequest {
            user: self.user.clone(),
            session_id: self.session,
            hold_logins: self.hold_logins,
            reason: self.why.reason,
            actor: environment.person(),
        };
        let call = Call::post(&["invalidate"], &body)?;
        let done: InvalidateResponse =
            ask(&self.settings, environment, Absent::Refuse, &call).await?;
        let later = if self.hold_logins {
            " Later logins wait too, until one is verified."
        } else {
            ""
        };
        output::line(match done.invalidated.as_slice() {
            [] => format!("Nothing was active, so nothing was put on hold.{later}"),
            held => format!(
                "{} of {} on hold: {}.{later}",
                count(held.len() as u64, "session"),
                self.user,
                held.join(", ")
            ),
        })
    }
}
