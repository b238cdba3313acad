//! `/vahti/console/events`: hints for an open console, as a stream (`text/event-stream`, WHATWG HTML 9.2). A hint holds nothing:
//! the page itself says what holds, and is asked for again. So a hint that is lost costs time and nothing else.
//!
//! The stream ends as soon as the login behind it does, or the account. It does not count as a use of the login: a console
//! that nobody touches runs out.

use core::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::page::cannot_tell;
use crate::{
    http::Supervisor,
    pages::{
        Security,
        hints::{BEAT, BEAT_EVERY, BEGIN, CHANGED, STREAM},
    },
};

/// The least time between two hints, so that a busy host is not asked for a page at every commit.
const PACE: Duration = Duration::from_millis(500);

/// An open console.
struct Open {
    supervisor: Supervisor,
    /// How far the record was when the last hint was given.
    told: i64,
    /// When the next hint may be given.
    next_hint: Instant,
    _place: OwnedSemaphorePermit,
}

/// The hints.
pub(super) async fn events(supervisor: Supervisor) -> Response {
    let end = supervisor.vahti().end_of_record();
    let end = supervisor.within(end).await;
    let (Some(place), Ok(told)) = (supervisor.place(), end) else {
        return cannot_tell(supervisor.locale().clone());
    };
    let open = Open {
        supervisor,
        told,
        next_hint: Instant::now(),
        _place: place,
    };
    let begin = stream::once(async { Ok(BEGIN) });
    let rest = stream::unfold(open, async |mut open| {
        let hint = open.next().await?;
        Some((Ok::<_, Infallible>(hint), open))
    });
    let body = Body::from_stream(begin.chain(rest));
    (Security::Alone, STREAM, body).into_response()
}

impl Open {
    /// The next hint; none when the login or the account ends, this host stops, or it cannot tell.
    async fn next(&mut self) -> Option<Bytes> {
        let beat = Instant::now() + BEAT_EVERY;
        loop {
            let supervisor = &self.supervisor;
            let mut recorded = core::pin::pin!(supervisor.vahti().recorded());
            recorded.as_mut().enable();
            let mut logged = core::pin::pin!(supervisor.logins().recorded());
            logged.as_mut().enable();
            if !supervisor.until_stop(supervisor.is_valid()).await? {
                return None;
            }
            let end = supervisor.vahti().end_of_record();
            let end = supervisor.until_stop(supervisor.within(end)).await?.ok()?;
            let now = Instant::now();
            if end != self.told && now >= self.next_hint {
                self.told = end;
                self.next_hint = now + PACE;
                return Some(CHANGED);
            }
            let wake = async {
                if end == self.told {
                    recorded.await;
                } else {
                    tokio::time::sleep_until(self.next_hint).await;
                }
            };
            let wait = async {
                tokio::select! {
                    () = wake => false,
                    () = logged => false,
                    () = tokio::time::sleep_until(beat) => true,
                }
            };
            if supervisor.until_stop(wait).await? {
                return supervisor.is_valid().await.then_some(BEAT);
            }
        }
    }
}
