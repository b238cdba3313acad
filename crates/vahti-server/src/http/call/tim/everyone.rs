//! `POST /user/sessions/verifyAll`, `/invalidateAll`: for every user who has sessions.

use vahti::{Bulk, Error, Selection};
use vahti_client::ProblemType;

use super::Done;
use crate::http::{answer::Answer, door::AdminKey, problem::Refused};

/// Lets in the latest session of every user; all others wait.
#[utoipa::path(post, path = "/user/sessions/verifyAll", operation_id = "tim_verify_all",
    responses((status = 200, description = "Done for everybody", body = Done)))]
pub(in crate::http) async fn verify_all(key: AdminKey) -> Result<Answer<Done>, Refused> {
    let caller = key.caller(None, None);
    let all = Selection::default();
    told(&key, key.vahti().verify_all(&caller, all, false).await)
}

/// Puts every session on hold.
#[utoipa::path(post, path = "/user/sessions/invalidateAll", operation_id = "tim_invalidate_all",
    responses((status = 200, description = "Done for everybody", body = Done)))]
pub(in crate::http) async fn invalidate_all(key: AdminKey) -> Result<Answer<Done>, Refused> {
    let caller = key.caller(None, None);
    let all = Selection::default();
    told(&key, key.vahti().invalidate_all(&caller, all, false).await)
}

/// TIM's answer has no room for users whose turn failed, so one of them is a failure of all.
fn told(key: &AdminKey, done: Result<Bulk, Error>) -> Result<Answer<Done>, Refused> {
    let bulk = done.map_err(|error| key.refusal(None, error))?;
    let kept = format!(
        "It was done for {} users, which is kept, and failed for {}. Give the command again: what is done is not done \
         twice.",
        bulk.users,
        bulk.unprocessed.len()
    );
    match &bulk.stopped {
        Some(error) => Err(key.stopped(error, &kept)),
        None if bulk.unprocessed.is_empty() => Ok(Answer(Done::OK)),
        None => Err(Refused::new(ProblemType::Unavailable, kept)),
    }
}
