//! What supervisors read who let people in: `words/<language>/desk.toml`.

use std::sync::LazyLock;

use serde::Deserialize;
use vahti_core::HeldReason;

use crate::locale::{Each, Locale, Spoken, section, words_of};

static WORDS: LazyLock<Spoken<DeskWords>> = LazyLock::new(|| Spoken::read(words_of!("desk")));

/// All that these pages say in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskWords {
    pub(super) list: List,
    why: Each<HeldReason>,
    pub(super) confirm: Confirm,
    shape: Shape,
    pub(super) done: Done,
    pub(super) bad: Bad,
    pub(super) many: Many,
}

section!(List: title, waiting_one, waiting, nobody, nobody_found, search, reason, any_reason, show, show_all, since,
    same_name, elsewhere, tick, let_in_ticked, unticked_one, unticked, show_unticked, more, reload;);
section!(Confirm: title, title_active, since, since_active, why, other, others, others_kept, since_used, other_waits, nothing_else,
    not_in_room, in_no_room, not_in_front, same_name, old_code, misnamed, card, screen, reason, other_reason, let_in, not_this,
    more, hold, hold_text, end, end_text, person, device; reasons: [String; 3]);
section!(Shape: ; names: [String; 8]);
section!(Done: let_in, let_in_before, hold, end, undo, gone_on, yes, no, waits_again, goes_on_again, logins_held, call, again_by_you, again_by,
    again, take_back, back;);
section!(Bad: title, ended, too_late, nothing_to_undo, unknown;);
section!(Many: done, done_one, left, left_more, has_ended, no_answer, unknown, none_ticked, take_back, undone_one, undone, not_undone,
    since;);

impl DeskWords {
    /// The words for this browser.
    pub(super) fn of(locale: &Locale) -> &'static Self {
        WORDS.in_language(locale.language)
    }

    /// Why somebody waits.
    pub(super) fn why(&'static self, reason: HeldReason) -> &'static str {
        self.why.of(reason)
    }

    /// That there are more for whom it was not done, if there are.
    pub(super) fn left_more(&self, n: usize) -> Option<String> {
        (n > 0).then(|| self.many.left_more.replace("{n}", &n.to_string()))
    }

    /// How it is called to take back what was done to so many.
    pub(super) fn take_back(&self, people: usize) -> &str {
        if people == 1 {
            &self.done.take_back
        } else {
            &self.many.take_back
        }
    }

    /// What the shape of a sign is called.
    pub(super) fn shape(&self, sign: &vahti::Sign) -> &str {
        self.shape.names.get(sign.shape).map_or("", String::as_str)
    }
}

/// `one` or `more`, with the number in it.
pub(super) fn counted(one: &str, more: &str, n: usize) -> String {
    match n {
        1 => one.to_owned(),
        n => more.replace("{n}", &n.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::assert_same_shape;

    #[test]
    fn every_language_says_the_same_things() {
        assert_same_shape(words_of!("desk"));
    }
}
