//! The frame around the console's pages, and what is said where there is nothing to show.

use core::time::Duration;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{CONSOLE, LOGIN, return_to, words::Words};
use crate::{
    http::{Supervisor, harmless},
    locale::Locale,
    pages::{self, Security, see_other},
};

/// What every page of the console knows of who looks at it.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) locale: Locale,
    pub(super) words: &'static Words,
    pub(super) who: Option<Who>,
    /// That the gate lets everybody pass.
    pub(super) paused: Option<Paused>,
}

/// A pause, told.
#[derive(Clone)]
pub(super) struct Paused {
    pub(super) sentence: String,
    pub(super) reason: Option<String>,
}

/// A supervisor, as the pages call them.
#[derive(Clone)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) may_invite: bool,
}

impl Frame {
    /// For a browser of which nobody knows whose it is.
    pub(super) fn of_nobody(locale: Locale) -> Self {
        Self {
            words: Words::of(&locale),
            locale,
            who: None,
            paused: None,
        }
    }

    /// For this supervisor.
    pub(super) fn of(supervisor: &Supervisor) -> Self {
        let nobody = Self::of_nobody(supervisor.locale().clone());
        let vahti = supervisor.vahti();
        let paused = vahti.paused().map(|paused| {
            let until = nobody.locale.time(paused.until, vahti.now());
            Paused {
                sentence: nobody.words.frame.paused.replace("{t}", &until),
                reason: paused.reason.map(|reason| harmless(&reason)),
            }
        });
        Self {
            paused,
            who: Some(Who {
                name: harmless(supervisor.name()),
                may_invite: supervisor.may_invite(),
            }),
            ..nobody
        }
    }
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "console/note.html")]
pub(super) struct Note {
    frame: Frame,
    title: &'static str,
    text: String,
    way_on: Option<(&'static str, String)>,
}

impl Note {
    pub(super) fn new(frame: Frame, title: &'static str, text: impl Into<String>) -> Self {
        Self {
            frame,
            title,
            text: text.into(),
            way_on: None,
        }
    }

    /// With a link.
    pub(super) fn way_on(self, words: &'static str, address: impl Into<String>) -> Self {
        Self {
            way_on: Some((words, address.into())),
            ..self
        }
    }
}

/// A page as an answer.
pub(super) fn answer(status: StatusCode, page: &impl Template) -> Response {
    pages::answer(page, status, Security::Alone)
}

/// Nobody is logged in: first the login, then this page.
pub(crate) fn log_in_first(page: &Uri) -> Response {
    let page = page.path_and_query().map(ToString::to_string);
    see_other(&login_for(page.as_deref()))
}

/// Nobody is logged in any more where something was to be done, or followed. `page` is where it was to be done.
pub(crate) fn run_out(locale: Locale, page: Option<&str>) -> Response {
    let frame = Frame::of_nobody(locale);
    let words = &frame.words.login;
    // What was scanned is confirmed after the login: its page is gone back to.
    let has_scanned = page.is_some_and(|page| page.contains("confirmation="));
    let sentence = if has_scanned {
        &words.run_out_scanned
    } else {
        &words.run_out
    };
    let note = Note::new(frame, &words.run_out_title, sentence);
    let mut answer = answer(
        StatusCode::UNAUTHORIZED,
        &note.way_on(&words.again, login_for(page)),
    );
    let how = HeaderValue::from_static("Vahti login=\"/vahti/console/login\"");
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, how);
    answer
}

/// The database cannot be asked, or did not answer.
pub(crate) fn cannot_tell(locale: Locale) -> Response {
    let frame = Frame::of_nobody(locale);
    let words = &frame.words.trouble;
    let note = Note::new(frame, &words.title, &words.text).way_on(&words.again, CONSOLE);
    let answer = answer(StatusCode::SERVICE_UNAVAILABLE, &note);
    pages::later(answer, Duration::from_secs(1))
}

/// It cannot be told who is logged in, or nobody can be logged in: the database of the logins has failed, or its disk is full.
pub(crate) fn closed(locale: Locale) -> Response {
    let frame = Frame::of_nobody(locale);
    let words = &frame.words.trouble;
    let note = Note::new(frame, &words.closed_title, &words.closed).way_on(&words.again, CONSOLE);
    let mut answer = answer(StatusCode::SERVICE_UNAVAILABLE, &note);
    let soon = HeaderValue::from_static("5");
    answer.headers_mut().insert(header::RETRY_AFTER, soon);
    answer
}

/// The login, and then this page, if it is ours.
fn login_for(page: Option<&str>) -> String {
    match page.and_then(return_to::ours) {
        Some(page) => format!(
            "{LOGIN}?next={}",
            utf8_percent_encode(page, NON_ALPHANUMERIC)
        ),
        None => LOGIN.to_owned(),
    }
}
