//! `/vahti/logout`: *Not you? Log out*. It ends the session of the cookie, and takes the cookie away.

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use vahti::Error;

use super::{gate::unavailable, page::Page, words::ENGLISH};
use crate::http::Browser;

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
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let (site, rd) = (browser.site(), asked.rd.as_deref());
    match browser.log_out().await {
        Ok(()) | Err(Error::UnknownToken) => {}
        // It does not load itself again: that would ask for this page, and log nobody out.
        Err(_) => {
            let page = Page::new(&ENGLISH, ENGLISH.still_in_title).line(ENGLISH.still_in);
            return unavailable(page.logout(ENGLISH.log_out, site.logout(rd)));
        }
    }
    let login = site.login(rd);
    let page = Page::new(&ENGLISH, ENGLISH.ended(vahti_core::EndReason::LoggedOut)).login(login);
    let mut answer = page.answer(StatusCode::OK);
    if let Ok(cleared) = HeaderValue::try_from(browser.clear_cookie()) {
        answer.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    answer
}
