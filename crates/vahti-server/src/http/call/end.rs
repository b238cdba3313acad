//! `POST /v1/end`: sessions are over for good.

use vahti::{EndRequest, Error};
use vahti_client as wire;
use vahti_core::{EndReason, Role, SessionId, UserId, decide::EndedSessions};

use crate::http::{
    answer::Answer,
    door::EnderKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
    wire::ids,
};

/// Ends sessions. By a key of role `app` the user has logged out; by another, a supervisor has ended them. A token that
/// proves nothing ends nothing, and is no problem: a logout always gets its `clear_cookie`.
#[utoipa::path(post, path = "/v1/end", operation_id = "end", request_body = wire::EndRequest,
    responses((status = 200, description = "The sessions have ended", body = wire::EndResponse)))]
pub(in crate::http) async fn end(
    key: EnderKey,
    Body(said): Body<wire::EndRequest>,
) -> Result<Answer<wire::EndResponse>, Refused> {
    let reason = match key.role() {
        Role::App => EndReason::LoggedOut,
        Role::Supervisor | Role::Admin | Role::Auditor => EndReason::EndedBySupervisor,
    };
    let user = match &said.command {
        EndRequest::User { user, .. } => Some(user.clone()),
        EndRequest::Session(_) | EndRequest::Token(_) => None,
    };
    let caller = key.caller(said.actor, said.reason);
    let done = key.vahti().end(&caller, said.command, reason);
    let done = match key.within(done).await {
        Err(Error::UnknownToken) => EndedSessions::default(),
        done => done.map_err(|error| key.refusal(user.as_ref().map(UserId::as_str), error))?,
    };
    Ok(Answer(wire::EndResponse {
        ended: ids(&done.ended),
        active: done.active,
        clear_cookie: key.clear_cookie(),
    }))
}

impl Readable for wire::EndRequest {
    type Request = Said<EndRequest>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let session_id = wrong.perhaps("session_id", self.session_id, |id| SessionId::new(&id));
        let user = wrong.perhaps("user", self.user, |user| UserId::new(&user));
        let except = wrong.perhaps("except", self.except, |id| SessionId::new(&id));
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        if matches!(&except, Some(Some(_))) && !matches!(&user, Some(Some(_))) {
            wrong.contradiction("except", "`except` goes with `user`.");
        }
        let command = match (session_id?, self.token, user?) {
            (Some(id), None, None) => EndRequest::Session(id),
            (None, Some(token), None) => EndRequest::Token(token),
            (None, None, Some(user)) => EndRequest::User {
                user,
                except: except?,
            },
            (None, None, None) => {
                wrong.contradiction(
                    "session_id",
                    "Say what ends: `session_id`, `token` or `user`.",
                );
                return None;
            }
            _ => {
                let message = "Give one of `session_id`, `token` and `user`, not several.";
                wrong.contradiction("session_id", message);
                return None;
            }
        };
        Some(Said {
            command,
            actor: actor?,
            reason: reason?,
        })
    }
}
