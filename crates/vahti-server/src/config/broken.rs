//! Places where a text is no TOML, and what to say about them.

use toml::de::Error;

use super::mistake::Mistake;
use super::place::{Place, line_of};

/// One place where the text is no TOML.
pub(super) struct Broken {
    /// Where it was noticed, in bytes from the start of the text.
    pub(super) at: usize,
    /// The line of it, counted from 1.
    pub(super) line: usize,
    /// What the parser says.
    message: String,
}

impl Broken {
    /// From what the parser says about a text.
    pub(super) fn new(text: &str, error: &Error) -> Self {
        let at = error.span().map_or(text.len(), |span| span.start);
        Self {
            at,
            line: line_of(text, at),
            message: error.message().to_owned(),
        }
    }

    /// Whether a value has no end: what stands behind it is taken for a part of it.
    pub(super) fn is_open_end(&self) -> bool {
        [
            "unclosed array",
            "unclosed inline table",
            "invalid multi-line",
        ]
        .iter()
        .any(|open| self.message.starts_with(open))
    }

    /// The same, said of another place.
    pub(super) fn moved_to(self, at: usize, line: usize) -> Self {
        Self { at, line, ..self }
    }

    /// The mistake that it is, in words for people.
    pub(super) fn into_mistake(self) -> Mistake {
        let bare_word = [
            "string values must be",
            "invalid float",
            "invalid integer",
            "invalid boolean",
        ];
        let (what, right) = if self.is_open_end() {
            ("the value that begins here has no end", "Close it.")
        } else if bare_word
            .iter()
            .any(|begin| self.message.starts_with(begin))
        {
            (
                "the value cannot be read",
                "Write text and durations in quotes: key = \"value\".",
            )
        } else {
            (self.message.as_str(), "")
        };
        let place = Place::File {
            at: self.at,
            line: self.line,
        };
        Mistake {
            place,
            key: None,
            wrong: format!("This is not TOML: {what}."),
            right: right.to_owned(),
        }
    }
}
