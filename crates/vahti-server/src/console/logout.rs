//! `/vahti/console/logout`: this browser's login ends, and no other.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};

use super::{LOGIN, page::cannot_tell};
use crate::{http::Supervisor, pages::see_other};

/// Logs out.
pub(super) async fn log_out(supervisor: Supervisor) -> Response {
    if supervisor.log_out().await.is_err() {
        return cannot_tell(supervisor.locale().clone());
    }
    let mut answer = see_other(LOGIN);
    if let Ok(cleared) = HeaderValue::try_from(supervisor.clear_cookie()) {
        answer.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    answer
}
