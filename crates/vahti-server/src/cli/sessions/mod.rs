//! `vahti sessions`: who is logged in, who waits; and the commands of a supervisor, one verb a file.

mod end;
mod invalidate;
mod list;
mod many;
mod verify;

use clap::{Args, Subcommand};

use super::exit::Failure;
use super::settings::Environment;

use self::end::End;
use self::invalidate::Invalidate;
use self::list::List;
use self::many::ManyOptions;
use self::verify::Verify;

pub(super) use self::list::table;

/// List sessions; verify, invalidate and end them.
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  vahti sessions list --state held")]
pub(in crate::cli) enum SessionsCommand {
    List(List),
    Verify(Verify),
    Invalidate(Invalidate),
    End(End),
    /// Verify, of each user, the latest session that the conditions select; the user's others wait
    #[command(
        after_help = "Example: let everybody in who waits in Hall A; first look how many that is.\n  \
        vahti sessions verify-all --waiting --place 'Hall A' --dry-run\n  \
        vahti sessions verify-all --waiting --place 'Hall A' --yes"
    )]
    VerifyAll(ManyOptions),
    /// Put all sessions on hold that the conditions select
    #[command(
        after_help = "Example: at the start of an exam everybody waits, but the staff.\n  \
        vahti sessions invalidate-all --except-group staff --yes"
    )]
    InvalidateAll(ManyOptions),
    /// End all sessions for good that the conditions select
    #[command(after_help = "Example: end what was not used for two days.\n  \
        vahti sessions end-all --unseen-for 2d --yes")]
    EndAll(ManyOptions),
}

impl SessionsCommand {
    pub(in crate::cli) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(environment).await,
            Self::Verify(verify) => verify.run(environment).await,
            Self::Invalidate(invalidate) => invalidate.run(environment).await,
            Self::End(end) => end.run(environment).await,
            Self::VerifyAll(many) => many.run("verify", environment).await,
            Self::InvalidateAll(many) => many.run("invalidate", environment).await,
            Self::EndAll(many) => many.run("end", environment).await,
        }
    }
}

/// What is recorded beside a command.
#[derive(Debug, Args)]
pub(in crate::cli) struct Why {
    /// Why, in your own words; it is recorded with your name
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}
