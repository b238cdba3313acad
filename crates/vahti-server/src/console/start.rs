//! `/vahti/console`: who waits, the oldest first.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use vahti_core::How;
use vahti_store::{SessionQuery, SessionRecord, StateWord};

use super::page::{Frame, answer, cannot_tell};
use crate::http::{Supervisor, harmless};

/// Rows that are shown.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "console/start.html")]
struct Page {
    frame: Frame,
    waiting: Vec<Row>,
}

struct Row {
    name: String,
    number: String,
    place: String,
}

impl From<SessionRecord> for Row {
    fn from(record: SessionRecord) -> Self {
        let text = |text: Option<String>| harmless(&text.unwrap_or_default());
        let name = record.profile.name.unwrap_or(record.user.to_string());
        Self {
            name: harmless(&name),
            number: text(record.profile.number),
            place: text(record.session.login.place),
        }
    }
}

/// Shows who waits.
pub(super) async fn start(supervisor: Supervisor) -> Response {
    let query = SessionQuery {
        state: Some(StateWord::Held),
        limit: MOST,
        ..SessionQuery::default()
    };
    let caller = supervisor.caller(How::List, None);
    let waiting = supervisor.vahti().sessions(&caller, query);
    match supervisor.within(waiting).await {
        Ok(waiting) => {
            let page = Page {
                frame: Frame::of(&supervisor),
                waiting: waiting.items.into_iter().map(Row::from).collect(),
            };
            answer(StatusCode::OK, &page)
        }
        Err(_) => cannot_tell(supervisor.locale().clone()),
    }
}
