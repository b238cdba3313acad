//! `vahti export`: every session, as a file.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use vahti_client::SessionsPage;
use vahti_core::StateWord;

use super::call::Call;
use super::door::{Absent, Door};
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::{at_the_door, output};

/// Sessions that are read at a time: the most that the API gives.
const PAGE: u32 = 1_000;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// TIM's table
    TimCsv,
    /// Vahti's table
    Csv,
    /// Vahti's sessions as a JSON list
    Json,
}

/// Write every session to standard output, for `vahti import` or a spreadsheet
#[derive(Debug, Args)]
#[command(after_help = "\
Tokens are not exported: nobody has them but the browsers.

Examples:
  vahti export > sessions.csv
  vahti export --format tim-csv --state active")]
pub(super) struct Export {
    #[command(flatten)]
    settings: Settings,
    /// How the file is written
    #[arg(long, default_value = "csv")]
    format: Format,
    /// In this state
    #[arg(long, value_parser = PossibleValuesParser::new(StateWord::ALL.iter().map(|state| state.as_str())))]
    state: Option<String>,
    /// Of this user
    #[arg(long)]
    user: Option<String>,
}

impl Export {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| match self.format {
                Format::TimCsv => self.table(door, "tim-csv").await,
                Format::Csv => self.table(door, "csv").await,
                Format::Json => self.json(door).await,
            },
        )
        .await
    }

    fn call(&self) -> Result<Call, Failure> {
        Ok(Call::get(&["sessions"])?
            .with("state", self.state.as_ref())
            .with("user", self.user.as_ref()))
    }

    async fn table(&self, door: &Door, format: &str) -> Result<(), Failure> {
        let call = self.call()?.with("format", Some(format));
        door.copy(&call.patiently(), |part| output::print(part))
            .await
    }

    /// One session a line, so that a wrong one can be named by its line.
    async fn json(&self, door: &Door) -> Result<(), Failure> {
        let mut cursor: Option<String> = None;
        let mut before = "[\n";
        loop {
            let call = self.call()?.with("limit", Some(PAGE));
            let page: SessionsPage = door.call(&call.with("cursor", cursor)).await?;
            for session in &page.sessions {
                let row = serde_json::to_string(session)
                    .map_err(|never| Failure::cannot_tell(format!("{never}.")))?;
                output::print(format!("{before}{row}"))?;
                before = ",\n";
            }
            cursor = page.next;
            if cursor.is_none() {
                let end = if before == ",\n" { "\n]" } else { "[]" };
                return output::line(end);
            }
        }
    }
}
