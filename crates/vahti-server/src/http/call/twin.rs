//! The twin of a check: it reads the same request through the same door and makes the same kind of answer, but it knows
//! the answer before. It exists for benchmarks alone: what it takes longer than this is what a check itself costs.

use std::hint::black_box;

use axum::{
    body::Bytes,
    http::StatusCode,
    routing::{MethodRouter, post},
};

use super::check::{self, Asked, ByStatus};
use crate::http::{App, answer, door::AppKey, problem::Refused, request::Query};

/// The call; `constant` gives its answer.
pub(in crate::http) fn twin(
    constant: impl Fn() -> Bytes + Clone + Send + Sync + 'static,
) -> MethodRouter<App> {
    post(
        async move |_: AppKey, _: Query<ByStatus>, Asked(bytes): Asked| {
            let asked = check::read(&bytes)?;
            black_box(asked.question());
            Ok::<_, Refused>(answer::respond(StatusCode::OK, answer::JSON, constant()))
        },
    )
}
