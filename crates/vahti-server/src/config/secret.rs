//! Secrets of the configuration: where they are written, and what is kept of them. What is kept is a hash, so that
//! nothing that prints a configuration can print one.

use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::Source;
use super::mistake::Wrong;
use super::raw::{Raw, shown};

/// What is printed in the place of a secret. It is refused as a secret, so that a printed configuration never becomes one
/// whose secret everybody knows.
const REDACTED: &str = "redacted";
/// Before the name of a variable, and before a path.
const VARIABLE: &str = "env:";
const FILE: &str = "file:";
const RIGHT: &str = "Write a secret in quotes, \"env:NAME\" or \"file:PATH\".";

/// Secrets that others may prove to know. Of each the SHA-256 is kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<Secret>);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret {
    hash: [u8; 32],
    bytes: usize,
}

impl Secrets {
    /// Whether one of them is this text. It takes the same time whichever it is, and when none is.
    pub fn hold(&self, offered: &str) -> bool {
        let offered: [u8; 32] = Sha256::digest(offered).into();
        let any = self.0.iter().fold(Choice::from(0), |any, secret| {
            any | secret.hash.ct_eq(&offered)
        });
        any.into()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The length of the shortest, in bytes.
    pub(super) fn shortest_bytes(&self) -> Option<usize> {
        self.0.iter().map(|secret| secret.bytes).min()
    }
}

impl FromIterator<Secret> for Secrets {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// One secret: itself, or from where its text says. A message about it never shows it.
pub(super) fn read(
    raw: &Raw,
    source: &Source<'_>,
    base_dir: Option<&Path>,
) -> Result<Secret, Wrong> {
    let Raw::Text(text) = raw else {
        return Err(Wrong::new("This is no text.", RIGHT));
    };
    let secret = if let Some(name) = text.strip_prefix(VARIABLE) {
        from_variable(name, source)?
    } else if let Some(path) = text.strip_prefix(FILE) {
        let path = base_dir.map_or_else(|| PathBuf::from(path), |dir| dir.join(path));
        from_file(&path, source)?
    } else {
        text.clone()
    };
    match secret.as_str() {
        "" => Err(Wrong::new("A secret cannot be empty.", RIGHT)),
        REDACTED => {
            let wrong = "This stands where `vahti config print` does not show a secret.";
            Err(Wrong::new(wrong, RIGHT))
        }
        secret => Ok(Secret {
            hash: Sha256::digest(secret).into(),
            bytes: secret.len(),
        }),
    }
}

fn from_variable(name: &str, source: &Source<'_>) -> Result<String, Wrong> {
    let mut variables = source.environment.iter();
    let found = variables.find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).ok_or_else(|| {
        let wrong = format!("The environment has no variable {}.", shown(name));
        Wrong::new(wrong, "Set it, or take this secret away.")
    })
}

/// The text of a file without the end of its line.
fn from_file(path: &Path, source: &Source<'_>) -> Result<String, Wrong> {
    let read = source.read_secret.map_or_else(
        || Err(std::io::ErrorKind::Unsupported.into()),
        |read| read(path),
    );
    read.map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
        .map_err(|cause| {
            let path = shown(&path.display().to_string());
            Wrong::new(
                format!("The file {path} cannot be read: {cause}."),
                "Let the user that Vahti runs as read it, or take this secret away.",
            )
        })
}

/// Puts a word in the place of each secret. Names of variables and files stay: they are none.
pub(super) fn redact(raw: &mut Raw) {
    match raw {
        Raw::Text(text) if text.starts_with(VARIABLE) || text.starts_with(FILE) => {}
        Raw::List(items) => items.iter_mut().for_each(|(item, _)| redact(item)),
        other => *other = Raw::Text(REDACTED.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_secrets_counts_and_nothing_else_does() {
        let source = Source::default();
        let read = |text: &str| read(&Raw::Text(text.to_owned()), &source, None).expect("it");
        let secrets: Secrets = ["the old one", "the new one"]
            .map(read)
            .into_iter()
            .collect();
        assert!(secrets.hold("the old one") && secrets.hold("the new one"));
        assert!(!secrets.hold("") && !secrets.hold("the new") && !secrets.hold("the new one "));
        assert!(!Secrets::default().hold(""));
        assert_eq!(format!("{secrets:?}"), "Secrets(2)");
    }
}
