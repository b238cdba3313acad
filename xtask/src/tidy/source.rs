//! A Rust file as the rules see it: its text, its code alone (literals and comments blanked out, every line where
//! it was), and which of its lines are tests. No parser; it knows just enough not to be fooled by a brace in a string.

use std::ops::Range;
use std::path::Path;

/// One Rust file.
pub(super) struct Source {
    /// Relative to the root.
    pub(super) path: String,
    pub(super) text: String,
    /// The text with spaces for literals and comments.
    pub(super) code: String,
    tests: Vec<Range<usize>>,
}

impl Source {
    pub(super) fn new(path: String, text: String) -> Self {
        let code = blank(&text);
        let tests = tests(&code);
        Self {
            path,
            text,
            code,
            tests,
        }
    }

    /// A file of tests only: in a `tests` folder, or a module of that name.
    pub(super) fn is_test_file(&self) -> bool {
        let path = Path::new(&self.path);
        path.iter()
            .any(|part| part == "tests" || part == "tests.rs")
            || self.code.contains("#![cfg(test)]")
    }

    /// Lines count from 0.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        self.is_test_file() || self.tests.iter().any(|range| range.contains(&line))
    }

    /// Lines outside `#[cfg(test)]`.
    pub(super) fn own_length(&self) -> usize {
        let inside: usize = self.tests.iter().map(ExactSizeIterator::len).sum();
        self.text.lines().count() - inside
    }
}

/// The lines of items under `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn tests(code: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut offset = 0;
    for (number, line) in code.split_inclusive('\n').enumerate() {
        let start = line.trim_start();
        let marked = start.starts_with("#[cfg(test)]") || start.starts_with("#[cfg(all(test,");
        if marked && !found.iter().any(|range| range.contains(&number)) {
            found.push(number..number + item_length(&code[offset..]));
        }
        offset += line.len();
    }
    found
}

/// How many lines the item at the beginning of `code` takes: to the end of its block, or to its semicolon.
pub(super) fn item_length(code: &str) -> usize {
    let end = item_end(code).unwrap_or(code.len());
    code[..end].lines().count()
}

fn item_end(code: &str) -> Option<usize> {
    let mut braces = 0_usize;
    let mut brackets = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            '{' => braces += 1,
            '}' if braces <= 1 => return Some(at + 1),
            '}' => braces -= 1,
            ';' if braces == 0 && brackets == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Puts spaces for literals and comments; keeps the ends of lines.
fn blank(text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = no_code(&text, at).map_or(at, |length| (at + length).min(text.len()));
        code.extend(
            text[at..end]
                .iter()
                .map(|c| if *c == '\n' { '\n' } else { ' ' }),
        );
        if end == at {
            code.push(text[at]);
        }
        at = end.max(at + 1);
    }
    code
}

/// The length of the literal or comment that begins here.
fn no_code(text: &[char], at: usize) -> Option<usize> {
    let rest = &text[at..];
    match rest {
        ['/', '/', ..] => rest.iter().position(|c| *c == '\n').or(Some(rest.len())),
        ['/', '*', ..] => Some(comment(rest)),
        ['"', ..] => Some(quoted(rest, '"')),
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => Some(quoted(rest, '\'')),
        ['r', '"' | '#', ..] if !continues_word(text, at) => raw(rest),
        _ => None,
    }
}

/// Comments nest.
fn comment(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let step = match &rest[at..] {
            ['/', '*', ..] => {
                depth += 1;
                2
            }
            ['*', '/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// `None` when it is a raw identifier.
fn raw(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let start = hashes + 2;
    if rest.get(start - 1) != Some(&'"') {
        return None;
    }
    let closes = |at: &usize| {
        rest[*at] == '"' && rest[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes
    };
    let end = (start..rest.len()).find(closes)?;
    Some(end + 1 + hashes)
}

/// True inside a word, except after the `b` or `c` that begins a byte or C string.
fn continues_word(text: &[char], at: usize) -> bool {
    let word = |at: usize| text[at].is_alphanumeric() || text[at] == '_';
    let prefix = at > 0 && matches!(text[at - 1], 'b' | 'c') && (at < 2 || !word(at - 2));
    at > 0 && word(at - 1) && !prefix
}

/// Where a word stands alone, as offsets into the line.
pub(super) fn words<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| {
            !line[..*at].ends_with(part) && !line[at + word.len()..].starts_with(part)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_comments_are_no_code() {
        for hidden in [
            "\"{\"",
            "\"\\\"{\"",
            "'{'",
            "'\\''",
            "b'{'",
            "r\"\\\"",
            "r#\"{\"{\"#",
            "br#\"\"{\"#",
            "// {",
            "/* { /* { */ { */",
            "'ä'",
        ] {
            let code = blank(&format!("a {hidden}\nb"));
            assert!(!code.contains('{'), "{hidden}: {code:?}");
            assert!(
                code.starts_with("a ") && code.ends_with("\nb"),
                "{hidden}: {code:?}"
            );
        }
    }

    #[test]
    fn code_stays() {
        for code in [
            "fn a<'a, 'b>(x: &'a str) {}",
            "let r#type = 1;",
            "'outer: loop {}",
            "for r in 0..1 {}",
        ] {
            assert_eq!(blank(code), code);
        }
    }

    #[test]
    fn the_lines_of_tests_are_known() {
        let text = "use a;\n#[cfg(test)]\nmod tests {\n    fn a() { \"}\"; }\n}\nfn b() {}\n#[cfg(test)]\nuse c;\nfn d() {}\n";
        let source = Source::new("src/a.rs".to_owned(), text.to_owned());
        let lines: Vec<_> = (0..9).filter(|line| source.is_test_line(*line)).collect();
        assert_eq!(lines, [1, 2, 3, 4, 6, 7]);
        assert_eq!(source.own_length(), 3);
    }

    #[test]
    fn files_of_tests_are_known() {
        let is_test = |path: &str| Source::new(path.to_owned(), String::new()).is_test_file();
        assert!(is_test("crates/a/tests/api.rs") && is_test("crates/a/src/b/tests.rs"));
        assert!(!is_test("crates/a/src/latests.rs"));
    }

    #[test]
    fn a_word_is_not_a_part_of_another() {
        let found: Vec<_> = words("sleep asleep sleep_until sleep(", "sleep").collect();
        assert_eq!(found, [0, 25]);
    }
}
