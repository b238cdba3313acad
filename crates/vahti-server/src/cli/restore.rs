//! `vahti restore`: the database becomes a copy of an earlier time.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use vahti_client::Time;
use vahti_core::{By, How};

use crate::console;
use crate::serve::{self, Closed, Restoration};

use super::backup;
use super::exit::Failure;
use super::output;
use super::settings::{Environment, Settings};
use super::table::count;

/// Put a backup in the place of the database; all open sessions end. Only while no server runs
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vahti restore /var/backups/vahti-2026-08-22.db --yes\n\n\
    The database that is there now is kept beside it. Whatever happened since the backup is undone."
)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,
    /// Let the sessions go on that were open then, also those that were ended or held since
    #[arg(long)]
    keep_sessions: bool,
    /// Do it
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Restore {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let (config, file) = (self.settings.load(environment)?, self.file.display());
        let database = config.store.path.display();
        self.is_a_file()?;
        if backup::is_the_database(&self.file, &console::beside(&config.store.path)) {
            return Err(Failure::wrong(format!(
                "{file} holds the logins at the console, and is no backup. Nothing was changed."
            )));
        }
        if serve::answers(&config.store.path).await {
            return Err(Failure::no(format!(
                "A server runs on {database}. Stop it first. Nothing was changed."
            )));
        }
        if !self.yes {
            return Err(Failure::wrong(format!(
                "This would undo everything since {file} was made. Say --yes to do it."
            )));
        }
        let by = By {
            key: "cli".to_owned(),
            actor: environment.person(),
            how: How::Cli,
            note: None,
        };
        let restoration = serve::restore(&config, &self.file, by, self.keep_sessions)
            .await
            .map_err(|closed| {
                let about = match closed {
                    Closed::Owned { .. } | Closed::Read | Closed::Foreign => &config.store.path,
                    Closed::Unusable(_) | Closed::Broken(_) => &self.file,
                };
                let why = closed.sentence(about);
                Failure::cannot_tell(format!("{why} Nothing was changed."))
            })?;
        let before = restoration.kept.as_ref().map_or_else(String::new, |kept| {
            format!(" What was there before is kept as {}.", kept.display())
        });
        let sessions = if self.keep_sessions {
            "Its open sessions go on.".to_owned()
        } else {
            format!(
                "{} ended.",
                count(restoration.restored.ended, "open session")
            )
        };
        output::line(format!(
            "{database} is now a copy of {file}. {sessions}{before}"
        ))?;
        output::remark(self.warning(&restoration));
        Ok(())
    }

    /// Whether there is something to restore; a pipe would be waited for, and a folder is no database.
    fn is_a_file(&self) -> Result<(), Failure> {
        let file = self.file.display();
        let wrong = |why: String| Err(Failure::wrong(format!("{why} Nothing was changed.")));
        match fs::metadata(&self.file) {
            Ok(found) if found.is_file() => Ok(()),
            Ok(_) => wrong(format!("{file} is not a file with a backup.")),
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                wrong(format!("There is no file {file}."))
            }
            Err(cause) => wrong(format!("{file} cannot be read: {cause}.")),
        }
    }

    /// What nobody should learn by accident.
    fn warning(&self, restoration: &Restoration) -> String {
        let restored = &restoration.restored;
        let since = restored.newest.map_or_else(
            || "the backup".to_owned(),
            |newest| Time::from(newest).to_string(),
        );
        let keys = if restored.keys.is_empty() {
            "none".to_owned()
        } else {
            restored.keys.join(", ")
        };
        let sessions = if self.keep_sessions {
            " Sessions that were ended or held since then go on as they were."
        } else {
            ""
        };
        let followers = if restoration.goes_on {
            ""
        } else {
            " The database that was there cannot be read, so numbers of its events are used again: whoever follows the \
             events begins anew, without `Last-Event-ID`."
        };
        let gap = restored.gap.map_or_else(String::new, |gap| {
            format!(" Events are missing before event {gap}: `vahti events check` tells more.")
        });
        format!(
            "Everything since {since} is undone.{sessions} Users whose logins were held since then are free, and people \
             who were erased since then are known again: erase them once more. Keys that were revoked since then are \
             valid again; the valid ones are: {keys}. Accounts of supervisors are those of the copy, with the passwords of then; \
             all log in to the console again.{followers}{gap}"
        )
    }
}
