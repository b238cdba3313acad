//! Pages for people, under `/vahti/`: the waiting page, and the way out. They need no script. The proxy passes them on from
//! the application's own host, so that one cookie serves both.
//!
//! They hold no rules: whether somebody may go on is asked like everywhere else.

mod assets;
mod choose;
mod demo;
mod device;
mod events;
mod gate;
pub(crate) mod hints;
mod logout;
mod lost;
mod page;
pub(crate) mod qr;
mod screen;
mod state;
mod waiting;
mod words;

use core::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tower_http::csrf::{CsrfLayer, ProtectionError};

pub(crate) use self::demo::DEMO;
use self::page::{Frame, Page};
pub(crate) use self::{
    device::Origin,
    lost::lost,
    page::{PERSONAL, Security, answer, later, see_other},
};
use crate::{
    http::App,
    locale::{Locale, remember},
};

/// The largest form: a list of five hundred people who are ticked.
const FORM_MAX_BYTES: usize = 64 * 1024;
/// How long a form may take to arrive: as long as the body of a call.
const FORM_PATIENCE: Duration = Duration::from_secs(10);

/// The pages: method, address and handler.
fn pages() -> [(Method, &'static str, MethodRouter<App>); 5] {
    [
        (Method::GET, "/vahti/gate", get(gate::gate)),
        (Method::GET, "/vahti/gate/events", get(events::events)),
        (Method::POST, "/vahti/gate/choose", post(choose::choose)),
        (Method::GET, "/vahti/state", get(state::state)),
        (Method::POST, "/vahti/logout", post(logout::logout)),
    ]
}

/// The methods and addresses of the pages.
pub(crate) fn routes() -> impl Iterator<Item = (Method, &'static str)> {
    let pages = pages().into_iter().map(|(method, path, _)| (method, path));
    pages.chain(assets::routes())
}

/// The pages, which refuse what another site sends. (Only here: what proxies and applications send comes from nowhere.)
pub(crate) fn router(app: &App) -> Router<App> {
    let pages = pages();
    let pages = pages
        .into_iter()
        .fold(assets::router(), |router, (_, path, page)| {
            router.route(path, page)
        });
    guarded(pages, app)
}

/// The demo, which refuses the same.
pub(crate) fn demo(app: &App) -> Router<App> {
    guarded(demo::router(), app)
}

/// Pages that refuse what another site sends, and keep the language that is chosen.
pub(crate) fn guarded(pages: Router<App>, app: &App) -> Router<App> {
    pages
        .layer(from_fn(read_whole))
        .layer(CsrfLayer::new().with_rejection_response(from_elsewhere))
        .layer(from_fn_with_state(app.clone(), tell_from_elsewhere))
        .layer(from_fn_with_state(app.clone(), remember))
}

/// Reads a form before anybody looks at it, so that none is larger, or slower, than ours are.
async fn read_whole(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, FORM_MAX_BYTES).collect();
    let status = match tokio::time::timeout(FORM_PATIENCE, body).await {
        Ok(Ok(body)) => {
            let whole = Body::from(body.to_bytes());
            return next.run(Request::from_parts(parts, whole)).await;
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => StatusCode::PAYLOAD_TOO_LARGE,
        Ok(Err(_)) => StatusCode::BAD_REQUEST,
        Err(_) => StatusCode::REQUEST_TIMEOUT,
    };
    (status, Security::Alone, PERSONAL).into_response()
}

/// Marks an answer to what another site sent, until it is written in somebody's language.
#[derive(Clone, Copy)]
struct FromElsewhere;

fn from_elsewhere(_: ProtectionError) -> Response {
    let mut answer = StatusCode::FORBIDDEN.into_response();
    answer.extensions_mut().insert(FromElsewhere);
    answer
}

async fn tell_from_elsewhere(locale: Locale, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    if answer.extensions().get::<FromElsewhere>().is_none() {
        return answer;
    }
    let frame = Frame::new(locale);
    let words = &frame.words.from_elsewhere;
    let page = Page::new(frame, &words.title).line(&words.text);
    page.answer(StatusCode::FORBIDDEN)
}
