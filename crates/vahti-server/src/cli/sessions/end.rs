//! `vahti sessions end`: sessions are over for good.

use clap::Args;
use vahti_client::{EndRequest, EndResponse, SessionResponse};

use crate::cli::call::Call;
use crate::cli::door::{Absent, Door};
use crate::cli::exit::Failure;
use crate::cli::settings::{Environment, Settings};
use crate::cli::table::count;
use crate::cli::{at_the_door, output};

use super::Why;

/// End sessions for good: a new login is needed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vahti sessions end aino home\n  \
    vahti sessions end aino --except seat-17    all of hers but this one")]
pub(in crate::cli) struct End {
    /// Whose sessions
    user: String,
    /// Which session [default: all of the user's]
    #[arg(conflicts_with = "except")]
    session: Option<String>,
    /// All of the user's sessions but this one
    #[arg(long, value_name = "SESSION")]
    except: Option<String>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    settings: Settings,
}

impl End {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let done = at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| self.end(door, environment.person()).await,
        )
        .await?;
        let left = count(u64::from(done.active), "active session");
        output::line(match done.ended.as_slice() {
            [] => format!(
                "Nothing was open, so nothing was ended. {} has {left}.",
                self.user
            ),
            ended => format!(
                "{} of {} ended: {}. {left} left.",
                count(ended.len() as u64, "session"),
                self.user,
                ended.join(", ")
            ),
        })
    }

    async fn end(&self, door: &Door, actor: Option<String>) -> Result<EndResponse, Failure> {
        if let Some(id) = &self.session {
            self.is_theirs(door, id).await?;
        }
        let body = EndRequest {
            user: self.session.is_none().then(|| self.user.clone()),
            session_id: self.session.clone(),
            except: self.except.clone(),
            reason: self.why.reason.clone(),
            actor,
            token: None,
        };
        door.call(&Call::post(&["end"], &body)?).await
    }

    /// The call ends a session whoever's it is; at a terminal the user is named to be on the safe side.
    async fn is_theirs(&self, door: &Door, id: &str) -> Result<(), Failure> {
        let call = Call::get(&["sessions", id])?;
        let found: SessionResponse = door.call(&call).await?;
        if found.session.user == self.user {
            return Ok(());
        }
        Err(Failure::no(format!(
            "`{}` has no session `{id}`: it belongs to `{}`. Nothing was changed.",
            self.user, found.session.user
        )))
    }
}
