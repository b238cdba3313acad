//! Parsers of values that count something: numbers, durations, sizes, yes and no.

use std::time::Duration;

use super::mistake::Wrong;
use super::raw::{Raw, shown};

/// The longest duration that is taken: a hundred years. What is meant to last longer is `0s`.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
/// Last-seen times are written every few seconds only; a shorter idle timeout would end sessions that are in use.
const SHORTEST_IDLE: Duration = Duration::from_secs(60);

/// true or false.
pub(super) fn yes_or_no(raw: &Raw) -> Result<bool, Wrong> {
    match raw {
        Raw::Bool(is) => Ok(*is),
        other => Err(Wrong::new(
            format!("This is {}.", other.kind()),
            "Write true or false, without quotes.",
        )),
    }
}

/// A whole number from 0.
pub(super) fn count(raw: &Raw) -> Result<u32, Wrong> {
    at_least(raw, 0)
}

/// A whole number from 1.
pub(super) fn count_from_one(raw: &Raw) -> Result<u32, Wrong> {
    at_least(raw, 1)
}

/// An HTTP status that says no: 400 to 599.
pub(super) fn error_status(raw: &Raw) -> Result<u16, Wrong> {
    match raw {
        Raw::Number(number @ 400..=599) => Ok(u16::try_from(*number).unwrap_or(400)),
        other => Err(Wrong::new(
            format!("This is {}.", other.kind()),
            "Write a whole number from 400 to 599, without quotes.",
        )),
    }
}

fn at_least(raw: &Raw, least: u32) -> Result<u32, Wrong> {
    let number = if let Raw::Number(number) = raw {
        u32::try_from(*number).ok()
    } else {
        None
    };
    number.filter(|number| *number >= least).ok_or_else(|| {
        let right = format!(
            "Write a whole number from {least} to {}, without quotes.",
            u32::MAX
        );
        Wrong::new(format!("This is {}.", raw.kind()), right)
    })
}

/// A duration with a unit, in whole milliseconds; zero is none.
pub(super) fn duration(raw: &Raw) -> Result<Duration, Wrong> {
    let right = "Write a number and a unit (ms, s, m, h, d): \"30s\", \"15m\", \"8h\", \"14d\"; \"0s\" is none.";
    let wrong = |what: String| Wrong::new(what, right);
    let text = match raw {
        Raw::Text(text) if text.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
            return Err(wrong(format!("{} has no unit.", shown(text))));
        }
        Raw::Text(text) => text,
        Raw::Number(number) => return Err(wrong(format!("The number {number} has no unit."))),
        other => return Err(wrong(format!("This is {}.", other.kind()))),
    };
    if let Some(unit) = unit_without_fixed_length(text) {
        return Err(wrong(format!(
            "{}: `{unit}` would be months or years, which have no fixed length.",
            shown(text)
        )));
    }
    let duration = humantime::parse_duration(text)
        .map_err(|_| wrong(format!("{} is not a duration.", shown(text))))?;
    if duration > LONGEST {
        Err(wrong(format!(
            "{} is longer than a hundred years.",
            shown(text)
        )))
    } else if duration.subsec_nanos() % 1_000_000 != 0 {
        Err(wrong(format!(
            "{} is not in whole milliseconds.",
            shown(text)
        )))
    } else {
        Ok(duration)
    }
}

/// `M`, easily taken for minutes, is a month to the parser of durations.
fn unit_without_fixed_length(text: &str) -> Option<&str> {
    let units = text.split(|c: char| !c.is_alphabetic());
    let unfixed = [
        "M", "mo", "month", "months", "y", "yr", "yrs", "year", "years",
    ];
    units.into_iter().find(|unit| unfixed.contains(unit))
}

/// A duration that is none, or at least a minute.
pub(super) fn idle_timeout(raw: &Raw) -> Result<Duration, Wrong> {
    let idle = duration(raw)?;
    if idle.is_zero() || idle >= SHORTEST_IDLE {
        return Ok(idle);
    }
    let wrong = format!(
        "{} is too short: last-seen times are written down every few seconds only.",
        raw.kind()
    );
    Err(Wrong::new(
        upper_first(&wrong),
        "Write \"0s\" for never, or at least \"60s\".",
    ))
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A size with a unit, in bytes.
pub(super) fn size(raw: &Raw) -> Result<u64, Wrong> {
    let right =
        "Write a whole number and a unit (B, KiB, MiB, GiB, TiB; kB, MB, GB, TB): \"64MiB\".";
    let Raw::Text(text) = raw else {
        return Err(Wrong::new(format!("This is {}.", raw.kind()), right));
    };
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let bytes = match unit.trim_start() {
        "B" => Some(1),
        "kB" | "KB" => Some(1000),
        "MB" => Some(1000_u64.pow(2)),
        "GB" => Some(1000_u64.pow(3)),
        "TB" => Some(1000_u64.pow(4)),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        "TiB" => Some(1 << 40),
        _ => None,
    };
    let size = bytes.and_then(|bytes| number.parse::<u64>().ok()?.checked_mul(bytes));
    size.ok_or_else(|| Wrong::new(format!("{} is not a size.", shown(text)), right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    #[test]
    fn durations_need_a_unit() {
        let read = |of: &str| {
            duration(&text(of))
                .ok()
                .map(|duration| duration.as_millis())
        };
        assert_eq!(read("30s"), Some(30_000));
        assert_eq!(read("14d"), Some(14 * 86_400_000));
        assert_eq!(read("1h 30min"), Some(5_400_000));
        assert_eq!(read("0s"), Some(0));
        for wrong in [
            "",
            "30",
            "0",
            "s",
            "-1s",
            "1ns",
            "15M",
            "1y",
            "101 years",
            "40000d",
            "99999999999999999999s",
            "8 h x",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(duration(&Raw::Number(30)).is_err());
    }

    #[test]
    fn an_idle_timeout_is_none_or_at_least_a_minute() {
        assert!(idle_timeout(&text("0s")).is_ok() && idle_timeout(&text("60s")).is_ok());
        assert!(idle_timeout(&text("59s")).is_err() && idle_timeout(&text("1ms")).is_err());
    }

    #[test]
    fn sizes_need_a_unit() {
        let read = |of: &str| size(&text(of)).ok();
        assert_eq!(read("64MiB"), Some(64 << 20));
        assert_eq!(read("1 GB"), Some(1_000_000_000));
        assert_eq!(read("0B"), Some(0));
        for wrong in [
            "",
            "64",
            "64M",
            "MiB",
            "-1B",
            "1.5GiB",
            "99999999999TiB",
            "64mib",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
