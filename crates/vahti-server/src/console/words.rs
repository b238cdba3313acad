//! What the console says: `words/<language>/console.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::locale::{Locale, Spoken, section, words_of};

static WORDS: LazyLock<Spoken<Words>> = LazyLock::new(|| Spoken::read(words_of!("console")));

section!(InFrame: languages, no_connection, console, waiting, scan, record, more, message, everyone, export, hours,
    invite, password, log_out, logged_in, paused, paused_why);
section!(Login: title, code, name, password, button, wrong, too_often, busy, run_out_title, run_out,
    run_out_scanned, again);
section!(Invitation: title, text, button, used_title, used, go_on);
section!(Invite: title, text, name, length, hours, button, made_title, made, wrong_name, taken, not_allowed_title,
    not_allowed, another);
section!(Scan: title, picture, looking, found, no_code, elsewhere, open_there, too_old, again, refused, no_camera,
    busy, insecure, no_script, camera_again, digits, open, not_eight, mistyped, unknown, too_many);
section!(Password: title, text, old, new, length, again, button, wrong_old, too_often, differ, wrong_length,
    changed_title, changed, log_in, not_allowed_title, not_allowed);
section!(Trouble: title, text, again, closed_title, closed);

/// All that the console says in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) frame: InFrame,
    pub(super) login: Login,
    pub(super) invitation: Invitation,
    pub(super) invite: Invite,
    pub(super) scan: Scan,
    pub(super) password: Password,
    pub(super) trouble: Trouble,
}

impl Words {
    /// The words for this browser.
    pub(super) fn of(locale: &Locale) -> &'static Self {
        WORDS.in_language(locale.language)
    }
}

/// A sentence around the place where `{name}` stands in it.
pub(super) fn around(sentence: &str) -> (&str, &str) {
    sentence.split_once("{name}").unwrap_or((sentence, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, assert_same_shape};

    #[test]
    fn every_language_says_the_same_things() {
        assert_same_shape(words_of!("console"));
        for language in Language::ALL {
            let words = WORDS.in_language(*language);
            assert!(words.invitation.title.contains("{name}"));
            assert!(words.frame.paused.contains("{t}"));
            assert!(words.scan.elsewhere.contains("{host}"));
        }
    }
}
