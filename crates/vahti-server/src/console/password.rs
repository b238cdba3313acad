//! `/vahti/console/password`: whoever has a password changes it, with the one that they have. All their other logins end; the
//! browser at which it is done goes on with a new one.

use askama::Template;
use axum::{
    Form,
    extract::{RawQuery, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    CONSOLE, LOGIN, Password,
    login::let_in,
    page::{Frame, Note, answer, cannot_tell},
    passwords::MIN_CHARS,
};
use crate::http::{NotIn, Supervisor};

/// Where it is.
pub(super) const PATH: &str = "/vahti/console/password";
/// Where somebody is told that it is done.
const CHANGED: &str = "/vahti/console/password?changed";

/// What the form says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    old: String,
    new: String,
    again: String,
}

#[derive(Template)]
#[template(path = "console/password.html")]
struct Page {
    frame: Frame,
    length: String,
    wrong: Option<String>,
}

/// Shows the form, or that it is done.
pub(super) async fn ask(supervisor: Supervisor, RawQuery(query): RawQuery) -> Response {
    if query.as_deref() == Some("changed") {
        let frame = Frame::of(&supervisor);
        let words = &frame.words.password;
        let note = Note::new(frame.clone(), &words.changed_title, &words.changed);
        let on = &frame.words.invitation.go_on;
        return answer(StatusCode::OK, &note.way_on(on, CONSOLE));
    }
    form(&supervisor, StatusCode::OK, None)
}

/// Changes it.
pub(super) async fn change(
    supervisor: Supervisor,
    said: Result<Form<Said>, FormRejection>,
) -> Response {
    let Form(said) = said.unwrap_or_default();
    let frame = Frame::of(&supervisor);
    let words = &frame.words.password;
    if !supervisor.may_invite() {
        return form(&supervisor, StatusCode::FORBIDDEN, None);
    }
    let wrong = |status, sentence: &str| {
        let sentence = in_chars(sentence);
        form(&supervisor, status, Some(sentence))
    };
    if said.new != said.again {
        return wrong(StatusCode::BAD_REQUEST, &words.differ);
    }
    let Ok(new) = Password::new(said.new) else {
        return wrong(StatusCode::BAD_REQUEST, &words.wrong_length);
    };
    match supervisor.change_password(&said.old, &new).await {
        Ok(Some(cookies)) => let_in(Some(CHANGED), &cookies),
        Ok(None) => {
            let note = Note::new(
                Frame::of_nobody(frame.locale.clone()),
                &words.changed_title,
                &words.changed,
            );
            answer(StatusCode::OK, &note.way_on(&words.log_in, LOGIN))
        }
        Err(NotIn::Wrong) => wrong(StatusCode::FORBIDDEN, &words.wrong_old),
        Err(NotIn::TooOften(_)) => wrong(StatusCode::TOO_MANY_REQUESTS, &words.too_often),
        Err(NotIn::Failed(_) | NotIn::Closed) => cannot_tell(supervisor.locale().clone()),
    }
}

fn form(supervisor: &Supervisor, status: StatusCode, wrong: Option<String>) -> Response {
    let frame = Frame::of(supervisor);
    let words = &frame.words.password;
    if !supervisor.may_invite() {
        let note = Note::new(frame, &words.not_allowed_title, &words.not_allowed);
        return answer(StatusCode::FORBIDDEN, &note);
    }
    let page = Page {
        length: in_chars(&words.length),
        frame,
        wrong,
    };
    answer(status, &page)
}

/// A sentence with the least number of characters in it.
fn in_chars(sentence: &str) -> String {
    sentence.replace("{n}", &MIN_CHARS.to_string())
}
