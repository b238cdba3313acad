//! `vahti import`: the sessions of another system, from a file.

mod batches;
mod file;
mod padding;

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use vahti_client::{ImportRequest, ImportResponse, ProblemType};

use super::call::Call;
use super::door::{Absent, Door};
use super::exit::{Exit, Failure};
use super::settings::{Environment, Settings};
use super::table::count;
use super::{at_the_door, output};

use self::batches::Batch;
use self::file::{Format, Row};

/// Take over the sessions of another system, from a file
///
/// Sessions that could go on get the places that their users have free, the newest login first; the others wait. Ended
/// ones are kept as history. Rows that are wrong are named by their line and left out, with exit code 2.
#[derive(Debug, Args)]
#[command(after_help = "\
Times without a zone are UTC. There is no token of an imported session: ask by user and session id.

Examples:
  vahti import sessions.csv --dry-run
  vahti import sessions.json --format json")]
pub(super) struct Import {
    #[command(flatten)]
    settings: Settings,
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the file is written
    #[arg(long, default_value = "auto")]
    format: Format,
    /// Only say what would come of it
    #[arg(long)]
    dry_run: bool,
}

/// How many rows are named whose ids were used before. All rows are such when a file is imported again.
const NAMED: usize = 10;

/// What an import has come to.
#[derive(Default)]
struct Tally {
    active: u64,
    held: u64,
    ended: u64,
    /// Rows that were left out, by line, and why.
    wrong: Vec<(u64, String)>,
    /// The same, where the id was used before.
    used: Vec<(u64, String)>,
}

impl Import {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let rows = file::read(&self.file, self.format)?;
        let all = rows.len();
        let mut tally = Tally::default();
        let batches = batches::of(rows, &mut tally.wrong);
        let actor = environment.person();
        at_the_door(
            &self.settings,
            environment,
            Absent::Make,
            async |door, _| self.send(door, batches, all, actor, &mut tally).await,
        )
        .await?;
        self.tell(tally, all)
    }

    async fn send(
        &self,
        door: &Door,
        batches: Vec<Batch>,
        rows: usize,
        actor: Option<String>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let progress = progress(rows);
        for Batch {
            lines, sessions, ..
        } in batches
        {
            let request = ImportRequest {
                sessions,
                dry_run: self.dry_run,
                actor: actor.clone(),
                reason: None,
            };
            let call = Call::post(&["import"], &request)?;
            let done: ImportResponse = door
                .call(&call)
                .await
                .map_err(|failure| broke_off(failure, tally.taken()))?;
            tally.active += done.active;
            tally.held += done.held;
            tally.ended += done.ended;
            for skipped in done.skipped {
                let place = usize::try_from(skipped.index).unwrap_or(usize::MAX);
                let line = lines.get(place).copied().unwrap_or_default();
                let is_used = skipped.problem.word() == ProblemType::SessionIdTaken.word();
                let list = if is_used {
                    &mut tally.used
                } else {
                    &mut tally.wrong
                };
                list.push((line, skipped.problem.detail));
            }
            progress.inc(lines.len() as u64);
        }
        progress.finish_and_clear();
        Ok(())
    }

    fn tell(&self, mut tally: Tally, rows: usize) -> Result<(), Failure> {
        let verb = if self.dry_run {
            "Would be imported"
        } else {
            "Imported"
        };
        output::line(format!(
            "{verb}: {}, {} active, {} held, {} ended.",
            count(tally.taken(), "session"),
            tally.active,
            tally.held,
            tally.ended
        ))?;
        let left_out = tally.wrong.len() + tally.used.len();
        if left_out == 0 {
            return Ok(());
        }
        tally.used.sort();
        let unnamed = tally.used.len().saturating_sub(NAMED);
        tally.wrong.extend(tally.used.drain(..).take(NAMED));
        tally.wrong.sort();
        let file = self.file.display();
        for (line, why) in &tally.wrong {
            output::remark(format!("{file}:{line}: {why}"));
        }
        if unnamed > 0 {
            output::remark(format!(
                "{file}: The session ids of {unnamed} rows more were used before. So it is with what was imported before: it stays as it is."
            ));
        }
        Err(Failure::wrong(format!(
            "{left_out} of {rows} rows were left out, for the reasons above."
        )))
    }
}

impl Tally {
    /// Sessions that were taken over.
    fn taken(&self) -> u64 {
        self.active + self.held + self.ended
    }
}

/// The failure of a request, with what was taken over before. A repeat helps only where nobody could tell.
fn broke_off(mut failure: Failure, taken: u64) -> Failure {
    let advice = match failure.exit {
        Exit::CannotTell => "; import the file again: what is here already is left out",
        Exit::Done | Exit::No | Exit::Wrong => "",
    };
    failure.text = format!(
        "{} {taken} rows were taken over before{advice}.",
        failure.text
    );
    failure
}

/// A bar on a terminal; nothing elsewhere.
fn progress(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(rows as u64);
    match ProgressStyle::with_template("{bar:40} {pos} of {len} rows, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_not_be_told_is_to_be_imported_again() {
        let text = |failure| broke_off(failure, 3).text;
        assert_eq!(
            text(Failure::no("It is too large.")),
            "It is too large. 3 rows were taken over before."
        );
        assert_eq!(
            text(Failure::cannot_tell("Nobody answers.")),
            "Nobody answers. 3 rows were taken over before; import the file again: what is here already is left out."
        );
    }
}
