//! `/healthz` and `/readyz`: for whoever watches the process.

use axum::{
    http::{HeaderValue, StatusCode},
    response::Response,
};
use vahti_client::ProblemType;

use crate::http::{answer::respond, door::Open, problem::Refused};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Says that the process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz",
    responses((status = 200, description = "The process answers", body = String, content_type = "text/plain")))]
pub(in crate::http) async fn healthz(_: Open) -> Response {
    respond(StatusCode::OK, TEXT, "ok\n")
}

/// Says whether the host can tell who may go on.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz",
    responses((status = 200, description = "The host can tell", body = String, content_type = "text/plain")))]
pub(in crate::http) async fn readyz(open: Open) -> Result<Response, Refused> {
    if open.is_ready() {
        return Ok(respond(StatusCode::OK, TEXT, "ready\n"));
    }
    let detail =
        "A commit to the database failed. This host answers nothing until it is restarted.";
    Err(Refused::new(ProblemType::Unavailable, detail))
}
