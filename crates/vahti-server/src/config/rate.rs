//! How often something may be done: a number and a period, `"300/min"`.

use core::fmt;
use core::num::NonZeroU32;

use super::mistake::Wrong;
use super::raw::{Raw, shown};

/// How often something may be done: so often at once, and again so often within the next period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often.
    pub count: NonZeroU32,
    /// Within which period.
    pub per: Per,
}

/// A period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl Per {
    /// Every period.
    pub const ALL: &[Self] = &[Self::Second, Self::Minute, Self::Hour];

    /// The word that the configuration has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.per.as_str())
    }
}

/// A number and a period; with the number 0 there is no limit.
pub(super) fn read(raw: &Raw) -> Result<Option<Rate>, Wrong> {
    let right =
        "Write a whole number and a period (s, min, h): \"300/min\"; \"0/min\" is no limit.";
    let Raw::Text(text) = raw else {
        return Err(Wrong::new(format!("This is {}.", raw.kind()), right));
    };
    let rate = text.split_once('/').and_then(|(count, per)| {
        let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = count.parse().ok().filter(|_| is_number)?;
        let per = Per::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == per)?;
        Some(NonZeroU32::new(count).map(|count| Rate { count, per }))
    });
    rate.ok_or_else(|| Wrong::new(format!("{} does not say how often.", shown(text)), right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_whole_number_and_a_period() {
        let text = |of: &str| Raw::Text(of.to_owned());
        for right in ["300/min", "1/s", "4294967295/h"] {
            let rate = read(&text(right)).ok().flatten();
            assert_eq!(rate.map(|rate| rate.to_string()).as_deref(), Some(right));
        }
        for none in ["0/min", "0/s", "0/h"] {
            assert!(matches!(read(&text(none)), Ok(None)), "{none}");
        }
        for wrong in [
            "",
            "0",
            "300",
            "/min",
            "300/",
            "300/m",
            "300/d",
            "-1/s",
            "+1/s",
            "1.5/s",
            "3 / min",
            "4294967296/h",
            "300/min/s",
        ] {
            assert!(read(&text(wrong)).is_err(), "{wrong}");
        }
        assert!(read(&Raw::Number(300)).is_err());
    }
}
