//! Takes typed values out of the layers and keeps count of what was wrong on the way, so that one mistake never hides
//! another.

use std::collections::BTreeMap;

use super::key::Key;
use super::mistake::{Mistake, Wrong};
use super::place::Place;
use super::raw::{Raw, Setting};
use super::room::{ROOM_KEYS, room_key};

/// A typed value and the place where the effective one stands.
pub(super) struct Found<T> {
    /// The value.
    pub(super) value: T,
    /// Where it stands.
    pub(super) place: Place,
}

/// Takes typed values out of the layers.
pub(super) struct Reader<'a> {
    /// Of all layers, weakest first.
    settings: &'a [Setting],
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    /// A reader of settings, weakest first, that goes on counting where others have begun.
    pub(super) fn new(settings: &'a [Setting], mistakes: Vec<Mistake>) -> Self {
        Self { settings, mistakes }
    }

    /// Everything that was wrong.
    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }

    /// Notes a mistake that shows only when values are seen together.
    pub(super) fn note(&mut self, wrong: Wrong, place: Place, key: &str) {
        self.mistakes.push(wrong.at(place, key));
    }

    /// The effective value of a key. It is parsed in every layer, so that a mistake shows where it is overridden, too.
    pub(super) fn find<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&Raw) -> Result<T, Wrong>,
    ) -> Option<Found<T>> {
        let mut found = None;
        for setting in self.settings.iter().filter(|setting| setting.key.is(key)) {
            let place = setting.place.clone();
            found = match parse(&setting.raw) {
                Ok(value) => Some(Found { value, place }),
                Err(wrong) => {
                    self.mistakes.push(wrong.at(place, key));
                    None
                }
            };
        }
        found
    }

    /// The effective value of a key, wherever it stands.
    pub(super) fn get<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&Raw) -> Result<T, Wrong>,
    ) -> Option<T> {
        self.find(key, parse).map(|found| found.value)
    }

    /// The effective value of a key that is read elsewhere, too: what is wrong with it is noted there.
    pub(super) fn peek<T>(&self, key: &str, parse: impl Fn(&Raw) -> Result<T, Wrong>) -> Option<T> {
        self.settings
            .iter()
            .rfind(|setting| setting.key.is(key))
            .and_then(|setting| parse(&setting.raw).ok())
    }

    /// The effective list of a key. Each item may be a mistake of its own. A text in the place of a list is not shown, for
    /// it may be a secret.
    pub(super) fn list<T, List: FromIterator<T>>(
        &mut self,
        key: &str,
        parse: impl Fn(&Raw) -> Result<T, Wrong>,
    ) -> Option<List> {
        let mut wrongs = Vec::new();
        for setting in self.settings.iter().filter(|setting| setting.key.is(key)) {
            let Raw::List(items) = &setting.raw else {
                continue;
            };
            wrongs.extend(
                items
                    .iter()
                    .filter_map(|(item, place)| Some(parse(item).err()?.at(place.clone(), key))),
            );
        }
        self.mistakes.append(&mut wrongs);
        self.get(key, |raw| {
            let what = match raw {
                Raw::List(items) => {
                    return Ok(items
                        .iter()
                        .filter_map(|(item, _)| parse(item).ok())
                        .collect());
                }
                Raw::Text(_) => "one text".to_owned(),
                other => other.kind(),
            };
            let right = "Write a list: [\"one\", \"two\"].";
            Err(Wrong::new(format!("This is {what}."), right))
        })
    }

    /// As [`Reader::list`], but an empty list is a mistake.
    pub(super) fn filled<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&Raw) -> Result<T, Wrong>,
        empty: Wrong,
    ) -> Option<Vec<T>> {
        let is_empty = |raw: &Raw| Ok(matches!(raw, Raw::List(items) if items.is_empty()));
        match self.find(key, is_empty) {
            Some(found) if found.value => {
                self.note(empty, found.place, key);
                None
            }
            _ => self.list(key, parse),
        }
    }

    /// How many rooms there are; each has a key at least.
    pub(super) fn rooms(&self) -> usize {
        let has = |number: usize| {
            let keys = ROOM_KEYS.map(|key| room_key(number, key));
            self.settings
                .iter()
                .any(|setting| keys.iter().any(|key| setting.key.is(key)))
        };
        (1..).take_while(|number| has(*number)).count()
    }

    /// The effective limit of every group that has one.
    pub(super) fn groups(
        &mut self,
        parse: impl Fn(&str, &Raw) -> Result<u32, Wrong>,
    ) -> BTreeMap<String, u32> {
        let mut groups = BTreeMap::new();
        for setting in self.settings {
            let Key::GroupLimit(name) = &setting.key else {
                continue;
            };
            match parse(name, &setting.raw) {
                Ok(limit) => drop(groups.insert(name.clone(), limit)),
                Err(wrong) => self
                    .mistakes
                    .push(wrong.at(setting.place.clone(), &setting.key)),
            }
        }
        groups
    }
}
