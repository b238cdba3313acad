//! What supervisors read about a person, about the record and about everybody: `words/<language>/records.toml`.

use std::sync::LazyLock;

use serde::Deserialize;
use vahti_core::{EndReason, Verb};

use crate::locale::{Each, Locale, Spoken, section, words_of};

static WORDS: LazyLock<Spoken<RecordsWords>> = LazyLock::new(|| Spoken::read(words_of!("records")));

/// All that these pages say in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordsWords {
    pub(super) person: Person,
    pub(super) stands: Stands,
    ended: Each<EndReason>,
    pub(super) event: Event,
    verb: Each<Verb>,
    pub(super) record: Record,
    pub(super) export: Export,
    pub(super) message: Message,
    pub(super) everyone: Everyone,
    pub(super) chart: Chart,
}

section!(Person: nobody_title, nobody, user, number, email, groups, now, engineers, logins, no_logins, goes_on, waits,
    has_ended, logged_in, waits_since, used, ended_at, older_logins, newest_logins, undo, history;);
section!(Stands: paused, not_counted, not_logged_in, exempt, observes, goes_on, goes_on_unlimited, waits, way_in,
    way_in_choice, then_one, then, next_held, next_waits, next_refused, next_oldest, next_unused, next_choice, next_all,
    next_goes_on;);
section!(Event: goes_on, waits, logged_in, import, let_in, choose, undo, undo_goes_on, undo_waits, alarm, hold, hold_all,
    made_wait, end, refused, refuse, refuse_codes, observe, erase, backup, restore, key_create, key_revoke, pause, resume, message,
    message_gone, supervisor_create, supervisor_invite, supervisor_accept, supervisor_password, supervisor_refuse,
    supervisor_refuse_unknown, supervisor_disable, clock_alarm, forgotten, by, by_program, by_command, by_host, scan, code,
    list, bulk;);
section!(Record: title, person, what, anything, since, show, show_all, nothing, nothing_found, people_like, newest, older,
    wrong_since;);
section!(Export: title, text, search, state, any_state, goes_on, waits, has_ended, since, csv, json;);
section!(Message: title, text, none, now, label, say, take_away, too_long, only_whole;);
section!(Everyone: title, text, let_in, let_in_text, hold, hold_text, log_out, log_out_text, filters, places, places_about, groups, except,
    unused, before, reason, why, look, wrong_group, wrong_minutes, wrong_time, people_one, people, logins_one, logins, would,
    nobody, later, change, number, password, go_let_in, go_hold, go_log_out, wrong_number, grown, too_late, wrong_password,
    too_many, no_password, done_let_in, done_hold, done_log_out, left, stopped, no_answer, refused;);
section!(Chart: title, hours_one, hours, goes_on, waits, text, text_waits, text_waits_none, now, none;);

impl RecordsWords {
    /// The words for this browser.
    pub(super) fn of(locale: &Locale) -> &'static Self {
        WORDS.in_language(locale.language)
    }

    /// Why a login has ended.
    pub(super) fn ended(&self, reason: EndReason) -> &str {
        self.ended.of(reason)
    }

    /// What a line of the record is about, in a word or two.
    pub(super) fn verb(&self, verb: Verb) -> &str {
        self.verb.of(verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::assert_same_shape;

    #[test]
    fn every_language_says_the_same_things() {
        assert_same_shape(words_of!("records"));
    }
}
