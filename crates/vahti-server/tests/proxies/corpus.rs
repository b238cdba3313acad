//! The corpus of hostile requests: `hostile.txt` is the data, this reads it. How its lines are written stands at its top.

use std::collections::BTreeMap;

const TEXT: &str = include_str!("hostile.txt");

/// One request, with places for what is known only when it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What it tries.
    pub(crate) tries: String,
    /// It must not reach the application even with an active session.
    pub(crate) never: bool,
    line: String,
    headers: Vec<String>,
    body: String,
}

/// What takes the place of `{proxy}`, `{cookie}` and the like.
pub(crate) type Places<'a> = [(&'static str, &'a str)];

/// The places that a case may still hold when all lists are filled in.
const PLACES: [&str; 5] = ["{proxy}", "{port}", "{cookie}", "{token}", "{aino}"];

/// Every case of the file, expanded.
pub(crate) fn cases() -> Vec<Case> {
    let mut lists = BTreeMap::new();
    let mut cases = Vec::new();
    for line in TEXT
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some((name, values)) = line
            .strip_prefix('$')
            .and_then(|line| line.split_once(" = "))
        {
            let values: Vec<_> = values.split(" | ").map(str::to_owned).collect();
            lists.insert(format!("{{{name}}}"), values);
        } else {
            cases.extend(expand(line, &lists).iter().map(|line| Case::read(line)));
        }
    }
    cases
}

/// The line with every value of every list that it names.
fn expand(line: &str, lists: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let Some((place, values)) = lists.iter().find(|(place, _)| line.contains(*place)) else {
        let left = PLACES
            .iter()
            .fold(line.to_owned(), |line, place| line.replace(place, ""));
        assert!(
            !left.replace("${", "").contains('{'),
            "an unknown list in {line}"
        );
        return vec![line.to_owned()];
    };
    let with = |value: &String| expand(&line.replace(place, value), lists);
    values.iter().flat_map(with).collect()
}

impl Case {
    fn read(line: &str) -> Self {
        let mut parts = line.split(" | ");
        let tries = parts.next().unwrap_or_default();
        let mut request = parts
            .next()
            .unwrap_or_else(|| panic!("no request in {line}"))
            .to_owned();
        if !request.contains(" HTTP/") {
            request.push_str(" HTTP/1.1");
        }
        let (mut headers, mut body, mut without) = (Vec::new(), String::new(), Vec::new());
        for part in parts {
            if let Some(name) = part.strip_prefix('-') {
                without.push(name.to_owned());
            } else if let Some(text) = part.strip_prefix('=') {
                text.clone_into(&mut body);
            } else {
                headers.push(part.to_owned());
            }
        }
        let named = |name: &str, lines: &[String]| {
            lines.iter().any(|line| {
                let own = line.split(':').next().unwrap_or_default();
                own.eq_ignore_ascii_case(name)
            })
        };
        for usual in ["Connection: close", "Cookie: {cookie}", "Host: {proxy}"] {
            let name = usual.split(':').next().unwrap_or_default();
            if !named(name, &headers) && !named(name, &without) {
                headers.insert(0, usual.to_owned());
            }
        }
        let framed = ["Content-Length", "Transfer-Encoding"];
        if !body.is_empty() && !framed.iter().any(|name| named(name, &headers)) {
            headers.push(format!("Content-Length: {}", unescape(&body).len()));
        }
        Self {
            tries: tries.trim_start_matches('!').to_owned(),
            never: tries.starts_with('!'),
            line: request,
            headers,
            body,
        }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self, places: &Places<'_>) -> Vec<u8> {
        let head = format!(
            "{}\\r\\n{}\\r\\n\\r\\n{}",
            self.line,
            self.headers.join("\\r\\n"),
            self.body
        );
        let fill = |text: String, (place, value): &(&str, &str)| text.replace(place, value);
        unescape(&places.iter().fold(head, fill))
    }
}

/// `\r`, `\n`, `\t`, `\s` (a space), `\\` and `\xHH`; everything else stands for itself.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let escaped = match rest.next() {
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b's') => b' ',
            Some(b'\\') => b'\\',
            Some(b'x') => {
                let digits: Vec<_> = rest.by_ref().take(2).collect();
                let digits = std::str::from_utf8(&digits).unwrap_or_default();
                u8::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("no byte in {text}"))
            }
            other => panic!("an unknown escape {other:?} in {text}"),
        };
        bytes.push(escaped);
    }
    bytes
}
