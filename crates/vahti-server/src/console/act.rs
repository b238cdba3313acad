//! What a supervisor does to one person: let in, hold, log out for good, and take it back. Each is a form; the answer leads
//! to the page that says what was done, so that a reload or a second tap does nothing again.

use axum::response::Response;
use vahti::{EndRequest, Error, InvalidateRequest, VerifyRequest};
use vahti_core::{EndReason, How, Refusal, SessionId, Stamp, decide::Undo};
use vahti_store::SessionRecord;

use super::{confirm::Bad, desk::Desk, done, form::Form};
use crate::pages::see_other;

/// A reason as somebody writes it, in bytes.
const REASON_MAX_BYTES: usize = 1_024;

/// Lets the session in.
pub(super) async fn let_in(desk: Desk, form: Form) -> Response {
    let record = match subject(&desk, &form).await {
        Ok(record) => record,
        Err(answer) => return answer,
    };
    let session = record.session.id;
    let mut request = VerifyRequest::of(record.user, session.clone());
    let mut how = match form.one("how") {
        Some("code") => How::Code,
        _ => How::List,
    };
    if let Some(text) = form.one("confirmation") {
        match desk.confirmed(text) {
            Some((confirmed, window)) if confirmed == session => {
                request.challenge = Some(window);
                how = How::Scan;
            }
            _ => return Bad::TooLate.page(&desk),
        }
    } else if record.session.state.is_active() {
        // A second tap says what was done, and does nothing.
        return done::see(&session, false);
    }
    let caller = desk.caller(how, reason(&form));
    match desk.ask(desk.vahti().verify(&caller, request)).await {
        Ok(_) => {
            desk.vahti().look_away(&session);
            done::see(&session, true)
        }
        Err(Error::Refused(Refusal::ChallengeUsed(_))) => done::see(&session, false),
        Err(error) => refused(&desk, &error),
    }
}

/// The screen is not that of the person in front: it shows no sign any more, and nothing else is changed. Back by the way on which
/// it was come to.
pub(super) async fn leave(desk: Desk, form: Form) -> Response {
    match subject(&desk, &form).await {
        Ok(record) => {
            desk.vahti().look_away(&record.session.id);
            see_other(match form.one("how") {
                Some("scan" | "code") => super::SCAN,
                _ => super::CONSOLE,
            })
        }
        Err(answer) => answer,
    }
}

/// Puts everything of the person on hold, also what logs in later.
pub(super) async fn hold(desk: Desk, form: Form) -> Response {
    let (session, user) = match subject(&desk, &form).await {
        Ok(record) => (record.session.id, record.user),
        Err(answer) => return answer,
    };
    let request = InvalidateRequest {
        hold_logins: true,
        ..InvalidateRequest::all(user)
    };
    let caller = desk.caller(How::List, reason(&form));
    match desk.ask(desk.vahti().invalidate(&caller, request)).await {
        Ok(_) => {
            desk.vahti().look_away(&session);
            done::see(&session, true)
        }
        Err(error) => refused(&desk, &error),
    }
}

/// Ends the session.
pub(super) async fn log_out(desk: Desk, form: Form) -> Response {
    let session = match subject(&desk, &form).await {
        Ok(record) => record.session.id,
        Err(answer) => return answer,
    };
    let caller = desk.caller(How::List, reason(&form));
    let request = EndRequest::Session(session.clone());
    let end = desk
        .vahti()
        .end(&caller, request, EndReason::EndedBySupervisor);
    match desk.ask(end).await {
        Ok(_) => done::see(&session, true),
        Err(error) => refused(&desk, &error),
    }
}

/// Takes the newest command back. With `alarm`, because the screen in front did not go on.
pub(super) async fn undo(desk: Desk, form: Form) -> Response {
    let (session, user) = match subject(&desk, &form).await {
        Ok(record) => (record.session.id, record.user),
        Err(answer) => return answer,
    };
    let of = form.one("of").and_then(|of| of.parse().ok());
    let Some(of) = of.map(Stamp::from_bits) else {
        return Bad::NothingToUndo.page(&desk);
    };
    let alarm = form.one("alarm").map(|_| session.clone());
    let caller = desk.caller(How::List, reason(&form));
    let undo = desk.vahti().undo(&caller, &user, Undo { of, alarm });
    match desk.ask(undo).await {
        Ok(_) => done::see(&session, true),
        Err(Error::Refused(Refusal::NothingToUndo)) => Bad::NothingToUndo.page(&desk),
        Err(error) => refused(&desk, &error),
    }
}

/// The session that the form names.
async fn subject(desk: &Desk, form: &Form) -> Result<SessionRecord, Response> {
    let id = SessionId::new(form.one("session").unwrap_or_default());
    let Ok(id) = id else {
        return Err(Bad::Unknown.page(desk));
    };
    let reader = desk.reader();
    let record = desk.vahti().session(&reader, &id);
    desk.ask(record)
        .await
        .map_err(|error| refused(desk, &error))
}

fn refused(desk: &Desk, error: &Error) -> Response {
    match error {
        Error::Refused(Refusal::SessionEnded(_)) => Bad::Ended.page(desk),
        Error::Refused(_) => Bad::Unknown.page(desk),
        _ => desk.trouble(),
    }
}

/// The reason that was ticked or written.
pub(super) fn reason(form: &Form) -> Option<String> {
    let written = form
        .one("other")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    note(written.or_else(|| form.one("reason"))?)
}

/// What somebody wrote, as it is recorded.
pub(super) fn note(text: &str) -> Option<String> {
    let visible: String = text.chars().filter(|c| !c.is_control()).collect();
    let end = visible.floor_char_boundary(REASON_MAX_BYTES);
    Some(visible[..end].to_owned()).filter(|text| !text.is_empty())
}
