//! The tasks of the project, typed as `cargo xtask …`. They start cargo and the binaries it builds, and read the
//! tree; they link none of the project's own crates, so that they work while those do not compile.

mod bench;
mod ci;
mod debian;
mod process;
mod screenshots;
mod test;
mod tidy;
mod tools;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Tasks of the project.")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build and run every test, and end with `N passed, N failed`.
    Test(test::Options),
    /// Measure how fast the promises are kept, each figure against a reference of the same run.
    Bench(bench::Options),
    /// Check the rules of the code that no compiler checks.
    Tidy,
    /// Install what tests need, as `test` does before it begins.
    Tools,
    /// Take the pictures of the README anew: plays its first minute in a browser.
    Screenshots,
    /// Everything that must hold before a change is merged; the same as `.ci/run`.
    Ci,
}

impl Task {
    fn run(&self) -> Result<ExitCode, String> {
        match self {
            Self::Test(options) => test::run(options),
            Self::Bench(options) => bench::run(options),
            Self::Tidy => tidy::run(),
            Self::Tools => test::prepare().map(|()| ExitCode::SUCCESS),
            Self::Screenshots => screenshots::run(),
            Self::Ci => ci::run(),
        }
    }
}

fn main() -> ExitCode {
    Cli::parse().task.run().unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::FAILURE
    })
}
