//! How many went on and how many waited over the last hours, drawn by the server. What the picture says stands beside it as a
//! sentence, too: for those who do not see it, and for those in a hurry.

use core::{fmt::Write as _, time::Duration};

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;
use vahti_core::Timestamp;

use super::{
    desk::Desk,
    desk_words::counted,
    page::Frame,
    records_words::RecordsWords,
    samples::{Sample, Samples},
    told::Telling,
};

/// The lengths that can be looked at, in hours.
const HOURS: [u32; 3] = [1, 4, 24];
/// The one where nothing else is asked for: an exam.
const LATELY: u32 = 4;

/// The size of a drawing in its own units, which the stylesheet stretches.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 60.0;

/// The chart, to stand on a page. It is a template of its own.
#[derive(Template)]
#[template(path = "console/chart.html")]
pub(super) struct Chart {
    words: &'static RecordsWords,
    plots: [Plot; 2],
    from: String,
}

/// One of the two drawings.
struct Plot {
    /// What the stylesheet calls it.
    kind: &'static str,
    name: &'static str,
    /// What it says.
    text: String,
    /// What the upper edge stands for.
    top: u64,
    /// The points of the line, and of the area below it.
    line: String,
    area: String,
}

impl Chart {
    /// The chart of the last hours, for this supervisor.
    pub(super) fn of_lately(desk: &Desk) -> Option<Self> {
        Self::of(&desk.telling(), desk.samples()?, LATELY)
    }

    /// The chart of the last hours; none before there are two counts.
    fn of(telling: &Telling<'_>, samples: &Samples, hours: u32) -> Option<Self> {
        let words = RecordsWords::of(telling.locale);
        let from = telling
            .now
            .minus(Duration::from_secs(u64::from(hours) * 3600));
        let samples = samples.since(from);
        let [first, .., last] = samples.as_slice() else {
            return None;
        };
        let (first, last) = (*first, *last);
        let said = &words.chart;
        let since = telling.time(first.at);
        let most = |count: fn(&Sample) -> u64| {
            // Of several the latest is told.
            let most = samples.iter().max_by_key(|sample| count(sample));
            most.map_or((0, last.at), |sample| (count(sample), sample.at))
        };
        let (waited, at) = most(|sample| sample.held);
        let (went_on, _) = most(|sample| sample.active);
        let fill = |pattern: &str, now: u64, most: u64| {
            let pattern = pattern.replace("{n}", &now.to_string());
            pattern
                .replace("{m}", &most.to_string())
                .replace("{t}", &since)
        };
        let waits = match waited {
            0 => said.text_waits_none.clone(),
            most => {
                let pattern = said.text_waits.replace("{t}", &telling.time(at));
                fill(&pattern, last.held, most)
            }
        };
        let goes_on = fill(&said.text, last.active, went_on);
        let plot = |kind, name, text, count| Plot::of(kind, name, text, &samples, count);
        Some(Self {
            plots: [
                plot("waits", &said.waits, waits, |sample| sample.held),
                plot("goes-on", &said.goes_on, goes_on, |sample| sample.active),
            ],
            from: since,
            words,
        })
    }
}

impl Plot {
    fn of(
        kind: &'static str,
        name: &'static str,
        text: String,
        samples: &[Sample],
        count: fn(&Sample) -> u64,
    ) -> Self {
        let top = top(samples.iter().map(count).max().unwrap_or_default());
        let line = points(samples, count, top);
        Self {
            area: format!("0,{HEIGHT} {line} {WIDTH},{HEIGHT}"),
            kind,
            name,
            text,
            top,
            line,
        }
    }
}

/// Where the counts lie, the first at the left edge and the last at the right one.
fn points(samples: &[Sample], count: fn(&Sample) -> u64, top: u64) -> String {
    let at = |sample: Option<&Sample>| sample.map_or(Timestamp::from_millis(0), |one| one.at);
    let (first, last) = (at(samples.first()), at(samples.last()));
    let whole = last.since(first).as_secs_f64().max(1.0);
    let mut points = String::new();
    for sample in samples {
        let x = WIDTH * sample.at.since(first).as_secs_f64() / whole;
        let y = HEIGHT - HEIGHT * count(sample) as f64 / top as f64;
        let gap = if points.is_empty() { "" } else { " " };
        // A string takes whatever is written.
        let _ = write!(points, "{gap}{x:.1},{y:.1}");
    }
    points
}

/// The least of 5, 10, 20, 50, 100, … that is not below `most`.
fn top(most: u64) -> u64 {
    let steps = (0..20).flat_map(|power| [1, 2, 5].map(|step| 10_u64.saturating_pow(power) * step));
    let mut tops = steps.filter(|top| *top >= 5);
    tops.find(|top| *top >= most).unwrap_or(u64::MAX)
}

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    hours: Option<u32>,
}

/// The chart on a page of its own.
#[derive(Template)]
#[template(path = "console/hours.html")]
struct Page {
    frame: Frame,
    words: &'static RecordsWords,
    chart: Option<Chart>,
    /// The lengths: hours, what they are called, and whether this is the one.
    lengths: [(u32, String, bool); HOURS.len()],
}

/// Shows the last hours.
pub(super) async fn hours(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let telling = desk.telling();
    let words = RecordsWords::of(telling.locale);
    let hours = asked.hours.filter(|hours| HOURS.contains(hours));
    let hours = hours.unwrap_or(LATELY);
    let lengths = HOURS.map(|length| {
        let name = counted(&words.chart.hours_one, &words.chart.hours, length as usize);
        (length, name, length == hours)
    });
    let chart = desk
        .samples()
        .and_then(|samples| Chart::of(&telling, samples, hours));
    desk.page(&Page {
        frame: desk.frame(),
        words,
        chart,
        lengths,
    })
}
