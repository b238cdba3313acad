//! `/vahti/state`: a script of the application asks how the session of its own browser stands, before it sends a form.

use axum::{
    Json,
    extract::{Query, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    gate::Asked,
    page::{SOON, Security, later},
};
use crate::{http::Browser, standing::Standing};

/// How a session stands.
#[derive(Serialize)]
struct State {
    state: &'static str,
}

/// `active` (it may go on), `held`, `ended` or `none`: of the session of the cookie, or of that of a ticket.
pub(super) async fn state(
    browser: Browser,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let personal = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Cookie"),
    ];
    match browser.wait(asked.t.as_deref()).await {
        Ok(checked) => {
            let state = Standing::of(checked.verdict).as_str();
            (Security::Alone, personal, Json(State { state })).into_response()
        }
        Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            later((status, Security::Alone, personal).into_response(), SOON)
        }
    }
}
