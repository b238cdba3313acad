//! Times on the wire: RFC 3339, UTC, milliseconds.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use vahti_core::Timestamp;

/// A point in time, written like `2026-08-22T10:11:12.123Z` (RFC 3339, always UTC, always milliseconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Timestamp);

impl Time {
    /// 0000-01-01T00:00:00Z, the first time that RFC 3339 can write (section 1: years are 0000 to 9999).
    pub const FIRST: Self = Self(Timestamp::from_millis(-62_167_219_200_000));

    /// Reads any RFC 3339 time; what is finer than milliseconds is cut.
    ///
    /// # Errors
    /// A sentence for people that says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let time = text.parse::<jiff::Timestamp>().ok();
        time.map(|time| Self(Timestamp::from_millis(time.as_millisecond())))
            .filter(|time| *time >= Self::FIRST)
            .ok_or_else(|| format!("`{text}` is not a time like 2026-08-22T10:11:12Z (RFC 3339)."))
    }
}

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time =
            jiff::Timestamp::from_millisecond(self.0.as_millis()).unwrap_or(jiff::Timestamp::MAX);
        write!(f, "{time:.3}")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Time {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_with_milliseconds() {
        assert_eq!(
            Time(Timestamp::from_millis(1_787_393_472_120)).to_string(),
            "2026-08-22T10:11:12.120Z"
        );
        assert_eq!(
            Time(Timestamp::from_millis(0)).to_string(),
            "1970-01-01T00:00:00.000Z"
        );
    }

    #[test]
    fn a_time_is_read_from_any_offset() {
        let time = Time::parse("2026-08-22T13:11:12.120999+03:00").expect("a time");
        assert_eq!(time.0.as_millis(), 1_787_393_472_120);
        assert!(Time::parse("yesterday").is_err() && Time::parse("2026-08-22").is_err());
    }

    #[test]
    fn a_time_that_could_not_be_written_again_is_not_read() {
        let first = "0000-01-01T00:00:00.000Z";
        assert_eq!(Time::parse(first), Ok(Time::FIRST));
        assert_eq!(Time::FIRST.to_string(), first);
        for odd in ["-000001-12-31T23:59:59Z", "0000-01-01T00:00:00+03:00"] {
            assert!(Time::parse(odd).is_err(), "{odd}");
        }
    }
}
