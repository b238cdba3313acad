//! What pages say, in files that a translator can add to: `words/<language>/<part>.toml`. They are part of the binary, and
//! read once. What stands in braces is filled in; every language has the same keys and the same braces.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use vahti_core::{EndReason, HeldReason, Verb};

use super::Language;

/// The files of one part, in every language.
macro_rules! words_of {
    ($part:literal) => {
        [
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/words/en/",
                $part,
                ".toml"
            )),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/words/fi/",
                $part,
                ".toml"
            )),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/words/sv/",
                $part,
                ".toml"
            )),
        ]
    };
}
pub(crate) use words_of;

/// A section of a part: its texts, then its lists. `section!(Confirm: title, text; reasons: [String; 3])`.
macro_rules! section {
    ($name:ident: $($key:ident),* $(; $($list:ident: $kind:ty),*)?) => {
        #[doc = concat!("The section of `", stringify!($name), "`.")]
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $(pub(super) $key: String,)* $($(pub(super) $list: $kind,)*)? }
    };
}
pub(crate) use section;

/// A closed set of words, each of which is told to people somewhere.
pub(crate) trait Closed: Copy + Ord + 'static {
    /// Every word of it.
    const ALL: &'static [Self];
}

macro_rules! closed {
    ($($words:ident),*) => {
        $(impl Closed for $words { const ALL: &'static [Self] = Self::ALL; })*
    };
}

closed!(EndReason, HeldReason, Verb);

/// A section with a text for each word of a closed set, under that word.
pub(crate) struct Each<W>(BTreeMap<W, String>);

impl<W: Closed> Each<W> {
    /// What is said of this word.
    pub(crate) fn of(&self, word: W) -> &str {
        self.0.get(&word).map_or("", String::as_str)
    }
}

impl<'de, W: Closed + Deserialize<'de>> Deserialize<'de> for Each<W> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let texts = BTreeMap::deserialize(source)?;
        if W::ALL.iter().all(|word| texts.contains_key(word)) {
            Ok(Self(texts))
        } else {
            Err(D::Error::custom("a word without a text"))
        }
    }
}

/// As many files as languages, in the order of [`Language::ALL`].
pub(crate) type Files = [&'static str; Language::ALL.len()];

/// One part of what pages say, in every language.
pub(crate) struct Spoken<W>([W; Language::ALL.len()]);

impl<W: DeserializeOwned> Spoken<W> {
    /// Reads the files of a part, which [`words_of!`] lists.
    ///
    /// # Panics
    /// If a file lacks a key or has one too many: it is a part of the program, and a test reads them all.
    pub(crate) fn read(files: Files) -> Self {
        Self(files.map(|file| {
            toml::from_str(file).unwrap_or_else(|error| panic!("a file of words: {error}"))
        }))
    }

    /// The words of a language.
    pub(crate) fn in_language(&self, language: Language) -> &W {
        let [english, finnish, swedish] = &self.0;
        match language {
            Language::English => english,
            Language::Finnish => finnish,
            Language::Swedish => swedish,
        }
    }
}

/// Fails unless every language says the same things about the same things.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_same_shape(files: Files) {
    /// Each key, dotted, and what stands in the braces of its text.
    fn shape(prefix: &str, value: &toml::Value, into: &mut BTreeMap<String, Vec<String>>) {
        if let Some(table) = value.as_table() {
            for (key, value) in table {
                shape(&format!("{prefix}.{key}"), value, into);
            }
            return;
        }
        let text = value.to_string();
        let mut braces: Vec<String> = text
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
            .collect();
        braces.sort();
        braces.dedup();
        assert!(text.len() > 2, "{prefix} says nothing");
        into.insert(prefix.to_owned(), braces);
    }
    let shapes = files.map(|file| {
        let mut shapes = BTreeMap::new();
        let table: toml::Table = file.parse().expect("TOML");
        shape("", &toml::Value::Table(table), &mut shapes);
        shapes
    });
    for (language, other) in Language::ALL.iter().zip(&shapes) {
        assert_eq!(other, &shapes[0], "{}", language.as_str());
    }
    for (language, file) in Language::ALL.iter().zip(files).skip(1) {
        let first = file.lines().next().unwrap_or_default();
        assert_eq!(
            first,
            "# A native speaker must read this file before a release.",
            "{}",
            language.as_str()
        );
    }
}
