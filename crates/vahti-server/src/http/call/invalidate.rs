//! `POST /v1/invalidate`: a supervisor puts sessions on hold.

use vahti::InvalidateRequest;
use vahti_client as wire;
use vahti_core::{SessionId, UserId};

use crate::http::{
    answer::Answer,
    door::SupervisorKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
    wire::ids,
};

/// Puts a session, or all of a user's, on hold until a verify. What waits already waits for this reason from now on, so that one
/// for which its user could have made room (`awaiting_choice`) waits for a supervisor; what has ended stays so.
#[utoipa::path(post, path = "/v1/invalidate", operation_id = "invalidate", request_body = wire::InvalidateRequest,
    responses((status = 200, description = "The sessions wait", body = wire::InvalidateResponse)))]
pub(in crate::http) async fn invalidate(
    key: SupervisorKey,
    Body(said): Body<wire::InvalidateRequest>,
) -> Result<Answer<wire::InvalidateResponse>, Refused> {
    let (user, caller) = (
        said.command.user.clone(),
        key.caller(said.actor, said.reason),
    );
    let done = key.vahti().invalidate(&caller, said.command);
    let invalidated = ids(&key.ask(Some(user.as_str()), done).await?);
    Ok(Answer(wire::InvalidateResponse { invalidated }))
}

impl Readable for wire::InvalidateRequest {
    type Request = Said<InvalidateRequest>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let user = wrong.take("user", UserId::new(&self.user));
        let session_id = wrong.perhaps("session_id", self.session_id, |id| SessionId::new(&id));
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        let command = InvalidateRequest {
            session_id: session_id?,
            hold_logins: self.hold_logins,
            ..InvalidateRequest::all(user?)
        };
        Some(Said {
            command,
            actor: actor?,
            reason: reason?,
        })
    }
}
