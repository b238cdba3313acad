//! `GET /v1/sessions/{id}`: one session, also if it has ended.

use vahti_client as wire;
use vahti_core::SessionId;

use crate::http::{
    answer::Answer, door::AnyKey, problem::Refused, request::Located, wire::session,
};

/// Shows one session.
#[utoipa::path(get, path = "/v1/sessions/{id}", operation_id = "session",
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "seat-17", description = "The id of the session")),
    responses((status = 200, description = "The session", body = wire::SessionResponse)))]
pub(in crate::http) async fn one(
    key: AnyKey,
    Located(id): Located<SessionId>,
) -> Result<Answer<wire::SessionResponse>, Refused> {
    let caller = key.reader();
    let record = key.ask(None, key.vahti().session(&caller, &id)).await?;
    Ok(Answer(wire::SessionResponse {
        session: session(record),
    }))
}
