//! `/vahti/console/code`: the digits that somebody reads aloud from a waiting screen. They open its confirm page and nothing
//! else. Wrong ones are counted for the supervisor who types them, never for the screen.

use core::time::Duration;

use axum::{Form, extract::rejection::FormRejection, http::StatusCode, response::Response};
use serde::Deserialize;
use vahti_core::{How, NoShortCode, SessionId, ShortCode};

use super::{confirm_page, page::Frame, scan};
use crate::{
    http::Supervisor,
    pages::{later, see_other},
};

/// What was typed.
#[derive(Default, Deserialize)]
pub(super) struct Typed {
    code: String,
}

/// Why digits open nothing.
enum Wrong {
    NoCode(NoShortCode),
    Unknown,
    /// There were too many wrong ones; after this time the field takes digits again.
    TooMany(Duration),
}

/// On to the confirm page of the screen that shows the digits.
pub(super) async fn open(
    supervisor: Supervisor,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Form(typed) = typed.unwrap_or_default();
    let wrong = match screen(&supervisor, &typed.code) {
        Ok(session) => return see_other(&confirm_page(&session, How::Code)),
        Err(wrong) => wrong,
    };
    let words = &Frame::of(&supervisor).words.scan;
    let (status, sentence) = match &wrong {
        Wrong::NoCode(NoShortCode::NotEightDigits) => (StatusCode::BAD_REQUEST, &words.not_eight),
        Wrong::NoCode(NoShortCode::Mistyped) => (StatusCode::BAD_REQUEST, &words.mistyped),
        Wrong::Unknown => (StatusCode::NOT_FOUND, &words.unknown),
        Wrong::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, &words.too_many),
    };
    // Only a slip of the finger is mended in what was typed; otherwise other digits are needed.
    let kept = match &wrong {
        Wrong::NoCode(_) => typed.code,
        Wrong::Unknown | Wrong::TooMany(_) => String::new(),
    };
    let answer = scan::page(&supervisor, status, Some(sentence), &kept);
    match wrong {
        Wrong::TooMany(wait) => {
            alarm(&supervisor).await;
            later(answer, wait)
        }
        Wrong::NoCode(_) | Wrong::Unknown => answer,
    }
}

/// The session whose screen shows these digits. Only what was wrong counts.
fn screen(supervisor: &Supervisor, text: &str) -> Result<SessionId, Wrong> {
    let name = supervisor.name();
    let limit = supervisor.console().codes.as_ref();
    limit.map_or(Ok(()), |limit| limit.take(name).map_err(Wrong::TooMany))?;
    let code: ShortCode = text.parse().map_err(Wrong::NoCode)?;
    let screen = supervisor.vahti().screen_of(code).ok_or(Wrong::Unknown)?;
    if let Some(limit) = limit {
        limit.give_back(name);
    }
    Ok(screen)
}

/// Records that somebody guesses, once a minute at most.
async fn alarm(supervisor: &Supervisor) {
    let name = supervisor.name();
    if supervisor.console().alarms.take(name).is_err() {
        return;
    }
    tracing::warn!(
        supervisor = name,
        "too many wrong short codes; their field rests"
    );
    let caller = supervisor.caller(How::Code, None);
    let recorded = supervisor.vahti().refuse_codes(&caller);
    if let Err(error) = supervisor.within(recorded).await {
        tracing::warn!(%error, "too many wrong short codes were not recorded");
    }
}
