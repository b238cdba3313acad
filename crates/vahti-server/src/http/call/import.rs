//! `POST /v1/import`: sessions are taken over from another system.

use core::time::Duration;

use vahti::ImportRow;
use vahti_client::{self as wire, Origin, ProblemType};
use vahti_core::{
    Group, HeldReason, Profile, SessionId, StateWord, Timestamp, UserId, decide::ImportedState,
};

use crate::http::{
    answer::Answer,
    door::AdminKey,
    problem::Refused,
    request::{Body, Readable, Said, Wrong},
    text,
};

/// Sessions a call.
const MOST: usize = 1_000;

/// How far the clock of another system may be ahead; more is a wrong time.
const AHEAD: Duration = Duration::from_hours(24);

/// Sessions to take over; those that are wrong, with why.
pub(in crate::http) struct Command {
    rows: Vec<Result<ImportRow, String>>,
    dry_run: bool,
}

/// Takes over sessions of another system. Those that could go on get the places that their users have free, the newest
/// login first; the others wait. There is no token of an imported session.
#[utoipa::path(post, path = "/v1/import", operation_id = "import", request_body = wire::ImportRequest,
    responses((status = 200, description = "Done for all but those in `skipped`", body = wire::ImportResponse)))]
pub(in crate::http) async fn import(
    key: AdminKey,
    Body(said): Body<wire::ImportRequest>,
) -> Result<Answer<wire::ImportResponse>, Refused> {
    let caller = key.caller(said.actor, said.reason);
    let Command { rows, dry_run } = said.command;
    let latest = key.vahti().now().plus(AHEAD);
    let mut skipped = Vec::new();
    let (mut places, mut good) = (Vec::new(), Vec::new());
    for (at, row) in rows.into_iter().enumerate() {
        match row.and_then(|row| not_to_come(row, latest)) {
            Ok(row) => {
                places.push(at);
                good.push(row);
            }
            Err(wrong) => skipped.push((at, Refused::new(ProblemType::Invalid, wrong))),
        }
    }
    let report = key
        .ask(None, key.vahti().import(&caller, good, dry_run))
        .await?;
    for (at, why) in report.skipped {
        let place = places.get(at).copied().unwrap_or(at);
        skipped.push((place, key.refusal(None, why)));
    }
    skipped.sort_by_key(|(at, _)| *at);
    let skipped = skipped.into_iter().map(|(at, why)| wire::SkippedSession {
        index: at as u64,
        problem: why.into_problem(),
    });
    Ok(Answer(wire::ImportResponse {
        active: report.active,
        held: report.held,
        ended: report.ended,
        skipped: skipped.collect(),
    }))
}

impl Readable for wire::ImportRequest {
    /// A thousand sessions with the longest texts.
    const MAX_BYTES: usize = 8 * 1024 * 1024;

    type Request = Said<Command>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        if self.sessions.len() > MOST {
            let message = format!("Field `sessions` has at most {MOST}.");
            wrong.note("sessions", message);
        }
        let reason = wrong.reason(self.reason);
        let actor = wrong.person("actor", self.actor);
        Some(Said {
            command: Command {
                rows: self.sessions.into_iter().map(row).collect(),
                dry_run: self.dry_run,
            },
            actor: actor?,
            reason: reason?,
        })
    }
}

fn row(said: wire::ImportedSession) -> Result<ImportRow, String> {
    let person = |field, value: Option<String>| match value {
        Some(value) => text::person(field, value),
        None => Ok(None),
    };
    let state = state(&said)?;
    let groups = said.groups.iter().map(|group| Group::new(group));
    let origin = Origin {
        text: said.origin,
        ..Origin::default()
    };
    Ok(ImportRow {
        user: UserId::new(&said.user).map_err(|wrong| wrong.to_string())?,
        id: SessionId::new(&said.id).map_err(|wrong| wrong.to_string())?,
        profile: Profile {
            name: person("name", said.name)?,
            email: None,
            number: person("number", said.number)?,
            groups: groups
                .collect::<Result<_, _>>()
                .map_err(|wrong| wrong.to_string())?,
        },
        place: person("place", said.place)?,
        origin: text::origin(origin),
        app: person("app", said.app)?,
        logged_in_at: said.logged_in_at.0,
        expired_at: said.expired_at.map(|time| time.0),
        state,
    })
}

/// The row, unless a time in it is beyond `latest`.
fn not_to_come(row: ImportRow, latest: Timestamp) -> Result<ImportRow, String> {
    let times = [
        ("logged_in_at", Some(row.logged_in_at)),
        ("expired_at", row.expired_at),
    ];
    match times.iter().find(|(_, time)| *time > Some(latest)) {
        Some((field, _)) => Err(format!(
            "Field `{field}` is more than a day ahead of this server's clock."
        )),
        None => Ok(row),
    }
}

fn state(said: &wire::ImportedSession) -> Result<ImportedState, String> {
    let word = said.state.as_deref().map(str::parse).transpose();
    let word = word.map_err(|_| "Field `state` is `active`, `held` or `ended`.")?;
    match (word, said.expired_at) {
        (Some(StateWord::Active), _) | (None, None) => Ok(ImportedState::Active),
        (Some(StateWord::Ended), _) | (None, Some(_)) => Ok(ImportedState::Ended),
        (Some(StateWord::Held), _) => {
            let reason = said.reason.as_deref();
            let reason = reason.map_or(Ok(HeldReason::Superseded), str::parse);
            let reason = reason.map_err(|_| "Field `reason` is none for which a session waits.")?;
            Ok(ImportedState::Held(reason))
        }
    }
}
