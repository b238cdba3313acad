//! `/vahti/console/login`: name and password. Whatever is wrong with them is said in one sentence, after the same work, so that
//! nobody learns which names there are.

use core::time::Duration;

use askama::Template;
use axum::{
    Form,
    extract::{
        Query,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use vahti::Error;

use super::{
    CONSOLE,
    page::{Frame, answer, cannot_tell, closed},
    return_to,
};
use crate::{
    http::{NotIn, Visitor},
    pages::{later, see_other},
};

/// When to try again where many log in at once.
const BUSY: Duration = Duration::from_secs(5);

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
}

/// What the form says.
#[derive(Default, Deserialize)]
pub(super) struct Said {
    name: String,
    password: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/login.html")]
struct Page {
    frame: Frame,
    name: String,
    wrong: Option<&'static str>,
    next: Option<String>,
    /// Whether a scanned code waits behind the login.
    is_scan: bool,
}

impl Page {
    fn new(visitor: &Visitor, next: Option<&str>) -> Self {
        let next = next.and_then(return_to::ours);
        Self {
            frame: Frame::of_nobody(visitor.locale().clone()),
            name: String::new(),
            wrong: None,
            is_scan: next.is_some_and(|next| next.starts_with("/vahti/s/")),
            next: next.map(str::to_owned),
        }
    }
}

/// Shows the form.
pub(super) async fn ask(visitor: Visitor, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    answer(StatusCode::OK, &Page::new(&visitor, asked.next.as_deref()))
}

/// Logs in.
pub(super) async fn log_in(visitor: Visitor, said: Result<Form<Said>, FormRejection>) -> Response {
    let Form(said) = said.unwrap_or_default();
    let mut page = Page::new(&visitor, said.next.as_deref());
    let words = &page.frame.words.login;
    let (status, wrong) = match visitor.log_in(&said.name, said.password).await {
        Ok(cookies) => return let_in(page.next.as_deref(), &cookies),
        Err(NotIn::Wrong) => (StatusCode::FORBIDDEN, &words.wrong),
        Err(NotIn::TooOften(wait)) => {
            page.wrong = Some(&words.too_often);
            return later(answer(StatusCode::TOO_MANY_REQUESTS, &page), wait);
        }
        Err(NotIn::Failed(Error::Late(_))) => (StatusCode::SERVICE_UNAVAILABLE, &words.busy),
        Err(NotIn::Failed(_)) => return cannot_tell(visitor.locale().clone()),
        Err(NotIn::Closed) => return closed(visitor.locale().clone()),
    };
    page.wrong = Some(wrong);
    page.name = said.name;
    let answer = answer(status, &page);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return later(answer, BUSY);
    }
    answer
}

/// Takes a browser on that is logged in from now on.
pub(super) fn let_in(next: Option<&str>, cookies: &[String]) -> Response {
    let mut answer = see_other(next.unwrap_or(CONSOLE));
    let cookies = cookies.iter().flat_map(HeaderValue::try_from);
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
