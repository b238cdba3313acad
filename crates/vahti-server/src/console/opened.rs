//! `/vahti/s/<challenge>`: the link in the QR picture of a waiting screen. Any phone's camera opens it, and opening it changes
//! nothing. Who is logged in comes to the confirm page; who is not, to the login, and what was opened in time is kept meanwhile.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use vahti::BadChallenge;
use vahti_core::{How, SessionId};

use super::{
    SCAN, confirm_page,
    page::{Frame, Note, answer, cannot_tell},
};
use crate::{
    http::{Supervisor, Visitor},
    pages::see_other,
};

/// Shows whom the picture is about, to whoever is logged in.
pub(super) async fn open(
    visitor: Visitor,
    supervisor: Result<Supervisor, Response>,
    challenge: Result<Path<String>, PathRejection>,
) -> Response {
    // What is no text is no code of ours either.
    let challenge = challenge.map_or_else(|_| String::new(), |Path(challenge)| challenge);
    let by = supervisor.as_ref().ok().map(Supervisor::id).cloned();
    let opened = visitor.open(&challenge, by.as_ref()).await;
    let supervisor = match supervisor {
        Ok(supervisor) => supervisor,
        Err(mut login) => {
            let kept = opened.map(|opened| visitor.keep(&opened.confirmation));
            if let Ok(Ok(kept)) = kept.map(HeaderValue::try_from) {
                login.headers_mut().append(header::SET_COOKIE, kept);
            }
            return login;
        }
    };
    let frame = Frame::of(&supervisor);
    let words = &frame.words.scan;
    let sentence = match opened {
        Ok(opened) => return confirm(&opened.session, &opened.confirmation),
        // The way here led through a login, and took its time.
        Err(BadChallenge::TooOld(_, session)) => match visitor.kept(&session, supervisor.id()) {
            Some(confirmation) => return confirm(&session, &confirmation),
            None => &words.too_old,
        },
        // The confirm page tells what has become of it, and through whom.
        Err(BadChallenge::Used(_, session) | BadChallenge::Ended(_, session)) => {
            return see_other(&confirm_page(&session, How::List));
        }
        Err(BadChallenge::NotOurs) => &words.no_code,
        Err(BadChallenge::CannotTell(_)) => return cannot_tell(supervisor.locale().clone()),
    };
    let note = Note::new(frame, &words.title, sentence).way_on(&words.again, SCAN);
    answer(StatusCode::NOT_FOUND, &note)
}

/// On to the confirm page, with what was opened in time.
fn confirm(session: &SessionId, confirmation: &str) -> Response {
    let page = confirm_page(session, How::Scan);
    see_other(&format!("{page}&confirmation={confirmation}"))
}
