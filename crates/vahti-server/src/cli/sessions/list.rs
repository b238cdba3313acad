//! `vahti sessions list`: who is logged in, who waits.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use vahti_client::{Session, SessionsPage, Time};
use vahti_core::StateWord;

use crate::cli::call::Call;
use crate::cli::door::{Absent, Door};
use crate::cli::exit::Failure;
use crate::cli::settings::{Environment, Settings};
use crate::cli::table::{Lines, Tone, ago, or_dash};
use crate::cli::{as_json, at_the_door, output};

/// Rows of a table, if nobody says otherwise.
const TABLE_ROWS: u32 = 100;

/// How a list is written: a table for people, CSV for spreadsheets, JSON for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

/// List sessions, the oldest login first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vahti sessions list --state held --place 'Hall A'\n  \
    vahti sessions list --user aino --format json"
)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    settings: Settings,
    /// Of this user
    #[arg(long)]
    user: Option<String>,
    /// In this state
    #[arg(long, value_parser = PossibleValuesParser::new(StateWord::ALL.iter().map(|state| state.as_str())))]
    state: Option<String>,
    /// Held or ended for this reason, such as over_limit or superseded
    #[arg(long)]
    reason: Option<String>,
    /// At exactly this place
    #[arg(long)]
    place: Option<String>,
    /// Whose user, name, number, place or session id holds this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Logged in at or after this time, such as 2026-08-22T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Time::parse)]
    since: Option<Time>,
    /// Rows at most [default: 100 in a table, all in JSON]
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// How the list is written
    #[arg(long, default_value = "table")]
    format: Format,
}

impl List {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        if self.format == Format::Csv && self.limit.is_some() {
            return Err(Failure::wrong(
                "--format csv gives all rows: leave --limit out, or narrow the list.",
            ));
        }
        at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| match self.format {
                Format::Csv => {
                    let call = self.call()?.with("format", Some("csv"));
                    door.copy(&call.patiently(), |part| output::print(part))
                        .await
                }
                Format::Json => self.json(door).await,
                Format::Table => self.table(door).await,
            },
        )
        .await
    }

    fn call(&self) -> Result<Call, Failure> {
        Ok(Call::get(&["sessions"])?
            .with("user", self.user.as_ref())
            .with("state", self.state.as_ref())
            .with("reason", self.reason.as_ref())
            .with("place", self.place.as_ref())
            .with("q", self.search.as_ref())
            .with("since", self.since))
    }

    /// The rows, page by page, and whether there are more than `most`.
    async fn rows(&self, door: &Door, most: u32) -> Result<(Vec<Session>, bool), Failure> {
        let rows = |page: SessionsPage| (page.sessions, page.next);
        door.rows(&self.call()?, most, rows).await
    }

    async fn json(&self, door: &Door) -> Result<(), Failure> {
        let (sessions, _) = self.rows(door, self.limit.unwrap_or(u32::MAX)).await?;
        output::line(as_json(&sessions)?)
    }

    async fn table(&self, door: &Door) -> Result<(), Failure> {
        let most = self.limit.unwrap_or(TABLE_ROWS);
        let (sessions, more) = self.rows(door, most).await?;
        if sessions.is_empty() {
            output::remark("No session is like that.");
            return Ok(());
        }
        output::print(table(&sessions))?;
        if more {
            output::remark(format!(
                "There are more than {most}: narrow the list, raise --limit, or take all with --format csv."
            ));
        }
        Ok(())
    }
}

/// Sessions as a table for people.
pub(in crate::cli) fn table(sessions: &[Session]) -> String {
    let now = crate::serve::now();
    let columns = [
        "USER",
        "SESSION",
        "STATE",
        "REASON",
        "PLACE",
        "LOGGED IN",
        "SEEN",
    ];
    let mut lines = Lines::new(&columns, &[1, 2, 3, 5, 6]);
    for session in sessions {
        lines.row(
            Tone::of(&session.state),
            vec![
                session.user.clone(),
                session.id.clone(),
                session.state.clone(),
                or_dash(session.reason.as_deref()),
                or_dash(session.place.as_deref()),
                ago(now, session.logged_in_at.0),
                ago(now, session.last_seen_at.0),
            ],
        );
    }
    lines.text()
}
