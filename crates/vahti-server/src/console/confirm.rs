//! `/vahti/console/confirm`: everything a supervisor compares before they let somebody in. Opening it makes the screen show
//! a sign, and changes nothing else.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use vahti::{Error, Sign, Waiter};
use vahti_core::{How, SessionId, State};

use super::{desk::Desk, desk_words::DeskWords, done, filters, namesake, page::Frame, told::Told};
use crate::{http::harmless, locale::filled};

/// What the address says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    session: String,
    /// What was opened while its code was right.
    confirmation: Option<String>,
    /// By which way it was opened.
    how: Option<String>,
    /// The user whom a code of the old kind names.
    user: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "console/confirm.html")]
struct Confirm {
    frame: Frame,
    words: &'static DeskWords,
    told: Told,
    is_active: bool,
    /// Since when it waits, or goes on.
    since: &'static str,
    /// The user's other logins that go on, and will wait.
    put_out: Vec<Told>,
    /// Those that wait already, and all of them where nobody is let in.
    also: Vec<Told>,
    namesake: Option<String>,
    is_old_code: bool,
    /// The code names somebody else.
    misnamed: Option<String>,
    /// What the screen shows now.
    sign: Option<Sign>,
    confirmation: Option<String>,
    how: How,
}

/// Why nothing can be confirmed.
#[derive(Clone, Copy)]
pub(super) enum Bad {
    Ended,
    TooLate,
    NothingToUndo,
    Unknown,
}

impl Bad {
    /// The page that says so.
    pub(super) fn page(self, desk: &Desk) -> Response {
        let bad = &desk.telling().words.bad;
        let (status, text) = match self {
            Self::Ended => (StatusCode::GONE, &bad.ended),
            Self::TooLate => (StatusCode::GONE, &bad.too_late),
            Self::NothingToUndo => (StatusCode::CONFLICT, &bad.nothing_to_undo),
            Self::Unknown => (StatusCode::NOT_FOUND, &bad.unknown),
        };
        desk.refuses(status, &bad.title, text)
    }
}

/// Shows what is to be compared.
pub(super) async fn confirm(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let Ok(id) = SessionId::new(&asked.session) else {
        return Bad::Unknown.page(&desk);
    };
    if let Some(text) = &asked.confirmation
        && desk
            .confirmed(text)
            .is_none_or(|(session, _)| session != id)
    {
        return Bad::TooLate.page(&desk);
    }
    let reader = desk.reader();
    let waiter = desk.vahti().waiter(&reader, &id);
    let waiter = match desk.ask(waiter).await {
        Ok(waiter) => waiter,
        Err(Error::Refused(_)) => return Bad::Unknown.page(&desk),
        Err(_) => return desk.trouble(),
    };
    let state = waiter.record.session.state;
    match state {
        State::Ended(_) => return Bad::Ended.page(&desk),
        // Somebody has let it in since its code was shown.
        State::Active if asked.how.is_some() => return done::see(&id, false),
        State::Active | State::Held(_) => {}
    }
    let sign = state.is_held().then(|| desk.vahti().look(&id));
    let sign = match sign.transpose() {
        Ok(sign) => sign,
        Err(_) => return desk.trouble(),
    };
    let namesake = match desk.ask(told_apart(&desk, &waiter)).await {
        Ok(namesake) => namesake,
        Err(_) => return desk.trouble(),
    };
    desk.page(&page(&desk, &asked, &waiter, sign, namesake))
}

fn page(
    desk: &Desk,
    asked: &Asked,
    waiter: &Waiter,
    sign: Option<Sign>,
    namesake: Option<String>,
) -> Confirm {
    let telling = desk.telling();
    let words = telling.words;
    let told = telling.of(&waiter.record);
    let how = asked.how.as_deref().and_then(|how| how.parse().ok());
    let is_scanned = asked.confirmation.is_some();
    let named = asked.user.as_deref();
    let misnamed = named.filter(|named| *named != waiter.record.user.as_str());
    let misnamed = misnamed.map(|user| words.confirm.misnamed.replace("{user}", &harmless(user)));
    let is_active = waiter.record.session.state.is_active();
    let others = |put_out| {
        let others = waiter.others.iter();
        let others = others.filter(move |other| (!is_active && other.state.is_active()) == put_out);
        others.map(|other| telling.of_session(other)).collect()
    };
    Confirm {
        since: if is_active {
            &words.confirm.since_active
        } else {
            &words.confirm.since
        },
        put_out: others(true),
        also: others(false),
        is_active,
        is_old_code: how == Some(How::Scan) && !is_scanned,
        how: match how {
            Some(How::Scan) if is_scanned => How::Scan,
            Some(How::Code) => How::Code,
            _ => How::List,
        },
        confirmation: asked.confirmation.clone(),
        frame: desk.frame(),
        misnamed,
        namesake,
        words,
        told,
        sign,
    }
}

/// The sentence about somebody else of the same name who waits too.
async fn told_apart(desk: &Desk, waiter: &Waiter) -> Result<Option<String>, Error> {
    let telling = desk.telling();
    let other = namesake::of(desk, &waiter.record).await?;
    Ok(other.map(|other| {
        let told = telling.of(&other);
        let known = [
            told.number.unwrap_or(told.user),
            told.place.unwrap_or_default(),
        ];
        let known: Vec<_> = known.into_iter().filter(|text| !text.is_empty()).collect();
        let values = [("name", told.name.as_str()), ("number", &known.join(", "))];
        filled(&telling.words.confirm.same_name, &values)
    }))
}
