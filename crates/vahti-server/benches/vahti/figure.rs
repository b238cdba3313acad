//! A figure: what was measured, what it is compared with, and what it should reach. Printed as a line, and as JSON.

use std::{fs, path::Path, process::ExitCode};

use serde_json::{Value, json};

use crate::measure::{Pairs, Spread};

/// One figure.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    value: f64,
    unit: &'static str,
    reference: Option<f64>,
    ratio: Option<Spread>,
    reach: Option<Reach>,
    remark: String,
}

/// What a figure should reach.
#[derive(Clone, Copy)]
pub(crate) enum Reach {
    /// Subject / reference is at least this.
    RatioAtLeast(f64),
    /// Subject / reference is at most this.
    RatioAtMost(f64),
    /// The value itself is at most this.
    AtMost(f64),
}

impl Figure {
    /// A figure with nothing to compare it with.
    pub(crate) const fn alone(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self {
            name,
            value,
            unit,
            reference: None,
            ratio: None,
            reach: None,
            remark: String::new(),
        }
    }

    /// A figure beside its reference.
    pub(crate) fn beside(name: &'static str, unit: &'static str, pairs: &Pairs) -> Self {
        Self {
            reference: Some(pairs.reference()),
            ratio: Some(pairs.ratio()),
            ..Self::alone(name, pairs.subject(), unit)
        }
    }

    /// With what it should reach.
    pub(crate) const fn reach(mut self, reach: Reach) -> Self {
        self.reach = Some(reach);
        self
    }

    /// With a remark at the end of its line.
    pub(crate) fn remark(mut self, remark: String) -> Self {
        self.remark = remark;
        self
    }

    /// Whether this figure was asked for.
    pub(crate) fn is_wanted(&self, names: &[String]) -> bool {
        names.is_empty() || names.iter().any(|name| self.name.contains(name.as_str()))
    }

    fn is_reached(&self) -> Option<bool> {
        let ratio = self.ratio.map_or(f64::NAN, |ratio| ratio.median);
        Some(match self.reach? {
            Reach::RatioAtLeast(least) => ratio >= least,
            Reach::RatioAtMost(most) => ratio <= most,
            Reach::AtMost(most) => self.value <= most,
        })
    }

    fn line(&self) -> String {
        let value = format!("{} {}", short(self.value), self.unit);
        let reference = self.reference.map_or_else(|| "-".to_owned(), short);
        let ratio = self.ratio.map_or_else(
            || "-".to_owned(),
            |Spread { median, min, max }| format!("{median:.3} ({min:.3}..{max:.3})"),
        );
        let reach = self.reach.map_or_else(|| "-".to_owned(), Reach::text);
        let mark = if self.is_reached() == Some(false) {
            " MISSED"
        } else {
            ""
        };
        let remark = if self.remark.is_empty() {
            String::new()
        } else {
            format!("   {}", self.remark)
        };
        let name = self.name;
        format!("{name:<20} {value:>16} | {reference:>10} | {ratio:<24} | {reach:<7}{mark}{remark}")
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "reference": self.reference,
            "ratio": self.ratio.map(|ratio| ratio.median),
            "ratio_min": self.ratio.map(|ratio| ratio.min),
            "ratio_max": self.ratio.map(|ratio| ratio.max),
            "reach": self.reach.map(Reach::text),
            "reached": self.is_reached(),
            "remark": self.remark,
        })
    }
}

impl Reach {
    fn text(self) -> String {
        match self {
            Self::RatioAtLeast(least) => format!("≥ {least} ×"),
            Self::RatioAtMost(most) => format!("≤ {most} ×"),
            Self::AtMost(most) => format!("≤ {most}"),
        }
    }
}

/// A number with about four digits that count.
fn short(number: f64) -> String {
    match number.abs() {
        size if size >= 1000.0 || size.fract() == 0.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.3}"),
    }
}

/// All figures of a run, under the machine that gave them.
pub(crate) struct Report {
    machine: Vec<(&'static str, String)>,
    figures: Vec<Figure>,
}

impl Report {
    /// Prints the machine.
    pub(crate) fn begin(machine: Vec<(&'static str, String)>) -> Self {
        for (what, value) in &machine {
            println!("{what:<8} {value}");
        }
        println!(
            "\n{:<20} {:>16} | {:>10} | {:<24} | reach",
            "figure", "value", "reference", "ratio (min..max)"
        );
        Self {
            machine,
            figures: Vec::new(),
        }
    }

    /// Prints a figure.
    pub(crate) fn add(&mut self, figure: Figure) {
        println!("{}", figure.line());
        self.figures.push(figure);
    }

    /// Writes the JSON, if it is wanted. A figure that is out of reach is a number, not a failure of the run.
    pub(crate) fn end(self, json: Option<&Path>) -> ExitCode {
        let Some(path) = json else {
            return ExitCode::SUCCESS;
        };
        let machine: serde_json::Map<_, _> = self
            .machine
            .into_iter()
            .map(|(what, value)| (what.to_owned(), value.into()))
            .collect();
        let figures: Vec<_> = self.figures.iter().map(Figure::json).collect();
        let text = format!("{:#}\n", json!({ "machine": machine, "figures": figures }));
        match fs::write(path, text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{} cannot be written: {error}", path.display());
                ExitCode::FAILURE
            }
        }
    }
}
