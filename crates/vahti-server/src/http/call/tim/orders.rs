//! `POST /user/sessions/verify`, `/invalidate`, by a host of TIM's network; and the same about a user whom the address names,
//! by an administrator.

use vahti::{Error, InvalidateRequest, VerifyRequest};
use vahti_core::{Refusal, SessionId, UserId};

use super::Done;
use crate::{
    config::UnknownSession,
    http::{
        answer::Answer,
        door::{AdminKey, TimHost, TimOrder},
        problem::Refused,
        request::{Located, Named, Parameters, Query},
    },
};

/// What a host of TIM's network sends.
#[derive(utoipa::ToSchema)]
#[schema(as = TimOrder)]
#[expect(dead_code, reason = "it is read by its door; here it is described")]
pub(in crate::http) struct Order {
    /// Whose session.
    #[schema(min_length = 1, max_length = 256)]
    username: String,
    /// Which session; none is the latest, of an invalidate all.
    session_id: Option<Id>,
    /// One of `tim.secrets`.
    secret: Option<String>,
}

/// The id of a session, as a text or as a number.
#[derive(utoipa::ToSchema)]
#[schema(as = TimSessionId)]
#[expect(dead_code, reason = "it is read by its door; here it is described")]
#[serde(untagged)]
pub(in crate::http) enum Id {
    /// As a text.
    Text(String),
    /// As a number.
    Number(i64),
}

/// Lets a session in, without an id the latest; the user's others wait. What an id does that is unknown here is said by
/// `tim.unknown_session`.
#[utoipa::path(post, path = "/user/sessions/verify", operation_id = "tim_verify", request_body = Order,
    responses((status = 200, description = "Done", body = Done)))]
pub(in crate::http) async fn verify(host: TimHost) -> Result<Answer<Done>, Refused> {
    let_in(&host.key, host.order).await
}

/// Puts a session on hold, without an id all of the user's. What is unknown here is nothing to hold.
#[utoipa::path(post, path = "/user/sessions/invalidate", operation_id = "tim_invalidate", request_body = Order,
    responses((status = 200, description = "Done", body = Done)))]
pub(in crate::http) async fn invalidate(host: TimHost) -> Result<Answer<Done>, Refused> {
    hold(&host.key, host.order).await
}

/// As `POST /user/sessions/verify`, about the user in the address.
#[utoipa::path(post, path = "/user/sessions/{user}/verify", operation_id = "tim_verify_one",
    params(("user" = String, Path, description = "Whose session"),
        ("session_id" = Option<String>, Query, description = "Which session; none is the latest")),
    responses((status = 200, description = "Done", body = Done)))]
pub(in crate::http) async fn verify_one(
    key: AdminKey,
    Located(user): Located<UserId>,
    Query(Which(session)): Query<Which>,
) -> Result<Answer<Done>, Refused> {
    let_in(&key, TimOrder { user, session }).await
}

/// As `POST /user/sessions/invalidate`, about the user in the address.
#[utoipa::path(post, path = "/user/sessions/{user}/invalidate", operation_id = "tim_invalidate_one",
    params(("user" = String, Path, description = "Whose sessions"),
        ("session_id" = Option<String>, Query, description = "Which session; none is all")),
    responses((status = 200, description = "Done", body = Done)))]
pub(in crate::http) async fn invalidate_one(
    key: AdminKey,
    Located(user): Located<UserId>,
    Query(Which(session)): Query<Which>,
) -> Result<Answer<Done>, Refused> {
    hold(&key, TimOrder { user, session }).await
}

/// The session that the query names.
pub(in crate::http) struct Which(Option<SessionId>);

impl Named for Which {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let session = parameters.find("session_id", SessionId::new);
        parameters.pass_over_others();
        session.map(Self)
    }
}

async fn let_in(key: &AdminKey, order: TimOrder) -> Result<Answer<Done>, Refused> {
    let TimOrder { user, session } = order;
    let caller = key.caller(None, None);
    let request = VerifyRequest {
        session_id: session,
        ..VerifyRequest::latest(user.clone())
    };
    let unknown = match key.within(key.vahti().verify(&caller, request)).await {
        Ok(_) => return Ok(Answer(Done::OK)),
        Err(Error::Refused(unknown)) if is_nobody_here(&unknown) => unknown,
        Err(error) => return Err(key.refusal(Some(user.as_str()), error)),
    };
    match (key.unknown_session(), unknown) {
        (UnknownSession::Supersede, Refusal::UnknownSession(id)) => {
            let superseded = key.vahti().verify_elsewhere(&caller, user.clone(), id);
            key.ask(Some(user.as_str()), superseded).await?;
        }
        (UnknownSession::Reject, unknown) => {
            return Err(key.refusal(Some(user.as_str()), unknown.into()));
        }
        (UnknownSession::Supersede | UnknownSession::Ignore, _) => {}
    }
    Ok(Answer(Done::OK))
}

async fn hold(key: &AdminKey, order: TimOrder) -> Result<Answer<Done>, Refused> {
    let TimOrder { user, session } = order;
    let request = InvalidateRequest {
        session_id: session,
        ..InvalidateRequest::all(user.clone())
    };
    let caller = key.caller(None, None);
    match key.within(key.vahti().invalidate(&caller, request)).await {
        Err(Error::Refused(unknown)) if is_nobody_here(&unknown) => Ok(Answer(Done::OK)),
        Ok(_) => Ok(Answer(Done::OK)),
        Err(error) => Err(key.refusal(Some(user.as_str()), error)),
    }
}

/// Whether the command is about somebody, or a session, that is not here.
fn is_nobody_here(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::UnknownUser | Refusal::UnknownSession(_) | Refusal::NoOpenSession
    )
}
