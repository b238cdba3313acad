//! `vahti init`: a configuration to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Args;

use crate::config::{Profile, profile};

use super::exit::Failure;
use super::output;
use super::settings::shown;

/// Write a configuration to begin with; it overwrites nothing
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vahti init --profile exam --output /etc/vahti/vahti.toml")]
pub(super) struct Init {
    /// What it is for
    #[arg(long)]
    profile: Profile,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "vahti.toml")]
    output: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let file = self.output.display();
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.output)
            .and_then(|mut made| made.write_all(profile(self.profile).as_bytes()));
        match written {
            Ok(()) => {}
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                return Err(Failure::no(format!(
                    "{file} is there already and stays as it is. Name another with --output."
                )));
            }
            Err(cause) => {
                return Err(Failure::wrong(format!(
                    "{file} cannot be written: {cause}."
                )));
            }
        }
        let named = shown(&file.to_string());
        output::line(format!(
            "{file} is written. Set `public_url` in it, then:\n\n  \
             vahti config check --config {named}\n  \
             vahti key create --config {named} --role app --name NAME\n  \
             vahti serve --config {named}"
        ))
    }
}
