//! Texts from outside: those about people are refused when they could deceive whoever reads them; where a login comes
//! from never refuses anything and is made harmless instead.

use core::{ops::RangeInclusive, time::Duration};

use vahti_client::{Origin, Time};
use vahti_core::Timestamp;

/// The longest text about a person, in bytes.
const PERSON_MAX_BYTES: usize = 256;
/// The longest reason that a person gives, in bytes.
const REASON_MAX_BYTES: usize = 1024;
/// The longest text about where a login comes from, in bytes.
const ORIGIN_MAX_BYTES: usize = 512;

/// A text about a person. An empty one says nothing.
pub(super) fn person(field: &str, text: String) -> Result<Option<String>, String> {
    checked(field, text, PERSON_MAX_BYTES)
}

/// The reason that a person gives. An empty one says nothing.
pub(super) fn reason(field: &str, text: String) -> Result<Option<String>, String> {
    checked(field, text, REASON_MAX_BYTES)
}

/// A duration with its unit; `in_words` is what is allowed, and an example.
pub(super) fn duration(
    text: &str,
    allowed: RangeInclusive<Duration>,
    in_words: &str,
) -> Result<Duration, String> {
    let length = humantime::parse_duration(text).ok();
    let length = length.filter(|length| allowed.contains(length));
    length.ok_or_else(|| format!("`{}` is not a duration {in_words}.", shown(text)))
}

fn checked(field: &str, text: String, most: usize) -> Result<Option<String>, String> {
    if text.len() > most {
        return Err(format!(
            "Field `{field}` has at most {most} bytes; this one has {}.",
            text.len()
        ));
    }
    if let Some(c) = text.chars().find(|c| deceives(*c)) {
        return Err(format!(
            "Field `{field}` cannot hold the invisible character U+{:04X}.",
            u32::from(c)
        ));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Control characters, line separators, and what changes the direction of text (Unicode Bidi_Control).
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}' | '\u{2029}')
}

/// Where a login comes from: `[ip] user agent`, or the caller's own text.
pub(super) fn origin(origin: Origin) -> Option<String> {
    let said = match origin {
        Origin {
            text: Some(text), ..
        } => text,
        Origin {
            ip: Some(ip),
            user_agent: Some(agent),
            ..
        } => format!("[{ip}] {agent}"),
        Origin { ip: Some(ip), .. } => format!("[{ip}]"),
        Origin { user_agent, .. } => user_agent?,
    };
    let mut harmless = String::with_capacity(said.len().min(ORIGIN_MAX_BYTES));
    for c in said.chars() {
        let c = if deceives(c) { '\u{FFFD}' } else { c };
        if harmless.len() + c.len_utf8() > ORIGIN_MAX_BYTES {
            break;
        }
        harmless.push(c);
    }
    Some(harmless).filter(|text| !text.is_empty())
}

/// A text to show as it is, but for what could deceive whoever reads it.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if deceives(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// A text of the caller, in a message: short, and harmless to show.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN_CHARS: usize = 40;
    let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
    shown = harmless(&shown);
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// A time in a sentence: the time of day, and the day if it was not today (UTC).
pub(super) fn time_of_day(time: Timestamp, now: Timestamp) -> String {
    let (time, now) = (Time(time).to_string(), Time(now).to_string());
    match (time.split_once('T'), now.split_once('T')) {
        (Some((day, clock)), Some((today, _))) if day == today => seconds(clock),
        _ => seconds(&time),
    }
}

fn seconds(text: &str) -> String {
    format!(
        "{}Z",
        text.split_once('.').map_or(text, |(seconds, _)| seconds)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Origin {
        Origin {
            text: Some(text.to_owned()),
            ..Origin::default()
        }
    }

    #[test]
    fn an_origin_is_cut_at_a_character_and_never_refused() {
        let long = origin(told(&"ä".repeat(1_000))).expect("an origin");
        assert_eq!((long.len(), long.chars().count()), (512, 256));
        let odd = origin(told(&format!("x{}", "€".repeat(1_000)))).expect("an origin");
        assert_eq!(odd.len(), 511);
        assert_eq!(
            origin(told("a\r\nb\u{202E}c\u{2028}d\0")).as_deref(),
            Some("a\u{FFFD}\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}")
        );
        assert_eq!(origin(Origin::default()), None);
    }

    #[test]
    fn an_origin_is_the_address_and_the_browser() {
        let said = |ip: Option<&str>, agent: Option<&str>| {
            origin(Origin {
                ip: ip.map(str::to_owned),
                user_agent: agent.map(str::to_owned),
                text: None,
            })
        };
        assert_eq!(
            said(Some("10.0.0.1"), Some("Firefox")).as_deref(),
            Some("[10.0.0.1] Firefox")
        );
        assert_eq!(said(Some("10.0.0.1"), None).as_deref(), Some("[10.0.0.1]"));
        assert_eq!(said(None, Some("Firefox")).as_deref(), Some("Firefox"));
    }

    #[test]
    fn a_time_of_another_day_says_which() {
        let at = |text: &str| Time::parse(text).expect("a time").0;
        let time = at("2026-08-22T09:03:12.120Z");
        assert_eq!(time_of_day(time, at("2026-08-22T23:00:00Z")), "09:03:12Z");
        assert_eq!(
            time_of_day(time, at("2026-08-23T00:00:00Z")),
            "2026-08-22T09:03:12Z"
        );
    }
}
