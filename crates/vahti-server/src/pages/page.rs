//! One page: its template, and the headers that keep it from being framed, kept, guessed at or led astray. Whatever text
//! stands in it is escaped by the template, and a name cannot turn the direction of what stands beside it.

use core::convert::Infallible;
use core::fmt;
use core::time::Duration;

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};

use super::words::Words;
use crate::{config::Audience, http::harmless, locale::Locale, standing::Standing};

/// The characters of a name that a button shows.
const BRIEF_CHARS: usize = 32;
/// The longest name that a title writes large.
const LONG_CHARS: usize = 60;

/// What every page knows of the browser that it is shown to.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) locale: Locale,
    pub(super) words: &'static Words,
    /// Whether it stands in a dialog on a page of the application.
    pub(super) is_framed: bool,
}

impl Frame {
    pub(super) fn new(locale: Locale) -> Self {
        Self {
            words: Words::of(&locale),
            locale,
            is_framed: false,
        }
    }

    pub(super) fn audience(&self) -> Audience {
        self.locale.audience()
    }

    /// Where links lead that leave the page: not into the dialog.
    pub(super) fn target(&self) -> &'static str {
        if self.is_framed { "_top" } else { "_self" }
    }
}

/// What stands on a page that says one thing.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    frame: Frame,
    title: Sentence,
    lines: Vec<String>,
    /// How the session stands, where the page says it.
    standing: Option<Standing>,
    /// Whether the page asks again by itself.
    asks_again: bool,
    /// Whether what somebody wrote lies one page back.
    wrote: bool,
    /// Where somebody goes on by hand.
    back: Option<String>,
    /// Where somebody logs in again.
    login: Option<String>,
    /// Where *Log out* is sent.
    logout: Option<String>,
}

/// A sentence, perhaps with a name in it that is kept apart from its surroundings.
pub(super) struct Sentence {
    pub(super) before: &'static str,
    pub(super) name: Option<String>,
    pub(super) after: &'static str,
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

    /// The same for a button, where a long name is cut: it stands whole in the title.
    pub(super) fn naming_briefly(sentence: &'static str, name: &str) -> Self {
        let brief: String = name.chars().take(BRIEF_CHARS).collect();
        if brief.len() == name.len() {
            return Self::naming(sentence, name);
        }
        Self::naming(sentence, &format!("{}…", brief.trim_end()))
    }

    /// Whether it is too long to be written large.
    pub(super) fn is_long(&self) -> bool {
        let name = self.name.as_deref().unwrap_or_default();
        name.chars().count() > LONG_CHARS
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
    pub(super) fn new(frame: Frame, title: &'static str) -> Self {
        Self {
            frame,
            title: title.into(),
            lines: Vec::new(),
            standing: None,
            asks_again: false,
            wrote: false,
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

    /// As one that says how the session stands.
    pub(super) fn standing(self, standing: Standing) -> Self {
        Self {
            standing: Some(standing),
            ..self
        }
    }

    /// As one that asks again by itself.
    pub(super) fn asking_again(self) -> Self {
        Self {
            asks_again: true,
            ..self
        }
    }

    /// With a way on, past what somebody wrote.
    pub(super) fn after_form(self, back: String) -> Self {
        Self {
            wrote: true,
            back: Some(back),
            ..self
        }
    }

    /// With a way to the page that somebody came for, if it is known.
    pub(super) fn back(self, back: Option<String>) -> Self {
        Self { back, ..self }
    }

    /// With a way to log in, if there is one.
    pub(super) fn login(self, login: Option<String>) -> Self {
        Self { login, ..self }
    }

    /// With a way out.
    pub(super) fn logout(self, action: String) -> Self {
        Self {
            logout: Some(action),
            ..self
        }
    }

    /// The page as an answer.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let security = Security::framed_if(self.frame.is_framed);
        answer(&self, status, security)
    }
}

/// A page as an answer.
pub(crate) fn answer(page: &impl Template, status: StatusCode, security: Security) -> Response {
    match page.render() {
        Ok(text) => (status, security, PERSONAL, text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, security).into_response()
        }
    }
}

/// When to try again where the host cannot tell.
pub(super) const SOON: Duration = Duration::from_secs(5);

/// The same answer, for whoever may try again no earlier than after this time.
pub(crate) fn later(mut answer: Response, wait: Duration) -> Response {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// The browser is to go on elsewhere.
pub(crate) fn see_other(location: &str) -> Response {
    let mut answer = (StatusCode::SEE_OTHER, Security::Alone, PERSONAL).into_response();
    answer.headers_mut().remove(header::CONTENT_TYPE);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}

/// What is shown depends on the cookies and on the language, and nobody keeps it.
pub(crate) const PERSONAL: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "Cookie, Accept-Language"),
];

/// The headers of everything under `/vahti/`. `Referrer-Policy: same-origin` and not `no-referrer`: with that, browsers
/// would hide from us, too, from where a form comes.
#[derive(Clone, Copy)]
pub(crate) enum Security {
    /// No page of anybody may show it in a frame.
    Alone,
    /// Pages of the same host may: `vahti.js` shows it in a dialog.
    Framed,
    /// As `Alone`, and it shows that dialog itself, as a page of an application does.
    Application,
}

impl Security {
    /// That of a page that is shown in the dialog, or is not.
    pub(super) fn framed_if(is_framed: bool) -> Self {
        if is_framed { Self::Framed } else { Self::Alone }
    }
}

const ALONE: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const FRAMED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

const APPLICATION: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
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
        let (policy, frames) = match self {
            Self::Alone => (ALONE, "DENY"),
            Self::Framed => (FRAMED, "SAMEORIGIN"),
            Self::Application => (APPLICATION, "DENY"),
        };
        let own = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_FRAME_OPTIONS, frames),
        ];
        for (name, value) in own.into_iter().chain(SECURITY) {
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
