//! Times as TIM's tables write them.

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

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Timestamp = Timestamp::from_millis(1_787_393_472_123);

    #[test]
    fn a_time_is_written_as_tim_does() {
        assert_eq!(tim(TIME), "2026-08-22 10:11:12.123000+00:00");
        assert_eq!(tim_json(TIME), "2026-08-22T10:11:12.123000+00:00");
    }
}
