//! What the page of somebody who waits holds: why, who they are, what to show to a supervisor, and the ways out. It is
//! rendered in one place, whether a browser or its script asks.

use core::time::Duration;

use askama::Template;
use axum::{http::StatusCode, response::Response};
use vahti_core::{HeldReason, Waiting};

use super::{
    choose::Choice,
    gate::{Asked, filled},
    page::{self, Frame, Security, Sentence},
    screen::Screen,
};
use crate::{
    config::Audience,
    http::{Browser, harmless},
};

/// What stands on the waiting page.
#[derive(Template)]
#[template(path = "waiting.html")]
pub(super) struct WaitingPage {
    frame: Frame,
    title: Sentence,
    why: String,
    what_to_do: &'static str,
    /// The operator's sentence about who helps.
    help: Option<String>,
    /// What is known of the person, for a supervisor to compare: what it is, and itself.
    facts: Vec<(&'static str, String)>,
    reassurance: String,
    screen: Screen,
    choice: Option<Choice>,
    /// Where somebody logs in again.
    login: Option<String>,
    /// *Not you? Log out*, and where that is sent.
    logout: Option<(Sentence, String)>,
}

/// A session that waits, as its page tells it.
pub(super) struct Held<'a> {
    pub(super) reason: HeldReason,
    pub(super) told: &'a Waiting,
    pub(super) screen: Screen,
    pub(super) choice: Option<Choice>,
}

/// The page of a session that waits.
pub(super) fn page(browser: &Browser, frame: Frame, asked: &Asked, held: Held<'_>) -> WaitingPage {
    let (site, now, rd) = (browser.site(), browser.now(), asked.rd.as_deref());
    let (words, locale, told) = (&frame.words.waits, &frame.locale, held.told);
    let (what_to_do, reassurance) = match (frame.audience(), &held.screen.code) {
        (Audience::Supervised, Some(_)) if held.choice.is_some() => {
            (&words.or_show_code, &words.reassurance)
        }
        (Audience::Supervised, Some(_)) => (&words.show_code, &words.reassurance),
        (Audience::Supervised, None) => (&words.raise_hand, &words.reassurance),
        (Audience::Own, _) => (&words.keep_open, &words.saved),
    };
    let sentence = frame.words.held(held.reason, told.limit, frame.audience());
    let name = told.profile.name.as_deref().unwrap_or(told.user.as_str());
    let logout = || {
        let question = Sentence::naming_briefly(&frame.words.page.not_you, name);
        (question, site.logout(rd))
    };
    WaitingPage {
        title: Sentence::naming(&words.title, name),
        why: filled(locale, sentence, told, Duration::ZERO, now),
        what_to_do,
        help: locale.help().map(str::to_owned),
        facts: facts(&frame, told, name),
        reassurance: reassurance.replace("{t}", &locale.time(told.since, now)),
        screen: held.screen,
        choice: held.choice,
        login: site.login(rd),
        // A ticket shows, and does nothing.
        logout: asked.t.is_none().then(logout),
        frame,
    }
}

/// What a supervisor compares with the card; the name alone stands in the title.
fn facts(frame: &Frame, told: &Waiting, name: &str) -> Vec<(&'static str, String)> {
    let words = &frame.words.waits;
    let known = [
        (&words.number, told.profile.number.as_deref()),
        (&words.place, told.place.as_deref()),
    ];
    let mut facts: Vec<_> = known
        .into_iter()
        .filter_map(|(label, text)| Some((label.as_str(), harmless(text?))))
        .collect();
    if !facts.is_empty() {
        facts.insert(0, (&words.name, harmless(name)));
    }
    facts
}

impl WaitingPage {
    /// The page as an answer.
    pub(super) fn answer(self) -> Response {
        let is_framed = self.frame.is_framed;
        page::answer(&self, StatusCode::OK, Security::framed_if(is_framed))
    }
}
