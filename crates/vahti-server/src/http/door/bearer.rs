//! `Authorization: Bearer …`, read strictly: one header, one scheme, one credential.

use axum::http::{HeaderMap, header};

use crate::http::problem::Refused;

/// The credential of the request; none if there is no such header, or one of another scheme.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let first = all.next();
    if all.next().is_some() {
        return Err(Refused::field(
            "Authorization",
            "The header `Authorization` stands twice: send one.",
        ));
    }
    Ok(first
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credential)| credential.trim_matches(' ')))
}
