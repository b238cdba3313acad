//! `/vahti/console/invite`: *Invite somebody*. Who was invited cannot invite others: there is somebody with a password behind
//! everybody who uses the console.

use core::time::Duration;

use askama::Template;
use axum::{Form, extract::rejection::FormRejection, http::StatusCode, response::Response};
use serde::Deserialize;
use vahti::Error;
use vahti_core::SupervisorName;

use super::{
    page::{Frame, Note, answer, cannot_tell},
    words::around,
};
use crate::{
    http::{Supervisor, harmless},
    pages::qr,
};

/// For how many hours somebody can be invited.
const HOURS: [u32; 5] = [2, 4, 8, 12, 24];

/// What the form says.
#[derive(Default, Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    name: String,
    #[serde(default)]
    hours: u32,
}

#[derive(Template)]
#[template(path = "console/invite.html")]
struct Page {
    frame: Frame,
    name: String,
    wrong: Option<&'static str>,
    lengths: Vec<(u32, String)>,
}

#[derive(Template)]
#[template(path = "console/invited.html")]
struct Invited {
    frame: Frame,
    before: &'static str,
    name: String,
    after: &'static str,
    url: String,
    /// The link as a picture.
    code: Option<String>,
}

/// Shows the form.
pub(super) async fn ask(supervisor: Supervisor) -> Response {
    form(&supervisor, StatusCode::OK, None, String::new())
}

/// Makes the link. It is on the page that answers, and nowhere else: it is shown once.
pub(super) async fn invite(
    supervisor: Supervisor,
    said: Result<Form<Said>, FormRejection>,
) -> Response {
    let Form(Said { name, hours }) = said.unwrap_or_default();
    let frame = Frame::of(&supervisor);
    let words = &frame.words.invite;
    let hours = HOURS.iter().find(|known| **known == hours);
    let (Ok(known), Some(hours)) = (SupervisorName::new(name.trim()), hours) else {
        return form(
            &supervisor,
            StatusCode::BAD_REQUEST,
            Some(&words.wrong_name),
            name,
        );
    };
    let length = Duration::from_secs(3600 * u64::from(*hours));
    let url = match supervisor.invite(known, length).await {
        Ok(url) => url,
        Err(Error::SupervisorNameTaken(_)) => {
            return form(&supervisor, StatusCode::CONFLICT, Some(&words.taken), name);
        }
        Err(Error::OutOfScope) => return not_allowed(frame),
        Err(_) => return cannot_tell(supervisor.locale().clone()),
    };
    let (before, after) = around(&words.made_title);
    let page = Invited {
        code: qr::svg(&url),
        frame,
        before,
        name: harmless(name.trim()),
        after,
        url,
    };
    answer(StatusCode::OK, &page)
}

fn form(
    supervisor: &Supervisor,
    status: StatusCode,
    wrong: Option<&'static str>,
    name: String,
) -> Response {
    let frame = Frame::of(supervisor);
    if !supervisor.may_invite() {
        return not_allowed(frame);
    }
    let in_words = |hours: u32| frame.words.invite.hours.replace("{n}", &hours.to_string());
    let lengths = HOURS.map(|hours| (hours, in_words(hours))).into();
    let page = Page {
        frame,
        name,
        wrong,
        lengths,
    };
    answer(status, &page)
}

fn not_allowed(frame: Frame) -> Response {
    let words = &frame.words.invite;
    let note = Note::new(frame, &words.not_allowed_title, &words.not_allowed);
    answer(StatusCode::FORBIDDEN, &note)
}
