//! `vahti backup`: a copy of the whole database, beside a running server or without one.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::console;
use crate::path::{beside, folder_of};

use super::call::Call;
use super::door::{Absent, Door};
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::{at_the_door, output};

/// How the names of the files begin that belong to a database, after its own name.
const COMPANIONS: [&str; 7] = [
    "-wal",
    "-shm",
    "-journal",
    ".lock",
    ".sock",
    ".restoring",
    ".copying",
];

/// Write a copy of the whole database to a file, beside a running server or without one
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vahti backup /var/backups/vahti-today.db\n\n\
    The copy holds what is known of people: keep it where only its owner can read it."
)]
pub(super) struct Backup {
    /// Where to
    file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Backup {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let file = &self.file;
        let database = self.settings.load(environment)?.store.path;
        let would_replace = |database: &Path| {
            is_the_database(file, database) || is_the_database(&unfinished(file), database)
        };
        if would_replace(&database) {
            return Err(Failure::wrong(
                "That is the database itself. Nothing was copied. Choose another name.",
            ));
        }
        if would_replace(&console::beside(&database)) {
            return Err(Failure::wrong(
                "That is the database of the console's logins. Nothing was copied. Choose another name.",
            ));
        }
        if file.is_dir() {
            return Err(Failure::wrong(format!(
                "{} is a folder. Name the file that is to be written in it.",
                file.display()
            )));
        }
        let there = fs::symlink_metadata(file).ok();
        if there.as_ref().is_some_and(|found| !found.is_file()) {
            // The copy takes the place of what has its name: of a link as such, of `/dev/stdout`, of a device.
            return Err(Failure::wrong(format!(
                "{} is a link, a device or the like, and no file. Nothing was copied. Name a file.",
                file.display()
            )));
        }
        if there.is_some() && !self.force {
            return Err(Failure::wrong(format!(
                "{} is there already. Choose another name, or say --force to replace it.",
                file.display()
            )));
        }
        at_the_door(
            &self.settings,
            environment,
            Absent::Refuse,
            async |door, _| save(door, file).await,
        )
        .await?;
        output::line(format!("The database is copied to {}.", file.display()))
    }
}

/// The copy has its name only once it is whole and on the disk.
async fn save(door: &Door, file: &Path) -> Result<(), Failure> {
    let call = Call::order(&["backup"])?.patiently();
    let unfinished = unfinished(file);
    let failed =
        |cause| Failure::cannot_tell(format!("{} cannot be written: {cause}.", file.display()));
    let mut copy = create(&unfinished).map_err(failed)?;
    let written = door
        .copy(&call, |part| copy.write_all(part).map_err(failed))
        .await
        .and_then(|()| {
            copy.sync_all().map_err(failed)?;
            fs::rename(&unfinished, file).map_err(failed)
        });
    if written.is_err() {
        // What is left over is no copy; the failure itself is what counts.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// What the copy is called until it is whole.
fn unfinished(file: &Path) -> PathBuf {
    beside(file, ".unfinished")
}

/// Whether a file of this name would take the place of the database, or of a file that belongs to it: by its name, behind
/// links, and as the file that it is, for one folder can have several names.
pub(super) fn is_the_database(file: &Path, database: &Path) -> bool {
    let (files, databases) = (names(file), names(database));
    let by_name = |name: &PathBuf| databases.iter().any(|database| belongs(name, database));
    let mut belonging = COMPANIONS.iter().chain(&[""]).flat_map(|suffix| {
        databases
            .iter()
            .filter_map(move |database| identity(&beside(database, suffix)))
    });
    files.iter().any(by_name)
        || identity(file).is_some_and(|file| belonging.any(|other| other == file))
}

/// What a path is called in its folder, and what it leads to: each without links on the way.
fn names(path: &Path) -> Vec<PathBuf> {
    let here = fs::canonicalize(folder_of(path)).ok().zip(path.file_name());
    let here = here.map(|(folder, name)| folder.join(name));
    here.into_iter().chain(fs::canonicalize(path)).collect()
}

fn belongs(name: &Path, database: &Path) -> bool {
    let (name, database) = (name.as_os_str(), database.as_os_str());
    name.as_encoded_bytes()
        .strip_prefix(database.as_encoded_bytes())
        .is_some_and(|rest| {
            let begins = |suffix: &&str| rest.starts_with(suffix.as_bytes());
            rest.is_empty() || COMPANIONS.iter().any(begins)
        })
}

/// Which file it is, whatever its name: device and number.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// A new file for its owner alone.
fn create(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(cause),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}
