//! `/vahti/console/record`: what was done, the newest first, as far as a supervisor may see it.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;
use vahti::Error;
use vahti_core::{UserId, Verb};
use vahti_store::{EventQuery, EventRecord, Page, SessionQuery};

use super::{
    desk::Desk,
    history::{Line, Who},
    page::Frame,
    records_words::RecordsWords,
};
use crate::http::harmless;

/// Lines on one page.
const LINES: u32 = 100;
/// Logins that are looked through for people whose name holds what was typed.
const LOGINS: u32 = 200;
/// People who are proposed.
const PEOPLE: usize = 10;

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// Of this user.
    #[serde(default)]
    user: String,
    /// Of this kind.
    #[serde(default)]
    what: String,
    /// Since this time of the place.
    #[serde(default)]
    since: String,
    /// Before this event.
    before: Option<i64>,
}

/// The page.
#[derive(Template)]
#[template(path = "console/record.html")]
struct Record {
    frame: Frame,
    words: &'static RecordsWords,
    asked: Asked,
    kinds: Vec<(Verb, &'static str)>,
    wrong_since: bool,
    history: Vec<Line>,
    /// The people who may be meant: user and name.
    people: Vec<(String, String)>,
    /// Every line names its person.
    names_people: bool,
    /// The address of this page without a place in the record.
    again: String,
    older: Option<i64>,
}

/// Shows what was done.
pub(super) async fn record(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let telling = desk.telling();
    let words = RecordsWords::of(telling.locale);
    let since = telling.locale.read_time(&asked.since);
    let query = EventQuery {
        user: UserId::new(&asked.user).ok(),
        verb: asked.what.parse::<Verb>().ok().map(|verb| verb.to_string()),
        since,
        newest_first: true,
        after: asked.before.unwrap_or(0),
        limit: LINES,
        ..EventQuery::default()
    };
    let found = found(&desk, &asked.user, query);
    let (events, people) = match desk.ask(found).await {
        Ok(found) => found,
        Err(_) => return desk.trouble(),
    };
    let lines = events
        .items
        .iter()
        .map(|event| Line::of(&telling, words, event));
    let kinds = Verb::ALL.iter().map(|verb| (*verb, words.verb(*verb)));
    let page = Record {
        history: lines.collect(),
        kinds: kinds.collect(),
        wrong_since: since.is_none() && !asked.since.is_empty(),
        again: again(&asked),
        names_people: asked.user.is_empty(),
        older: events.next,
        frame: desk.frame(),
        people,
        words,
        asked,
    };
    desk.page(&page)
}

/// The lines; where there is none about what was typed as a user, the people who may be meant: user and name.
async fn found(
    desk: &Desk,
    typed: &str,
    query: EventQuery,
) -> Result<(Page<EventRecord>, Vec<(String, String)>), Error> {
    let nothing = Page {
        items: Vec::new(),
        next: None,
    };
    let is_no_user = !typed.is_empty() && query.user.is_none();
    let events = if is_no_user {
        nothing
    } else {
        desk.vahti().events(&desk.reader(), query).await?
    };
    let people = if events.items.is_empty() && !typed.is_empty() {
        people(desk, typed).await?
    } else {
        Vec::new()
    };
    Ok((events, people))
}

/// The address of a page with these conditions.
fn again(asked: &Asked) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("user", &asked.user),
        ("what", &asked.what),
        ("since", &asked.since),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("/vahti/console/record?{}", query.finish())
}

/// The people whose name, number or user name holds this text. (The record is asked for one user, byte for byte.)
async fn people(desk: &Desk, text: &str) -> Result<Vec<(String, String)>, Error> {
    let query = SessionQuery {
        text: Some(text.trim().to_owned()),
        newest_first: true,
        limit: LOGINS,
        ..SessionQuery::default()
    };
    let page = desk.vahti().sessions(&desk.reader(), query).await?;
    let mut people: Vec<(String, String)> = Vec::new();
    for record in page.items {
        let user = record.user.to_string();
        if people.len() < PEOPLE && people.iter().all(|(known, _)| *known != user) {
            let name = harmless(record.profile.name.as_deref().unwrap_or(&user));
            people.push((user, name));
        }
    }
    Ok(people)
}
