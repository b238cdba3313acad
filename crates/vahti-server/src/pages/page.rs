//! One page: its template, and the headers that keep it from being framed, kept, guessed at or led astray. Whatever text
//! stands in it is escaped by the template, and a name cannot turn the direction of what stands beside it.

use core::convert::Infallible;
use core::fmt;

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};

use super::words::Words;
use crate::http::harmless;

/// What stands on a page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    words: &'static Words,
    title: Sentence,
    lines: Vec<String>,
    /// Whether the page loads itself again, as long as somebody waits.
    reloads: bool,
    /// Where somebody goes on by hand.
    back: Option<String>,
    /// Where somebody logs in again.
    login: Option<String>,
    /// *Not you? Log out*, and where that is sent.
    logout: Option<(Sentence, String)>,
}

/// A sentence, perhaps with a name in it that is kept apart from its surroundings.
pub(super) struct Sentence {
    before: &'static str,
    name: Option<String>,
    after: &'static str,
}

impl Sentence {
    /// A sentence with `name` in the place of `{name}`.
    pub(super) fn naming(sentence: &'static str, name: &str) -> Self {
        let (before, after) = sentence.split_once("{name}").unwrap_or((sentence, ""));
        Self {
            before,
            name: Some(harmless(name)),
            after,
        }
    }
}

impl From<&'static str> for Sentence {
    fn from(before: &'static str) -> Self {
        Self {
            before,
            name: None,
            after: "",
        }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or_default();
        write!(f, "{}{name}{}", self.before, self.after)
    }
}

impl Page {
    /// A page with nothing but a title.
    pub(super) fn new(words: &'static Words, title: impl Into<Sentence>) -> Self {
        Self {
            words,
            title: title.into(),
            lines: Vec::new(),
            reloads: false,
            back: None,
            login: None,
            logout: None,
        }
    }

    /// With another line.
    pub(super) fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// As one that loads itself again.
    pub(super) fn reloading(self) -> Self {
        Self {
            reloads: true,
            ..self
        }
    }

    /// With a way on.
    pub(super) fn back(self, back: Option<String>) -> Self {
        Self { back, ..self }
    }

    /// With a way to log in, if there is one.
    pub(super) fn login(self, login: Option<String>) -> Self {
        Self { login, ..self }
    }

    /// With a way out.
    pub(super) fn logout(self, question: impl Into<Sentence>, action: String) -> Self {
        Self {
            logout: Some((question.into(), action)),
            ..self
        }
    }

    /// The page as an answer.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        match self.render() {
            Ok(text) => (status, Security, PERSONAL, text).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be written");
                (StatusCode::INTERNAL_SERVER_ERROR, Security).into_response()
            }
        }
    }
}

/// The browser is to go on elsewhere.
pub(super) fn see_other(location: &str) -> Response {
    let mut answer = (StatusCode::SEE_OTHER, Security, PERSONAL).into_response();
    answer.headers_mut().remove(header::CONTENT_TYPE);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}

/// What is shown depends on the cookie, and nobody keeps it.
const PERSONAL: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "Cookie"),
];

/// The headers of everything under `/vahti/`. `Referrer-Policy: same-origin` and not `no-referrer`: with that, browsers
/// would hide from us, too, from where a form comes.
#[derive(Clone, Copy)]
pub(super) struct Security;

const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

impl IntoResponseParts for Security {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        for (name, value) in SECURITY {
            let value = HeaderValue::from_static(value);
            parts.headers_mut().insert(name, value);
        }
        Ok(parts)
    }
}

impl IntoResponse for Security {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}
