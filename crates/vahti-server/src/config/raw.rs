//! A value as it was written, before anybody asked what it means.

use toml::de::DeValue;

use super::key::Key;
use super::place::Place;

/// One value of one layer.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// Its name.
    pub(super) key: Key,
    /// What was written.
    pub(super) raw: Raw,
    /// Where it stands.
    pub(super) place: Place,
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// true or false.
    Bool(bool),
    /// A list; each item with its own place.
    List(Vec<(Raw, Place)>),
    /// What no key takes: its kind, for the message.
    Other(&'static str),
}

impl Raw {
    /// A parsed TOML value; `place` gives the place of a byte of that text.
    pub(super) fn from_toml(value: &DeValue<'_>, place: &dyn Fn(usize) -> Place) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Self::Other("a number that is too large"), Self::Number),
            DeValue::Boolean(is) => Self::Bool(*is),
            DeValue::Array(items) => Self::List(
                items
                    .iter()
                    .map(|item| {
                        (
                            Self::from_toml(item.get_ref(), place),
                            place(item.span().start),
                        )
                    })
                    .collect(),
            ),
            DeValue::Float(_) => Self::Other("a number with a fraction"),
            DeValue::Datetime(_) => Self::Other("a date"),
            DeValue::Table(_) => Self::Other("a section"),
        }
    }

    /// Text from the environment or a flag, read as what the default of that key is. What cannot be read so stays text,
    /// and whoever checks the value says what is wrong with it.
    pub(super) fn from_text(text: &str, like: &Self, place: &Place) -> Self {
        let read = match like {
            Self::Number(_) => text.trim().parse().ok().map(Self::Number),
            Self::Bool(_) => text.trim().parse().ok().map(Self::Bool),
            Self::List(_) => list_from_text(text, place),
            Self::Text(_) | Self::Other(_) => None,
        };
        read.unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Text(text) => format!("the text {}", shown(text)),
            Self::Number(number) => format!("the number {number}"),
            Self::Bool(is) => format!("{is}"),
            Self::List(_) => "a list".to_owned(),
            Self::Other(kind) => (*kind).to_owned(),
        }
    }

    /// The value as TOML writes it.
    pub(super) fn to_toml(&self) -> String {
        match self {
            Self::Text(text) => toml::Value::from(text.as_str()).to_string(),
            Self::Number(number) => number.to_string(),
            Self::Bool(is) => is.to_string(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|(item, _)| item.to_toml()).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Other(_) => "\"\"".to_owned(),
        }
    }
}

/// A list in one line of text: as TOML writes it, or parted by commas.
fn list_from_text(text: &str, place: &Place) -> Option<Raw> {
    let text = text.trim();
    if text.starts_with('[') {
        let value = DeValue::parse(text).ok()?;
        return Some(Raw::from_toml(value.get_ref(), &|_| place.clone()));
    }
    let items = if text.is_empty() {
        Vec::new()
    } else {
        text.split(',').collect()
    };
    Some(Raw::List(
        items
            .iter()
            .map(|item| (Raw::Text(item.trim().to_owned()), place.clone()))
            .collect(),
    ))
}

/// Somebody's text in a message: in quotes, on one line, and not without end.
pub(super) fn shown(text: &str) -> String {
    const MOST_CHARS: usize = 80;
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(MOST_CHARS).collect();
    let dots = if chars.next().is_some() { "…" } else { "" };
    let escaped: String = head.chars().flat_map(escape).collect();
    format!("\"{escaped}{dots}\"")
}

/// Control characters and what turns the direction of writing are named, not shown.
fn escape(c: char) -> Vec<char> {
    if c == '\'' {
        vec![c]
    } else if super::text::is_unfit(c) {
        c.escape_unicode().collect()
    } else {
        c.escape_debug().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_environment_is_read_as_the_default_is() {
        let read = |text: &str, like: &Raw| Raw::from_text(text, like, &Place::Flag);
        assert_eq!(read("3", &Raw::Number(1)), Raw::Number(3));
        assert_eq!(
            read("3", &Raw::Text(String::new())),
            Raw::Text("3".to_owned())
        );
        assert_eq!(
            read("three", &Raw::Number(1)),
            Raw::Text("three".to_owned())
        );
        assert_eq!(read("false", &Raw::Bool(true)), Raw::Bool(false));
        let list = |items: &[&str]| {
            Raw::List(
                items
                    .iter()
                    .map(|i| (Raw::Text((*i).to_owned()), Place::Flag))
                    .collect(),
            )
        };
        assert_eq!(read("", &list(&[])), list(&[]));
        assert_eq!(read("a, b", &list(&[])), list(&["a", "b"]));
        assert_eq!(read("['a, b', \"c\"]", &list(&[])), list(&["a, b", "c"]));
    }

    #[test]
    fn a_message_stays_on_one_line() {
        assert_eq!(
            shown("a\nb\u{202e}c"),
            "\"a\\nb\\u{202e}c\"".replace("\\n", "\\u{a}")
        );
        assert!(shown(&"x".repeat(1000)).chars().count() < 100);
    }
}
