//! `GET /v1/sessions/current`: how the session stands whose token the browser holds.

use vahti_client as wire;
use vahti_core::State;

use crate::http::{answer::Answer, door::Holder, problem::Refused};

/// Shows the session of the token, from the cookie or as a bearer. It does not count as a use.
#[utoipa::path(get, path = "/v1/sessions/current", operation_id = "current",
    responses((status = 200, description = "The session", body = wire::CurrentResponse)))]
pub(in crate::http) async fn current(
    holder: Holder,
) -> Result<Answer<wire::CurrentResponse>, Refused> {
    let checked = holder.into_checked();
    let text = |id: Option<String>| id.unwrap_or_default();
    Ok(Answer(wire::CurrentResponse {
        session_id: text(checked.session.as_ref().map(ToString::to_string)),
        user: text(checked.user.as_ref().map(ToString::to_string)),
        state: checked.state.map_or("", State::as_str).to_owned(),
        reason: checked.state.and_then(State::reason).map(str::to_owned),
        valid: checked.allows(),
    }))
}
