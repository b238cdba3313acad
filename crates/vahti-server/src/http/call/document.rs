//! `/openapi.json`: the description of this API. It is the file in the repository; a test holds it to the code.

use axum::{
    http::{HeaderValue, StatusCode},
    response::Response,
};

use crate::http::{answer::respond, door::Open};

const DOCUMENT: &str = include_str!("../../../openapi.json");

/// Describes this API (OpenAPI 3.1).
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi",
    responses((status = 200, description = "The document", body = Object, content_type = "application/json")))]
pub(in crate::http) async fn document(_: Open) -> Response {
    respond(
        StatusCode::OK,
        HeaderValue::from_static("application/json"),
        DOCUMENT,
    )
}
