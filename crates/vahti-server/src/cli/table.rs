//! Tables for people: at most 100 cells wide, one line a row. What is cut to fit is whole in the other formats.

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, presets};
use serde::Serialize;
use vahti_core::{StateWord, Timestamp};

use super::exit::Failure;
use super::{as_json, output};

/// The widest line, in cells of a terminal.
const WIDTH: u16 = 100;

/// How a list is written: a table for people, JSON for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

/// How much attention a row asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As any text.
    Plain,
    /// Somebody waits.
    Waiting,
    /// It is over.
    Over,
}

impl Tone {
    /// The tone of a session's state.
    pub(super) fn of(state: &str) -> Self {
        match state.parse() {
            Ok(StateWord::Held) => Self::Waiting,
            Ok(StateWord::Ended) => Self::Over,
            Ok(StateWord::Active) | Err(_) => Self::Plain,
        }
    }

    /// A line in this tone.
    pub(super) fn paint(self, line: &str) -> String {
        let style = self.style();
        format!("{style}{}{style:#}\n", line.trim_end())
    }

    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Waiting => AnsiColor::Yellow.on_default(),
            Self::Over => Style::new().dimmed(),
        }
    }
}

/// A table under construction.
pub(super) struct Lines {
    table: Table,
    tones: Vec<Tone>,
}

impl Lines {
    /// A table with these columns; those at the places `whole` are never cut.
    pub(super) fn new(columns: &[&str], whole: &[usize]) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(WIDTH)
            .set_header(columns);
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if whole.contains(&place) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        Self {
            table,
            tones: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, tone: Tone, cells: Vec<String>) {
        let mut row = Row::from(cells);
        row.max_height(1);
        self.table.add_row(row);
        self.tones.push(tone);
    }

    /// The table as text, with colours; output that is no terminal loses them.
    pub(super) fn text(&self) -> String {
        let tones = std::iter::once(Tone::Plain).chain(self.tones.iter().copied());
        let lines = self.table.lines().zip(tones);
        let lines = lines.map(|(line, tone)| tone.paint(&line));
        lines.collect()
    }
}

/// A list that is told whole: as JSON, or a line a row. `none` is said of one without rows.
pub(super) fn tell<T: Serialize>(
    format: Format,
    rows: Vec<T>,
    none: &str,
    mut lines: Lines,
    line: impl Fn(T, Timestamp) -> (Tone, Vec<String>),
) -> Result<(), Failure> {
    if format == Format::Json {
        return output::line(as_json(&rows)?);
    }
    if rows.is_empty() {
        output::remark(none);
        return Ok(());
    }
    let now = crate::serve::now();
    for row in rows {
        let (tone, cells) = line(row, now);
        lines.row(tone, cells);
    }
    output::print(lines.text())
}

/// How long ago something was, in one unit.
pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    match seconds {
        0..5 => "now".to_owned(),
        5..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// What is not there.
pub(super) fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}

/// Words in one cell, with commas.
pub(super) fn words(words: &[String]) -> String {
    let some = (!words.is_empty()).then(|| words.join(", "));
    or_dash(some.as_deref())
}

/// A number of things: `1 session`, `2 sessions`.
pub(super) fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_never_wider_than_a_hundred_cells_and_its_ids_are_whole() {
        let mut lines = Lines::new(&["USER", "SESSION", "PLACE"], &[1]);
        let id = "A".repeat(64);
        lines.row(
            Tone::Waiting,
            vec!["u".repeat(256), id.clone(), "Hall Ä ".repeat(40)],
        );
        let text = anstream::adapter::strip_str(&lines.text()).to_string();
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
        assert!(text.contains(&id) && text.lines().count() == 2, "{text}");
    }

    #[test]
    fn times_are_told_in_one_unit() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        let told = |seconds: u64| ago(now, now.minus(std::time::Duration::from_secs(seconds)));
        assert_eq!(
            [0, 59, 60, 3_599, 3_600, 172_799, 172_800].map(told),
            [
                "now",
                "59 s ago",
                "1 min ago",
                "59 min ago",
                "1 h ago",
                "47 h ago",
                "2 d ago"
            ]
        );
        assert_eq!(ago(now, now.plus(std::time::Duration::from_secs(9))), "now");
    }
}
