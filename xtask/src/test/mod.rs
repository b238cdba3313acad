//! `cargo xtask test`: builds the tests once, runs every suite to its end, and says as its last line how many
//! passed. Nothing is skipped: an ignored test counts as failed, and so does a run of no test at all.

mod report;
mod suite;

pub(crate) use report::Report;

use crate::{debian, process, tools, workspace};
use report::Row;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// What to run.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Also the long tests (sets VAHTI_LONG=1).
    #[arg(long)]
    long: bool,
    /// Only tests whose name contains this.
    filter: Option<String>,
}

/// The whole task.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let report = report(options)?;
    print!("{}{}", report.failures(), report.table());
    println!("{}", report.last_line());
    Ok(report.exit_code())
}

/// Installs what the tests need and is not there.
pub(crate) fn prepare() -> Result<(), String> {
    debian::ensure()?;
    tools::ensure()
}

/// Builds, runs, and leaves the printing to the caller.
pub(crate) fn report(options: &Options) -> Result<Report, String> {
    prepare()?;
    if options.long {
        tools::ensure_for_long()?;
    }
    let packages = workspace::packages()?;
    let suites = suite::build(&packages)?;
    let mut rows = Vec::new();
    for suite in suites {
        println!("\n=== {}", suite.name);
        rows.push(suite.run(options)?);
    }
    println!("\n=== documentation");
    rows.push(documentation(options)?);
    Ok(Report { rows })
}

fn documentation(options: &Options) -> Result<Row, String> {
    let mut command = process::cargo(&[
        "test",
        "--workspace",
        "--all-features",
        "--doc",
        "--no-fail-fast",
    ]);
    options.apply(command.arg("--"));
    let finished = suite::finish(command, options.limit())?;
    Ok(finished.into_row("documentation", report::Results::OnePerCrate))
}

impl Options {
    /// How long one suite may run.
    fn limit(&self) -> Duration {
        if self.long {
            suite::LONG_LIMIT
        } else {
            suite::LIMIT
        }
    }

    /// The arguments and the environment of a test binary.
    fn apply(&self, command: &mut Command) {
        // What a proof counted is worth reading also when it passed.
        command.arg("--show-output").args(&self.filter);
        if self.long {
            command.env("VAHTI_LONG", "1");
        }
        command
            .env("INSTA_UPDATE", "no")
            .env_remove("INSTA_FORCE_PASS");
    }
}
