//! Parsers of values that are text: addresses, words, names, paths, the database's place.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;
use vahti_core::{CanonicalPath, Group, UserId};

use super::mistake::Wrong;
use super::raw::{Raw, shown};
use super::suggest::{listed, nearest};

const COOKIE_NAME_MAX_BYTES: usize = 64;
/// The cookies of the console and of the chosen language, over http: they lie on the same host as that of the session.
const OWN_COOKIES: [&str; 4] = ["vahti-console", "vahti-known", "vahti-opened", "vahti-lang"];

/// Characters that have no place in a value: control characters, and those that turn the direction of writing or break
/// a line, with which one name can be made to look like another.
pub(super) fn is_unfit(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Any text without unfit characters.
pub(super) fn text(raw: &Raw) -> Result<&str, Wrong> {
    let Raw::Text(text) = raw else {
        return Err(Wrong::new(
            format!("This is {}.", raw.kind()),
            "Write text in quotes.",
        ));
    };
    match text.chars().find(|c| is_unfit(*c)) {
        Some(c) => Err(Wrong::new(
            format!(
                "{} holds the invisible character U+{:04X}.",
                shown(text),
                u32::from(c)
            ),
            "Write it without.",
        )),
        None => Ok(text),
    }
}

/// An IP address and a port.
pub(super) fn socket_address(raw: &Raw) -> Result<SocketAddr, Wrong> {
    let text = text(raw)?;
    text.parse().map_err(|_| {
        let wrong = format!("{} is not an IP address with a port.", shown(text));
        Wrong::new(
            wrong,
            "Write one such as \"127.0.0.1:7300\", \"0.0.0.0:7300\" or \"[::1]:7300\".",
        )
    })
}

/// An IP address and a port, or none if the text is empty.
pub(super) fn perhaps_socket_address(raw: &Raw) -> Result<Option<SocketAddr>, Wrong> {
    match raw {
        Raw::Text(text) if text.is_empty() => Ok(None),
        raw => socket_address(raw).map(Some),
    }
}

/// Whether nobody can listen on both: the port is the same, and one address holds the other.
pub(super) fn is_one_place(one: SocketAddr, other: SocketAddr) -> bool {
    let holds = |all: SocketAddr, other: SocketAddr| {
        all.ip().is_unspecified() && (all.is_ipv6() || other.is_ipv4())
    };
    let is_one = one.ip() == other.ip() || holds(one, other) || holds(other, one);
    // Port 0 is another one each time.
    is_one && one.port() == other.port() && one.port() != 0
}

/// One of a closed set of words.
pub(super) fn word<T: Copy>(
    raw: &Raw,
    all: &[T],
    word_of: impl Fn(T) -> &'static str,
) -> Result<T, Wrong> {
    let text = text(raw)?;
    all.iter()
        .copied()
        .find(|value| word_of(*value) == text)
        .ok_or_else(|| {
            let words: Vec<&str> = all.iter().map(|value| word_of(*value)).collect();
            let known = format!("Known: {}.", listed(&words));
            let near = nearest(text, words);
            let right = near.map_or_else(
                || known.clone(),
                |near| format!("Did you mean \"{near}\"? {known}"),
            );
            Wrong::new(format!("{} is not known here.", shown(text)), right)
        })
}

/// A user name: opaque, compared byte for byte.
pub(super) fn user(raw: &Raw) -> Result<String, Wrong> {
    let text = text(raw)?;
    let right = "Write the name as your application does: 1 to 256 bytes.";
    UserId::new(text).map_err(|invalid| Wrong::new(invalid.to_string(), right))?;
    Ok(text.to_owned())
}

/// A group in a list.
pub(super) fn group(raw: &Raw) -> Result<String, Wrong> {
    let text = text(raw)?;
    group_name(text).map(|()| text.to_owned())
}

/// Whether a text can be the name of a group.
pub(super) fn group_name(name: &str) -> Result<(), Wrong> {
    let right = "Write the name as your application does.";
    Group::new(name).map_err(|invalid| Wrong::new(invalid.to_string(), right))?;
    Ok(())
}

/// A path that stays open: `/path`, or `https://host/path`. One that no request can ever match is a mistake.
pub(super) fn bypass_path(raw: &Raw) -> Result<String, Wrong> {
    let text = text(raw)?;
    let right = "Write \"/path\" or \"https://host/path\", exactly as it is asked for.";
    let wrong = |what: &str| Err(Wrong::new(format!("{} {what}", shown(text)), right));
    let host_has_path = text
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('/'));
    if !text.starts_with('/')
        && !matches!(Url::parse(text), Ok(url) if matches!(url.scheme(), "http" | "https"))
    {
        wrong("is neither a path nor an address with a path.")
    } else if !text.starts_with('/') && !host_has_path {
        wrong("has no path.")
    } else if text.contains(['?', '#']) {
        wrong("has a query or a fragment: paths are compared without.")
    } else if text.contains('*') {
        wrong("has a `*`: paths are exact, there are no wildcards.")
    } else if CanonicalPath::parse(text).is_none() {
        wrong(
            "is not in the plain form in which paths are compared: ASCII without spaces, `%`, `;`, `\\`, `//`, `/./`, `/../`.",
        )
    } else {
        Ok(text.to_owned())
    }
}

/// The name of a cookie (RFC 6265: a token); empty: not set.
pub(super) fn cookie_name(raw: &Raw) -> Result<Option<String>, Wrong> {
    let text = text(raw)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let own = OWN_COOKIES.contains(&text.trim_start_matches("__Host-"));
    if text.is_empty() {
        Ok(None)
    } else if own {
        let wrong = format!("{} is another cookie of Vahti itself.", shown(text));
        Err(Wrong::new(wrong, "Write another name."))
    } else if text.len() <= COOKIE_NAME_MAX_BYTES && text.bytes().all(fits) {
        Ok(Some(text.to_owned()))
    } else {
        let right = format!(
            "Letters, digits, `-` and `_`, at most {COOKIE_NAME_MAX_BYTES}; \"\" for the default name."
        );
        Err(Wrong::new(
            format!("{} cannot be the name of a cookie.", shown(text)),
            right,
        ))
    }
}

/// Whether browsers take a cookie of this name only over https.
pub(super) fn needs_https(cookie_name: &str) -> bool {
    let name = cookie_name.to_ascii_lowercase();
    ["__host-", "__secure-", "__http-"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// The file of the database, from `sqlite:FILE`; relative ones count from `base_dir`.
pub(super) fn store_path(raw: &Raw, base_dir: Option<&Path>) -> Result<PathBuf, Wrong> {
    let text = text(raw)?;
    let wrong = |what: &str, right: &str| Err(Wrong::new(format!("{} {what}", shown(text)), right));
    let Some(file) = text.strip_prefix("sqlite:") else {
        return wrong(
            "is not a database that this version knows.",
            "Write \"sqlite:\" and a file: \"sqlite:vahti.db\".",
        );
    };
    if file.starts_with("//") {
        wrong(
            "has `//` behind \"sqlite:\".",
            "Write \"sqlite:vahti.db\" or \"sqlite:/var/lib/vahti/vahti.db\".",
        )
    } else if file.is_empty()
        || file.ends_with('/')
        || file == "."
        || file == ".."
        || file.ends_with("/..")
        || file.ends_with("/.")
    {
        wrong(
            "names no file.",
            "Write \"sqlite:\" and a file: \"sqlite:vahti.db\".",
        )
    } else if file.starts_with(':') || file.contains(['?', '#']) {
        wrong(
            "has options; there are none.",
            "Write \"sqlite:\" and a file on a disk: \"sqlite:vahti.db\".",
        )
    } else {
        Ok(base_dir.map_or_else(|| PathBuf::from(file), |dir| dir.join(file)))
    }
}
