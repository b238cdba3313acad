//! `cargo xtask ci`: all that must hold before a change is merged, in the order of what fails fastest. Every step
//! runs, also after one has failed, so that one run tells everything. The tests come last, and their counts are
//! the last line.

use crate::process::{cargo, run as run_command, timed};
use crate::{test, tidy, tools};
use std::process::ExitCode;
use std::time::Duration;

/// What `cargo deny` to install where there is none.
const DENY_VERSION: &str = "0.20.2";

struct Step {
    name: &'static str,
    time: Duration,
    outcome: Result<(), String>,
}

/// The whole task.
pub(crate) fn run() -> Result<ExitCode, String> {
    let mut steps = vec![
        step("format", format),
        step("clippy", clippy),
        step("tidy", tidy::check),
        step("deny", deny),
    ];
    let mut report = None;
    steps.push(step("test", || test(&mut report)));
    if let Some(report) = &report {
        print!("{}{}", report.failures(), report.table());
    }
    print!("{}", summary(&steps));
    if let Some(report) = &report {
        println!("{}", report.last_line());
    }
    let failed = steps.iter().any(|step| step.outcome.is_err());
    Ok(ExitCode::from(u8::from(failed)))
}

fn step(name: &'static str, work: impl FnOnce() -> Result<(), String>) -> Step {
    println!("\n##### {name}");
    let (outcome, time) = timed(work);
    let seconds = time.as_secs_f64();
    match &outcome {
        Ok(()) => println!("##### {name}: passed in {seconds:.1} s"),
        Err(why) => println!("##### {name}: FAILED in {seconds:.1} s: {why}"),
    }
    Step {
        name,
        time,
        outcome,
    }
}

fn summary(steps: &[Step]) -> String {
    let row = |step: &Step| {
        let seconds = step.time.as_secs_f64();
        let mark = if step.outcome.is_ok() { "ok" } else { "FAILED" };
        format!("{:8} {seconds:>7.1} s  {mark}\n", step.name)
    };
    let rows: String = steps.iter().map(row).collect();
    format!("\n{rows}")
}

fn format() -> Result<(), String> {
    run_command(cargo(&["fmt", "--all", "--check"]))
}

fn clippy() -> Result<(), String> {
    let what = ["clippy", "--workspace", "--all-targets", "--all-features"];
    run_command(cargo(&[&what[..], &["--", "-D", "warnings"]].concat()))
}

fn deny() -> Result<(), String> {
    tools::cargo_command("deny", DENY_VERSION)?;
    let check = ["deny", "check", "--hide-inclusion-graph"];
    run_command(cargo(
        &[&check[..], &["bans", "licenses", "sources"]].concat(),
    ))
}

fn test(report: &mut Option<test::Report>) -> Result<(), String> {
    let report = report.insert(test::report(&test::Options::default())?);
    if report.is_green() {
        return Ok(());
    }
    Err(report.last_line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_step_that_failed() {
        let steps = [
            step("one", || Ok(())),
            step("two", || Err("why".to_owned())),
        ];
        let summary = summary(&steps);
        let lines: Vec<_> = summary.lines().collect();
        assert!(lines[1].starts_with("one ") && lines[1].ends_with("ok"));
        assert!(lines[2].starts_with("two ") && lines[2].ends_with("FAILED"));
    }
}
