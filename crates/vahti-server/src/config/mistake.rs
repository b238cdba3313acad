//! Mistakes in a configuration: where, which key, what is wrong, what would be right.

use std::fmt;

use super::place::Place;
use super::text::is_unfit;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub(super) place: Place,
    pub(super) key: Option<String>,
    pub(super) wrong: String,
    pub(super) right: String,
}

impl Mistake {
    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The dotted key; none when the line could not be read.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What is wrong: a sentence.
    pub fn wrong(&self) -> &str {
        &self.wrong
    }

    /// What would be right: a sentence; empty when nobody can know.
    pub fn right(&self) -> &str {
        &self.right
    }

    /// The mistake on one line; `file` is how the operator's file is called.
    fn line(&self, file: &str) -> String {
        let variable = if let Place::Environment { variable } = &self.place {
            format!(" {variable}")
        } else {
            String::new()
        };
        let key = self
            .key
            .as_ref()
            .map_or_else(String::new, |key| format!(": {key}"));
        let line = format!(
            "{}{variable}{key}: {} {}",
            self.place.shown(file),
            self.wrong,
            self.right
        );
        line.trim_end().replace(is_unfit, "?")
    }
}

/// Why a value is refused, before it is known where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What is wrong: a sentence.
    pub(super) wrong: String,
    /// What would be right: a sentence.
    pub(super) right: String,
}

impl Wrong {
    pub(super) fn new(wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            wrong: wrong.into(),
            right: right.into(),
        }
    }

    /// The mistake that it is at a place, under a key.
    pub(super) fn at(self, place: Place, key: impl fmt::Display) -> Mistake {
        Mistake {
            place,
            key: Some(key.to_string()),
            wrong: self.wrong,
            right: self.right,
        }
    }
}

/// All mistakes of a configuration, in the order of the file, then of the environment, then of the flags. Its text has
/// one line for all, and then one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    file: Option<String>,
    mistakes: Vec<Mistake>,
}

impl Mistakes {
    /// Puts the mistakes in order; `file` is how the operator's file is called.
    pub(super) fn new(file: Option<String>, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|a, b| a.place.cmp(&b.place));
        Self { file, mistakes }
    }

    /// The mistakes, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Mistake> {
        self.mistakes.iter()
    }

    /// How many there are; never none.
    pub fn count(&self) -> usize {
        self.mistakes.len()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all_in_file = self
            .mistakes
            .iter()
            .all(|mistake| matches!(mistake.place, Place::File { .. }));
        let file = self.file.as_deref().unwrap_or("the file");
        let subject = if all_in_file {
            file
        } else {
            "The configuration"
        };
        let many = if self.count() == 1 {
            "mistake"
        } else {
            "mistakes"
        };
        write!(
            f,
            "{subject} has {} {many}; nothing was started.",
            self.count()
        )?;
        for mistake in &self.mistakes {
            write!(f, "\n  {}", mistake.line(file))?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
