//! The choice under the policy `ask`: which of their own devices somebody logs out, so that they go on at this one.
//!
//! Whatever comes of it, the answer leads back to the waiting page, which says how things stand: so a button that was pressed
//! twice is no error.

use core::time::Duration;

use axum::{
    Form,
    extract::{RawQuery, rejection::FormRejection},
    response::Response,
};
use serde::Deserialize;
use vahti::Error;
use vahti_core::{Refusal, Session, SessionId};

use super::{
    device::Origin,
    page::{Frame, see_other},
    words::Words,
};
use crate::{
    http::{Browser, shown},
    locale::with_parameter,
};

/// A device that was used so lately is in use.
const JUST_NOW: Duration = Duration::from_secs(60);

/// The parameter by which the waiting page learns what came of a choice.
const SAID: &str = "said";

/// What came of a choice that was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    /// The device had gone by itself.
    Gone,
    /// The database did not answer.
    NotKept,
}

impl Said {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::NotKept => "not_kept",
        }
    }

    /// As people are told.
    pub(super) fn told(self, words: &'static Words) -> &'static str {
        match self {
            Self::Gone => &words.choice.gone,
            Self::NotKept => &words.choice.not_kept,
        }
    }
}

/// The choice that a page offers.
pub(super) struct Choice {
    /// Where it is sent.
    pub(super) action: String,
    /// The devices that go on now; none if a place has become free.
    pub(super) devices: Vec<Device>,
    /// What came of the choice before.
    pub(super) said: Option<&'static str>,
}

/// A device of the user's own.
pub(super) struct Device {
    pub(super) session: String,
    pub(super) name: String,
    pub(super) place: Option<String>,
    pub(super) used: String,
}

impl Choice {
    /// The choice of whoever holds the cookie of this browser.
    pub(super) async fn of(
        browser: &Browser,
        frame: &Frame,
        said: Option<Said>,
    ) -> Result<Self, Error> {
        let others = browser.others().await?;
        let limit_holders = others.iter().filter(|session| session.state.is_active());
        let query = with_parameter(frame.locale.query(), SAID, None);
        Ok(Self {
            action: address("/vahti/gate/choose", &query),
            devices: limit_holders
                .map(|session| device(browser, frame, session))
                .collect(),
            said: said.map(|said| said.told(frame.words)),
        })
    }
}

fn device(browser: &Browser, frame: &Frame, session: &Session) -> Device {
    let (words, now, at) = (&frame.words.choice, browser.now(), session.last_seen.at);
    let origin = session.login.origin.as_deref().map(Origin::of);
    let name = match origin.map(|origin| (origin.device(), origin.text)) {
        Some((Some((browser, system)), _)) => words
            .device
            .replace("{browser}", browser)
            .replace("{system}", system),
        Some((None, text)) if !text.is_empty() => shown(text),
        _ => words.unknown_device.clone(),
    };
    Device {
        session: session.id.to_string(),
        name,
        place: session.login.place.as_deref().map(shown),
        used: if now.since(at) < JUST_NOW {
            words.in_use.clone()
        } else {
            let time = frame.locale.time(at, now);
            words.used_at.replace("{t}", &time)
        },
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Chosen {
    /// The session that ends; without it a place that has become free is taken.
    ends: Option<String>,
}

/// Ends the chosen session and lets that of the cookie in, then back to the waiting page. A ticket chooses nothing.
pub(super) async fn choose(
    browser: Browser,
    RawQuery(query): RawQuery,
    chosen: Result<Form<Chosen>, FormRejection>,
) -> Response {
    let ends = chosen.ok().and_then(|Form(chosen)| chosen.ends);
    let ends = ends.filter(|ends| !ends.is_empty());
    let said = match ends.map(|ends| SessionId::new(&ends)).transpose() {
        Err(_) => Some(Said::Gone),
        Ok(ends) => match browser.choose(ends).await {
            Ok(_) | Err(Error::UnknownToken | Error::Refused(Refusal::NothingToChoose(_))) => None,
            Err(Error::Refused(_)) => Some(Said::Gone),
            Err(_) => Some(Said::NotKept),
        },
    };
    let query = query.as_deref().unwrap_or_default();
    let query = with_parameter(query, SAID, said.map(Said::as_str));
    see_other(&address("/vahti/gate", &query))
}

fn address(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}
