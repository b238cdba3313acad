//! *Let in 37*: lets in everybody who was ticked on the list, and tells who was not processed. The answer leads to a page that
//! does nothing again when it is loaded again.

use core::fmt::Write as _;
use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use futures::future::join_all;
use serde::Deserialize;
use vahti::{Caller, Error, VerifyRequest};
use vahti_core::{HeldReason, How, Profile, Refusal, SessionId, State, UserId};
use vahti_store::SessionRecord;

use super::{
    act::reason,
    desk::Desk,
    desk_words::{DeskWords, counted},
    form::Form,
    page::Frame,
    take_back::Span,
};
use crate::{http::harmless, pages::see_other};

/// Where it is told what it has come to.
pub(super) const PATH: &str = "/vahti/console/many";

/// How many who were not let in are named.
const NAMED: usize = 100;

/// What it has come to.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// How many were let in.
    #[serde(default)]
    done: usize,
    /// The sessions that were not, with commas between.
    #[serde(default)]
    left: String,
    /// How many more were not.
    #[serde(default)]
    more: usize,
    /// Where it stands in the record: behind this place,
    after: Option<i64>,
    /// and up to this one.
    until: Option<i64>,
}

/// The page that tells it.
#[derive(Template)]
#[template(path = "console/many.html")]
pub(super) struct Many {
    pub(super) frame: Frame,
    pub(super) words: &'static DeskWords,
    pub(super) title: String,
    /// What is said before those for whom it was not done.
    pub(super) these: &'static str,
    pub(super) left: Vec<Left>,
    pub(super) more: Option<String>,
    /// Why nobody else was met.
    pub(super) stopped: Option<&'static str>,
    /// What can be taken back, and how that is called.
    pub(super) span: Option<Span>,
    pub(super) take_back: &'static str,
}

/// Somebody for whom it was not done, and why.
pub(super) struct Left {
    /// None if the session is unknown; then its id is all that there is.
    user: Option<String>,
    name: String,
    number: Option<String>,
    place: Option<String>,
    why: &'static str,
}

impl Left {
    /// Somebody who is known.
    pub(super) fn of_person(user: &UserId, profile: &Profile, why: &'static str) -> Self {
        let name = profile.name.as_deref().unwrap_or(user.as_str());
        Self {
            name: harmless(name),
            number: profile.number.as_deref().map(harmless),
            place: None,
            user: Some(user.to_string()),
            why,
        }
    }
}

/// Lets them in: of each person the login that is ticked and came last, for each verify puts a person's others on hold.
pub(super) async fn let_in(desk: Desk, form: Form) -> Response {
    let ids: Vec<_> = form
        .all("session")
        .filter_map(|id| SessionId::new(id).ok())
        .collect();
    if ids.is_empty() {
        let words = desk.telling().words;
        return desk.refuses(
            StatusCode::BAD_REQUEST,
            &words.bad.title,
            &words.many.none_ticked,
        );
    }
    let reader = desk.reader();
    let records = join_all(
        ids.iter()
            .map(|id| desk.ask(desk.vahti().session(&reader, id))),
    )
    .await;
    let newest = newest(records.into_iter().flatten());
    let by = desk.caller(How::Bulk, reason(&form));
    let done = join_all(newest.into_values().map(|record| one(&desk, &by, record)));
    let (done, span) = Span::around(&desk, done).await;
    let done: Vec<_> = done.into_iter().flatten().collect();
    let left: Vec<_> = ids.iter().filter(|id| !done.contains(id)).collect();
    see_other(&address(done.len(), &left, span))
}

/// The login of each person that came last.
fn newest(records: impl Iterator<Item = SessionRecord>) -> HashMap<String, SessionRecord> {
    let mut newest: HashMap<String, SessionRecord> = HashMap::new();
    for record in records {
        let user = record.user.to_string();
        let is_newer = newest
            .get(&user)
            .is_none_or(|known| known.session.login.stamp < record.session.login.stamp);
        if is_newer {
            newest.insert(user, record);
        }
    }
    newest
}

/// Lets one in; gives its id if it is.
async fn one(desk: &Desk, by: &Caller, record: SessionRecord) -> Option<SessionId> {
    let id = record.session.id;
    let request = VerifyRequest::of(record.user, id.clone());
    let done = desk.ask(desk.vahti().verify(by, request)).await;
    done.ok().map(|_| id)
}

fn address(done: usize, left: &[&SessionId], span: Option<Span>) -> String {
    let mut address = format!("{PATH}?done={done}");
    if let Some(Span { after, until }) = span {
        let _ = write!(address, "&after={after}&until={until}");
    }
    for (place, id) in left.iter().take(NAMED).enumerate() {
        let before = if place == 0 { "&left=" } else { "," };
        let _ = write!(address, "{before}{id}");
    }
    let more = left.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = write!(address, "&more={more}");
    }
    address
}

/// Says how many were let in, and who was not; and offers to take it back, as long as that can be done.
pub(super) async fn show(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let words = desk.telling().words;
    let ids = asked.left.split(',').take(NAMED);
    let ids: Vec<_> = ids.filter_map(|id| SessionId::new(id).ok()).collect();
    let left = join_all(ids.iter().map(|id| left(&desk, id))).await;
    let span = asked.after.zip(asked.until);
    let span = span.map(|(after, until)| Span { after, until });
    let met = match span {
        Some(span) => span.met(&desk).await,
        None => Ok(BTreeMap::new()),
    };
    desk.page(&Many {
        title: counted(&words.many.done_one, &words.many.done, asked.done),
        frame: desk.frame(),
        these: &words.many.left,
        more: words.left_more(asked.more),
        stopped: None,
        // Where that cannot be told, the way back says so itself.
        take_back: words.take_back(asked.done),
        span: span.filter(|_| met.is_ok_and(|met| !met.is_empty())),
        words,
        left,
    })
}

/// Why somebody was not let in, as they stand now.
async fn left(desk: &Desk, id: &SessionId) -> Left {
    let reader = desk.reader();
    let words = desk.telling().words;
    let many = &words.many;
    let record = desk.ask(desk.vahti().session(&reader, id)).await;
    let why = match record.as_ref().map(|record| record.session.state) {
        Ok(State::Held(reason @ HeldReason::Superseded)) => words.why(reason),
        Ok(State::Ended(_)) => &many.has_ended,
        Err(Error::Refused(Refusal::UnknownSession(_))) => &many.unknown,
        Ok(_) | Err(_) => &many.no_answer,
    };
    match record {
        Ok(record) => Left {
            place: record.session.login.place.as_deref().map(harmless),
            ..Left::of_person(&record.user, &record.profile, why)
        },
        Err(_) => Left {
            user: None,
            name: id.to_string(),
            number: None,
            place: None,
            why,
        },
    }
}
