//! `/vahti/demo`: what Vahti guards, when there is nothing to guard yet. A small page behind a login that believes every name;
//! it plays the application whose users log in, and only `vahti dev` has it.

use askama::Template;
use axum::{
    Form, Router,
    extract::rejection::FormRejection,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use vahti::Error;
use vahti_core::{UserId, verdict::Verdict};

use super::page::{self, Security, see_other};
use crate::http::{App, Browser, Guest, harmless};

/// Where it lies.
pub(crate) const DEMO: &str = "/vahti/demo";

/// The routes of the demo.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route(DEMO, get(room).post(log_in))
        .route("/vahti/demo/note", post(note))
}

/// Where somebody may say that they are.
const PLACES: [&str; 2] = ["At home", "Hall A, seat 17"];

#[derive(Template)]
#[template(path = "demo/login.html")]
struct Login {
    places: [&'static str; 2],
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/room.html")]
struct Room {
    name: String,
    logout: String,
    /// What was handed in just now.
    note: Option<String>,
}

/// What somebody types to log in.
#[derive(Deserialize)]
struct Typed {
    name: String,
    place: Option<String>,
}

/// What somebody hands in.
#[derive(Deserialize)]
struct Note {
    text: String,
}

/// The page, for whoever may go on; the waiting page; or the login.
async fn room(browser: Browser) -> Response {
    guarded(&browser, false, None).await
}

/// Takes what was written, from whoever may go on.
async fn note(browser: Browser, note: Result<Form<Note>, FormRejection>) -> Response {
    let text = note.map(|Form(note)| note.text).unwrap_or_default();
    guarded(&browser, true, Some(text)).await
}

/// What an application does at each of its requests: it asks, and goes by the answer.
async fn guarded(browser: &Browser, is_form: bool, note: Option<String>) -> Response {
    let Ok(checked) = browser.wait(None).await else {
        let wrong = "Vahti cannot tell right now. Try again in a few seconds.".to_owned();
        return login(StatusCode::SERVICE_UNAVAILABLE, Some(wrong));
    };
    let site = browser.site();
    match checked.verdict {
        _ if checked.allows() => {
            let name = checked.user.as_ref().map(UserId::as_str);
            let room = Room {
                name: harmless(name.unwrap_or("somebody")),
                logout: site.logout(Some(DEMO)),
                note: note.map(|text| harmless(&text)),
            };
            page::answer(&room, StatusCode::OK, Security::Application)
        }
        Verdict::Hold(_) => see_other(&site.gate(Some(DEMO), is_form)),
        Verdict::Allow(_) | Verdict::Deny(_) => login(StatusCode::OK, None),
    }
}

/// Logs somebody in under the name that they typed, and tells Vahti.
async fn log_in(guest: Guest, typed: Result<Form<Typed>, FormRejection>) -> Response {
    let typed = typed.ok().map(|Form(typed)| typed);
    let name = typed.as_ref().map(|typed| typed.name.trim());
    let user = match UserId::new(name.unwrap_or_default()) {
        Ok(user) => user,
        Err(wrong) => return login(StatusCode::BAD_REQUEST, Some(format!("{wrong}."))),
    };
    let place = typed.and_then(|typed| typed.place);
    let place = PLACES
        .into_iter()
        .find(|known| place.as_deref() == Some(known));
    match guest.log_in(user, place).await {
        Ok(set_cookie) => {
            let mut answer = see_other(DEMO);
            if let Some(Ok(cookie)) = set_cookie.map(HeaderValue::try_from) {
                answer.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            answer
        }
        Err(Error::Refused(_)) => login(
            StatusCode::FORBIDDEN,
            Some("You are logged in on as many devices as the configuration allows. Log out on one of them first.".to_owned()),
        ),
        Err(error) => login(StatusCode::SERVICE_UNAVAILABLE, Some(format!("{error}."))),
    }
}

fn login(status: StatusCode, wrong: Option<String>) -> Response {
    let places = PLACES;
    page::answer(&Login { places, wrong }, status, Security::Alone)
}
