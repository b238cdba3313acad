//! A page as a browser gets it.

use axum::{
    http::{HeaderMap, header},
    response::Response,
};
use http_body_util::BodyExt as _;

/// What a browser got.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Seen {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.into()).expect("UTF-8"),
        }
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.map_or("", |value| value.expect("ASCII"))
    }

    /// Where the browser goes on to at once; nothing if it stays.
    pub(crate) fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    #[track_caller]
    pub(crate) fn says(&self, sentence: &str) {
        let text = &self.text;
        assert!(text.contains(sentence), "{sentence:?} in {text}");
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, sentence: &str) {
        let text = &self.text;
        assert!(!text.contains(sentence), "{sentence:?} in {text}");
    }

    /// What a form sends along in this hidden field.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
        let value = self.text.split_once(&field);
        let value = value.and_then(|(_, rest)| rest.split_once('"'));
        let (value, _) = value.unwrap_or_else(|| panic!("{name} in {}", self.text));
        value.to_owned()
    }

    /// The cookie that came, as a browser sends it.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.header(header::SET_COOKIE);
        cookie.split(';').next().unwrap_or_default().to_owned()
    }
}
