//! Requests that nothing here takes: the address is none, or not with this method. Below `/vahti/`, where people are, a browser is
//! shown a page that leads back; everything else is told in a problem.

use axum::{
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use vahti_client::ProblemType;

use super::{problem::Refused, request::is_browser, text};
use crate::{locale::Locale, pages};

/// The address is none.
pub(super) async fn no_such_address(locale: Locale, uri: Uri, headers: HeaderMap) -> Response {
    if is_person(&uri, &headers) {
        return pages::lost(locale, uri.path(), StatusCode::NOT_FOUND);
    }
    let detail = format!(
        "There is no address `{}`. The calls are described at `/openapi.json`.",
        text::shown(uri.path())
    );
    Refused::new(ProblemType::NoSuchAddress, detail).into_response()
}

/// The address takes other methods.
pub(super) async fn wrong_method(
    locale: Locale,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if is_person(&uri, &headers) {
        return pages::lost(locale, uri.path(), StatusCode::METHOD_NOT_ALLOWED);
    }
    let detail = format!(
        "`{}` does not take `{}`; the header `Allow` says what it takes.",
        text::shown(uri.path()),
        text::shown(method.as_str())
    );
    Refused::new(ProblemType::WrongMethod, detail).into_response()
}

fn is_person(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.path().starts_with("/vahti/") && is_browser(headers)
}
