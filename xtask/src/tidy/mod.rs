//! `cargo xtask tidy`: the rules of the code that no compiler and no lint checks. Each rule is a function from
//! text to findings, and has a test that feeds it a bad sample.

mod absences;
mod arrows;
mod backends;
mod links;
mod marks;
mod migrations;
mod reasons;
mod shape;
mod source;

use crate::workspace;
use source::Source;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// One place that breaks a rule.
#[derive(Debug, PartialEq)]
struct Finding {
    file: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The whole task.
pub(crate) fn run() -> Result<ExitCode, String> {
    check()?;
    println!("tidy");
    Ok(ExitCode::SUCCESS)
}

/// Prints one line a finding; an error when there is any.
pub(crate) fn check() -> Result<(), String> {
    let mut findings = findings()?;
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        number => Err(format!("tidy: {number} to put right")),
    }
}

fn findings() -> Result<Vec<Finding>, String> {
    let packages = workspace::packages()?;
    let sources = sources()?;
    let manifest = workspace::read(Path::new("Cargo.toml"))?;
    let mut findings = arrows::check(&packages);
    findings.extend(absences::check(&packages)?);
    findings.extend(reasons::check_workspace("Cargo.toml", &manifest));
    for package in &packages {
        let path = workspace::relative(&package.manifest);
        let text = workspace::read(path)?;
        findings.extend(reasons::check_member(&path.display().to_string(), &text));
    }
    for source in &sources {
        findings.extend(shape::check(source));
        findings.extend(marks::check(source));
    }
    findings.extend(backends::check(&sources));
    findings.extend(links::check_all()?);
    findings.extend(migrations::check_all()?);
    Ok(findings)
}

fn sources() -> Result<Vec<Source>, String> {
    let paths = workspace::files("rs")?;
    let read = |path: &std::path::PathBuf| {
        Ok(Source::new(
            path.display().to_string(),
            workspace::read(path)?,
        ))
    };
    paths.iter().map(read).collect()
}
