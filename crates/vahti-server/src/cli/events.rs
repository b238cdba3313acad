//! `vahti events`: the record of what was done, and whether it is as it was written.

use clap::{Args, Subcommand};
use vahti_client::{Chain, Event, EventsPage, Time};

use super::call::Call;
use super::door::{Absent, Door};
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::table::{Format, Lines, Tone, count, or_dash};
use super::{as_json, at_the_door, output};

/// Rows of a table, if nobody says otherwise.
const TABLE_ROWS: u32 = 100;

/// List the record of what was done, or check that it is as it was written; without a command it lists
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vahti events --user aino --newest-first\n  vahti events --follow\n  vahti events check"
)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Events {
    #[command(subcommand)]
    command: Option<EventsCommand>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum EventsCommand {
    List(List),
    Check(Check),
}

impl Events {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        match self.command {
            None => self.list.run(environment).await,
            Some(EventsCommand::List(list)) => list.run(environment).await,
            Some(EventsCommand::Check(check)) => check.run(environment).await,
        }
    }
}

/// List events, the oldest first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vahti events list --user aino --newest-first\n  \
    vahti events list --verb verify --since 2026-08-22T06:00:00Z --format json\n  \
    vahti events list --follow --verb refuse"
)]
struct List {
    #[command(flatten)]
    settings: Settings,
    /// Of this user
    #[arg(long)]
    user: Option<String>,
    /// Of this session
    #[arg(long)]
    session: Option<String>,
    /// With this verb, such as login, verify, invalidate, end, refuse
    #[arg(long)]
    verb: Option<String>,
    /// At or after this time, such as 2026-08-22T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Time::parse)]
    since: Option<Time>,
    /// Rows at most [default: 100 in a table, all in JSON]
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// The newest first
    #[arg(long)]
    newest_first: bool,
    /// Go on with every event that is recorded, from --since or from now on, until the server ends; in JSON one line each
    #[arg(long, conflicts_with_all = ["newest_first", "limit"])]
    follow: bool,
    /// How the list is written
    #[arg(long, default_value = "table")]
    format: Format,
}

impl List {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        if self.follow {
            let follow = async |door: &Door, _: &_| self.follow(door).await;
            return at_the_door(&self.settings, environment, Absent::Refuse, follow).await;
        }
        let most = match self.format {
            Format::Table => self.limit.unwrap_or(TABLE_ROWS),
            Format::Json => self.limit.unwrap_or(u32::MAX),
        };
        let (events, more) = at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| self.rows(door, most).await,
        )
        .await?;
        if self.format == Format::Json {
            return output::line(as_json(&events)?);
        }
        if events.is_empty() {
            output::remark("No event is like that.");
            return Ok(());
        }
        output::print(table(&events))?;
        if more {
            output::remark(format!(
                "There are more than {most}: narrow the list, raise --limit, or take all with --format json."
            ));
        }
        Ok(())
    }

    /// Writes every event as it is recorded.
    async fn follow(&self, door: &Door) -> Result<(), Failure> {
        if !door.is_owner() {
            return Err(Failure::cannot_tell(
                "No server runs with this database, so nothing is being recorded. Without --follow the command lists what \
                 is there.",
            ));
        }
        let call = self.call()?.streaming();
        let tell = |event: Event| match self.format {
            Format::Table => output::print(row(&event)),
            Format::Json => output::line(serde_json::to_string(&event).unwrap_or_default()),
        };
        door.follow(&call, tell).await?;
        Err(Failure::cannot_tell(
            "The server has ended. Follow again when it runs; --since tells what happened in between.",
        ))
    }

    fn call(&self) -> Result<Call, Failure> {
        Ok(Call::get(&["events"])?
            .with("user", self.user.as_ref())
            .with("session_id", self.session.as_ref())
            .with("verb", self.verb.as_ref())
            .with("since", self.since)
            .with("order", self.newest_first.then_some("newest")))
    }

    /// The rows, page by page, and whether there are more than `most`.
    async fn rows(&self, door: &Door, most: u32) -> Result<(Vec<Event>, bool), Failure> {
        let rows = |page: EventsPage| (page.events, page.next);
        door.rows(&self.call()?, most, rows).await
    }
}

const COLUMNS: [&str; 7] = ["TIME", "VERB", "USER", "SESSION", "STATE", "WHY", "BY"];

fn table(events: &[Event]) -> String {
    let mut lines = Lines::new(&COLUMNS, &[0, 1, 4]);
    for event in events {
        lines.row(tone(event), cells(event).to_vec());
    }
    lines.text()
}

/// A row that is written before the next one is known, so that its columns cannot follow what they hold.
fn row(event: &Event) -> String {
    let [time, verb, user, session, state, why, by] = cells(event);
    tone(event).paint(&format!(
        "{time:<20}  {verb:<11}  {user:<16}  {session:<22}  {state:<6}  {why}  {by}"
    ))
}

fn tone(event: &Event) -> Tone {
    Tone::of(event.state.as_deref().unwrap_or_default())
}

fn cells(event: &Event) -> [String; 7] {
    let why = [&event.reason, &event.remark, &event.note];
    let why: Vec<&str> = why.into_iter().flatten().map(String::as_str).collect();
    let by = event.actor.as_deref().unwrap_or(if event.key.is_empty() {
        &event.how
    } else {
        &event.key
    });
    let time = event.at.to_string();
    let (second, _) = time.split_once('.').unwrap_or((&time, ""));
    [
        format!("{}Z", second.trim_end_matches('Z').replace('T', " ")),
        event.verb.clone(),
        or_dash(event.user.as_deref().or(event.erased.then_some("(erased)"))),
        or_dash(event.session_id.as_deref()),
        or_dash(event.state.as_deref()),
        or_dash((!why.is_empty()).then(|| why.join(": ")).as_deref()),
        by.to_owned(),
    ]
}

/// Check that the record is as it was written: every chain, every link. Exit code 1 names the first fault.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti events check && echo whole")]
struct Check {
    #[command(flatten)]
    settings: Settings,
}

impl Check {
    async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let chain = at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| chain(door).await,
        )
        .await?;
        match chain {
            Ok(whole) => output::line(whole),
            Err(fault) => Err(Failure::no(fault)),
        }
    }
}

/// Walks along the chains: a sentence when the record is whole, another for its first fault.
pub(super) async fn chain(door: &Door) -> Result<Result<String, String>, Failure> {
    let chain: Chain = door
        .call(&Call::get(&["events", "chain"])?.patiently())
        .await?;
    let seen = format!(
        "{} in {}",
        count(chain.events, "event"),
        count(chain.chains, "chain")
    );
    Ok(match chain.fault {
        None if chain.whole => Ok(format!("The record is whole: {seen}.")),
        None => Err(format!("The record is not whole: {seen}.")),
        Some(fault) => {
            let of = fault
                .user
                .map_or_else(String::new, |user| format!(" of `{user}`"));
            Err(format!(
                "The record is not as it was written. Event {}{of}: {} ({seen} looked at.)",
                fault.sequence, fault.what
            ))
        }
    })
}
