//! Which keys there are: those of the default file, and the limits of groups. And what to say to somebody who wrote
//! another one.

use toml::de::DeTable;

use super::key::Key;
use super::mistake::Wrong;
use super::place::Place;
use super::raw::{Raw, Setting};
use super::room::{ROOM, ROOM_KEYS};
use super::suggest::{listed, nearest};

/// The section whose keys are named by the operator.
pub(super) const GROUPS: &str = "sessions.groups";
/// The one key of a group.
pub(super) const LIMIT: &str = "max_per_user";

/// The known keys, with their defaults.
pub(super) struct Schema {
    defaults: Vec<Setting>,
}

impl Schema {
    /// What a default file says, in its order. It has sections with values, and nothing else.
    pub(super) fn of(default_file: &str) -> Self {
        let (table, _) = DeTable::parse_recoverable(default_file);
        let mut found = Vec::new();
        for (section, values) in table.get_ref() {
            for (name, value) in values.get_ref().as_table().into_iter().flatten() {
                let place = Place::Default {
                    at: name.span().start,
                };
                let raw = Raw::from_toml(value.get_ref(), &|at| Place::Default { at });
                let key = Key::Plain(format!("{}.{}", section.get_ref(), name.get_ref()));
                found.push(Setting { key, raw, place });
            }
        }
        found.sort_by(|a, b| a.place.cmp(&b.place));
        Self { defaults: found }
    }

    /// The defaults, in the order of the default file.
    pub(super) fn defaults(&self) -> &[Setting] {
        &self.defaults
    }

    /// The default of a key, or, of a group's limit, the default of all.
    pub(super) fn like(&self, key: &Key) -> Option<&Raw> {
        self.defaults
            .iter()
            .find(|setting| setting.key.is(key.like()))
            .map(|setting| &setting.raw)
    }

    /// The dotted names of all keys of the default file.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.defaults.iter().map(|setting| setting.key.like())
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, dotted: &str) -> bool {
        self.keys().any(|key| key == dotted)
    }

    /// Whether there is such a section.
    pub(super) fn has_section(&self, section: &str) -> bool {
        self.sections().contains(&section)
    }

    fn sections(&self) -> Vec<&str> {
        let mut sections: Vec<&str> = self
            .keys()
            .filter_map(|key| Some(key.split_once('.')?.0))
            .collect();
        sections.dedup();
        sections
    }

    /// What to say about a section that does not exist.
    pub(super) fn unknown_section(&self, section: &str) -> Wrong {
        let sections = self.sections();
        let known: Vec<String> = sections
            .iter()
            .map(|section| format!("[{section}]"))
            .chain([format!("[[{ROOM}]]")])
            .collect();
        let right = match nearest(section, sections.into_iter().chain([ROOM])) {
            Some(ROOM) => format!("Did you mean [[{ROOM}]]?"),
            Some(near) => format!("Did you mean [{near}]?"),
            None => format!("Known: {}.", known.join(", ")),
        };
        Wrong::new("There is no such section.", right)
    }

    /// What to say about a key of a section that does not have it.
    pub(super) fn unknown_in(&self, section: &str, name: &str) -> Wrong {
        let own: Vec<&str> = self
            .keys()
            .filter_map(|key| key.split_once('.'))
            .filter(|(of, _)| *of == section)
            .map(|(_, key)| key)
            .collect();
        let known = format!("Known in [{section}]: {}.", listed(&own));
        let near = self
            .elsewhere(name)
            .or_else(|| nearest(name, own).map(str::to_owned));
        let right = near.map_or(known, |near| format!("Did you mean `{near}`?"));
        Wrong::new("There is no such key.", right)
    }

    /// What to say about a key that stands before any section.
    pub(super) fn unknown_outside(&self, name: &str) -> Wrong {
        let known = self.unknown_section(name).right;
        let right = self
            .elsewhere(name)
            .map_or(known, |key| format!("Did you mean `{key}`?"));
        Wrong::new("There is no such key outside of a section.", right)
    }

    /// What to say about another key of a group than its limit.
    pub(super) fn unknown_in_group(name: &str) -> Wrong {
        let right = nearest(name, [LIMIT]).map_or_else(
            || format!("A group has `{LIMIT}` only."),
            |near| format!("Did you mean `{near}`?"),
        );
        Wrong::new("There is no such key.", right)
    }

    /// What to say about another key of a room than its own.
    pub(super) fn unknown_in_room(name: &str) -> Wrong {
        let right = nearest(name, ROOM_KEYS).map_or_else(
            || format!("Known in [[{ROOM}]]: {}.", listed(&ROOM_KEYS)),
            |near| format!("Did you mean `{near}`?"),
        );
        Wrong::new("There is no such key.", right)
    }

    /// What to say about a dotted key, of a flag, that does not exist.
    pub(super) fn unknown_dotted(&self, dotted: &str) -> Wrong {
        let right = nearest(dotted, self.keys()).map(|near| format!("Did you mean `{near}`?"));
        let known = || format!("Known: {}.", listed(&self.keys().collect::<Vec<_>>()));
        Wrong::new("There is no such key.", right.unwrap_or_else(known))
    }

    /// The key of that very name in some section.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let found = self
            .keys()
            .find(|key| key.split_once('.').is_some_and(|(_, last)| last == name));
        found.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::super::DEFAULT_FILE;
    use super::*;

    #[test]
    fn the_default_file_is_flawless_toml() {
        assert!(DeTable::parse(DEFAULT_FILE).is_ok());
    }

    #[test]
    fn keys_come_in_the_order_of_the_default_file() {
        let schema = Schema::of(DEFAULT_FILE);
        let keys: Vec<&str> = schema.keys().collect();
        assert_eq!(keys.first(), Some(&"http.listen"));
        assert_eq!(keys.last(), Some(&"tim.held_status"));
        assert_eq!(
            schema.sections(),
            [
                "http", "store", "sessions", "bypass", "cookie", "pages", "limits", "tim"
            ]
        );
    }
}
