//! *Let in 37*: lets in everybody who was ticked on the list, and tells who was not processed.

use askama::Template;
use axum::response::Response;
use futures::future::join_all;
use vahti::{Error, VerifyRequest};
use vahti_core::{How, SessionId};

use super::{
    desk::Desk,
    desk_words::{DeskWords, counted},
    form::Form,
    page::Frame,
    told::Told,
};

/// What it has come to.
#[derive(Template)]
#[template(path = "console/many.html")]
struct Many {
    frame: Frame,
    words: &'static DeskWords,
    title: String,
    left: Vec<Left>,
}

/// Somebody who was not let in, and why.
struct Left {
    /// None if the session is unknown; then its id is all that there is.
    told: Option<Told>,
    id: String,
    why: &'static str,
}

/// Lets them in, and says how many.
pub(super) async fn let_in(desk: Desk, form: Form) -> Response {
    let ids: Vec<SessionId> = form
        .all("session")
        .filter_map(|id| SessionId::new(id).ok())
        .collect();
    let telling = desk.telling();
    let words = telling.words;
    if ids.is_empty() {
        return desk.says(&words.bad.title, &words.many.none_ticked);
    }
    let outcomes = join_all(ids.iter().map(|id| one(&desk, id))).await;
    let left: Vec<_> = outcomes.into_iter().flatten().collect();
    let done = ids.len() - left.len();
    desk.page(&Many {
        title: counted(&words.many.done_one, &words.many.done, done),
        frame: desk.frame(),
        words,
        left,
    })
}

/// Lets one in; says so if it was not.
async fn one(desk: &Desk, id: &SessionId) -> Option<Left> {
    let (telling, vahti) = (desk.telling(), desk.vahti());
    let many = &telling.words.many;
    let why = |error: &Error| match error {
        Error::Refused(vahti_core::Refusal::SessionEnded(_)) => &many.has_ended,
        Error::Refused(_) => &many.unknown,
        _ => &many.no_answer,
    };
    let record = match desk.ask(vahti.session(&desk.reader(), id)).await {
        Ok(record) => record,
        Err(error) => {
            return Some(Left {
                told: None,
                id: id.to_string(),
                why: why(&error),
            });
        }
    };
    let request = VerifyRequest::of(record.user.clone(), id.clone());
    let caller = desk.caller(How::Bulk, None);
    let error = desk.ask(vahti.verify(&caller, request)).await.err()?;
    Some(Left {
        told: Some(telling.of(&record)),
        id: id.to_string(),
        why: why(&error),
    })
}
