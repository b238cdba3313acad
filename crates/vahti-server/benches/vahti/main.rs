//! The benchmarks of Vahti: how fast the promises are kept, each as a ratio to a reference that runs in the same
//! minute on the same machine. `docs/benchmarks.md` says what each figure means.
//!
//! `cargo xtask bench` runs them. They are no tests: without `--bench`, which cargo passes, nothing is measured.

mod database;
mod figure;
mod figures;
mod folder;
mod host;
mod load;
mod machine;
mod measure;
mod options;
mod references;
mod server;
mod sessions;

use std::process::ExitCode;

use clap::Parser as _;

use figure::Report;
use options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(work) = &options.child {
        return figures::child(work);
    }
    if !options.bench {
        println!("The benchmarks are run by `cargo xtask bench`.");
        return ExitCode::SUCCESS;
    }
    let chosen = match figures::chosen(&options.names) {
        Ok(chosen) => chosen,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    let folder = folder::Folder::make();
    let mut report = Report::begin(machine::describe(folder.path()));
    for group in chosen {
        for figure in (group.run)(&folder, options.effort()) {
            if figure.is_wanted(&options.names) {
                report.add(figure);
            }
        }
    }
    report.end(options.json.as_deref())
}
