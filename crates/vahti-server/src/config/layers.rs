//! Lays the sources over each other: the default file, the operator's file, the environment, flags. Says which names
//! nobody knows; what the values mean is not known here.

use super::key::{Key, to_variable};
use super::mistake::Mistake;
use super::place::Place;
use super::raw::{Raw, Setting};
use super::schema::Schema;
use super::suggest::nearest;
use super::{DEFAULT_FILE, Source, secret, tim, toml_file};

/// The settings of all layers, weakest first.
pub(super) struct Layers {
    /// Every value of every layer.
    pub(super) settings: Vec<Setting>,
    /// Names that nobody knows, and lines that nobody can read.
    pub(super) mistakes: Vec<Mistake>,
}

impl Layers {
    /// Reads all sources.
    pub(super) fn stack(source: &Source<'_>) -> Self {
        let schema = Schema::of(DEFAULT_FILE);
        let mut layers = Self {
            settings: schema.defaults().to_vec(),
            mistakes: Vec::new(),
        };
        if let Some((_, text)) = source.file {
            let contents = toml_file::read(text, &schema);
            layers.settings.extend(contents.settings);
            layers.mistakes.extend(contents.mistakes);
        }
        for (variable, value) in source.environment {
            layers.variable(&schema, variable, value);
        }
        for (dotted, value) in source.flags {
            layers.add(&schema, Key::from_dotted(dotted), value, Place::Flag);
        }
        layers
    }

    fn variable(&mut self, schema: &Schema, variable: &str, value: &str) {
        let place = Place::Environment {
            variable: variable.to_owned(),
        };
        if let Some(key) = schema.keys().find(|key| to_variable(key) == variable) {
            self.add(schema, Key::Plain(key.to_owned()), value, place);
        } else if let Some(Key::GroupLimit(name)) = Key::group_from_variable(variable) {
            match self.group_in_other_case(&name) {
                Some(other) => {
                    let wrong = format!(
                        "The file has a group `{other}`, and names of groups are compared byte for byte."
                    );
                    let right = format!("Write VAHTI__SESSIONS__GROUPS__{other}__MAX_PER_USER.");
                    self.mistakes.push(Mistake {
                        place,
                        key: None,
                        wrong,
                        right,
                    });
                }
                None => self.add(schema, Key::GroupLimit(name), value, place),
            }
        } else if let Some(right) = meant_variable(schema, variable) {
            self.mistakes.push(Mistake {
                place,
                key: None,
                wrong: "This names no key.".to_owned(),
                right,
            });
        }
    }

    fn add(&mut self, schema: &Schema, key: Key, value: &str, place: Place) {
        match schema.like(&key) {
            Some(like) => {
                let raw = Raw::from_text(value, like, &place);
                self.settings.push(Setting { key, raw, place });
            }
            None => self
                .mistakes
                .push(schema.unknown_dotted(key.like()).at(place, &key)),
        }
    }

    /// A group of the file whose name differs from this one in upper and lower case only.
    fn group_in_other_case(&self, name: &str) -> Option<String> {
        let mut names = self
            .settings
            .iter()
            .filter_map(|setting| match &setting.key {
                Key::GroupLimit(group) if matches!(setting.place, Place::File { .. }) => {
                    Some(group)
                }
                _ => None,
            });
        let other = names
            .clone()
            .find(|group| group.eq_ignore_ascii_case(name))?;
        (!names.any(|group| group == name)).then(|| other.clone())
    }
}

/// What to write instead, when a variable looks as if it was meant for the configuration but names no key.
fn meant_variable(schema: &Schema, variable: &str) -> Option<String> {
    let upper = variable.to_ascii_uppercase();
    let known: Vec<String> = schema.keys().map(to_variable).collect();
    let plain = |name: &str| {
        name.split('_')
            .filter(|part| !part.is_empty())
            .collect::<String>()
    };
    let did_you_mean = |name: &str| format!("Did you mean {name}?");
    if let Some(same) = known.iter().find(|name| plain(name) == plain(&upper)) {
        return Some(did_you_mean(same));
    }
    upper.starts_with("VAHTI__").then(|| {
        let near = nearest(&upper, known.iter().map(String::as_str));
        near.map_or_else(
            || "The name is VAHTI__SECTION__KEY, as in VAHTI__HTTP__LISTEN.".to_owned(),
            did_you_mean,
        )
    })
}

/// Of each key the strongest setting: the keys of the default file in its order, then groups by name. Secrets are taken
/// out: from here on settings are only shown.
pub(super) fn effective(settings: Vec<Setting>) -> Vec<Setting> {
    let mut strongest: Vec<Setting> = Vec::new();
    for setting in settings {
        match strongest.iter_mut().find(|known| known.key == setting.key) {
            Some(known) => *known = setting,
            None => strongest.push(setting),
        }
    }
    let group = |setting: &Setting| match &setting.key {
        Key::Plain(_) => None,
        Key::GroupLimit(name) => Some(name.clone()),
    };
    strongest.sort_by_key(group);
    for setting in &mut strongest {
        if setting.key.is(tim::SECRETS) {
            secret::redact(&mut setting.raw);
        }
    }
    strongest
}
