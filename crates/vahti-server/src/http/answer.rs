//! Answers: every response of the API is made here, so every one carries the same headers.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// What was asked for, as JSON.
pub(super) struct Answer<T>(pub(super) T);

/// What was made, as JSON.
pub(super) struct Created<T>(pub(super) T);

/// Done; there is nothing to say.
pub(super) struct Done;

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        json(StatusCode::CREATED, &self.0)
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        bare(StatusCode::NO_CONTENT)
    }
}

/// A JSON answer. What goes over the wire has no key that is not text, so it can always be written.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let mut text = Vec::with_capacity(256);
    match serde_json::to_writer(&mut text, body) {
        Ok(()) => respond(status, JSON, text),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            respond(StatusCode::INTERNAL_SERVER_ERROR, JSON, Body::empty())
        }
    }
}

/// An answer with a body.
pub(super) fn respond(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Body>,
) -> Response {
    let mut response = bare(status);
    *response.body_mut() = body.into();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

/// An answer whose headers say all; the one place where responses are made.
pub(super) fn bare(status: StatusCode) -> Response {
    let mut headers = HeaderMap::with_capacity(12);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A status as the HTTP library knows it.
pub(super) fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
