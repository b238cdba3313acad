//! `vahti explain`: why a user waits or not, and what would let them in.

use clap::Args;
use vahti_client::Explanation;

use super::call::Call;
use super::door::Absent;
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::{ask, output, sessions};

/// Say why a user waits or goes on, and what would let them in.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti explain aino")]
pub(super) struct Explain {
    /// Who
    user: String,
    #[command(flatten)]
    settings: Settings,
}

impl Explain {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let call = Call::get(&["users", &self.user, "explanation"])?;
        let found: Explanation = ask(&self.settings, environment, Absent::Refuse, &call).await?;
        output::line(&found.sentence)?;
        if found.sessions.is_empty() {
            return Ok(());
        }
        output::print(format!("\n{}", sessions::table(&found.sessions)))
    }
}
