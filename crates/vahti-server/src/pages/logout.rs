//! `/vahti/logout`: *Not you? Log out*. It ends the session of the cookie, and takes the cookie away.

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use vahti::Error;
use vahti_core::EndReason;

use super::{
    gate::unavailable,
    page::{Frame, Page},
};
use crate::{http::Browser, locale::Locale};

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// Where to go on after the next login.
    rd: Option<String>,
}

/// Ends the session. A cookie that proves nothing is taken away, too. The answer is a page and no redirect: browsers
/// let a form of a page with a strict policy lead to its own site only, and the login may lie elsewhere.
pub(super) async fn logout(
    browser: Browser,
    locale: Locale,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let (site, rd, frame) = (browser.site(), asked.rd.as_deref(), Frame::new(locale));
    let words = frame.words;
    match browser.log_out().await {
        Ok(()) | Err(Error::UnknownToken) => {}
        // It does not load itself again: that would ask for this page, and log nobody out.
        Err(_) => {
            let told = &words.cannot_tell;
            let page = Page::new(frame, &told.still_in_title).line(&told.still_in);
            return unavailable(page.logout(site.logout(rd)));
        }
    }
    let title = words.ended(EndReason::LoggedOut, frame.audience());
    let page = Page::new(frame, title).login(site.login(rd));
    let mut answer = page.answer(StatusCode::OK);
    if let Ok(cleared) = HeaderValue::try_from(browser.clear_cookie()) {
        answer.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    answer
}
