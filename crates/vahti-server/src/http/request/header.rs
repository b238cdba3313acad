//! Headers that belong to a call, and those that tell who waits for the answer.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};

use crate::http::{App, problem::Refused};

const NAME: &str = "Idempotency-Key";
const MAX_BYTES: usize = 128;

/// `Idempotency-Key`: a repeat with the same key takes the place of the first call.
pub(in crate::http) struct IdempotencyKey(pub(in crate::http) Option<String>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refused> {
        let mut all = parts.headers.get_all(NAME).iter();
        let first = all.next().map(HeaderValue::as_bytes);
        if all.next().is_some() {
            return Err(Refused::field(
                NAME,
                format!("The header `{NAME}` stands twice: send one."),
            ));
        }
        let right = |key: &[u8]| {
            (1..=MAX_BYTES).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic)
        };
        match first {
            None => Ok(Self(None)),
            Some(key) if right(key) => Ok(Self(Some(String::from_utf8_lossy(key).into_owned()))),
            Some(_) => Err(Refused::field(
                NAME,
                format!(
                    "`{NAME}` has 1 to {MAX_BYTES} characters of visible ASCII, without spaces."
                ),
            )),
        }
    }
}

const LAST_EVENT_ID: &str = "Last-Event-ID";

/// How a list of events is wanted.
pub(in crate::http) enum Wanted {
    /// A page, as JSON.
    Page,
    /// A stream that goes on: `Accept: text/event-stream`.
    Stream {
        /// The last event that the client has seen (`Last-Event-ID`).
        after: Option<i64>,
    },
}

impl FromRequestParts<App> for Wanted {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refused> {
        let accepted = parts.headers.get_all(header::ACCEPT).iter();
        let mut kinds = accepted
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(|kind| kind.split(';').next());
        if !kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream")) {
            return Ok(Self::Page);
        }
        let Some(id) = parts.headers.get(LAST_EVENT_ID) else {
            return Ok(Self::Stream { after: None });
        };
        let after = id.to_str().ok().and_then(|id| id.parse().ok());
        match after.filter(|after| *after >= 0) {
            Some(after) => Ok(Self::Stream { after: Some(after) }),
            None => Err(Refused::field(
                LAST_EVENT_ID,
                format!("`{LAST_EVENT_ID}` is the `id` of an event of the stream: a whole number."),
            )),
        }
    }
}

const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Whether a person waits for a page: not a script that wants data.
pub(in crate::http) fn is_browser(headers: &HeaderMap) -> bool {
    let has = |name: HeaderName, word: &str| {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok());
        values.into_iter().any(|value| {
            let mut parts = value.split([',', ';']);
            parts.any(|part| part.trim().eq_ignore_ascii_case(word))
        })
    };
    has(header::ACCEPT, "text/html")
        && !has(REQUESTED_WITH, "XMLHttpRequest")
        && !has(FETCH_MODE, "cors")
}
