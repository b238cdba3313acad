//! What came of the suites: the `test result:` lines of the test harness, their sum, and the table for people.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

/// The numbers of one `test result:` line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

/// How many result lines a run prints.
#[derive(Clone, Copy)]
pub(crate) enum Results {
    /// A test binary: its last line, because a failing test may have printed another.
    One,
    /// Documentation tests: one a crate, and none at all when no crate has documentation tests.
    OnePerCrate,
}

/// What the report needs of what a suite prints.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) results: Vec<Counts>,
    /// What its failed tests said, cut where it is long.
    pub(crate) failures: String,
    failure_lines: usize,
}

/// One suite in the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) time: Duration,
    pub(crate) counts: Counts,
    pub(crate) problem: Option<String>,
    pub(crate) failures: String,
}

/// All suites.
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

/// How much of what the failed tests of a suite said is shown again at the end.
const FAILURE_LINES: usize = 60;

impl Output {
    /// Takes in one more line.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(counts) = parse(line) {
            self.results.push(counts);
        } else if self.failure_lines > 0 || line.trim_end() == "failures:" {
            self.failure_lines += 1;
            if self.failure_lines <= FAILURE_LINES {
                self.failures.push_str(line);
            }
        }
    }
}

impl Results {
    pub(crate) fn count(self, results: &[Counts]) -> Option<Counts> {
        match self {
            Self::One => results.last().copied(),
            Self::OnePerCrate => Some(sum(results.iter().copied())),
        }
    }
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`; anything else is `None`.
pub(crate) fn parse(line: &str) -> Option<Counts> {
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    Some(Counts {
        passed: number(numbers, "passed")?,
        failed: number(numbers, "failed")?,
        ignored: number(numbers, "ignored")?,
    })
}

fn number(numbers: &str, word: &str) -> Option<u64> {
    let pairs = numbers
        .split(';')
        .filter_map(|part| part.trim().split_once(' '));
    pairs
        .filter(|(_, own)| *own == word)
        .find_map(|(number, _)| number.parse().ok())
}

fn sum(all: impl Iterator<Item = Counts>) -> Counts {
    all.fold(Counts::default(), |a, b| Counts {
        passed: a.passed + b.passed,
        failed: a.failed + b.failed,
        ignored: a.ignored + b.ignored,
    })
}

impl Counts {
    /// Nothing is skipped: an ignored test has not passed.
    fn not_passed(self) -> u64 {
        self.failed + self.ignored
    }
}

impl Report {
    fn total(&self) -> Counts {
        sum(self.rows.iter().map(|row| row.counts))
    }

    /// What the failed tests said, once more: whoever reads only the end of a long log sees why.
    pub(crate) fn failures(&self) -> String {
        let failed = self.rows.iter().filter(|row| !row.failures.is_empty());
        failed
            .map(|row| format!("\n=== again: {}\n{}", row.name, row.failures))
            .collect()
    }

    /// The suites that ran a test or went wrong, one a line.
    pub(crate) fn table(&self) -> String {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.counts != Counts::default());
        let width = self
            .rows
            .iter()
            .map(|row| row.name.len())
            .max()
            .unwrap_or(0);
        let mut table = format!(
            "\n{:width$} {:>9} {:>7} {:>7} {:>7}\n",
            "suite", "time", "passed", "failed", "ignored"
        );
        for row in rows {
            let Counts {
                passed,
                failed,
                ignored,
            } = row.counts;
            let time = format!("{:.2} s", row.time.as_secs_f64());
            let problem = row
                .problem
                .as_ref()
                .map_or_else(String::new, |problem| format!("  {problem}"));
            let _ = writeln!(
                table,
                "{:width$} {time:>9} {passed:>7} {failed:>7} {ignored:>7}{problem}",
                row.name
            );
        }
        table.push_str(self.remark());
        table
    }

    fn remark(&self) -> &'static str {
        let total = self.total();
        if total.ignored > 0 {
            return "Ignored tests count as failed: nothing is skipped.\n";
        }
        if total == Counts::default() {
            return "No test ran; that is a failure too.\n";
        }
        ""
    }

    /// `N passed, N failed`.
    pub(crate) fn last_line(&self) -> String {
        let total = self.total();
        format!("{} passed, {} failed", total.passed, total.not_passed())
    }

    pub(crate) fn is_green(&self) -> bool {
        let total = self.total();
        total.passed > 0 && total.not_passed() == 0
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.is_green()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(counts: &[Counts]) -> Report {
        let row = |counts: &Counts| Row {
            name: "sample".to_owned(),
            time: Duration::from_millis(1500),
            counts: *counts,
            problem: None,
            failures: String::new(),
        };
        Report {
            rows: counts.iter().map(row).collect(),
        }
    }

    fn counts(passed: u64, failed: u64, ignored: u64) -> Counts {
        Counts {
            passed,
            failed,
            ignored,
        }
    }

    #[test]
    fn the_line_of_the_harness_is_understood() {
        let line = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.10s\n";
        assert_eq!(parse(line), Some(counts(3, 2, 1)));
        assert_eq!(parse("test result_is_kept ... ok"), None);
        assert_eq!(parse("  test result: ok. 3 passed; 0 failed"), None);
    }

    #[test]
    fn all_passed_is_green() {
        let report = report(&[counts(3, 0, 0), counts(4, 0, 0)]);
        assert!(report.is_green());
        assert_eq!(report.last_line(), "7 passed, 0 failed");
    }

    #[test]
    fn an_ignored_test_counts_as_failed() {
        let report = report(&[counts(3, 0, 1)]);
        assert!(!report.is_green());
        assert_eq!(report.last_line(), "3 passed, 1 failed");
        assert!(report.table().contains("Ignored tests count as failed"));
    }

    #[test]
    fn no_test_at_all_is_not_green() {
        let report = report(&[counts(0, 0, 0)]);
        assert!(!report.is_green());
        assert_eq!(report.last_line(), "0 passed, 0 failed");
        assert!(report.table().contains("No test ran"));
    }

    #[test]
    fn what_failed_tests_said_is_cut_where_it_is_long() {
        let mut output = Output::default();
        for line in ["test a ... FAILED\n", "failures:\n"] {
            output.read(line);
        }
        (0..100).for_each(|at| output.read(&format!("{at}\n")));
        output.read("test result: FAILED. 3 passed; 1 failed; 0 ignored\n");
        assert_eq!(output.results, [counts(3, 1, 0)]);
        assert_eq!(output.failures.lines().count(), FAILURE_LINES);
        let mut report = report(&[counts(3, 1, 0)]);
        assert_eq!(report.failures(), "");
        report.rows[0].failures = output.failures;
        assert!(
            report
                .failures()
                .starts_with("\n=== again: sample\nfailures:\n0\n")
        );
    }

    #[test]
    fn documentation_adds_up_and_may_be_absent() {
        let results = Results::OnePerCrate;
        assert_eq!(
            results.count(&[counts(1, 0, 0), counts(2, 1, 0)]),
            Some(counts(3, 1, 0))
        );
        assert_eq!(results.count(&[]), Some(Counts::default()));
        assert_eq!(Results::One.count(&[]), None);
    }
}
