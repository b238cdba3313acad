//! Namesakes: people whose names look the same on a card and on a page.

use icu_normalizer::ComposingNormalizerBorrowed;
use vahti::Error;
use vahti_core::StateWord;
use vahti_store::{SessionQuery, SessionRecord};

use super::desk::Desk;

/// Logins that are read at a time.
const AT_ONCE: u32 = 500;

/// What somebody is called, as two names are compared: whatever its case, its spaces, and the way its letters were typed.
pub(super) fn as_compared(record: &SessionRecord) -> String {
    let name = record.profile.name.as_deref();
    compared(name.unwrap_or(record.user.as_str()))
}

fn compared(name: &str) -> String {
    let name = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Somebody else of this name who waits too.
pub(super) async fn of(
    desk: &Desk,
    record: &SessionRecord,
) -> Result<Option<SessionRecord>, Error> {
    let name = as_compared(record);
    let mut query = SessionQuery {
        state: Some(StateWord::Held),
        limit: AT_ONCE,
        ..SessionQuery::default()
    };
    loop {
        let page = desk.vahti().sessions(&desk.reader(), query.clone()).await?;
        let mut waiting = page.items.into_iter();
        let found = waiting.find(|other| {
            let waits = other.session.state.is_held();
            waits && other.user != record.user && as_compared(other) == name
        });
        match page.next.filter(|_| found.is_none()) {
            Some(next) => query.after = next,
            None => return Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for name in [
            "\u{c4}ij\u{e4} \u{c5}berg",
            "A\u{308}ija\u{308} A\u{30a}berg",
            "  \u{e4}IJ\u{c4}\u{a0}\u{2003}\u{c5}BERG ",
        ] {
            assert_eq!(compared(name), "\u{e4}ij\u{e4} \u{e5}berg");
        }
        assert_ne!(
            compared("Aija Aberg"),
            compared("\u{c4}ij\u{e4} \u{c5}berg")
        );
    }
}
