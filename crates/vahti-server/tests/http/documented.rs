//! What `docs/api.md` and `docs/operate.md` list is what there is: problems, reasons, calls, lines of the log.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use vahti::core::{AllowReason, EndReason, HeldReason};
use vahti_client::ProblemType;
use vahti_server::http;

const API: &str = include_str!("../../../../docs/api.md");
const OPERATE: &str = include_str!("../../../../docs/operate.md");

/// The rows of the tables under this heading of a page, cell by cell.
fn rows(page: &'static str, heading: &str) -> Vec<Vec<&'static str>> {
    let part = page.split(&format!("\n## {heading}\n")).nth(1);
    let part = part.expect(heading).split("\n## ").next().expect("a part");
    let rows = part.lines().filter(|line| line.starts_with("| "));
    let cells = |row: &'static str| row.split('|').map(str::trim).skip(1).collect();
    rows.skip(1).map(cells).collect()
}

/// The words of a cell.
fn words(cell: &str) -> BTreeSet<&str> {
    let is_word = |text: &&str| {
        text.bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_lowercase())
    };
    cell.split('`').skip(1).step_by(2).filter(is_word).collect()
}

#[test]
fn every_problem_is_listed_under_its_status_and_no_other_is() {
    let listed: BTreeSet<_> = rows(API, "Problems")
        .iter()
        .flat_map(|cells| {
            let statuses = cells[0].split(',');
            let statuses: Vec<u16> = statuses
                .filter_map(|status| status.trim().parse().ok())
                .collect();
            let word = |word: &'static str| {
                let kind = ProblemType::ALL.iter().find(|kind| kind.word() == word);
                let status = kind.map(|kind| kind.status());
                (word, status.filter(|status| statuses.contains(status)))
            };
            words(cells[1]).into_iter().map(word).collect::<Vec<_>>()
        })
        .collect();
    let there_are = ProblemType::ALL.iter();
    let there_are: BTreeSet<_> = there_are
        .map(|kind| (kind.word(), Some(kind.status())))
        .collect();
    assert_eq!(listed, there_are);
}

#[test]
fn every_reason_is_listed_beside_its_verdict_and_no_other_is() {
    let there_are = [
        AllowReason::ALL
            .iter()
            // Only a library is asked outside any request.
            .filter(|reason| **reason != AllowReason::NoRequest)
            .map(|reason| reason.as_str())
            .collect::<BTreeSet<_>>(),
        HeldReason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .collect(),
        EndReason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .chain(["no_session"])
            .collect(),
    ];
    let rows = rows(API, "Verdicts and reasons");
    let listed: Vec<_> = rows.iter().map(|cells| words(cells[1])).collect();
    assert_eq!(listed, there_are);
}

#[test]
fn every_call_is_named() {
    for route in http::routes() {
        // What is for TIM's hosts stands on a page of its own.
        let path = match route.path.strip_prefix("/user/sessions") {
            Some(_) => "/user/sessions/…".to_owned(),
            None => route.path.replace("{path}", "…"),
        };
        let ends = ["`", "?"].map(|end| format!("{path}{end}"));
        let is_named = ends.iter().any(|named| API.contains(named));
        assert!(is_named, "{} {path}", route.method);
    }
}

/// The sources of all crates.
fn sources() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("all");
    let mut left: Vec<PathBuf> = vec![crates.to_owned()];
    let mut texts = Vec::new();
    while let Some(path) = left.pop() {
        let is_own = ["tests", "benches", "target"].map(|name| path.ends_with(name));
        if path.is_dir() && !is_own.contains(&true) {
            let entries = fs::read_dir(&path).expect("a folder");
            left.extend(entries.map(|entry| entry.expect("a file").path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            texts.push(fs::read_to_string(&path).expect("a source"));
        }
    }
    texts
}

#[test]
fn every_line_of_the_log_that_is_listed_is_written() {
    let sources = sources();
    let rows = rows(OPERATE, "Logs");
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let ends = row[1].split('`').skip(1).step_by(2);
        let ends = ends.filter(|word| word.ends_with("again") || word.contains(" is o"));
        for line in row[0].split('`').skip(1).step_by(2).chain(ends) {
            // What follows differs from one to the next.
            let literal = match line.split_once('…') {
                Some((begin, _)) => format!("\"{begin}"),
                None => format!("\"{line}"),
            };
            let literal = literal.trim_end();
            let is_written = sources.iter().any(|text| text.contains(literal));
            assert!(is_written, "{line}");
        }
    }
}
