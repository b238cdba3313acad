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
pub(crate) use self::spoken::{Spoken, words_of};
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
    /// Where the page lies, if it can be asked for again.
    address: Option<String>,
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
            address: None,
            ..self
        }
    }

    /// A time of this place, as a sentence takes it.
    pub(crate) fn time(&self, at: Timestamp, now: Timestamp) -> String {
        times::time(self.language, &self.settings.zone, at, now)
    }

    /// A duration, as a sentence takes it.
    pub(crate) fn duration(&self, time: Duration) -> String {
        times::duration(self.language, time)
    }

    /// This page in all its languages; nothing if there is but one, or if the page cannot be asked for again.
    pub(crate) fn versions(&self) -> Vec<Version> {
        let languages = self.settings.languages.iter().copied();
        let address = self.address.as_deref();
        let versions = address.map(|address| languages.map(|language| version(address, language)));
        versions
            .filter(|_| self.settings.languages.len() > 1)
            .into_iter()
            .flatten()
            .collect()
    }
}

fn version(address: &str, language: Language) -> Version {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let others = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(PARAMETER));
    let own = format!("{PARAMETER}={}", language.as_str());
    let query: Vec<&str> = others.chain([own.as_str()]).collect();
    Version {
        language,
        address: format!("{path}?{}", query.join("&")),
    }
}

impl FromRequestParts<App> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let settings = app.pages().clone();
        let again = matches!(parts.method, Method::GET | Method::HEAD);
        let address = || parts.uri.path_and_query().map(ToString::to_string);
        Ok(Self {
            language: settings.language(&parts.uri, &parts.headers),
            address: again.then(address).flatten(),
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
    fn the_same_page_in_another_language_keeps_everything_else() {
        let at = |address: &str| version(address, Language::Finnish).address;
        assert_eq!(at("/vahti/gate"), "/vahti/gate?lang=fi");
        assert_eq!(
            at("/vahti/gate?lang=sv&rd=/exam%3Fa%3Db&lang=en&rm=POST"),
            "/vahti/gate?rd=/exam%3Fa%3Db&rm=POST&lang=fi"
        );
        assert_eq!(at("/vahti/gate?"), "/vahti/gate?lang=fi");
    }
}
