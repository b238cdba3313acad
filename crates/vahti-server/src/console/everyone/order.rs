//! What is to be done to whom, as a supervisor has typed it.

use core::time::Duration;

use form_urlencoded::Serializer;
use vahti::Selection;
use vahti_core::Group;

use super::super::{form::Form, records_words::RecordsWords};
use crate::{http::harmless, locale::Locale};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Who waits is let in.
    LetIn,
    /// All are put on hold.
    Hold,
    /// All are logged out for good.
    LogOut,
}

impl What {
    pub(super) const ALL: [Self; 3] = [Self::LetIn, Self::Hold, Self::LogOut];

    /// Its word in the form.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::LetIn => "let-in",
            Self::Hold => "hold",
            Self::LogOut => "log-out",
        }
    }
}

/// The order, as it was typed.
pub(super) struct Order {
    pub(super) what: What,
    /// Halls, or single seats: one a line.
    pub(super) places: String,
    /// With spaces between them.
    pub(super) groups: String,
    pub(super) except: String,
    /// In minutes.
    pub(super) unused: String,
    /// A time of the place.
    pub(super) before: String,
    pub(super) reason: String,
}

impl Order {
    /// Reads it. Whatever it is, it is an order: letting in who waits comes first.
    pub(super) fn read(form: &Form) -> Self {
        let field = |name| form.one(name).unwrap_or_default().trim().to_owned();
        let what = field("what");
        let what = What::ALL.into_iter().find(|one| one.as_str() == what);
        Self {
            what: what.unwrap_or(What::LetIn),
            places: field("places"),
            groups: field("groups"),
            except: field("except"),
            unused: field("unused"),
            before: field("before"),
            reason: field("reason"),
        }
    }

    /// Its fields, with their names.
    pub(super) fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("what", self.what.as_str()),
            ("places", &self.places),
            ("groups", &self.groups),
            ("except", &self.except),
            ("unused", &self.unused),
            ("before", &self.before),
            ("reason", &self.reason),
        ]
    }

    /// Its fields, as an address has them.
    pub(super) fn query(&self) -> String {
        let given = self
            .fields()
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        Serializer::new(String::new()).extend_pairs(given).finish()
    }

    /// Whether it names no condition.
    pub(super) fn is_of_all(&self) -> bool {
        let conditions = [
            &self.places,
            &self.groups,
            &self.except,
            &self.unused,
            &self.before,
        ];
        conditions.iter().all(|condition| condition.is_empty())
    }

    /// Whom it means; or everything that is wrong with it, in sentences.
    pub(super) fn selection(
        &self,
        locale: &Locale,
        words: &RecordsWords,
    ) -> Result<Selection, Vec<String>> {
        let said = &words.everyone;
        let mut wrong = Vec::new();
        let mut no = |sentence: &str, text: &str| {
            wrong.push(sentence.replace("{name}", &harmless(text)));
        };
        let mut groups = |text: &str| -> Vec<Group> {
            let words = text.split([' ', ',']).filter(|word| !word.is_empty());
            let groups = words.filter_map(|word| {
                let group = Group::new(word);
                group.map_err(|_| no(&said.wrong_group, word)).ok()
            });
            groups.collect()
        };
        let (in_groups, except_groups) = (groups(&self.groups), groups(&self.except));
        let before = locale.read_time(&self.before);
        if before.is_none() && !self.before.is_empty() {
            no(&said.wrong_time, &self.before);
        }
        let minutes = self.unused.parse::<u32>().ok();
        if minutes.is_none() && !self.unused.is_empty() {
            no(&said.wrong_minutes, &self.unused);
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let places = self.places.lines().map(str::trim);
        let places = places.filter(|place| !place.is_empty());
        let unused = minutes.filter(|minutes| *minutes > 0);
        Ok(Selection {
            groups: in_groups,
            except_groups,
            halls: places.map(str::to_owned).collect(),
            only_waiting: self.what == What::LetIn,
            logged_in_before: before,
            unseen_for: unused.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
            ..Selection::default()
        })
    }
}
