//! The server names its concrete stores in one file; everything else knows the trait, except for the tests, which choose theirs.

use super::Finding;
use super::source::{Source, words};

const SERVER: &str = "crates/vahti-server/src/";
const BACKENDS: &[&str] = &["SqliteStore", "MemoryStore"];

/// Every file of the server that names a backend, when there are several.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let server = sources
        .iter()
        .filter(|source| source.path.starts_with(SERVER) && !source.is_test_file());
    let naming: Vec<_> = server.filter_map(first_name).collect();
    if naming.len() > 1 {
        return naming;
    }
    Vec::new()
}

fn first_name(source: &Source) -> Option<Finding> {
    let mut lines = source.code.lines().enumerate();
    lines.find_map(|(number, line)| {
        let name = BACKENDS
            .iter()
            .find(|name| words(line, name).next().is_some())?;
        let message =
            format!("{name}: backends are named in one file of the server, not in several");
        Some(Finding::new(&source.path, number + 1, message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path.to_owned(), text.to_owned())
    }

    #[test]
    fn a_second_file_that_names_a_backend_is_found() {
        let one = source(
            "crates/vahti-server/src/open.rs",
            "//! A.\nuse a::SqliteStore;\n",
        );
        let two = source("crates/vahti-server/src/cli/dev.rs", "MemoryStore::new()\n");
        let found = check(&[one, two]);
        let places: Vec<_> = found
            .iter()
            .map(|finding| (finding.line, finding.file.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                (2, "crates/vahti-server/src/open.rs"),
                (1, "crates/vahti-server/src/cli/dev.rs")
            ]
        );
    }

    #[test]
    fn one_file_and_other_crates_may_name_them() {
        let one = source(
            "crates/vahti-server/src/open.rs",
            "SqliteStore MemoryStore\n",
        );
        let other = source("crates/vahti-store/src/lib.rs", "SqliteStore\n");
        let word = source(
            "crates/vahti-server/src/a.rs",
            "// SqliteStore\nNoSqliteStore\n",
        );
        let test = source("crates/vahti-server/src/a/tests.rs", "MemoryStore\n");
        assert_eq!(check(&[one, other, word, test]), []);
    }
}
