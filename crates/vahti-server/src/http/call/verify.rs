//! `POST /v1/verify`: a supervisor lets a session in.

use vahti::{Caller, Error, VerifyRequest};
use vahti_client as wire;
use vahti_core::{Refusal, SessionId, UserId};

use crate::http::{
    answer::Answer,
    door::SupervisorKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
    text,
    wire::{ids, session},
};

/// Lets a session in; the user's other sessions wait from now on.
#[utoipa::path(post, path = "/v1/verify", operation_id = "verify", request_body = wire::VerifyRequest,
    responses((status = 200, description = "The session is let in", body = wire::VerifyResponse)))]
pub(in crate::http) async fn verify(
    key: SupervisorKey,
    Body(said): Body<wire::VerifyRequest>,
) -> Result<Answer<wire::VerifyResponse>, Refused> {
    let (user, caller) = (
        said.command.user.clone(),
        key.caller(said.actor, said.reason),
    );
    match key.within(key.vahti().verify(&caller, said.command)).await {
        Ok((record, superseded)) => Ok(Answer(wire::VerifyResponse {
            session: session(record),
            superseded: ids(&superseded),
        })),
        Err(error) => Err(why(&key, &caller, &user, error).await),
    }
}

/// The refusal, with what the supervisor needs to know for the next try.
async fn why(key: &SupervisorKey, caller: &Caller, user: &UserId, error: Error) -> Refused {
    let detail = match &error {
        Error::Refused(Refusal::UnknownSession(id)) => unknown(key, caller, user, id).await,
        Error::Refused(Refusal::SessionEnded(id)) => ended(key, caller, id).await,
        _ => None,
    };
    let refused = key.refusal(Some(user.as_str()), error);
    match detail {
        Some(detail) => refused.saying(detail),
        None => refused,
    }
}

async fn unknown(
    key: &SupervisorKey,
    caller: &Caller,
    user: &UserId,
    id: &SessionId,
) -> Option<String> {
    let (_, account) = key.within(key.vahti().explain(caller, user)).await.ok()?;
    let (policy, now) = (key.vahti().policy(), key.vahti().now());
    let open: Vec<_> = account
        .open_sessions()
        .rev()
        .map(|session| (session, session.state_at(policy, now)))
        .filter(|(_, state)| !state.is_ended())
        .map(|(session, state)| format!("`{}` ({})", session.id, state.as_str()))
        .collect();
    let open = match open.as_slice() {
        [] => format!("`{user}` has no open session."),
        open => format!("Open sessions of `{user}`: {}.", open.join(", ")),
    };
    Some(format!(
        "`{user}` has no session `{id}`. Nothing was changed. {open}"
    ))
}

async fn ended(key: &SupervisorKey, caller: &Caller, id: &SessionId) -> Option<String> {
    let session = key
        .within(key.vahti().session(caller, id))
        .await
        .ok()?
        .session;
    let (policy, now) = (key.vahti().policy(), key.vahti().now());
    let ended = session
        .marks
        .ended
        .or_else(|| session.overdue(policy, now))?;
    Some(format!(
        "Session `{id}` ended at {} (`{}`) and cannot be verified. A new login makes a new session.",
        text::time_of_day(ended.at, now),
        ended.reason
    ))
}

impl Readable for wire::VerifyRequest {
    type Request = Said<VerifyRequest>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let user = wrong.take("user", UserId::new(&self.user));
        let session_id = wrong.perhaps("session_id", self.session_id, |id| SessionId::new(&id));
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        let command = VerifyRequest {
            session_id: session_id?,
            keep_others: self.keep_others,
            ..VerifyRequest::latest(user?)
        };
        Some(Said {
            command,
            actor: actor?,
            reason: reason?,
        })
    }
}
