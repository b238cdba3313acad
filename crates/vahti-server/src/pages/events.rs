//! `/vahti/gate/events`: hints for an open waiting page, as a stream (`text/event-stream`, WHATWG HTML 9.2). A hint holds
//! nothing: the page itself says what holds, and is asked for again. So a hint that is lost costs time and nothing else.
//!
//! A look reads the index and no database, so that some hundred open pages cost little at every commit.

use core::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::stream;
use tokio::time::Instant;
use vahti::{Checked, Error, Sign};
use vahti_core::{Timestamp, Window, verdict::Verdict};

use super::{
    gate::Asked,
    hints::{BEAT, BEAT_EVERY, BEGIN, CHANGED, STREAM},
    page::{PERSONAL, SOON, Security, later},
};
use crate::http::{Browser, Place};

/// The session may go on. It is the last hint.
const GO: Bytes = Bytes::from_static(b"event: go\ndata: 1\n\n");
/// What the page shows has become old, and still holds for a while: so that not all pages ask at once.
const OLD: Bytes = Bytes::from_static(b"event: old\ndata: 1\n\n");
/// The least time between two looks, so that a busy host is not looked through at every commit.
const PACE: Duration = Duration::from_millis(10);

/// An open page.
struct Screen {
    browser: Browser,
    ticket: Option<String>,
    /// What the page shows, as of the last look.
    shown: Shown,
    /// When its codes become old.
    renewed: Timestamp,
    /// When it may look again.
    next_look: Instant,
    _place: Option<Place>,
}

/// What decides what the page shows.
#[derive(PartialEq)]
struct Shown {
    verdict: Verdict,
    sign: Option<Sign>,
    message: Option<String>,
}

/// The hints for the session of the cookie, or for that of a ticket. Where nobody waits there are none: 204 tells a browser
/// not to come again.
pub(super) async fn events(
    browser: Browser,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(Asked { t: ticket, .. }) = asked.unwrap_or_default();
    let looked = browser.watch(ticket.as_deref()).await;
    let later = || {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        later((status, Security::Alone).into_response(), SOON)
    };
    let Ok(checked) = looked else {
        return later();
    };
    if matches!(checked.verdict, Verdict::Deny(_)) {
        return (StatusCode::NO_CONTENT, Security::Alone, PERSONAL).into_response();
    }
    // Who may go on without a session needs no place: that is said once.
    let place = checked
        .session
        .as_ref()
        .map(|session| browser.place(session));
    if matches!(place, Some(None)) {
        return later();
    }
    let screen = Screen {
        shown: Shown::of(&browser, &checked),
        renewed: renewed(&browser),
        browser,
        ticket,
        next_look: Instant::now(),
        _place: place.flatten(),
    };
    let begin = stream::once(async { Ok(BEGIN) });
    let rest = stream::unfold(Some(screen), async |screen| {
        let mut screen = screen?;
        let (hint, is_last) = screen.next().await?;
        Some((Ok::<_, Infallible>(hint), (!is_last).then_some(screen)))
    });
    let body = Body::from_stream(futures::StreamExt::chain(begin, rest));
    (Security::Alone, STREAM, body).into_response()
}

impl Shown {
    fn of(browser: &Browser, checked: &Checked) -> Self {
        let session = checked.session.as_ref();
        Self {
            verdict: checked.verdict,
            sign: session.and_then(|session| browser.sign(session)),
            message: browser.message(),
        }
    }
}

/// When what a supervisor scans, or a device of the user's own, is to be looked at again.
fn renewed(browser: &Browser) -> Timestamp {
    Window::at(browser.now()).end()
}

impl Screen {
    /// The next hint, and whether it is the last; none when this host stops, or cannot tell.
    async fn next(&mut self) -> Option<(Bytes, bool)> {
        let beat = Instant::now() + BEAT_EVERY;
        loop {
            let pace = tokio::time::sleep_until(self.next_look);
            self.browser.until_stop(pace).await?;
            let mut recorded = core::pin::pin!(self.browser.recorded());
            recorded.as_mut().enable();
            let checked = self.browser.until_stop(self.look()).await?.ok()?;
            self.next_look = Instant::now() + PACE;
            if checked.allows() {
                return Some((GO, true));
            }
            let now = Shown::of(&self.browser, &checked);
            if now != self.shown {
                self.shown = now;
                let is_over = matches!(checked.verdict, Verdict::Deny(_));
                return Some((CHANGED, is_over));
            }
            if self.browser.now() >= self.renewed {
                self.renewed = renewed(&self.browser);
                return Some((OLD, false));
            }
            let wait = tokio::time::timeout_at(beat, recorded);
            if self.browser.until_stop(wait).await?.is_err() {
                return Some((BEAT, false));
            }
        }
    }

    async fn look(&self) -> Result<Checked, Error> {
        self.browser.watch(self.ticket.as_deref()).await
    }
}
