//! `POST /v1/erase`: what is known of a person is forgotten.

use vahti_client as wire;
use vahti_core::UserId;

use crate::http::{
    answer::Answer,
    door::AdminKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
    wire::ids,
};

/// Forgets a person: the open sessions end, every text about the person is removed, and the record keeps what was done
/// without the name. Copies of the database are not reached. Whoever logs in under the name afterwards is a new person.
#[utoipa::path(post, path = "/v1/erase", operation_id = "erase", request_body = wire::EraseRequest,
    responses((status = 200, description = "The person is forgotten", body = wire::EraseResponse)))]
pub(in crate::http) async fn erase(
    key: AdminKey,
    Body(said): Body<wire::EraseRequest>,
) -> Result<Answer<wire::EraseResponse>, Refused> {
    let (user, caller) = (said.command, key.caller(said.actor, said.reason));
    let done = key.vahti().erase(&caller, &user);
    let ended = ids(&key.ask(Some(user.as_str()), done).await?);
    Ok(Answer(wire::EraseResponse { ended }))
}

impl Readable for wire::EraseRequest {
    type Request = Said<UserId>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let user = wrong.take("user", UserId::new(&self.user));
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        Some(Said {
            command: user?,
            actor: actor?,
            reason: reason?,
        })
    }
}
