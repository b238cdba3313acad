//! `vahti init`: configurations to begin with, for Vahti and for the proxy before it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};

use crate::config::{Profile, profile};

use super::exit::Failure;
use super::output;
use super::proxy::Proxy;
use super::settings::{DEFAULT_NAME, shown};

/// Write a configuration to begin with, for Vahti or for a proxy; it overwrites nothing
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true).multiple(true),
    after_help = "\
Examples:
  vahti init --profile exam --output /etc/vahti/vahti.toml
  vahti init --proxy nginx --output /etc/nginx/conf.d/"
)]
pub(super) struct Init {
    /// What it is for
    #[arg(long, group = "what")]
    profile: Option<Profile>,
    /// The proxy that shall ask Vahti; its files are written beside the output
    #[arg(long, group = "what")]
    proxy: Option<Proxy>,
    /// The file to write; a folder takes the files under their own names
    #[arg(long, value_name = "FILE", default_value = DEFAULT_NAME)]
    output: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (mut files, configuration) = (Vec::new(), self.configuration());
        if let Some(of) = self.profile {
            files.push((configuration.clone(), profile(of)));
        }
        for (name, text) in self.proxy.map_or(&[][..], Proxy::files) {
            files.push((configuration.with_file_name(name), (*text).to_owned()));
        }
        if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
            return Err(is_there(there));
        }
        for (at, (path, text)) in files.iter().enumerate() {
            write(path, text).inspect_err(|_| {
                // Some of the files would keep a second try from writing the others.
                for (path, _) in files.iter().take(at) {
                    let _ = fs::remove_file(path);
                }
            })?;
        }
        let names: Vec<_> = files
            .iter()
            .map(|(path, _)| path.display().to_string())
            .collect();
        let is = if names.len() == 1 { "is" } else { "are" };
        output::line(format!(
            "{} {is} written. {}",
            names.join(", "),
            self.what_next(&configuration)
        ))
    }

    /// The file of the configuration; what belongs to a proxy is written beside it.
    fn configuration(&self) -> PathBuf {
        let output = &self.output;
        if output.is_dir() || output.as_os_str().as_encoded_bytes().ends_with(b"/") {
            output.join(DEFAULT_NAME)
        } else {
            output.clone()
        }
    }

    fn what_next(&self, configuration: &Path) -> String {
        let mut next = Vec::new();
        if self.profile.is_some() {
            let named = shown(&configuration.display().to_string());
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

/// Writes a file that was not there, whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::AlreadyExists => is_there(path),
        _ => Failure::wrong(format!(
            "{} cannot be written: {cause}. Nothing was written.",
            path.display()
        )),
    };
    let mut options = OpenOptions::new();
    let mut made = options
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    made.write_all(text.as_bytes()).map_err(|cause| {
        let _ = fs::remove_file(path);
        failed(cause)
    })
}

fn is_there(path: &Path) -> Failure {
    Failure::no(format!(
        "{} is there already and stays as it is; nothing was written. Name another place with --output.",
        path.display()
    ))
}
