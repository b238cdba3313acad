//! `POST /v1/sessions/current/choose`: under the policy `ask`, the user whose session waits chooses which one ends.

use vahti::Error;
use vahti_client::{self as wire, ProblemType};
use vahti_core::{Refusal, SessionId};

use crate::http::{
    answer::Answer,
    door::Chooser,
    problem::Refused,
    request::{Body, Readable, Wrong},
    wire::session,
};

/// Ends another session of the user and lets the token's own in, in one commit. A repeat changes nothing. The token comes
/// as a bearer: a cookie goes along with whatever another site sends.
#[utoipa::path(post, path = "/v1/sessions/current/choose", operation_id = "choose", request_body = wire::ChooseRequest,
    responses((status = 200, description = "The session goes on", body = wire::SessionResponse)))]
pub(in crate::http) async fn choose(
    chooser: Chooser,
    Body(ends): Body<wire::ChooseRequest>,
) -> Result<Answer<wire::SessionResponse>, Refused> {
    match chooser.choose(ends).await {
        Ok(record) => Ok(Answer(wire::SessionResponse {
            session: session(record),
        })),
        Err(Error::Refused(Refusal::LimitReached { .. })) => Err(Refused::new(
            ProblemType::LimitReached,
            "No place would be free. Nothing was changed. Name in `ends` an active session of the user.",
        )),
        Err(Error::Refused(Refusal::UnknownSession(id))) => Err(Refused::new(
            ProblemType::UnknownSession,
            format!("The user of this token has no open session `{id}`. Nothing was changed."),
        )),
        Err(error) => Err(chooser.refusal(&error)),
    }
}

impl Readable for wire::ChooseRequest {
    type Request = Option<SessionId>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        wrong.perhaps("ends", self.ends, |id| SessionId::new(&id))
    }
}
