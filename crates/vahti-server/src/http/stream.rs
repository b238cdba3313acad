//! Events as a stream that goes on (`text/event-stream`, WHATWG HTML 9.2): one message an event, whose id is its sequence.
//!
//! The stream holds one page at a time and reads the next when the client has taken it, so a slow one costs no memory. It
//! ends when the host stops, when its key is revoked, and when the database does not answer; the client comes again with
//! the id of the last event, and misses nothing.

use core::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use futures::stream;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};
use vahti_store::{EventQuery, EventRecord};

use super::{answer::respond, door::ReaderKey, problem::Refused, wire::event};

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
/// Tells nginx not to keep what it should pass on.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// Begins a stream: how soon a client comes again, in milliseconds.
const BEGIN: Bytes = Bytes::from_static(b"retry: 1000\n\n");
/// Says that the stream is there, when there is nothing else to say.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// How often it says so. The record is read then, too, for what somebody else has written.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// The least time between two looks at the record, so that a busy host is not read once for every commit.
const PACE: Duration = Duration::from_millis(50);
/// Events that are read at a time.
const AT_ONCE: u32 = 100;

/// A stream under way.
struct Follower {
    key: ReaderKey,
    query: EventQuery,
    /// When the record may be read again.
    next_look: Instant,
    _place: OwnedSemaphorePermit,
}

/// The stream of what is recorded after the event `after`; without one, from `since` or from now on.
pub(super) async fn follow(
    key: ReaderKey,
    query: EventQuery,
    after: Option<i64>,
) -> Result<Response, Refused> {
    if query.newest_first || query.after > 0 {
        return Err(Refused::field(
            "Accept",
            "A stream goes on by itself, the oldest event first: `order` and `cursor` belong to pages.",
        ));
    }
    let place = key.stream()?;
    let end = key.ask(None, key.vahti().end_of_record()).await?;
    let after = match (after, query.since) {
        (Some(after), _) if after > end => return Err(beyond(after, end)),
        (Some(after), _) => after,
        (None, Some(_)) => 0,
        (None, None) => end,
    };
    let follower = Follower {
        query: EventQuery {
            after,
            limit: AT_ONCE,
            ..query
        },
        key,
        next_look: Instant::now(),
        _place: place,
    };
    let begin = stream::once(async { Ok(BEGIN) });
    let rest = stream::unfold(follower, async |mut follower| {
        let message = follower.next().await?;
        Some((Ok::<_, Infallible>(message), follower))
    });
    let body = Body::from_stream(futures::StreamExt::chain(begin, rest));
    let mut response = respond(StatusCode::OK, EVENT_STREAM, body);
    response.headers_mut().extend([UNBUFFERED]);
    Ok(response)
}

fn beyond(after: i64, end: i64) -> Refused {
    Refused::field(
        "Last-Event-ID",
        format!(
            "The record ends with event {end}, and `Last-Event-ID` is {after}: an older copy of the database was put back. \
             Begin without `Last-Event-ID`, and read again what you hold."
        ),
    )
}

impl Follower {
    /// The next message; none when the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        let heartbeat = Instant::now() + HEARTBEAT_EVERY;
        loop {
            let pace = tokio::time::sleep_until(self.next_look);
            self.key.until_stop(pace).await?;
            let mut recorded = core::pin::pin!(self.key.vahti().recorded());
            recorded.as_mut().enable();
            let read = self.key.until_stop(self.read()).await?;
            let (events, after) = read.ok().filter(|_| self.key.is_valid())?;
            self.query.after = after;
            if events.len() < AT_ONCE as usize {
                self.next_look = Instant::now() + PACE;
            }
            if !events.is_empty() {
                return Some(messages(events));
            }
            let wait = tokio::time::timeout_at(heartbeat, recorded);
            if self.key.until_stop(wait).await?.is_err() {
                return self.key.is_valid().then_some(HEARTBEAT);
            }
        }
    }

    async fn read(&self) -> Result<(Vec<EventRecord>, i64), Refused> {
        let caller = self.key.reader();
        let follow = self.key.vahti().follow(&caller, self.query.clone());
        self.key.ask(None, follow).await
    }
}

fn messages(events: Vec<EventRecord>) -> Bytes {
    let mut text = Vec::with_capacity(512 * events.len());
    for record in events {
        text.extend(format!("id: {}\ndata: ", record.sequence).into_bytes());
        // JSON has no line ends of its own, and no key that is not text.
        let _ = serde_json::to_writer(&mut text, &event(record));
        text.extend(b"\n\n");
    }
    text.into()
}
