//! Reads the text of a TOML file into settings with their places. What cannot be read, and what nobody knows, is a
//! mistake with its line.
//!
//! A line that is no TOML does not hide the others: the parser goes on behind it, and only values that the broken line
//! may have touched are left alone.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::broken::Broken;
use super::key::{Key, quoted};
use super::mistake::{Mistake, Wrong};
use super::place::{Place, line_of};
use super::raw::{Raw, Setting};
use super::room::{ROOM, ROOM_KEYS, room_key};
use super::schema::{GROUPS, LIMIT, Schema};

/// What a text was found to hold.
#[derive(Default)]
pub(super) struct Contents {
    /// Its known values, in the order of the text.
    pub(super) settings: Vec<Setting>,
    /// What is wrong with it, in no order.
    pub(super) mistakes: Vec<Mistake>,
}

/// Reads the text of the operator's file.
pub(super) fn read(text: &str, schema: &Schema) -> Contents {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut broken: Vec<Broken> = errors
        .iter()
        .map(|error| Broken::new(text, error))
        .collect();
    broken.sort_by_key(|broken| broken.at);
    let mut walk = Walk {
        text,
        schema,
        broken,
        swallowed: Vec::new(),
        contents: Contents::default(),
    };
    walk.root(table.get_ref());
    walk.finish()
}

/// A name, as parsed.
type Name<'i> = Spanned<DeString<'i>>;
/// A name and a value, as parsed.
type Entry<'a, 'i> = (&'a Name<'i>, &'a Spanned<DeValue<'i>>);

/// A value that is left alone, because a broken line runs through it.
struct Swallowed {
    at: usize,
    lines: Range<usize>,
}

struct Walk<'a> {
    text: &'a str,
    schema: &'a Schema,
    broken: Vec<Broken>,
    /// Values that a broken line runs through.
    swallowed: Vec<Swallowed>,
    contents: Contents,
}

impl Walk<'_> {
    fn root(&mut self, table: &DeTable<'_>) {
        for (name, value) in self.sound_entries(table) {
            let section = name.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Array(rooms) if section == ROOM => self.rooms(name, rooms),
                _ if section == ROOM => self.wrong(name, ROOM.to_owned(), not_a_room()),
                DeValue::Table(table) if self.schema.has_section(section) => {
                    self.section(section, table);
                }
                _ if self.schema.has_section(section) => {
                    let wrong = format!("`{section}` is a section, and stands once.");
                    self.wrong(
                        name,
                        quoted(section),
                        Wrong::new(wrong, format!("Write [{section}] on a line of its own.")),
                    );
                }
                DeValue::Table(_) => {
                    self.wrong(name, quoted(section), self.schema.unknown_section(section));
                }
                DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => {
                    self.wrong(name, quoted(section), self.schema.unknown_section(section));
                }
                _ => self.wrong(name, quoted(section), self.schema.unknown_outside(section)),
            }
        }
    }

    fn section(&mut self, section: &str, table: &DeTable<'_>) {
        for (name, value) in self.sound_entries(table) {
            let dotted = format!("{section}.{}", name.get_ref());
            if dotted == GROUPS {
                self.groups(name, value.get_ref());
            } else if self.schema.has(&dotted) {
                self.setting(name, Key::Plain(dotted), value.get_ref());
            } else {
                let wrong = self.schema.unknown_in(section, name.get_ref());
                self.wrong(name, format!("{section}.{}", quoted(name.get_ref())), wrong);
            }
        }
    }

    fn groups(&mut self, groups: &Name<'_>, value: &DeValue<'_>) {
        let Some(table) = value.as_table() else {
            let wrong = Wrong::new(
                "The limits of groups are sections.",
                format!("Write [{GROUPS}.NAME], and below it {LIMIT}."),
            );
            return self.wrong(groups, GROUPS.to_owned(), wrong);
        };
        for (name, value) in self.sound_entries(table) {
            let group = name.get_ref();
            let dotted = format!("{GROUPS}.{}", quoted(group));
            let inside = value.get_ref().as_table().filter(|table| !table.is_empty());
            let Some(table) = inside else {
                let right = format!("Write [{dotted}], and below it {LIMIT} = 5.");
                self.wrong(
                    name,
                    dotted,
                    Wrong::new(format!("A group is a section with `{LIMIT}`."), right),
                );
                continue;
            };
            for (name, value) in self.sound_entries(table) {
                if name.get_ref() == LIMIT {
                    self.setting(name, Key::GroupLimit(group.to_string()), value.get_ref());
                } else {
                    let wrong = Schema::unknown_in_group(name.get_ref());
                    self.wrong(name, format!("{dotted}.{}", quoted(name.get_ref())), wrong);
                }
            }
        }
    }

    /// Every room has all of its keys: a room that lost one says so instead of matching nothing.
    fn rooms(&mut self, rooms: &Name<'_>, items: &[Spanned<DeValue<'_>>]) {
        for (at, item) in items.iter().enumerate() {
            let Some(table) = item.get_ref().as_table() else {
                return self.wrong(rooms, ROOM.to_owned(), not_a_room());
            };
            let number = at + 1;
            let entries = self.sound_entries(table);
            for key in ROOM_KEYS {
                if self.broken.is_empty() && !table.keys().any(|name| name.get_ref() == key) {
                    let place = self.place(item.span().start);
                    let wrong = Wrong::new("This room has no such key.", ROOM_HAS);
                    let mistake = wrong.at(place, room_key(number, key));
                    self.contents.mistakes.push(mistake);
                }
            }
            for (name, value) in entries {
                let key = room_key(number, &quoted(name.get_ref()));
                if ROOM_KEYS.contains(&name.get_ref().as_ref()) {
                    self.setting(name, Key::Plain(key), value.get_ref());
                } else {
                    self.wrong(name, key, Schema::unknown_in_room(name.get_ref()));
                }
            }
        }
    }

    /// The entries of a table in the order of the text, without those that a broken line may have touched.
    fn sound_entries<'t, 'i>(&mut self, table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
        let mut entries: Vec<Entry<'t, 'i>> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries.retain(|(name, value)| {
            let end = if value.get_ref().is_table() {
                name.span().end
            } else {
                value.span().end
            };
            let lines = line_of(self.text, name.span().start)..line_of(self.text, end) + 1;
            let touched = self
                .broken
                .iter()
                .any(|broken| lines.contains(&broken.line));
            if touched {
                self.swallowed.push(Swallowed {
                    at: name.span().start,
                    lines,
                });
            }
            !touched
        });
        entries
    }

    fn setting(&mut self, name: &Name<'_>, key: Key, value: &DeValue<'_>) {
        let raw = Raw::from_toml(value, &|at| self.place(at));
        let place = self.place(name.span().start);
        self.contents.settings.push(Setting { key, raw, place });
    }

    fn wrong(&mut self, name: &Name<'_>, key: String, wrong: Wrong) {
        let place = self.place(name.span().start);
        self.contents.mistakes.push(wrong.at(place, key));
    }

    fn place(&self, at: usize) -> Place {
        Place::File {
            at,
            line: line_of(self.text, at),
        }
    }

    /// Adds the broken lines: one mistake a line, and of all those inside one value only one, because they follow from
    /// each other.
    fn finish(mut self) -> Contents {
        let (mut inside, mut rest) = (Vec::new(), std::mem::take(&mut self.broken));
        for value in std::mem::take(&mut self.swallowed) {
            let (mut here, others): (Vec<_>, Vec<_>) = rest
                .into_iter()
                .partition(|broken| value.lines.contains(&broken.line));
            rest = others;
            let open = here.iter().position(Broken::is_open_end);
            match open.map(|open| here.swap_remove(open)) {
                Some(open) => inside.push(open.moved_to(value.at, value.lines.start)),
                None => inside.extend(here.into_iter().next()),
            }
        }
        rest.dedup_by_key(|broken| broken.line);
        self.contents
            .mistakes
            .extend(inside.into_iter().chain(rest).map(Broken::into_mistake));
        self.contents
    }
}

/// What a room needs.
const ROOM_HAS: &str = "A room has `name` and `networks`, a list of the networks of its computers.";

fn not_a_room() -> Wrong {
    Wrong::new(
        "Rooms are sections with two brackets.",
        format!("Write [[{ROOM}]], and below it `name` and `networks`."),
    )
}
