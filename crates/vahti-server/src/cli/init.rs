//! `vahti init`: configurations to begin with, for Vahti and for the proxy before it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{Profile, profile};

use super::exit::Failure;
use super::output;
use super::proxy::Proxy;
use super::settings::shown;

/// Write a configuration to begin with, for Vahti or for a proxy; it overwrites nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vahti init --profile exam --output /etc/vahti/vahti.toml
  vahti init --proxy nginx")]
pub(super) struct Init {
    /// What it is for
    #[arg(long, required_unless_present = "proxy")]
    profile: Option<Profile>,
    /// The proxy that shall ask Vahti; its files are written beside the output
    #[arg(long)]
    proxy: Option<Proxy>,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "vahti.toml")]
    output: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut files = Vec::new();
        if let Some(of) = self.profile {
            files.push((self.output.clone(), profile(of)));
        }
        for (name, text) in self.proxy.map_or(&[][..], Proxy::files) {
            files.push((self.output.with_file_name(name), (*text).to_owned()));
        }
        if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
            return Err(is_there(there));
        }
        for (path, text) in &files {
            write(path, text)?;
        }
        let names: Vec<_> = files
            .iter()
            .map(|(path, _)| path.display().to_string())
            .collect();
        let is = if names.len() == 1 { "is" } else { "are" };
        output::line(format!(
            "{} {is} written. {}",
            names.join(", "),
            self.what_next()
        ))
    }

    fn what_next(&self) -> String {
        let mut next = Vec::new();
        if self.profile.is_some() {
            let named = shown(&self.output.display().to_string());
            next.push(format!(
                "Set `public_url` in it, then:\n\n  \
                 vahti config check --config {named}\n  \
                 vahti key create --config {named} --role app --name NAME\n  \
                 vahti serve --config {named}"
            ));
        }
        if self.proxy.is_some() {
            next.push(
                "The first lines of each file of the proxy say where it belongs and what to set in it."
                    .to_owned(),
            );
        }
        next.join("\n\n")
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut made| made.write_all(text.as_bytes()));
    written.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => is_there(path),
        _ => Failure::wrong(format!("{} cannot be written: {cause}.", path.display())),
    })
}

fn is_there(path: &Path) -> Failure {
    Failure::no(format!(
        "{} is there already and stays as it is. Name another place with --output.",
        path.display()
    ))
}
