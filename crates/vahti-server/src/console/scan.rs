//! `/vahti/console/scan`: the camera, and beside it a field for the digits of a screen, which needs neither camera nor script.

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};

use super::page::{Frame, answer};
use crate::http::{Supervisor, harmless};

/// Only this page may ask for the camera, and only for itself.
const PERMISSIONS: (HeaderName, HeaderValue) = (
    HeaderName::from_static("permissions-policy"),
    HeaderValue::from_static("camera=(self)"),
);

#[derive(Template)]
#[template(path = "console/scan.html")]
struct Page {
    frame: Frame,
    /// The origins of this host's pages, between spaces.
    sites: String,
    /// What was wrong with the digits.
    wrong: Option<&'static str>,
    /// The digits, where they can be mended.
    typed: String,
}

/// Shows the page.
pub(super) async fn scan(supervisor: Supervisor) -> Response {
    page(&supervisor, StatusCode::OK, None, "")
}

/// The page, with what was wrong with the digits, and those that can be mended.
pub(super) fn page(
    supervisor: &Supervisor,
    status: StatusCode,
    wrong: Option<&'static str>,
    typed: &str,
) -> Response {
    let sites: Vec<_> = supervisor.sites().origins().collect();
    let page = Page {
        frame: Frame::of(supervisor),
        sites: sites.join(" "),
        wrong,
        typed: harmless(typed),
    };
    let mut answer = answer(status, &page);
    let (name, value) = PERMISSIONS;
    answer.headers_mut().insert(name, value);
    answer
}
