//! Where a command finds the configuration: the file, the environment, flags.

use std::path::{Path, PathBuf};

use crate::config::{Config, Source};

use super::exit::Failure;

/// The file that is used without being named, if it is there.
pub(super) const DEFAULT_NAME: &str = "vahti.toml";

/// The environment of the process, as it was when it started.
#[derive(Clone, Debug, Default)]
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// Takes the variables that are text; a variable that is not cannot be meant for Vahti.
    pub fn new(
        variables: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(variables.into_iter().filter_map(text).collect())
    }

    /// A variable that is set and not empty.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Who gives the command, for the record: the person behind `sudo`, else the user.
    pub(crate) fn person(&self) -> Option<String> {
        ["SUDO_USER", "USER", "LOGNAME"]
            .iter()
            .find_map(|name| self.find(name))
            .map(str::to_owned)
    }
}

/// Which configuration a command works with.
#[derive(Debug, clap::Args)]
pub(crate) struct Settings {
    /// The configuration [default: vahti.toml if it is here, else the built-in one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Settings {
    /// The file: the one that was named, or the one that lies here.
    pub(crate) fn file(&self) -> Option<&Path> {
        let here = Path::new(DEFAULT_NAME);
        self.config
            .as_deref()
            .or_else(|| here.exists().then_some(here))
    }

    /// Loads it.
    pub(crate) fn load(&self, environment: &Environment) -> Result<Config, Failure> {
        self.load_with(environment, &[])
    }

    /// Loads it, with flags over it: dotted keys and their values.
    pub(crate) fn load_with(
        &self,
        environment: &Environment,
        flags: &[(String, String)],
    ) -> Result<Config, Failure> {
        load(self.file(), environment, flags)
    }
}

/// Loads a file, with the environment and flags over it.
pub(crate) fn load(
    file: Option<&Path>,
    environment: &Environment,
    flags: &[(String, String)],
) -> Result<Config, Failure> {
    let text = file.map(read).transpose()?;
    Config::load(Source {
        file: file.zip(text.as_deref()),
        base_dir: None,
        environment: &environment.0,
        flags,
        read_secret: Some(|path| std::fs::read_to_string(path)),
    })
    .map_err(|mistakes| Failure::wrong(mistakes.to_string()))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|cause| {
        let file = file.display();
        match cause.kind() {
            std::io::ErrorKind::NotFound => Failure::wrong(format!(
                "There is no file {file}. `vahti init --profile exam --output {file}` writes one."
            )),
            std::io::ErrorKind::PermissionDenied => Failure::wrong(format!(
                "This user may not read {file}. Give the command as its owner, or as root."
            )),
            _ => Failure::wrong(format!("{file} cannot be read: {cause}.")),
        }
    })
}

/// A word as a shell takes it.
pub(crate) fn shown(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_behind_sudo_is_the_one_who_acts() {
        let environment = |pairs: &[(&str, &str)]| {
            Environment::new(
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).into(), (*value).into())),
            )
        };
        let person = |pairs| environment(pairs).person();
        assert_eq!(
            person(&[("USER", "root"), ("SUDO_USER", "maija")]).as_deref(),
            Some("maija")
        );
        assert_eq!(
            person(&[("USER", ""), ("LOGNAME", "eino")]).as_deref(),
            Some("eino")
        );
        assert_eq!(person(&[]), None);
    }

    #[test]
    fn a_word_is_quoted_where_a_shell_would_split_it() {
        assert_eq!(shown("/etc/vahti.toml"), "/etc/vahti.toml");
        assert_eq!(shown("it's here"), r"'it'\''s here'");
        assert_eq!(shown(""), "''");
    }
}
