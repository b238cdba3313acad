//! `GET /user/sessions/current`: whether the session may go on whose token the browser holds.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{answer::Answer, door::TimHolder};

/// How the session of the token stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TimCurrent)]
pub(in crate::http) struct Current {
    /// The session that the token proves.
    session_id: Option<String>,
    /// Whether it may go on.
    valid: bool,
}

/// Says whether the session of the token may go on. It does not count as a use.
#[utoipa::path(get, path = "/user/sessions/current", operation_id = "tim_current",
    responses((status = 200, description = "How the session stands", body = Current)))]
pub(in crate::http) async fn current(TimHolder(checked): TimHolder) -> Answer<Current> {
    Answer(Current {
        session_id: checked.session.as_ref().map(ToString::to_string),
        valid: checked.allows(),
    })
}
