//! Times and durations as people read them: in the zone of the place, and in their language.

use core::time::Duration;
use std::sync::LazyLock;

use jiff::{Zoned, civil, tz::TimeZone};
use serde::Deserialize;
use vahti_core::Timestamp;

use super::{
    Language,
    spoken::{Spoken, words_of},
};

/// How a language writes times and durations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    another_day: String,
    another_year: String,
    months: [String; 12],
    day: Count,
    hour: Count,
    minute: Count,
    second: Count,
}

/// One of something, and several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    one: String,
    more: String,
}

static WORDS: LazyLock<Spoken<Words>> = LazyLock::new(|| Spoken::read(words_of!("times")));

/// A time of day; with the day if that is not today's, and with the year if that is another.
pub(super) fn time(language: Language, zone: &TimeZone, at: Timestamp, now: Timestamp) -> String {
    let words = WORDS.in_language(language);
    let (at, now) = (zoned(zone, at), zoned(zone, now));
    let clock = at.strftime("%H:%M:%S").to_string();
    let pattern = if at.date() == now.date() {
        return clock;
    } else if at.year() == now.year() {
        &words.another_day
    } else {
        &words.another_year
    };
    let month = usize::try_from(at.month() - 1).unwrap_or_default();
    pattern
        .replace("{time}", &clock)
        .replace("{day}", &at.day().to_string())
        .replace(
            "{month}",
            words.months.get(month).map_or("", String::as_str),
        )
        .replace("{year}", &at.year().to_string())
}

fn zoned(zone: &TimeZone, time: Timestamp) -> Zoned {
    let time = jiff::Timestamp::from_millisecond(time.as_millis());
    time.unwrap_or(jiff::Timestamp::MAX).to_zoned(zone.clone())
}

/// The time that a clock in this zone shows as `text`, like `2026-08-22T09:02`. One that it shows twice is the earlier.
pub(super) fn read(zone: &TimeZone, text: &str) -> Option<Timestamp> {
    let time: civil::DateTime = text.parse().ok()?;
    let time = time.to_zoned(zone.clone()).ok()?.timestamp();
    Some(Timestamp::from_millis(time.as_millisecond()))
}

/// A duration in its largest whole unit, down to seconds.
pub(super) fn duration(language: Language, time: Duration) -> String {
    let words = WORDS.in_language(language);
    let seconds = time.as_secs();
    let (count, unit) = match seconds {
        _ if seconds > 0 && seconds.is_multiple_of(24 * 3600) => {
            (seconds / (24 * 3600), &words.day)
        }
        _ if seconds > 0 && seconds.is_multiple_of(3600) => (seconds / 3600, &words.hour),
        _ if seconds > 0 && seconds.is_multiple_of(60) => (seconds / 60, &words.minute),
        _ => (seconds, &words.second),
    };
    match count {
        1 => unit.one.clone(),
        count => unit.more.replace("{n}", &count.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::spoken::assert_same_shape, *};

    #[test]
    fn every_language_writes_times() {
        assert_same_shape(words_of!("times"));
    }

    #[test]
    fn a_time_is_that_of_the_place_and_another_day_says_which() {
        let at = |text: &str| vahti_client::Time::parse(text).expect("a time").0;
        let helsinki = TimeZone::get("Europe/Helsinki").expect("a zone");
        let then = at("2026-08-22T21:03:12.120Z");
        let english = |now: &str| time(Language::English, &helsinki, then, at(now));
        assert_eq!(english("2026-08-22T22:00:00Z"), "00:03:12");
        assert_eq!(english("2026-08-23T20:59:59Z"), "00:03:12");
        assert_eq!(english("2026-08-23T21:00:00Z"), "00:03:12 on 23 August");
        assert_eq!(
            english("2027-01-01T00:00:00Z"),
            "00:03:12 on 23 August 2026"
        );
        let now = at("2026-08-22T20:00:00Z");
        assert_eq!(
            time(Language::English, &TimeZone::UTC, then, now),
            "21:03:12"
        );
        assert_eq!(
            time(Language::Finnish, &helsinki, then, now),
            "00:03:12, 23. elokuuta"
        );
        assert_eq!(
            time(Language::Swedish, &helsinki, then, now),
            "00:03:12 den 23 augusti"
        );
    }

    #[test]
    fn a_time_that_is_typed_is_that_of_the_place() {
        let helsinki = TimeZone::get("Europe/Helsinki").expect("a zone");
        let read = |text| read(&helsinki, text).map(|time| vahti_client::Time(time).to_string());
        let utc = |text: &str| Some(format!("2026-{text}.000Z"));
        assert_eq!(read("2026-08-22T09:02"), utc("08-22T06:02:00"));
        assert_eq!(read("2026-08-22T09:02:14"), utc("08-22T06:02:14"));
        assert_eq!(read("2026-12-22T09:02"), utc("12-22T07:02:00"));
        assert_eq!(
            read("2026-10-25T03:30"),
            utc("10-25T00:30:00"),
            "the earlier of two"
        );
        for wrong in ["", "09:02", "yesterday", "2026-13-01T00:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_is_told_in_its_largest_whole_unit() {
        let said = |language, seconds| duration(language, Duration::from_secs(seconds));
        assert_eq!(said(Language::English, 1), "1 second");
        assert_eq!(said(Language::English, 61), "61 seconds");
        assert_eq!(said(Language::English, 900), "15 minutes");
        assert_eq!(said(Language::English, 3_600), "1 hour");
        assert_eq!(said(Language::English, 90 * 86_400), "90 days");
        assert_eq!(said(Language::Finnish, 60), "1 minuutin");
        assert_eq!(said(Language::Finnish, 12 * 3_600), "12 tuntia");
        assert_eq!(said(Language::Swedish, 86_400), "1 dygn");
        assert_eq!(said(Language::English, 0), "0 seconds");
    }
}
