//! `/vahti/gate`, the waiting page: why somebody waits, and on to the page that was asked for once they are let in.

use core::time::Duration;

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use serde::Deserialize;
use vahti::Checked;
use vahti_core::{
    EndReason, HeldReason, Policy, SessionId, Timestamp, Waiting,
    verdict::{DenyReason, Verdict},
};

use super::{
    choose::{Choice, Said},
    page::{Frame, Page, SOON, later, see_other},
    screen::Screen,
    waiting::{self, Held},
};
use crate::{
    address::Address, config::Audience, http::Browser, locale::Locale, standing::Standing,
};

/// Tells scripts how the session stands, as proxies do.
const STATE: HeaderName = HeaderName::from_static("vahti-state");

/// What the address of the page says. Other parameters are nothing to us.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// Where to go on once let in.
    pub(super) rd: Option<String>,
    /// The method of the request that was held back, if it sent a form.
    rm: Option<String>,
    /// A ticket.
    pub(super) t: Option<String>,
    /// Whether the page stands in a dialog of the application.
    frame: Option<String>,
    /// What came of a choice.
    pub(super) said: Option<Said>,
}

/// Shows how the session of the cookie stands, or that of a ticket. What cannot be read in the address says nothing.
pub(super) async fn gate(
    browser: Browser,
    locale: Locale,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let frame = Frame {
        is_framed: asked.frame.is_some(),
        ..Frame::new(locale)
    };
    match browser.wait(asked.t.as_deref()).await {
        Ok(checked) => {
            let standing = Standing::of(checked.verdict);
            let mut answer = shown(&browser, frame, &asked, &checked).await;
            let state = HeaderValue::from_static(standing.as_str());
            answer.headers_mut().insert(STATE, state);
            answer
        }
        Err(_) => cannot_tell(frame),
    }
}

async fn shown(browser: &Browser, frame: Frame, asked: &Asked, checked: &Checked) -> Response {
    if checked.allows() {
        return go_on(browser, frame, asked);
    }
    let login = browser.site().login(asked.rd.as_deref());
    let told = match &checked.session {
        Some(session) => browser.waiting(session).await,
        None => Ok(None),
    };
    let Ok(told) = told else {
        return cannot_tell(frame);
    };
    match (checked.verdict, told) {
        (Verdict::Hold(reason), told) => {
            let waits = checked.session.as_ref().zip(told);
            waits_for(browser, frame, asked, reason, waits).await
        }
        (Verdict::Deny(DenyReason::Ended(reason)), told) => {
            let why = told
                .zip(lasts(browser.policy(), reason))
                .map(|(told, lasts)| {
                    let sentence = frame.words.ended(reason, frame.audience());
                    filled(&frame.locale, sentence, &told, lasts, browser.now())
                });
            let why = why.unwrap_or_else(|| frame.words.is_over.unknown.clone());
            let title = &frame.words.is_over.title;
            let page = Page::new(frame, title).line(why).login(login);
            page.standing(Standing::Ended).answer(StatusCode::OK)
        }
        _ if asked.t.is_some() => too_old(browser, frame, asked, login),
        _ => nobody(frame, login),
    }
}

/// The page of a session that waits for this reason.
async fn waits_for(
    browser: &Browser,
    frame: Frame,
    asked: &Asked,
    reason: HeldReason,
    waits: Option<(&SessionId, Waiting)>,
) -> Response {
    // A ticket shows, and chooses nothing.
    let may_choose = reason == HeldReason::AwaitingChoice && asked.t.is_none();
    let choice = if may_choose {
        Choice::of(browser, &frame, asked.said).await.map(Some)
    } else {
        Ok(None)
    };
    match (waits, choice) {
        (Some((session, told)), Ok(choice)) => {
            let held = Held {
                reason,
                told: &told,
                screen: Screen::of(browser, &frame, session),
                choice,
            };
            waiting::page(browser, frame, asked, held).answer()
        }
        _ => cannot_tell(frame),
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

/// On to the page that was asked for. After a form only the browser's own history has what was typed; and a dialog is
/// closed by the page below it.
fn go_on(browser: &Browser, frame: Frame, asked: &Asked) -> Response {
    let site = browser.site();
    let back = asked.rd.as_deref().map(|rd| site.back_to(rd).ok_or(rd));
    let words = &frame.words.let_in;
    let refused = match frame.audience() {
        Audience::Supervised => &words.return_refused,
        Audience::Own => &words.return_refused_self,
    };
    let is_framed = frame.is_framed;
    let page = || Page::new(frame, &words.title).standing(Standing::Active);
    match back {
        _ if is_framed => page().answer(StatusCode::OK),
        Some(Err(rd)) => {
            let host = Address::parse(rd).map_or_else(|| "?".to_owned(), |rd| rd.host.to_string());
            let line = refused.replace("{host}", &host);
            page().line(line).answer(StatusCode::OK)
        }
        back => {
            let back = back.and_then(Result::ok).unwrap_or_else(|| site.front());
            if asked.rm.is_none() {
                return see_other(&back);
            }
            let page = page().line(&words.after_form).after_form(back);
            page.answer(StatusCode::OK)
        }
    }
}

/// A ticket that shows nothing, most likely because it is over: whoever waits still does, and comes to a new page by the way
/// on which they came. Of one that was never right the page says the same.
fn too_old(browser: &Browser, frame: Frame, asked: &Asked, login: Option<String>) -> Response {
    let words = &frame.words.too_old;
    let back = asked
        .rd
        .as_deref()
        .and_then(|rd| browser.site().back_to(rd));
    let login = if back.is_none() { login } else { None };
    let page = Page::new(frame, &words.title).line(&words.text);
    let page = page.standing(Standing::None).back(back).login(login);
    page.answer(StatusCode::OK)
}

/// To the login of the application; without one, a page that says it. A dialog stays where it is.
fn nobody(frame: Frame, login: Option<String>) -> Response {
    match login {
        Some(login) if !frame.is_framed => see_other(&login),
        login => {
            let words = &frame.words.nobody;
            let page = Page::new(frame, &words.title).standing(Standing::None);
            let page = match &login {
                Some(_) => page,
                None => page.line(&words.text),
            };
            page.login(login).answer(StatusCode::OK)
        }
    }
}

/// Cannot tell is never no: the page comes again by itself, and everything is kept.
fn cannot_tell(frame: Frame) -> Response {
    let words = &frame.words.cannot_tell;
    unavailable(
        Page::new(frame, &words.title)
            .line(&words.text)
            .asking_again(),
    )
}

/// The page of somebody whose request was not done, and who may try again soon.
pub(super) fn unavailable(page: Page) -> Response {
    later(page.answer(StatusCode::SERVICE_UNAVAILABLE), SOON)
}

/// A sentence with its braces filled in.
pub(super) fn filled(
    locale: &Locale,
    sentence: &str,
    told: &Waiting,
    lasts: Duration,
    now: Timestamp,
) -> String {
    sentence
        .replace("{n}", &told.limit.to_string())
        .replace("{t}", &locale.time(told.cause_at, now))
        .replace("{d}", &locale.duration(lasts))
}
