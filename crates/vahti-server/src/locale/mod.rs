//! How pages speak to the browser that asks: its language, among those of the configuration; the zone of the times; and
//! the same page in the other languages. It says nothing itself: words stand in files.

mod language;
mod spoken;
mod times;

use core::{convert::Infallible, time::Duration};
use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts},
    middleware::Next,
    response::Response,
};
use jiff::tz::TimeZone;
use vahti_core::Timestamp;

pub use self::language::Language;
#[cfg(test)]
pub(crate) use self::spoken::assert_same_shape;
pub(crate) use self::spoken::{Each, Spoken, section, words_of};
use crate::{
    config::{Audience, Pages},
    http::{App, cookie},
};

/// The cookie that keeps the language somebody chose. It says nothing about them, and nothing depends on it.
const COOKIE: &str = "vahti-lang";
/// The parameter by which they choose it.
const PARAMETER: &str = "lang";

/// What is set for all pages.
#[derive(Clone)]
pub(crate) struct Settings {
    languages: Arc<[Language]>,
    zone: TimeZone,
    help: Option<Arc<str>>,
    audience: Audience,
    secure: bool,
}

impl Settings {
    /// What the configuration says of the pages; `secure` if browsers come over https.
    pub(crate) fn of(pages: &Pages, secure: bool) -> Self {
        Self {
            languages: pages.languages.as_slice().into(),
            zone: pages.time_zone.clone(),
            help: pages.help.as_deref().map(Into::into),
            audience: pages.audience,
            secure,
        }
    }

    /// The language that the address chooses.
    fn chosen(&self, uri: &Uri) -> Option<Language> {
        let query = uri.query().unwrap_or_default();
        let values = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut tags = values.filter(|(key, _)| *key == PARAMETER);
        Language::find(tags.next()?.1, &self.languages)
    }

    fn language(&self, uri: &Uri, headers: &HeaderMap) -> Language {
        let kept = || Language::find(cookie(headers, COOKIE)?, &self.languages);
        let preferred = || {
            let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            Language::preferred(header, &self.languages)
        };
        let chosen = self.chosen(uri).or_else(kept).or_else(preferred);
        chosen.unwrap_or_else(|| self.languages.first().copied().unwrap_or(Language::English))
    }
}

/// How a page speaks to one browser.
#[derive(Clone)]
pub(crate) struct Locale {
    settings: Settings,
    /// Its language.
    pub(crate) language: Language,
    path: String,
    query: String,
    /// Whether it can be asked for again.
    is_page: bool,
}

/// A page in one of its languages.
pub(crate) struct Version {
    /// The language.
    pub(crate) language: Language,
    /// Where the page lies in it.
    pub(crate) address: String,
}

impl Locale {
    /// Who waits at the pages.
    pub(crate) fn audience(&self) -> Audience {
        self.settings.audience
    }

    /// The operator's sentence about who helps.
    pub(crate) fn help(&self) -> Option<&str> {
        self.settings.help.as_deref()
    }

    /// The same for a page that cannot be asked for again: what stands in its address is not written into it.
    pub(crate) fn alone(self) -> Self {
        Self {
            path: String::new(),
            query: String::new(),
            is_page: false,
            ..self
        }
    }

    /// A time of this place, as a sentence takes it.
    pub(crate) fn time(&self, at: Timestamp, now: Timestamp) -> String {
        times::time(self.language, &self.settings.zone, at, now)
    }

    /// A time of this place, as a browser sends the field `datetime-local` (WHATWG HTML 4.10.5.1.11).
    pub(crate) fn read_time(&self, text: &str) -> Option<Timestamp> {
        times::read(&self.settings.zone, text)
    }

    /// A duration, as a sentence takes it.
    pub(crate) fn duration(&self, time: Duration) -> String {
        times::duration(self.language, time)
    }

    /// This page in all its languages; nothing if there is but one, or if the page cannot be asked for again.
    pub(crate) fn versions(&self) -> Vec<Version> {
        let languages = &self.settings.languages;
        if !self.is_page || languages.len() < 2 {
            return Vec::new();
        }
        let version = |language: &Language| {
            let query = with_parameter(&self.query, PARAMETER, Some(language.as_str()));
            Version {
                language: *language,
                address: format!("{}?{query}", self.path),
            }
        };
        languages.iter().map(version).collect()
    }

    /// Whether this page lies there.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// The query of the page's address, as it was sent.
    pub(crate) fn query(&self) -> &str {
        &self.query
    }
}

/// A sentence with its braces filled in, all at once: braces in what people wrote stay as they are.
pub(crate) fn filled(sentence: &str, values: &[(&str, &str)]) -> String {
    let (mut text, mut rest) = (String::with_capacity(2 * sentence.len()), sentence);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let place = after.split_once('}');
        let value = place.and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        let (value, after) = value.unwrap_or(("{", after));
        text.push_str(value);
        rest = after;
    }
    text + rest
}

/// A query with this parameter once, or without it; everything else stays as it was written.
pub(crate) fn with_parameter(query: &str, name: &str, value: Option<&str>) -> String {
    let others = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name))
        .map(str::to_owned);
    let own = value.map(|value| format!("{name}={value}"));
    others.chain(own).collect::<Vec<_>>().join("&")
}

impl FromRequestParts<App> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let settings = app.pages().clone();
        Ok(Self {
            language: settings.language(&parts.uri, &parts.headers),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            is_page: matches!(parts.method, Method::GET | Method::HEAD),
            settings,
        })
    }
}

/// Keeps the language that the address of a page chooses, for the pages that follow.
pub(crate) async fn remember(State(app): State<App>, request: Request, next: Next) -> Response {
    let chosen = app.pages().chosen(request.uri());
    let mut answer = next.run(request).await;
    if let Some(language) = chosen {
        let secure = if app.pages().secure { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={}; Path=/vahti/; Max-Age=31536000{secure}; HttpOnly; SameSite=Lax",
            language.as_str()
        );
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_stands_once_and_everything_else_stays() {
        let with = |query: &str| with_parameter(query, "lang", Some("fi"));
        assert_eq!(with(""), "lang=fi");
        assert_eq!(
            with("lang=sv&rd=/exam%3Fa%3Db&lang=en&rm=POST&language=x"),
            "rd=/exam%3Fa%3Db&rm=POST&language=x&lang=fi"
        );
        assert_eq!(with_parameter("lang=fi", "lang", None), "");
    }
}
