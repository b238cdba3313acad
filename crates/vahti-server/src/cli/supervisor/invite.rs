//! `vahti supervisor invite`: a link and its QR code, which log a borrowed phone in for the day.

use std::io::{self, IsTerminal as _};

use clap::Args;
use fast_qr::QRBuilder;
use vahti_client::{Invitation, InviteRequest};

use super::super::call::Call;
use super::super::door::Absent;
use super::super::exit::Failure;
use super::super::settings::{Environment, Settings};
use super::super::{ask, output};

/// Invite somebody for a while: a link that logs one browser in, once, without a password.
///
/// The link stands alone on standard output; on a terminal its QR code follows, for the camera of a phone.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti supervisor invite --name 'Maija K' --for 12h")]
pub(crate) struct Invite {
    #[command(flatten)]
    settings: Settings,
    /// Their name; it stands beside everything that they do
    #[arg(long)]
    name: String,
    /// For how long, from a minute to seven days
    #[arg(long = "for", value_name = "DURATION", default_value = "12h")]
    length: String,
    /// They act on and see only users with this group; may stand several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
}

impl Invite {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let body = InviteRequest {
            name: self.name,
            length: Some(self.length),
            groups: self.groups,
        };
        let call = Call::post(&["invitations"], &body)?;
        let invitation: Invitation = ask(&self.settings, environment, Absent::Make, &call).await?;
        output::line(&invitation.url)?;
        if io::stdout().is_terminal()
            && let Ok(code) = QRBuilder::new(invitation.url.as_str()).build()
        {
            output::line(code.to_str())?;
        }
        output::remark(format!(
            "Whoever opens this link first is `{}` until {}. It is shown this once, and it logs one browser in, once.",
            invitation.name, invitation.expires_at
        ));
        Ok(())
    }
}
