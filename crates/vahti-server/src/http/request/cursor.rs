//! Cursors: where the next page of a list begins, as text that callers pass back and need not understand.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The longest page.
const LIMIT_MAX: u32 = 1_000;
/// Which list a cursor belongs to: one of another list is refused.
#[derive(Clone, Copy)]
pub(in crate::http) enum List {
    Sessions = b's' as isize,
    Events = b'e' as isize,
}

/// A place in a list.
pub(in crate::http) struct Cursor;

impl Cursor {
    /// The length of a page if nothing is said.
    pub(in crate::http) const LIMIT: u32 = 100;

    /// The text for a place.
    pub(in crate::http) fn text(list: List, place: i64) -> String {
        let mut bytes = vec![list as u8];
        bytes.extend(place.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a text names.
    pub(in crate::http) fn read(list: List, text: &str) -> Result<i64, &'static str> {
        const WRONG: &str = "this is no cursor of this list; pass on `next` of the page before.";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| WRONG)?;
        let place = match bytes.split_first() {
            Some((first, place)) if *first == list as u8 => place.try_into(),
            _ => return Err(WRONG),
        };
        let place = place.map(i64::from_be_bytes).map_err(|_| WRONG)?;
        if place > 0 { Ok(place) } else { Err(WRONG) }
    }

    /// The length of a page.
    pub(in crate::http) fn limit(text: &str) -> Result<u32, String> {
        text.parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| format!("it has to be a number from 1 to {LIMIT_MAX}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_the_list_that_wrote_it_only() {
        let text = Cursor::text(List::Sessions, 77);
        assert_eq!(Cursor::read(List::Sessions, &text), Ok(77));
        assert!(Cursor::read(List::Events, &text).is_err());
        for bad in ["", "77", "!", &text[1..], &Cursor::text(List::Sessions, -1)] {
            assert!(Cursor::read(List::Sessions, bad).is_err(), "{bad}");
        }
    }
}
