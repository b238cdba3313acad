//! Marks of unfinished or unreliable work: tests that sleep instead of waiting for something, tests that do not
//! run, macros that stand for code to come, and lints that are silenced for good.

use super::Finding;
use super::source::{Source, words};

const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

/// All rules of this page for one file.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let text: Vec<_> = source.text.lines().collect();
    // Several programs of tests use it, each another part: what one expects is not so in the next.
    let is_shared = source.path.ends_with("tests/support/mod.rs");
    for (number, line) in source.code.lines().enumerate() {
        let before = number.checked_sub(1).and_then(|before| text.get(before));
        let excused = before.is_some_and(|before| excuses(before));
        let messages = [
            (sleeps(line) && !excused && source.is_test_line(number)).then_some(
                "wait for what must happen, not for time to pass; or put `// waits: reason` on the line before",
            ),
            ignores(line).then_some("a test runs or is deleted; none is ignored"),
            unfinished(line).then_some("finish it, or leave it out"),
            (silences(line) && !is_shared).then_some(
                "`#[expect(…, reason = \"…\")]` on the smallest item: it says so when it is not needed any more",
            ),
        ];
        let found = messages.into_iter().flatten();
        findings.extend(found.map(|message| Finding::new(&source.path, number + 1, message)));
    }
    findings
}

fn excuses(line: &str) -> bool {
    let reason = line.trim_start().strip_prefix("// waits:");
    reason.is_some_and(|reason| !reason.trim().is_empty())
}

/// Also an import, which would hide what the later calls are.
fn sleeps(line: &str) -> bool {
    ["sleep", "sleep_until", "sleep_ms"]
        .iter()
        .any(|word| words(line, word).next().is_some())
}

fn ignores(line: &str) -> bool {
    let attribute = line.trim_start();
    attribute.starts_with("#[ignore")
        || attribute.starts_with("#[cfg_attr(") && words(line, "ignore").next().is_some()
}

fn unfinished(line: &str) -> bool {
    UNFINISHED
        .iter()
        .any(|name| words(line, name).any(|at| line[at + name.len()..].starts_with('!')))
}

/// Also in a `cfg_attr`.
fn silences(line: &str) -> bool {
    let attribute = line.trim_start();
    (attribute.starts_with("#[") || attribute.starts_with("#![")) && attribute.contains("allow(")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let source = Source::new(path.to_owned(), text.to_owned());
        check(&source).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_test_that_sleeps_is_found() {
        let text = "fn a() {\n    std::thread::sleep(d);\n    tokio::time::sleep(d).await;\n}\n";
        assert_eq!(lines("tests/a.rs", text), [2, 3]);
        assert_eq!(lines("src/a.rs", text), [0; 0]);
        let inside = format!("#[cfg(test)]\nmod tests {{\n{text}}}\n");
        assert_eq!(lines("src/a.rs", &inside), [4, 5]);
        assert_eq!(
            lines("tests/a.rs", "use tokio::time::{self, sleep};\n"),
            [1]
        );
    }

    #[test]
    fn a_sleep_with_a_reason_is_fine() {
        assert_eq!(
            lines(
                "tests/a.rs",
                "// waits: the kernel tells nobody\nsleep(d);\n"
            ),
            [0; 0]
        );
        assert_eq!(lines("tests/a.rs", "// waits:\nsleep(d);\n"), [2]);
    }

    #[test]
    fn a_test_that_does_not_run_is_found() {
        assert_eq!(
            lines("tests/a.rs", "#[ignore]\n#[ignore = \"slow\"]\n"),
            [1, 2]
        );
        assert_eq!(lines("tests/a.rs", "#[cfg_attr(unix, ignore)]\n"), [1]);
    }

    #[test]
    fn a_lint_that_is_silenced_for_good_is_found() {
        let text = "#![allow(dead_code)]\n    #[allow(unused, reason = \"a\")]\n#[cfg_attr(test, allow(unused))]\n";
        assert_eq!(lines("src/a.rs", text), [1, 2, 3]);
        assert_eq!(lines("a/tests/support/mod.rs", text), [0; 0]);
        let text = "#[expect(dead_code, reason = \"a\")]\nlet a = allow(b);\n";
        assert_eq!(lines("src/a.rs", text), [0; 0]);
    }

    #[test]
    fn unfinished_code_is_found() {
        assert_eq!(
            lines("src/a.rs", "todo!()\nunimplemented!()\ndbg!(a)\n"),
            [1, 2, 3]
        );
        assert_eq!(
            lines("src/a.rs", "// todo!()\nlet todo = \"dbg!\";\n"),
            [0; 0]
        );
    }
}
