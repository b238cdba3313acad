//! The size of things: files that fit in a head, functions that fit on a screen, and a first paragraph in every
//! module that says what it is for.

use super::Finding;
use super::source::{Source, item_length, words};

const FILE_LINES: usize = 400;
const TEST_FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 60;

/// All rules of this page for one file.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(opening(source));
    findings.extend(length(source));
    findings.extend(functions(source));
    findings
}

fn opening(source: &Source) -> Option<Finding> {
    if source.is_test_file() || source.text.trim_start().starts_with("//!") {
        return None;
    }
    let message = "open the file with `//!`: what it is for, and what it is not";
    Some(Finding::new(&source.path, 1, message))
}

fn length(source: &Source) -> Option<Finding> {
    let (lines, most) = if source.is_test_file() {
        (source.text.lines().count(), TEST_FILE_LINES)
    } else {
        (source.own_length(), FILE_LINES)
    };
    let message = format!("{lines} lines; at most {most}, without the tests inside");
    (lines > most).then(|| Finding::new(&source.path, most, message))
}

fn functions(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut offset = 0;
    for (number, line) in source.code.split_inclusive('\n').enumerate() {
        if let Some(name) = function_name(line)
            && !source.is_test_line(number)
        {
            let lines = item_length(&source.code[offset..]);
            if lines > FUNCTION_LINES {
                let message = format!("fn {name} has {lines} lines; at most {FUNCTION_LINES}");
                findings.push(Finding::new(&source.path, number + 1, message));
            }
        }
        offset += line.len();
    }
    findings
}

/// The name of the function that this line begins.
fn function_name(line: &str) -> Option<&str> {
    let at = words(line, "fn").next()?;
    let before = line[..at].split_whitespace();
    let qualifies = |word: &str| {
        word.starts_with("pub") || ["const", "async", "unsafe", "extern"].contains(&word)
    };
    let after = line[at + 2..].trim_start();
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
    let name = &after[..end.unwrap_or(after.len())];
    (before.into_iter().all(qualifies) && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path.to_owned(), text.to_owned());
        check(&source).iter().map(ToString::to_string).collect()
    }

    fn function(head: &str, lines: usize) -> String {
        format!(
            "//! A.\n\n{head} {{\n{}}}\n",
            "    let s = \"}\";\n".repeat(lines - 2)
        )
    }

    #[test]
    fn a_file_without_an_opening_is_found() {
        assert_eq!(findings("src/a.rs", "use b;\n").len(), 1);
        assert_eq!(findings("src/a.rs", "//! A.\n"), [""; 0]);
        assert_eq!(findings("tests/a.rs", "use b;\n"), [""; 0]);
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let lines = |number| format!("//! A.\n{}", "use a;\n".repeat(number));
        assert_eq!(findings("src/a.rs", &lines(400)).len(), 1);
        assert_eq!(findings("tests/a.rs", &lines(400)), [""; 0]);
        assert_eq!(findings("tests/a.rs", &lines(500)).len(), 1);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "use a;\n".repeat(200));
        assert_eq!(findings("src/a.rs", &(lines(300) + &tests)), [""; 0]);
    }

    #[test]
    fn a_long_function_is_found_and_named() {
        let head = "    pub(crate) async fn long(a: [u8; 3])";
        let found = findings("src/a.rs", &function(head, 61));
        assert_eq!(found, ["src/a.rs:3: fn long has 61 lines; at most 60"]);
        assert_eq!(findings("src/a.rs", &function(head, 60)), [""; 0]);
        assert_eq!(findings("tests/a.rs", &function(head, 61)), [""; 0]);
    }

    #[test]
    fn a_type_of_a_function_is_none() {
        assert_eq!(function_name("    work: fn (u8) -> u8,"), None);
        assert_eq!(function_name("    pub(crate) const fn a<T>() {"), Some("a"));
    }
}
