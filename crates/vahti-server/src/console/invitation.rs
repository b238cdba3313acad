//! `/vahti/console/invitation`: a link that logs one browser in, once. Opening it shows whose it is and uses nothing up, for
//! programs open links too, to show what is behind them; the button does.

use askama::Template;
use axum::{
    Form,
    extract::{
        Query,
        rejection::{FormRejection, QueryRejection},
    },
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    CONSOLE,
    login::let_in,
    page::{Frame, Note, answer, cannot_tell, closed},
    words::around,
};
use crate::http::{NotIn, Visitor, harmless};

/// Where invitations lie.
pub(super) const PATH: &str = "/vahti/console/invitation";

/// What the address, or the form, says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// The secret.
    #[serde(default)]
    i: String,
}

#[derive(Template)]
#[template(path = "console/invitation.html")]
struct Page {
    frame: Frame,
    before: &'static str,
    name: String,
    after: &'static str,
    secret: String,
}

/// Shows whom the invitation is for.
pub(super) async fn show(
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(Asked { i: secret }) = asked.unwrap_or_default();
    let Some(name) = visitor.invited(&secret) else {
        return used(&visitor);
    };
    let frame = Frame::of_nobody(visitor.locale().clone());
    let (before, after) = around(&frame.words.invitation.title);
    let page = Page {
        frame,
        before,
        name: harmless(&name),
        after,
        secret,
    };
    answer(StatusCode::OK, &page)
}

/// Uses the invitation up, and logs this browser in.
pub(super) async fn accept(
    visitor: Visitor,
    asked: Result<Form<Asked>, FormRejection>,
) -> Response {
    let Form(Asked { i: secret }) = asked.unwrap_or_default();
    match visitor.accept(&secret).await {
        Ok(cookie) => let_in(None, &[cookie]),
        Err(NotIn::Wrong) => used(&visitor),
        Err(NotIn::Closed) => closed(visitor.locale().clone()),
        Err(NotIn::Failed(_) | NotIn::TooOften(_)) => cannot_tell(visitor.locale().clone()),
    }
}

fn used(visitor: &Visitor) -> Response {
    let frame = Frame::of_nobody(visitor.locale().clone().alone());
    let words = &frame.words.invitation;
    let note = Note::new(frame, &words.used_title, &words.used);
    answer(StatusCode::GONE, &note.way_on(&words.go_on, CONSOLE))
}
