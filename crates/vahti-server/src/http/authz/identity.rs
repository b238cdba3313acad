//! The answer that lets a request through, with who it is. Every header is on every such answer: where one was left out,
//! a proxy might pass on what the client itself has sent under that name.

use std::borrow::Cow;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use vahti::Checked;
use vahti_core::{Group, SessionId, State, UserId};

use crate::http::answer;

const USER: HeaderName = HeaderName::from_static("remote-user");
const GROUPS: HeaderName = HeaderName::from_static("remote-groups");
const NAME: HeaderName = HeaderName::from_static("remote-name");
const EMAIL: HeaderName = HeaderName::from_static("remote-email");
const SESSION: HeaderName = HeaderName::from_static("vahti-session");
pub(super) const STATE: HeaderName = HeaderName::from_static("vahti-state");

/// What the answers depend on.
pub(super) const COOKIE: HeaderValue = HeaderValue::from_static("Cookie");

/// Stands for nobody and nothing. No user has this name.
const NONE: HeaderValue = HeaderValue::from_static("-");

/// What is encoded in a value, beside everything that is not ASCII: so that it can be undone, `%` itself.
const ENCODED: AsciiSet = CONTROLS.add(b'%');
/// The same for a value with spaces at an end, which do not survive in a header.
const WITH_SPACES: AsciiSet = ENCODED.add(b' ');

/// Lets the request through. A session that has ended, where everything passes, gives no identity.
pub(super) fn allow(checked: &Checked) -> Response {
    let is_open = checked.state.is_some_and(|state| !state.is_ended());
    let user = checked.user.as_ref().filter(|_| is_open);
    let profile = checked.profile.as_deref().filter(|_| is_open);
    let session = checked.session.as_ref().filter(|_| is_open);
    let text = |text: Option<&str>| text.map_or(NONE, value);
    let mut response = answer::bare(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(USER, text(user.map(UserId::as_str)));
    headers.insert(
        GROUPS,
        profile.map_or(NONE, |profile| groups(&profile.groups)),
    );
    headers.insert(
        NAME,
        text(profile.and_then(|profile| profile.name.as_deref())),
    );
    headers.insert(
        EMAIL,
        text(profile.and_then(|profile| profile.email.as_deref())),
    );
    headers.insert(SESSION, text(session.map(SessionId::as_str)));
    let state = checked.state.map_or("-", State::as_str);
    headers.insert(STATE, HeaderValue::from_static(state));
    headers.insert(header::VARY, COOKIE);
    response
}

fn groups(groups: &[Group]) -> HeaderValue {
    match groups {
        [] => NONE,
        [one] => value(one.as_str()),
        several => {
            let names: Vec<_> = several.iter().map(Group::as_str).collect();
            value(&names.join(","))
        }
    }
}

/// A text as the value of a header: percent-encoded (RFC 3986, UTF-8) wherever it is more than visible ASCII.
fn value(text: &str) -> HeaderValue {
    let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic() && byte != b'%';
    let is_bare = text.trim_matches(' ').len() == text.len();
    let safe = match text {
        "" => return NONE,
        "-" => Cow::Borrowed("%2D"),
        text if is_bare && text.bytes().all(plain) => Cow::Borrowed(text),
        text if is_bare => utf8_percent_encode(text, &ENCODED).into(),
        text => utf8_percent_encode(text, &WITH_SPACES).into(),
    };
    HeaderValue::from_str(&safe).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_empty() {
        assert_eq!(value(""), "-");
        assert_eq!(groups(&[]), "-");
    }

    #[test]
    fn any_text_is_safe_in_a_header_and_can_be_read_back() {
        for (text, header) in [
            ("aino", "aino"),
            ("Aino Suoranta", "Aino Suoranta"),
            ("Äinö", "%C3%84in%C3%B6"),
            ("a\r\nSet-Cookie: x", "a%0D%0ASet-Cookie: x"),
            ("100%", "100%25"),
            (" a ", "%20a%20"),
            ("-", "%2D"),
            ("--", "--"),
            ("\u{202E}\u{0}\u{7f}", "%E2%80%AE%00%7F"),
        ] {
            assert_eq!(value(text), header, "{text:?}");
            let back = percent_encoding::percent_decode_str(header).decode_utf8();
            assert_eq!(back.expect("UTF-8"), text);
        }
    }
}
