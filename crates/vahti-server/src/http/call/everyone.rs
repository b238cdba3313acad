//! `POST /v1/verify-all`, `/v1/invalidate-all`, `/v1/end-all`: one command for many users.
//!
//! These take as long as they take, but wait for no page of users longer than any other command: their answer comes last,
//! and users whose turn failed are in it.

use core::time::Duration;

use vahti::{Bulk, Error, Selection};
use vahti_client as wire;
use vahti_core::{Group, UserId};

use crate::http::{
    answer::Answer,
    door::AdminKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
};

type Done = Result<Answer<wire::AllResponse>, Refused>;

/// Which sessions, and whether they are only counted.
pub(in crate::http) struct Command {
    selection: Selection,
    dry_run: bool,
}

/// Lets the latest of each user's selected sessions in; the user's others wait.
#[utoipa::path(post, path = "/v1/verify-all", operation_id = "verify_all", request_body = wire::AllRequest,
    responses((status = 200, description = "Done for everybody but those in `unprocessed`", body = wire::AllResponse)))]
pub(in crate::http) async fn verify_all(key: AdminKey, Body(said): Body<wire::AllRequest>) -> Done {
    let (caller, Command { selection, dry_run }) = said.by(&key);
    let done = key.vahti().verify_all(&caller, selection, dry_run);
    told(&key, dry_run, done.await)
}

/// Puts the selected sessions on hold.
#[utoipa::path(post, path = "/v1/invalidate-all", operation_id = "invalidate_all", request_body = wire::AllRequest,
    responses((status = 200, description = "Done for everybody but those in `unprocessed`", body = wire::AllResponse)))]
pub(in crate::http) async fn invalidate_all(
    key: AdminKey,
    Body(said): Body<wire::AllRequest>,
) -> Done {
    let (caller, Command { selection, dry_run }) = said.by(&key);
    let done = key.vahti().invalidate_all(&caller, selection, dry_run);
    told(&key, dry_run, done.await)
}

/// Ends the selected sessions for good.
#[utoipa::path(post, path = "/v1/end-all", operation_id = "end_all", request_body = wire::AllRequest,
    responses((status = 200, description = "Done for everybody but those in `unprocessed`", body = wire::AllResponse)))]
pub(in crate::http) async fn end_all(key: AdminKey, Body(said): Body<wire::AllRequest>) -> Done {
    let (caller, Command { selection, dry_run }) = said.by(&key);
    let done = key.vahti().end_all(&caller, selection, dry_run);
    told(&key, dry_run, done.await)
}

fn told(key: &AdminKey, dry_run: bool, done: Result<Bulk, Error>) -> Done {
    let bulk = done.map_err(|error| key.refusal(None, error))?;
    if let Some(error) = &bulk.stopped {
        return Err(key.stopped(error, &kept(&bulk, dry_run)));
    }
    let unprocessed = bulk.unprocessed.into_iter().map(|one| wire::Unprocessed {
        problem: key
            .refusal(Some(one.user.as_str()), one.error)
            .into_problem(),
        user: one.user.to_string(),
    });
    Ok(Answer(wire::AllResponse {
        users: bulk.users,
        sessions: bulk.sessions,
        unprocessed: unprocessed.collect(),
    }))
}

/// What a command that was stopped has done.
fn kept(bulk: &Bulk, dry_run: bool) -> String {
    if dry_run {
        return "Nothing was changed: it was a dry run.".to_owned();
    }
    format!(
        "Users who were met until then: {}, with {} sessions; that is kept. Of {} more it is not known, and nobody else was \
         met. Give the command again: what is done is not done twice.",
        bulk.users,
        bulk.sessions,
        bulk.unprocessed.len()
    )
}

impl Readable for wire::AllRequest {
    type Request = Said<Command>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let users = wrong.each("users", &self.users, |user| UserId::new(user));
        let groups = wrong.each("groups", &self.groups, |group| Group::new(group));
        let except_groups = wrong.each("except_groups", &self.except_groups, |group| {
            Group::new(group)
        });
        let unseen_for = wrong.perhaps("unseen_for", self.unseen_for, |text| duration(&text));
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        let selection = Selection {
            users: users?,
            groups: groups?,
            except_groups: except_groups?,
            places: self.places,
            halls: Vec::new(),
            only_waiting: self.only.is_some(),
            logged_in_before: self.logged_in_before.map(|time| time.0),
            unseen_for: unseen_for?,
        };
        Some(Said {
            command: Command {
                selection,
                dry_run: self.dry_run,
            },
            actor: actor?,
            reason: reason?,
        })
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| {
        let shown = crate::http::text::shown(text);
        format!("Field `unseen_for`: `{shown}` is not a duration with its unit, like `10m`.")
    })
}
