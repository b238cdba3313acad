//! `/vahti/console/done`: what was done to a session last, when and by whom; and the way back. It is read from the record, so
//! that it is true however often, and by whom, it is looked at.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;
use vahti::Error;
use vahti_core::{How, SessionId, Stamp, StateWord, Verb};
use vahti_store::{EventQuery, EventRecord, SessionRecord};

use super::{CONSOLE, SCAN, confirm::Bad, desk::Desk, desk_words::DeskWords, page::Frame};
use crate::{http::harmless, locale::filled, pages::see_other};

/// Events of the user that are looked through for the newest command.
const EVENTS: u32 = 50;

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    session: String,
    /// It was done by the tap that has led here.
    now: Option<String>,
}

/// To the page about this session; `now` if the tap that leads there has done it.
pub(super) fn see(session: &SessionId, now: bool) -> Response {
    let now = if now { "&now=1" } else { "" };
    see_other(&format!("/vahti/console/done?session={session}{now}"))
}

/// The page.
#[derive(Template)]
#[template(path = "console/done.html")]
struct Done {
    frame: Frame,
    words: &'static DeskWords,
    id: String,
    /// What was done.
    title: String,
    lines: Vec<String>,
    /// Whether the screen in front should have gone on by now.
    asks: bool,
    /// Where the next person is met: whoever scans goes on scanning.
    next: &'static str,
    /// It was let in, and waits again since.
    waits_again: bool,
    /// The stamp of the command that can be taken back.
    of: Option<Stamp>,
}

/// Says what was done.
pub(super) async fn done(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let Ok(id) = SessionId::new(&asked.session) else {
        return Bad::Unknown.page(&desk);
    };
    match desk.ask(found(&desk, &id)).await {
        Ok((record, events, of)) => {
            let page = page(&desk, &record, &events, of, asked.now.is_some());
            desk.page(&page)
        }
        Err(Error::Refused(_)) => Bad::Unknown.page(&desk),
        Err(_) => desk.trouble(),
    }
}

/// The session, the events of its user, the newest first, and what can be taken back.
async fn found(
    desk: &Desk,
    id: &SessionId,
) -> Result<(SessionRecord, Vec<EventRecord>, Option<Stamp>), Error> {
    let (vahti, reader) = (desk.vahti(), desk.reader());
    let record = vahti.session(&reader, id).await?;
    let query = EventQuery {
        user: Some(record.user.clone()),
        newest_first: true,
        limit: EVENTS,
        ..EventQuery::default()
    };
    let events = vahti.events(&reader, query).await?.items;
    let of = vahti.undoable(&reader, &record.user).await?;
    Ok((record, events, of))
}

fn page(
    desk: &Desk,
    record: &SessionRecord,
    events: &[EventRecord],
    of: Option<Stamp>,
    now: bool,
) -> Done {
    let telling = desk.telling();
    let words = telling.words;
    let done = &words.done;
    let told = telling.of(record);
    let command = events.iter().find(|event| is_command(event, &told.id));
    let is = |verb: Verb| command.is_some_and(|event| event.verb == verb.as_str());
    let at = command.map_or_else(String::new, |event| telling.time(event.at));
    let by = command.and_then(|event| event.actor.as_deref());
    let let_in = is(Verb::Verify);
    let waits_again = let_in && record.session.state.is_held();
    let pattern = match by {
        _ if waits_again => &done.let_in_before,
        _ if is(Verb::Undo) || is(Verb::Alarm) => &done.undo,
        _ if is(Verb::Invalidate) => &done.hold,
        _ if is(Verb::End) => &done.end,
        _ if now => &done.let_in,
        Some(by) if by == desk.name() => &done.again_by_you,
        Some(_) => &done.again_by,
        None => &done.again,
    };
    let by = harmless(by.unwrap_or_default());
    let values = [("t", at.as_str()), ("by", &by), ("name", &told.name)];
    let title = filled(pattern, &values);
    let undone = command.filter(|_| is(Verb::Undo) || is(Verb::Alarm));
    let is_scanned = command.is_some_and(|event| {
        [How::Scan, How::Code]
            .map(How::as_str)
            .contains(&event.how.as_str())
    });
    Done {
        lines: undone.map_or_else(Vec::new, |undo| {
            after_undo(desk, record, events, undo.stamp)
        }),
        next: if is_scanned { SCAN } else { CONSOLE },
        title,
        asks: let_in && now && !waits_again,
        waits_again,
        of: of.filter(|of| can_be_taken_back(events, &told.id, *of)),
        frame: desk.frame(),
        id: told.id,
        words,
    }
}

/// What an undo has come to: who waits again, and who goes on again.
fn after_undo(
    desk: &Desk,
    record: &SessionRecord,
    events: &[EventRecord],
    stamp: Stamp,
) -> Vec<String> {
    let telling = desk.telling();
    let done = &telling.words.done;
    let told = telling.of(record);
    let mut lines = Vec::new();
    if record.session.state.is_held() {
        let place = told.place.unwrap_or(told.name);
        lines.push(done.waits_again.replace("{place}", &place));
    }
    // Whatever the undo did has its stamp.
    let is = |event: &EventRecord, verb: Verb| event.stamp == stamp && event.verb == verb.as_str();
    let active = Some(StateWord::Active.as_str());
    let go_on = events
        .iter()
        .filter(|event| is(event, Verb::Undo) && event.state.as_deref() == active);
    for event in go_on {
        let login = events
            .iter()
            .find(|login| login.session == event.session && login.verb == Verb::Login.as_str());
        if let Some(login) = login {
            let since = telling.time(login.at);
            lines.push(done.goes_on_again.replace("{t}", &since));
        }
    }
    if events.iter().any(|event| is(event, Verb::Alarm)) {
        lines.push(done.logins_held.clone());
        let help = telling.locale.help();
        lines.extend(help.map(|help| done.call.replace("{help}", help)));
    }
    lines
}

/// Whether the command of this stamp let this session in or put it on hold: what was done to another login of the person
/// since is not taken back here.
fn can_be_taken_back(events: &[EventRecord], session: &str, of: Stamp) -> bool {
    let verbs = [Verb::Verify, Verb::Invalidate].map(Verb::as_str);
    events.iter().any(|event| {
        event.stamp == of && is_command(event, session) && verbs.contains(&event.verb.as_str())
    })
}

/// Whether somebody did this, and not a rule, to this session or to all of the user's. An undo is recorded at those who turned by
/// it, and is about them all.
fn is_command(event: &EventRecord, session: &str) -> bool {
    let is = |verbs: &[Verb]| verbs.iter().any(|verb| event.verb == verb.as_str());
    let undoes = is(&[Verb::Undo, Verb::Alarm]);
    let about = event.session.as_deref();
    let is_about = undoes || about.is_none_or(|about| about == session);
    let is_command = undoes || is(&[Verb::Verify, Verb::Invalidate, Verb::End]);
    is_about && is_command && event.how != "rule"
}
