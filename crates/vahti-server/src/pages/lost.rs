//! The page of somebody who came to an address that nothing lies at, or that takes only what a button sends: it leads back.

use axum::{http::StatusCode, response::Response};

use super::page::{Frame, Page};
use crate::locale::Locale;

/// Says what is wrong with the address, and leads back to where people begin.
pub(crate) fn lost(locale: Locale, path: &str, status: StatusCode) -> Response {
    let frame = Frame::new(locale.alone());
    let words = &frame.words.lost;
    let (title, text) = if status == StatusCode::METHOD_NOT_ALLOWED {
        (&words.button_title, &words.button)
    } else {
        (&words.title, &words.text)
    };
    let is_of_console = ["/vahti/console", "/vahti/s/"];
    let back = if is_of_console.iter().any(|start| path.starts_with(start)) {
        "/vahti/console"
    } else {
        "/vahti/gate"
    };
    let page = Page::new(frame, title).line(text);
    page.back(Some(back.to_owned())).answer(status)
}
