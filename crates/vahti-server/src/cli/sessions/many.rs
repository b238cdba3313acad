//! `vahti sessions verify-all`, `invalidate-all`, `end-all`: one command for many users.

use clap::Args;
use vahti_client::{AllRequest, AllResponse, Only, Time};

use crate::cli::call::Call;
use crate::cli::door::Absent;
use crate::cli::exit::Failure;
use crate::cli::settings::{Environment, Settings};
use crate::cli::table::count;
use crate::cli::{ask, output};

/// Which sessions; every condition that is given must hold, and without one it is everybody's.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManyOptions {
    #[command(flatten)]
    settings: Settings,
    /// Of this user; may stand several times
    #[arg(long = "user", value_name = "USER")]
    users: Vec<String>,
    /// Of users with this group; may stand several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Not of users with this group; may stand several times
    #[arg(long = "except-group", value_name = "GROUP")]
    except_groups: Vec<String>,
    /// At this place; may stand several times
    #[arg(long = "place", value_name = "PLACE")]
    places: Vec<String>,
    /// Only sessions that wait
    #[arg(long)]
    waiting: bool,
    /// Logged in before this time, such as 2026-08-22T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Time::parse)]
    logged_in_before: Option<Time>,
    /// Not used for this long, such as 10m or 2d
    #[arg(long, value_name = "DURATION")]
    unseen_for: Option<String>,
    /// Why, in your own words; it is recorded with your name
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Count only; change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do it; without this and without --dry-run nothing is done
    #[arg(long)]
    yes: bool,
}

impl ManyOptions {
    /// `verb` is `verify`, `invalidate` or `end`.
    pub(super) async fn run(self, verb: &str, environment: &Environment) -> Result<(), Failure> {
        if !self.yes && !self.dry_run {
            return Err(Failure::wrong(format!(
                "`{verb}-all` may meet everybody. Look first with --dry-run, then do it with --yes."
            )));
        }
        let dry_run = self.dry_run;
        let body = AllRequest {
            users: self.users,
            groups: self.groups,
            except_groups: self.except_groups,
            places: self.places,
            only: self.waiting.then_some(Only::Waiting),
            logged_in_before: self.logged_in_before,
            unseen_for: self.unseen_for,
            dry_run,
            reason: self.reason,
            actor: environment.person(),
        };
        let call = Call::post(&[&format!("{verb}-all")], &body)?.patiently();
        let done: AllResponse = ask(&self.settings, environment, Absent::Refuse, &call).await?;
        tell(verb, dry_run, &done)
    }
}

fn tell(verb: &str, dry_run: bool, done: &AllResponse) -> Result<(), Failure> {
    let met = format!(
        "{} of {}",
        count(done.sessions, "session"),
        count(done.users, "user")
    );
    output::line(match (verb, dry_run) {
        ("verify", false) => format!("Let in: {met}."),
        ("verify", true) => format!("Would be let in: {met}. Nothing was changed."),
        ("invalidate", false) => format!("Put on hold: {met}."),
        ("invalidate", true) => format!("Would be put on hold: {met}. Nothing was changed."),
        (_, false) => format!("Ended: {met}."),
        (_, true) => format!("Would be ended: {met}. Nothing was changed."),
    })?;
    if done.unprocessed.is_empty() {
        return Ok(());
    }
    let failed: Vec<String> = done
        .unprocessed
        .iter()
        .map(|left| format!("\n  {}: {}", left.user, left.problem.detail))
        .collect();
    Err(Failure::no(format!(
        "It failed for {}:{}",
        count(failed.len() as u64, "user"),
        failed.concat()
    )))
}
