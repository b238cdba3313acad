//! A suite is one test binary. This finds them in what cargo says while it builds, and runs one as `cargo test`
//! would: in its package's folder, with its package's environment.

use super::Options;
use super::report::{Counts, Output, Results, Row};
use crate::process;
use crate::workspace::{Package, text};
use serde_json::Value;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How long the output of a suite may stay open after the suite has ended.
const OUTPUT_GRACE: Duration = Duration::from_secs(5);
/// How long a suite may run: several times what the slowest takes on two slow cores.
pub(crate) const LIMIT: Duration = Duration::from_secs(20 * 60);
/// The same in the long form.
pub(crate) const LONG_LIMIT: Duration = Duration::from_secs(3 * 3600);

/// One test binary.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) name: String,
    executable: PathBuf,
    folder: PathBuf,
    environment: Vec<(String, String)>,
}

/// How a test binary ended, and what it counted.
pub(crate) struct Finished {
    status: ExitStatus,
    /// `None` when a process that it started still holds it.
    output: Option<Output>,
    time: Duration,
    /// It was killed, because it had run for this long.
    hung: Option<Duration>,
}

/// Builds all tests, and lists their binaries in the order of their names.
pub(crate) fn build(packages: &[Package]) -> Result<Vec<Suite>, String> {
    let mut cargo = process::cargo(&["test", "--workspace", "--all-features", "--no-run"]);
    cargo
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let line = process::line(&cargo);
    let output = cargo
        .output()
        .map_err(|error| process::cannot_start(&line, &error))?;
    if !output.status.success() {
        return Err("the tests do not build; see above".to_owned());
    }
    Ok(find(&String::from_utf8_lossy(&output.stdout), packages))
}

fn find(messages: &str, packages: &[Package]) -> Vec<Suite> {
    let artifacts: Vec<Value> = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|message: &Value| message["executable"].is_string())
        .collect();
    let tests = artifacts
        .iter()
        .filter(|artifact| artifact["profile"]["test"] == true);
    let mut suites: Vec<_> = tests
        .filter_map(|test| suite(test, &artifacts, packages))
        .collect();
    suites.sort_by(|a, b| a.name.cmp(&b.name));
    suites
}

fn suite(test: &Value, artifacts: &[Value], packages: &[Package]) -> Option<Suite> {
    let manifest = text(&test["manifest_path"]);
    let package = packages
        .iter()
        .find(|package| package.manifest == Path::new(&manifest))?;
    let folder = package.manifest.parent()?.to_owned();
    let kind = text(&test["target"]["kind"][0]);
    Some(Suite {
        name: format!("{} {kind} {}", package.name, text(&test["target"]["name"])),
        executable: PathBuf::from(text(&test["executable"])),
        environment: environment(package, &folder, artifacts),
        folder,
    })
}

fn environment(package: &Package, folder: &Path, artifacts: &[Value]) -> Vec<(String, String)> {
    let manifest = package.manifest.display().to_string();
    let mut environment = vec![
        (
            "CARGO_MANIFEST_DIR".to_owned(),
            folder.display().to_string(),
        ),
        ("CARGO_MANIFEST_PATH".to_owned(), manifest.clone()),
        ("CARGO_PKG_NAME".to_owned(), package.name.clone()),
        ("CARGO_PKG_VERSION".to_owned(), package.version.clone()),
    ];
    let binaries = artifacts.iter().filter(|artifact| {
        artifact["profile"]["test"] == false
            && artifact["target"]["kind"][0] == "bin"
            && artifact["manifest_path"] == manifest.as_str()
    });
    environment.extend(binaries.map(|binary| {
        let name = format!("CARGO_BIN_EXE_{}", text(&binary["target"]["name"]));
        (name, text(&binary["executable"]))
    }));
    environment
}

impl Suite {
    /// Runs the suite and shows its output as it comes.
    pub(crate) fn run(&self, options: &Options) -> Result<Row, String> {
        let mut command = Command::new(&self.executable);
        command
            .current_dir(&self.folder)
            .envs(self.environment.iter().cloned());
        options.apply(&mut command);
        Ok(finish(command, options.limit())?.into_row(&self.name, Results::One))
    }
}

/// Runs a command for at most `limit`, copies its standard output, and collects what of it the report needs.
pub(crate) fn finish(mut command: Command, limit: Duration) -> Result<Finished, String> {
    let line = process::line(&command);
    let cannot = |error| process::cannot_start(&line, &error);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let (outcome, time) = process::timed(|| {
        let mut child = command.spawn()?;
        let output = child.stdout.take().map(copy);
        let (status, in_time) = wait(&mut child, limit)?;
        let output = output.and_then(|output| output.recv_timeout(OUTPUT_GRACE).ok());
        Ok((status, output, in_time))
    });
    let (status, output, in_time) = outcome.map_err(cannot)?;
    Ok(Finished {
        status,
        output,
        time,
        hung: (!in_time).then_some(limit),
    })
}

/// How a process ended, and whether it did so by itself within `limit`.
fn wait(child: &mut Child, limit: Duration) -> io::Result<(ExitStatus, bool)> {
    let id = child.id().to_string();
    let (ended, watched) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let hangs = watched.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if hangs {
            // If it has ended just now, there is nothing to kill.
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        }
        !hangs
    });
    let status = child.wait();
    drop(ended);
    Ok((status?, watch.join().unwrap_or(true)))
}

/// In a thread of its own, because a process that a test left behind may hold the pipe open for ever.
fn copy(output: ChildStdout) -> mpsc::Receiver<Output> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut known = Output::default();
        let mut input = BufReader::new(output);
        let mut line = Vec::new();
        while input
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            known.read(&text);
            line.clear();
        }
        // Nobody waits any more when the grace is over.
        let _ = sender.send(known);
    });
    receiver
}

impl Finished {
    /// Judges how it ended. What ends badly without saying so in its result counts as one more failure.
    pub(crate) fn into_row(self, name: &str, expected: Results) -> Row {
        let (results, failures) = match self.output {
            Some(output) => (Some(output.results), output.failures),
            None => (None, String::new()),
        };
        let (mut counts, mut problem) = match results {
            _ if let Some(limit) = self.hung => (
                Counts::default(),
                Some(format!(
                    "was killed, because it had run for {} min: its last test hangs",
                    limit.as_secs() / 60
                )),
            ),
            None => (
                Counts::default(),
                Some("left a process behind that holds its output".to_owned()),
            ),
            Some(results) => match expected.count(&results) {
                Some(counts) => (counts, None),
                None => (Counts::default(), Some("ended without a result".to_owned())),
            },
        };
        if !self.status.success() && counts.failed == 0 && problem.is_none() {
            problem = Some(format!("ended with {}", self.status));
        }
        counts.failed += u64::from(problem.is_some());
        Row {
            name: name.to_owned(),
            time: self.time,
            counts,
            problem,
            failures,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Row {
        shell_within(script, LIMIT)
    }

    fn shell_within(script: &str, limit: Duration) -> Row {
        let finished = finish(process::command("sh", &["-c", script]), limit).unwrap();
        finished.into_row("sample", Results::One)
    }

    const OK: &str =
        "echo 'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out'";

    #[test]
    fn a_suite_that_passes_is_counted() {
        let row = shell(OK);
        assert_eq!((row.counts.passed, row.counts.failed), (2, 0));
        assert_eq!(row.problem, None);
    }

    #[test]
    fn a_suite_keeps_what_its_failed_tests_said() {
        let said = "printf 'test a ... FAILED\\n\\nfailures:\\n\\n---- a stdout ----\\nwhy\\n'";
        let result = "echo 'test result: FAILED. 0 passed; 1 failed; 0 ignored'; exit 101";
        let row = shell(&format!("{said}; {result}"));
        assert_eq!(row.failures, "failures:\n\n---- a stdout ----\nwhy\n");
        assert_eq!(shell(OK).failures, "");
    }

    #[test]
    fn a_suite_that_ends_without_a_result_has_failed() {
        let row = shell("exit 0");
        assert_eq!(row.counts.failed, 1);
        assert!(row.problem.unwrap().contains("without a result"));
    }

    #[test]
    fn a_suite_that_dies_after_its_result_has_failed() {
        let row = shell(&format!("{OK}; kill -9 $$"));
        assert_eq!((row.counts.passed, row.counts.failed), (2, 1));
    }

    #[test]
    fn a_suite_that_hangs_is_killed_and_has_failed() {
        let row = shell_within("exec sleep 600", Duration::from_millis(10));
        assert_eq!(row.counts.failed, 1);
        assert!(row.problem.unwrap().contains("hangs"));
    }

    #[test]
    fn the_last_result_of_a_suite_is_its_own() {
        let shown = "echo 'test result: ok. 40 passed; 0 failed; 0 ignored'";
        assert_eq!(shell(&format!("{shown}; {OK}")).counts.passed, 2);
    }

    #[test]
    fn only_test_binaries_are_suites_and_know_their_package_and_its_binaries() {
        let packages = crate::workspace::parse(
            r#"{"packages": [{"name": "a", "version": "1.0.0", "manifest_path": "/w/a/Cargo.toml"}]}"#,
        );
        let messages = concat!(
            r#"{"reason": "compiler-artifact", "manifest_path": "/w/a/Cargo.toml", "executable": "/t/a", "profile": {"test": false}, "target": {"kind": ["bin"], "name": "tool"}}"#,
            "\nno json\n",
            r#"{"reason": "compiler-artifact", "manifest_path": "/w/a/Cargo.toml", "executable": "/t/deps/api", "profile": {"test": true}, "target": {"kind": ["test"], "name": "api"}}"#,
        );
        let suites = find(messages, &packages.unwrap());
        assert_eq!(suites.len(), 1);
        assert_eq!(suites[0].name, "a test api");
        assert_eq!(suites[0].folder, Path::new("/w/a"));
        let binary = ("CARGO_BIN_EXE_tool".to_owned(), "/t/a".to_owned());
        assert!(suites[0].environment.contains(&binary));
    }
}
