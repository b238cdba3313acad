//! What the waiting page and the pages around it say: `words/<language>/waiting.toml`.

use std::sync::LazyLock;

use serde::Deserialize;
use vahti_core::{EndReason, HeldReason};

use crate::{
    config::Audience,
    locale::{Each, Locale, Spoken, section, words_of},
};

static WORDS: LazyLock<Spoken<Words>> = LazyLock::new(|| Spoken::read(words_of!("waiting")));

/// All that these pages say in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) page: OfPage,
    pub(super) waits: Waits,
    pub(super) sign: OfSign,
    pub(super) choice: Choice,
    pub(super) held: Held,
    ended: Each<EndReason>,
    pub(super) is_over: IsOver,
    pub(super) let_in: LetIn,
    pub(super) nobody: Nobody,
    pub(super) too_old: TooOld,
    pub(super) cannot_tell: CannotTell,
    pub(super) from_elsewhere: FromElsewhere,
    pub(super) lost: Lost,
}

section!(OfPage: languages, log_in_again, log_out, not_you, go_on, close, reloads);
section!(Waits: title, show_code, or_show_code, raise_hand, keep_open, reassurance, saved, short_code, code_is_for, enlarge, message,
    message_self, name, number, place, no_connection, let_in);
section!(Choice: question, used_at, in_use, unknown_device, device, choose, free, go_on, gone, not_kept);
section!(Held: over_limit_one, over_limit, over_limit_one_self, over_limit_self, awaiting_choice_one, awaiting_choice,
    superseded, invalidated, invalidated_self, after_end, after_end_self, frozen, frozen_self);
section!(IsOver: title, ended_by_supervisor_self, unknown);
section!(LetIn: title, after_form, back, return_refused, return_refused_self);
section!(Nobody: title, text);
section!(TooOld: title, text);
section!(CannotTell: title, text, still_in_title, still_in);
section!(FromElsewhere: title, text);
section!(Lost: title, text, button_title, button);
// The shapes are in the order of `vahti::Sign::shape`.
section!(OfSign: looking; shapes: [String; 8]);

impl Words {
    /// The words for this browser.
    pub(super) fn of(locale: &Locale) -> &'static Self {
        WORDS.in_language(locale.language)
    }

    /// Why somebody waits who may have `limit` devices at a time.
    pub(super) fn held(&self, reason: HeldReason, limit: u32, audience: Audience) -> &str {
        let held = &self.held;
        match (reason, audience) {
            (HeldReason::OverLimit, Audience::Supervised) if limit == 1 => &held.over_limit_one,
            (HeldReason::OverLimit, Audience::Supervised) => &held.over_limit,
            (HeldReason::OverLimit, Audience::Own) if limit == 1 => &held.over_limit_one_self,
            (HeldReason::OverLimit, Audience::Own) => &held.over_limit_self,
            (HeldReason::AwaitingChoice, _) if limit == 1 => &held.awaiting_choice_one,
            (HeldReason::AwaitingChoice, _) => &held.awaiting_choice,
            (HeldReason::Superseded, _) => &held.superseded,
            (HeldReason::Invalidated, Audience::Supervised) => &held.invalidated,
            (HeldReason::Invalidated, Audience::Own) => &held.invalidated_self,
            (HeldReason::AfterEnd, Audience::Supervised) => &held.after_end,
            (HeldReason::AfterEnd, Audience::Own) => &held.after_end_self,
            (HeldReason::Frozen, Audience::Supervised) => &held.frozen,
            (HeldReason::Frozen, Audience::Own) => &held.frozen_self,
        }
    }

    /// Why a login has ended.
    pub(super) fn ended(&'static self, reason: EndReason, audience: Audience) -> &'static str {
        match (reason, audience) {
            (EndReason::EndedBySupervisor, Audience::Own) => &self.is_over.ended_by_supervisor_self,
            _ => self.ended.of(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, assert_same_shape};

    #[test]
    fn every_language_says_the_same_things() {
        assert_same_shape(words_of!("waiting"));
        for language in Language::ALL {
            let words = WORDS.in_language(*language);
            assert!(words.waits.title.contains("{name}"));
        }
    }

    #[test]
    fn people_who_wait_are_told_in_words_that_they_know() {
        for file in words_of!("waiting") {
            let said = file.lines().filter(|line| !line.starts_with('#'));
            for text in said
                .filter_map(|line| line.split_once('"'))
                .map(|(_, text)| text)
            {
                let text = text.to_lowercase();
                for jargon in [
                    "session",
                    "invalidated",
                    "limit",
                    "token",
                    "istunto",
                    "verif",
                ] {
                    assert!(!text.contains(jargon), "{text}");
                }
            }
        }
    }

    #[test]
    fn where_nobody_supervises_no_supervisor_is_spoken_of() {
        for (language, supervisor) in [
            (Language::English, "supervisor"),
            (Language::Finnish, "valvoj"),
            (Language::Swedish, "övervak"),
        ] {
            let words = WORDS.in_language(language);
            let held = HeldReason::ALL.iter();
            let held = held.map(|reason| words.held(*reason, 2, Audience::Own));
            let ended = EndReason::ALL.iter();
            let ended = ended.map(|reason| words.ended(*reason, Audience::Own));
            for text in held.chain(ended).chain([words.waits.keep_open.as_str()]) {
                assert!(!text.to_lowercase().contains(supervisor), "{text}");
            }
        }
    }
}
