//! `cargo xtask bench`: builds the benchmarks as a release is built, and runs them. What they measure, and against
//! what, stands in `docs/benchmarks.md`; the references stand in one file beside the benchmarks.

use crate::process;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only figures whose name contains one of these.
    names: Vec<String>,
    /// Write the figures as JSON to this file, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Three short rounds instead of seven: for trying, not for numbers that anybody quotes.
    #[arg(long)]
    quick: bool,
}

/// The whole task. The figures go to standard output; a figure out of reach is marked, and no failure.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let bench = [
        "bench",
        "--quiet",
        "--package",
        "vahti-server",
        "--features",
        "bench",
    ];
    // Built first, so that nothing is built while something is measured.
    let all = ["--bench", "vahti", "--bench", "allocations", "--no-run"];
    process::run(process::cargo(&[&bench[..], &all].concat()))?;
    let mut cargo = process::cargo(&[&bench[..], &["--bench", "vahti", "--"]].concat());
    cargo.args(options.arguments()?);
    process::run(cargo)?;
    Ok(ExitCode::SUCCESS)
}

impl Options {
    /// The arguments of the benchmarks. Cargo runs them in another folder, so the file gets its whole path.
    fn arguments(&self) -> Result<Vec<PathBuf>, String> {
        let mut arguments: Vec<PathBuf> = self.names.iter().map(PathBuf::from).collect();
        if let Some(file) = &self.json {
            let whole = std::path::absolute(file)
                .map_err(|error| format!("{} is no path: {error}", file.display()))?;
            arguments.extend(["--json".into(), whole]);
        }
        arguments.extend(self.quick.then(|| "--quick".into()));
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_benchmarks_get_names_flags_and_a_whole_path() {
        let options = Options {
            names: vec!["check".to_owned()],
            json: Some("a.json".into()),
            quick: true,
        };
        let arguments = options.arguments().unwrap();
        assert_eq!(arguments[..2], [PathBuf::from("check"), "--json".into()]);
        assert!(arguments[2].is_absolute() && arguments[2].ends_with("a.json"));
        assert_eq!(arguments[3..], [PathBuf::from("--quick")]);
    }
}
