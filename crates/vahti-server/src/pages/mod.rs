//! Pages for people, under `/vahti/`: the waiting page, and the way out. They need no script. The proxy passes them on from
//! the application's own host, so that one cookie serves both.
//!
//! They hold no rules: whether somebody may go on is asked like everywhere else.

mod gate;
mod logout;
mod page;
mod words;

use axum::{
    Router,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use self::{
    page::{Page, Security},
    words::ENGLISH,
};
use crate::http::App;

/// Where the stylesheet lies.
const STYLE: &str = "/vahti/style.css";

/// The pages: method, address and handler.
fn pages() -> [(Method, &'static str, MethodRouter<App>); 3] {
    [
        (Method::GET, "/vahti/gate", get(gate::gate)),
        (Method::POST, "/vahti/logout", post(logout::logout)),
        (Method::GET, STYLE, get(style)),
    ]
}

/// The methods and addresses of the pages.
pub(crate) fn routes() -> impl Iterator<Item = (Method, &'static str)> {
    pages().into_iter().map(|(method, path, _)| (method, path))
}

/// The pages, which refuse what another site sends. (Only here: what proxies and applications send comes from nowhere.)
pub(crate) fn router() -> Router<App> {
    pages()
        .into_iter()
        .fold(Router::new(), |router, (_, path, page)| {
            router.route(path, page)
        })
        .layer(CsrfLayer::new().with_rejection_response(from_elsewhere))
}

fn from_elsewhere(_: ProtectionError) -> Response {
    let page = Page::new(&ENGLISH, ENGLISH.from_elsewhere_title).line(ENGLISH.from_elsewhere);
    page.answer(StatusCode::FORBIDDEN)
}

/// The one stylesheet. Nobody's answer differs, so browsers may keep it.
async fn style() -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        ),
    ];
    (Security, headers, include_str!("style.css")).into_response()
}
