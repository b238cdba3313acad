//! `vahti erase`: what is known of a person is forgotten.

use clap::Args;
use vahti_client::{EraseRequest, EraseResponse};

use super::call::Call;
use super::door::Absent;
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::table::count;
use super::{ask, output};

/// Forget a person: open sessions end, every text about them is removed; the record stays whole, without the name
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vahti erase aino --reason 'request 2026-17' --yes\n\n\
    Copies of the database, such as backups, still know the person: see `docs/operate.md`."
)]
pub(super) struct Erase {
    /// Who
    user: String,
    /// Why; it is kept with your name, so do not name the person in it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Do it; it cannot be taken back
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Erase {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        if !self.yes {
            return Err(Failure::wrong(format!(
                "This would forget everything about {}, and it cannot be taken back. Say --yes to do it.",
                self.user
            )));
        }
        let body = EraseRequest {
            user: self.user,
            reason: self.reason,
            actor: environment.person(),
        };
        let call = Call::post(&["erase"], &body)?;
        let EraseResponse { ended } =
            ask(&self.settings, environment, Absent::Refuse, &call).await?;
        output::line(format!(
            "{} is forgotten, and {} ended. Backups and copies beside the database still know the person.",
            body.user,
            count(ended.len() as u64, "open session")
        ))
    }
}
