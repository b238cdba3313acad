//! `/vahti/console/person`: all about one person: who it is, how they stand and why, their logins, and what was done.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use vahti::Error;
use vahti_core::{Account, Explanation, Session, Stamp, State, UserId};
use vahti_store::{EventQuery, EventRecord, Page, SessionQuery, SessionRecord};

use super::{
    desk::Desk,
    desk_words::DeskWords,
    history::{Line, Who},
    page::Frame,
    records_words::RecordsWords,
    stands::stands,
    told::{Telling, Told},
};
use crate::http::harmless;

/// Lines of the record on one page.
const LINES: u32 = 50;
/// Logins on one page that are looked at for those that have ended.
const LOGINS: u32 = 50;

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    user: String,
    /// Only what was recorded before this event.
    before: Option<i64>,
    /// Of the logins that have ended only those before this place in the list.
    logins: Option<i64>,
}

/// The page.
#[derive(Template)]
#[template(path = "console/person.html")]
struct Person {
    frame: Frame,
    words: &'static RecordsWords,
    desk: &'static DeskWords,
    name: String,
    /// What is known of the person, with its names.
    facts: Vec<(&'static str, String)>,
    stands: Vec<String>,
    /// The same, for engineers.
    sentence: String,
    open: Vec<Login>,
    ended: Vec<Login>,
    /// Where the older of the logins that have ended go on.
    older_logins: Option<i64>,
    is_older_logins: bool,
    /// A login by which forms mean the person.
    subject: Option<String>,
    /// Whether there is anything that could be put on hold.
    can_hold: bool,
    /// The stamp of the command that can be taken back.
    of: Option<Stamp>,
    user: String,
    history: Vec<Line>,
    /// Every line is about this person.
    names_people: bool,
    older: Option<i64>,
    is_older: bool,
}

/// A login of the person.
struct Login {
    told: Told,
    is_active: bool,
    /// The place, the device and the address, as far as they are known.
    from: Vec<String>,
    state: &'static str,
    times: Vec<String>,
    /// Why it has ended.
    why: Option<&'static str>,
}

/// What is read for the page.
struct Found {
    account: Account,
    explanation: Explanation,
    logins: Page<SessionRecord>,
    events: Page<EventRecord>,
    of: Option<Stamp>,
}

/// Shows all about somebody.
pub(super) async fn person(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let words = RecordsWords::of(desk.telling().locale);
    let nobody = || {
        let sentence = words
            .person
            .nobody
            .replace("{name}", &harmless(&asked.user));
        desk.refuses(StatusCode::NOT_FOUND, &words.person.nobody_title, &sentence)
    };
    let Ok(user) = UserId::new(&asked.user) else {
        return nobody();
    };
    match desk.ask(found(&desk, user, &asked)).await {
        Ok(found) => desk.page(&page(&desk, words, found, &asked)),
        Err(Error::Refused(_)) => nobody(),
        Err(_) => desk.trouble(),
    }
}

async fn found(desk: &Desk, user: UserId, asked: &Asked) -> Result<Found, Error> {
    let (vahti, reader) = (desk.vahti(), desk.reader());
    let (explanation, account) = vahti.explain(&reader, &user).await?;
    let logins = SessionQuery {
        user: Some(user.clone()),
        newest_first: true,
        after: asked.logins.unwrap_or(0),
        limit: LOGINS,
        ..SessionQuery::default()
    };
    let events = EventQuery {
        user: Some(user.clone()),
        newest_first: true,
        after: asked.before.unwrap_or(0),
        limit: LINES,
        ..EventQuery::default()
    };
    Ok(Found {
        logins: vahti.sessions(&reader, logins).await?,
        events: vahti.events(&reader, events).await?,
        of: vahti.undoable(&reader, &user).await?,
        account,
        explanation,
    })
}

fn page(desk: &Desk, words: &'static RecordsWords, found: Found, asked: &Asked) -> Person {
    let (telling, vahti) = (desk.telling(), desk.vahti());
    let Found {
        account,
        explanation,
        logins,
        events,
        of,
    } = found;
    let user = account.user.to_string();
    let name = harmless(account.profile.name.as_deref().unwrap_or(&user));
    let policy = vahti.policy();
    let facts = (&explanation, &account);
    let open: Vec<_> = account
        .open_sessions()
        .rev()
        .filter(|session| session.overdue(policy, telling.now).is_none())
        .map(|session| login(&telling, words, session))
        .collect();
    let ended: Vec<_> = logins
        .items
        .iter()
        .filter(|record| record.session.state.is_ended())
        .map(|record| login(&telling, words, &record.session))
        .collect();
    let subject = open.iter().chain(&ended).next();
    Person {
        frame: desk.frame(),
        desk: telling.words,
        stands: stands(&telling, words, &name, facts, policy, vahti.paused_until()),
        subject: subject.map(|login| login.told.id.clone()),
        can_hold: !explanation.logins_held || explanation.active > 0,
        older_logins: logins.next,
        is_older_logins: asked.logins.is_some(),
        history: lines(&telling, words, &events.items),
        names_people: false,
        older: events.next,
        facts: known(words, &account),
        sentence: explanation.sentence,
        user,
        name,
        open,
        ended,
        of,
        words,
        is_older: asked.before.is_some(),
    }
}

fn lines(telling: &Telling<'_>, words: &RecordsWords, events: &[EventRecord]) -> Vec<Line> {
    let lines = events.iter().map(|event| Line::of(telling, words, event));
    lines.collect()
}

/// What the application said of the person.
fn known(words: &'static RecordsWords, account: &Account) -> Vec<(&'static str, String)> {
    let (said, profile) = (&words.person, &account.profile);
    let groups: Vec<_> = profile.groups.iter().map(ToString::to_string).collect();
    let facts = [
        (&said.number, profile.number.clone()),
        (&said.user, Some(account.user.to_string())),
        (&said.email, profile.email.clone()),
        (
            &said.groups,
            Some(groups.join(", ")).filter(|all| !all.is_empty()),
        ),
    ];
    let facts = facts.into_iter();
    let facts = facts.filter_map(|(name, fact)| Some((name.as_str(), harmless(&fact?))));
    facts.collect()
}

fn login(telling: &Telling<'_>, words: &'static RecordsWords, session: &Session) -> Login {
    let said = &words.person;
    let told = telling.of_session(session);
    let at = |pattern: &str, at| pattern.replace("{t}", &telling.time(at));
    let logged_in = at(&said.logged_in, session.login.at);
    let stopped = session.expired_at.unwrap_or(session.login.at);
    let ended = session.marks.ended_at().unwrap_or(stopped);
    let used = at(&said.used, session.last_seen.at);
    let (state, times, why) = match session.state {
        State::Active => (&said.goes_on, vec![logged_in, used], None),
        State::Held(_) => {
            let waits = at(&said.waits_since, stopped);
            (&said.waits, vec![waits, logged_in, used], None)
        }
        State::Ended(reason) => {
            let ended = at(&said.ended_at, ended);
            (
                &said.has_ended,
                vec![ended, logged_in],
                Some(words.ended(reason)),
            )
        }
    };
    let from = [&told.place, &told.device, &told.address];
    Login {
        is_active: session.state.is_active(),
        from: from.into_iter().flatten().cloned().collect(),
        told,
        state,
        times,
        why,
    }
}
