//! The twin of a proxy's question: it reads the same request through the same door and makes an answer of the same
//! bytes, but it knows the answer before. It exists for benchmarks alone.

use std::hint::black_box;

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, get},
};

use super::asked::Asked;
use crate::http::{App, answer, door::Proxy, problem::Refused};

/// The call; `constant` gives the headers of its answer.
pub(in crate::http) fn twin(
    constant: impl Fn() -> HeaderMap + Clone + Send + Sync + 'static,
) -> MethodRouter<App> {
    get(async move |_: Proxy, request: Request| {
        black_box(Asked::forwarded(request.headers())?);
        let mut response = answer::bare(StatusCode::OK);
        *response.headers_mut() = constant();
        Ok::<_, Refused>(response)
    })
}
