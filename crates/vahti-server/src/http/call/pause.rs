//! `POST /v1/pause` and `/v1/resume`: break glass, for a gate that holds whom it should not.

use core::time::Duration;

use vahti::PAUSE_AT_MOST;
use vahti_client as wire;

use crate::http::{
    answer::Answer,
    door::AdminKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
    text,
};

/// Pauses the gate: every check allows until the time is over, or until it is resumed. Logins are recorded, and those beyond the
/// limit wait when the pause ends.
#[utoipa::path(post, path = "/v1/pause", operation_id = "pause", request_body = wire::PauseRequest,
    responses((status = 200, description = "The gate is paused", body = wire::PauseResponse)))]
pub(in crate::http) async fn pause(
    key: AdminKey,
    Body(said): Body<wire::PauseRequest>,
) -> Result<Answer<wire::PauseResponse>, Refused> {
    let caller = key.caller(said.actor, said.reason);
    let paused = key.vahti().pause(&caller, said.command);
    let until = key.ask(None, paused).await?;
    Ok(Answer(wire::PauseResponse {
        until: wire::Time(until),
    }))
}

/// Ends a pause: the gate guards again from this answer on.
#[utoipa::path(post, path = "/v1/resume", operation_id = "resume", request_body = wire::ResumeRequest,
    responses((status = 200, description = "The gate guards", body = wire::ResumeResponse)))]
pub(in crate::http) async fn resume(
    key: AdminKey,
    Body(said): Body<wire::ResumeRequest>,
) -> Result<Answer<wire::ResumeResponse>, Refused> {
    let caller = key.caller(said.actor, said.reason);
    let was_paused = key.ask(None, key.vahti().resume(&caller)).await?;
    Ok(Answer(wire::ResumeResponse { was_paused }))
}

impl Readable for wire::PauseRequest {
    type Request = Said<Duration>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let length = wrong.take("length", length(&self.length));
        if self.reason.trim().is_empty() {
            wrong.note("reason", "Say why: the reason is recorded.");
        }
        let reason = wrong.reason(Some(self.reason));
        let actor = wrong.person("actor", self.actor);
        Some(Said {
            command: length?,
            actor: actor?,
            reason: reason?,
        })
    }
}

impl Readable for wire::ResumeRequest {
    type Request = Said<()>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        Some(Said {
            command: (),
            actor: actor?,
            reason: reason?,
        })
    }
}

fn length(text: &str) -> Result<Duration, String> {
    let allowed = Duration::from_secs(1)..=PAUSE_AT_MOST;
    let in_words = "from a second to 12 hours with its unit, like `2h`";
    text::duration(text, allowed, in_words)
}
