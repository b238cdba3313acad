//! Times as TIM's tables write them, and every form of time that an import reads.

use jiff::{civil, tz::TimeZone};
use vahti_client::Time;
use vahti_core::Timestamp;

/// The word of TIM's tables for a time that is absent.
pub(crate) const NONE: &str = "None";

/// A time as TIM's CSV has it: `2026-08-22 10:11:12.123000+00:00`.
pub(crate) fn tim(time: Timestamp) -> String {
    written(time, "%Y-%m-%d %H:%M:%S%.6f+00:00")
}

/// A time as TIM's JSON has it: `2026-08-22T10:11:12.123000+00:00`.
pub(crate) fn tim_json(time: Timestamp) -> String {
    written(time, "%Y-%m-%dT%H:%M:%S%.6f+00:00")
}

fn written(time: Timestamp, form: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or(jiff::Timestamp::MAX);
    time.strftime(form).to_string()
}

/// Reads TIM's times and RFC 3339; one without a zone is UTC. What is finer than milliseconds is cut.
pub(crate) fn read(text: &str) -> Result<Timestamp, String> {
    let time = text.parse::<jiff::Timestamp>().or_else(|_| {
        let without_zone: civil::DateTime = text.parse()?;
        without_zone
            .to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
    });
    time.ok()
        .map(|time| Timestamp::from_millis(time.as_millisecond()))
        .filter(|time| *time >= Time::FIRST.0)
        .ok_or_else(|| {
            format!(
                "`{}` is no time like `2026-08-22 10:11:12.123456+00:00` or `2026-08-22T10:11:12Z`",
                crate::http::shown(text)
            )
        })
}

/// As [`read`]; an empty text and `None` are no time.
pub(crate) fn find(text: &str) -> Result<Option<Timestamp>, String> {
    match text {
        "" | NONE => Ok(None),
        text => read(text).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Timestamp = Timestamp::from_millis(1_787_393_472_123);

    #[test]
    fn a_time_is_written_as_tim_does() {
        assert_eq!(tim(TIME), "2026-08-22 10:11:12.123000+00:00");
        assert_eq!(tim_json(TIME), "2026-08-22T10:11:12.123000+00:00");
    }

    #[test]
    fn every_form_of_a_time_is_read_and_one_without_a_zone_is_utc() {
        for form in [
            "2026-08-22 10:11:12.123456+00:00",
            "2026-08-22 10:11:12.123456+00",
            "2026-08-22 10:11:12.123456",
            "2026-08-22T10:11:12.123",
            "2026-08-22T10:11:12.123Z",
            "2026-08-22T13:11:12.123456+03:00",
        ] {
            assert_eq!(find(form), Ok(Some(TIME)), "{form}");
        }
        assert_eq!(
            read("2026-08-22 10:11:12").map(Timestamp::as_millis),
            Ok(1_787_393_472_000)
        );
        assert_eq!((find(""), find("None")), (Ok(None), Ok(None)));
        for wrong in [
            "none",
            "yesterday",
            "2026-13-01 00:00:00",
            "1787393472",
            "-000001-12-31 23:59:59",
            "-000044-03-15T12:00:00Z",
            "0000-01-01 00:00:00+03:00",
        ] {
            assert!(find(wrong).is_err(), "{wrong}");
        }
    }
}
