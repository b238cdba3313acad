//! `GET /v1/events` and `/v1/events/chain`: the record of what was done, and whether it is as it was written.

use core::time::Duration;

use axum::response::{IntoResponse as _, Response};
use vahti_client as wire;
use vahti_core::{SessionId, UserId, Verb};
use vahti_store::EventQuery;

use crate::http::{
    answer::Answer,
    door::{AuditorKey, ReaderKey},
    problem::Refused,
    request::{Cursor, List, Named, Parameters, Query, Wanted},
    stream, suggest,
    wire::{chain as chain_of, event},
};

/// How long a walk along the whole record may take: at 4 µs an event, enough for a hundred million.
const WALK: Duration = Duration::from_secs(600);

/// Lists events, or follows them: with `Accept: text/event-stream` the answer goes on with every event that is recorded, from
/// `Last-Event-ID` or `since` on, else from now on. `cursor`, `order` and `limit` belong to pages: a stream
/// refuses the first two and passes over `limit`.
#[utoipa::path(get, path = "/v1/events", operation_id = "events",
    params(
        ("user" = Option<String>, Query, description = "Of this user"),
        ("session_id" = Option<String>, Query, description = "Of this session"),
        ("verb" = Option<String>, Query, description = "With this verb, like `verify`"),
        ("since" = Option<wire::Time>, Query, description = "At or after"),
        ("order" = Option<String>, Query, description = "`oldest` (the default) or `newest` first"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before, with the same `order`"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Events a page, 1 to 1000; 100 if absent. A stream passes over it"),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "Of a stream: the last event that was seen")),
    responses((status = 200, description = "A page of events, or a stream of them",
        content((wire::EventsPage = "application/json"), (String = "text/event-stream")))))]
pub(in crate::http) async fn list(
    key: ReaderKey,
    wanted: Wanted,
    Query(query): Query<EventQuery>,
) -> Result<Response, Refused> {
    if let Wanted::Stream { after } = wanted {
        return stream::follow(key, query, after).await;
    }
    let caller = key.reader();
    let page = key.ask(None, key.vahti().events(&caller, query)).await?;
    let answer = Answer(wire::EventsPage {
        events: page.items.into_iter().map(event).collect(),
        next: page.next.map(|place| Cursor::text(List::Events, place)),
    });
    Ok(answer.into_response())
}

/// Walks along every chain of events and says whether the record is as it was written.
#[utoipa::path(get, path = "/v1/events/chain", operation_id = "chain",
    responses((status = 200, description = "What was found", body = wire::Chain)))]
pub(in crate::http) async fn chain(key: AuditorKey) -> Result<Answer<wire::Chain>, Refused> {
    if !key.scope().is_empty() {
        return Err(key.refusal(None, vahti::Error::OutOfScope));
    }
    let report = key.ask_long(WALK, key.vahti().check_events()).await?;
    Ok(Answer(chain_of(report)))
}

impl Named for EventQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let user = parameters.find("user", UserId::new);
        let session = parameters.find("session_id", SessionId::new);
        let verb = parameters.find("verb", verb);
        let since = parameters.find("since", wire::Time::parse);
        let newest_first = parameters.find("order", |text| match text {
            "oldest" => Ok(false),
            "newest" => Ok(true),
            _ => Err("it is `oldest` or `newest`."),
        });
        let cursor = parameters.find("cursor", |text| Cursor::read(List::Events, text));
        let limit = parameters.find("limit", Cursor::limit);
        Some(Self {
            user: user?,
            session: session?.map(|id| id.to_string()),
            verb: verb?,
            since: since?.map(|time| time.0),
            groups: None,
            newest_first: newest_first?.unwrap_or(false),
            after: cursor?.unwrap_or(0),
            limit: limit?.unwrap_or(Cursor::LIMIT),
        })
    }
}

fn verb(text: &str) -> Result<String, String> {
    let known: Vec<_> = Verb::ALL.iter().map(|verb| verb.as_str()).collect();
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("known are {}.", suggest::listed(&known)))
}
