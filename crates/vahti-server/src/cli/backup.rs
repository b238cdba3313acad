//! `vahti backup`: a copy of the whole database, beside a running server or without one.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::call::Call;
use super::door::{Absent, Door};
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::{at_the_door, output};

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
        if file.exists() && !self.force {
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
    let mut name = file.as_os_str().to_owned();
    name.push(".unfinished");
    let unfinished = PathBuf::from(name);
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

/// A new file for its owner alone.
fn create(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(cause),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}
