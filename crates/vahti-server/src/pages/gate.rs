//! `/vahti/gate`, the waiting page: why somebody waits, and on to the page that was asked for once they are let in.

use core::time::Duration;

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use vahti::Checked;
use vahti_core::{
    EndReason, Policy, Timestamp, Waiting,
    verdict::{DenyReason, Verdict},
};

use super::{
    page::{Page, Sentence, see_other},
    words::{ENGLISH, Words},
};
use crate::{
    address::Address,
    http::{Browser, duration_in_words},
    sites::Site,
};

/// What the address of the page says. Other parameters are nothing to us.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// Where to go on once let in.
    rd: Option<String>,
    /// The method of the request that was held back, if it sent a form.
    rm: Option<String>,
    /// A ticket.
    t: Option<String>,
}

/// Shows how the session of the cookie stands, or that of a ticket. What cannot be read in the address says nothing.
pub(super) async fn gate(
    browser: Browser,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    match browser.wait(asked.t.as_deref()).await {
        Ok(checked) => shown(&browser, &asked, &checked).await,
        Err(_) => cannot_tell(),
    }
}

async fn shown(browser: &Browser, asked: &Asked, checked: &Checked) -> Response {
    let site = browser.site();
    let (words, login) = (&ENGLISH, site.login(asked.rd.as_deref()));
    if checked.allows() {
        return go_on(words, site, asked);
    }
    let told = match &checked.session {
        Some(session) => browser.waiting(session).await,
        None => Ok(None),
    };
    let told = match told {
        Ok(told) => told,
        Err(_) => return cannot_tell(),
    };
    match checked.verdict {
        Verdict::Hold(reason) => {
            let Some(told) = told else {
                return cannot_tell();
            };
            let (name, at) = (name(&told), browser.now());
            let why = filled(words.held(reason, told.limit), &told, Duration::ZERO, at);
            let since = words.reassurance.replace("{t}", &clock(told.since, at));
            let page = Page::new(words, Sentence::naming(words.waits_title, name))
                .line(why)
                .line(words.what_to_do)
                .line(since)
                .reloading()
                .login(login);
            let page = if asked.t.is_none() {
                let question = Sentence::naming(words.not_you, name);
                page.logout(question, site.logout(asked.rd.as_deref()))
            } else {
                page
            };
            page.answer(StatusCode::OK)
        }
        Verdict::Deny(DenyReason::Ended(reason)) => {
            let why = told
                .zip(lasts(browser.policy(), reason))
                .map(|(told, lasts)| filled(words.ended(reason), &told, lasts, browser.now()));
            let why = why.unwrap_or_else(|| words.ended.to_owned());
            let page = Page::new(words, words.ended_title).line(why).login(login);
            page.answer(StatusCode::OK)
        }
        Verdict::Deny(DenyReason::NoSession) | Verdict::Allow(_) => nobody(words, login),
    }
}

/// The duration that a session ended by; none if the policy has changed since.
fn lasts(policy: &Policy, reason: EndReason) -> Option<Duration> {
    match reason {
        EndReason::Idle => Some(policy.idle_timeout).filter(|time| !time.is_zero()),
        EndReason::Lifetime => Some(policy.max_lifetime).filter(|time| !time.is_zero()),
        _ => Some(Duration::ZERO),
    }
}

/// On to the page that was asked for. After a form only the browser's own history has what was typed.
fn go_on(words: &'static Words, site: Site<'_>, asked: &Asked) -> Response {
    let back = asked.rd.as_deref().map(|rd| site.back_to(rd).ok_or(rd));
    let page = Page::new(words, words.let_in_title);
    match back {
        Some(Err(rd)) => {
            let host = Address::parse(rd).map_or_else(|| "?".to_owned(), |rd| rd.host.to_string());
            let line = words.return_refused.replace("{host}", &host);
            page.line(line).answer(StatusCode::OK)
        }
        Some(Ok(back)) if asked.rm.is_some() => page
            .line(words.after_form)
            .back(Some(back))
            .answer(StatusCode::OK),
        None if asked.rm.is_some() => page
            .line(words.after_form)
            .back(Some(site.front()))
            .answer(StatusCode::OK),
        Some(Ok(back)) => see_other(&back),
        None => see_other(&site.front()),
    }
}

/// To the login of the application; without one, a page that says it.
fn nobody(words: &'static Words, login: Option<String>) -> Response {
    match login {
        Some(login) => see_other(&login),
        None => Page::new(words, words.nobody_title)
            .line(words.nobody)
            .answer(StatusCode::OK),
    }
}

/// Cannot tell is never no: the page comes again by itself, and everything is kept.
fn cannot_tell() -> Response {
    let page = Page::new(&ENGLISH, ENGLISH.cannot_tell_title)
        .line(ENGLISH.cannot_tell)
        .reloading();
    unavailable(page)
}

/// The page of somebody whose request was not done, and who may try again soon.
pub(super) fn unavailable(page: Page) -> Response {
    let mut answer = page.answer(StatusCode::SERVICE_UNAVAILABLE);
    let soon = HeaderValue::from_static("5");
    answer.headers_mut().insert(header::RETRY_AFTER, soon);
    answer
}

/// The name that people know, or the user's own.
fn name(told: &Waiting) -> &str {
    let known = told.profile.name.as_deref();
    known.unwrap_or(told.user.as_str())
}

fn filled(sentence: &str, told: &Waiting, lasts: Duration, now: Timestamp) -> String {
    sentence
        .replace("{n}", &told.limit.to_string())
        .replace("{t}", &clock(told.cause_at, now))
        .replace("{d}", &duration_in_words(lasts))
}

/// A time as people read it: the time of day, with the day if that is another.
fn clock(time: Timestamp, now: Timestamp) -> String {
    let text = |time| vahti_client::Time(time).to_string();
    let (time, now) = (text(time), text(now));
    let minutes = |clock: &str| clock.get(..5).unwrap_or(clock).to_owned();
    match (time.split_once('T'), now.split_once('T')) {
        (Some((day, clock)), Some((today, _))) if day == today => format!("{} UTC", minutes(clock)),
        (Some((day, clock)), _) => format!("{day} {} UTC", minutes(clock)),
        (None, _) => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_another_day_says_which() {
        let at = |text: &str| vahti_client::Time::parse(text).expect("a time").0;
        let time = at("2026-08-22T09:03:12.120Z");
        assert_eq!(clock(time, at("2026-08-22T23:00:00Z")), "09:03 UTC");
        assert_eq!(
            clock(time, at("2026-08-23T00:00:00Z")),
            "2026-08-22 09:03 UTC"
        );
    }
}
