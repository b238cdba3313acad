//! The door for browsers at the pages: it is open, and gives nothing but the session that their cookie or their ticket
//! proves.

use core::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use tokio::sync::futures::Notified;
use vahti::{Caller, Checked, EndRequest, Error, Pass, ShownChallenge, ShownCode, Sign};
use vahti_core::{EndReason, How, Policy, Session, SessionId, Timestamp, Waiting};
use vahti_store::SessionRecord;

use super::{App, Place, cookie::cookie};
use crate::{address::Host, sites::Site};

/// The name under which somebody ends their own session on a page.
const PAGE: &str = "page";

/// A browser at a page.
pub(crate) struct Browser {
    app: App,
    token: Option<String>,
    host: Option<String>,
}

impl Browser {
    /// Whether its session may go on: that of the ticket, if there is one, else that of its cookie.
    pub(crate) async fn wait(&self, ticket: Option<&str>) -> Result<Checked, Error> {
        self.noted(self.app.vahti().wait(self.pass(ticket)).await)
    }

    /// The same, for a page that stays open.
    pub(crate) async fn watch(&self, ticket: Option<&str>) -> Result<Checked, Error> {
        self.noted(self.app.vahti().watch(self.pass(ticket)).await)
    }

    fn pass<'a>(&'a self, ticket: Option<&'a str>) -> Pass<'a> {
        let token = self.token.as_deref().unwrap_or_default();
        ticket.map_or(Pass::Token(token), Pass::Ticket)
    }

    /// A place for a page of this session that is told at once when it may go on; none if all are taken.
    pub(crate) fn place(&self, session: &SessionId) -> Option<Place> {
        self.app.screens().take(session)
    }

    /// Wakes when something may have changed after this was called.
    pub(crate) fn recorded(&self) -> Notified<'_> {
        self.app.vahti().recorded()
    }

    /// Waits, but only until this host stops.
    pub(crate) async fn until_stop<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.app.stop().run_until_cancelled(work).await
    }

    /// What the page tells about a session that [`Browser::wait`] has proven.
    pub(crate) async fn waiting(&self, session: &SessionId) -> Result<Option<Waiting>, Error> {
        let vahti = self.app.vahti();
        let told = vahti.waiting(session);
        self.noted(self.app.trouble().within(vahti, told).await)
    }

    /// The user's other open sessions: of the session of its cookie.
    pub(crate) async fn others(&self) -> Result<Vec<Session>, Error> {
        let vahti = self.app.vahti();
        let token = self.token.as_deref().unwrap_or_default();
        let others = self.app.trouble().within(vahti, vahti.others(token)).await;
        self.noted(others)
    }

    /// Ends another session of the user, and lets that of its cookie in.
    pub(crate) async fn choose(&self, ends: Option<SessionId>) -> Result<SessionRecord, Error> {
        let vahti = self.app.vahti();
        let (caller, token) = (Caller::named(PAGE, How::Api), self.token.as_deref());
        let choose = vahti.choose(&caller, token.unwrap_or_default(), ends);
        let chosen = self.app.trouble().within(vahti, choose).await;
        self.noted(chosen)
    }

    /// What the screen of a session that waits shows for a supervisor to scan; none if it does not wait.
    pub(crate) fn challenge(&self, session: &SessionId) -> Option<ShownChallenge> {
        self.app.vahti().challenge(session)
    }

    /// Where a scanned challenge leads: to the public address, at which supervisors are logged in.
    pub(crate) fn scanned(&self, challenge: &str) -> String {
        self.app.sites().public().scanned(challenge)
    }

    /// The digits that the screen of a session shows.
    pub(crate) fn short_code(&self, session: &SessionId) -> Result<ShownCode, Error> {
        self.app.vahti().short_code(session)
    }

    /// The sign of a supervisor who looks at the screen of a session.
    pub(crate) fn sign(&self, session: &SessionId) -> Option<Sign> {
        self.app.vahti().sign(session)
    }

    /// What supervisors say to everybody who waits.
    pub(crate) fn message(&self) -> Option<String> {
        self.app.vahti().message()
    }

    /// Ends the session of its cookie.
    pub(crate) async fn log_out(&self) -> Result<(), Error> {
        let vahti = self.app.vahti();
        let token = self.token.clone().unwrap_or_default();
        let caller = Caller::named(PAGE, How::Api);
        let end = vahti.end(&caller, EndRequest::Token(token), EndReason::LoggedOut);
        let ended = self.app.trouble().within(vahti, end).await;
        self.noted(ended).map(|_| ())
    }

    /// What failed because the host cannot tell counts among the calls that were refused.
    fn noted<T>(&self, done: Result<T, Error>) -> Result<T, Error> {
        if let Err(error @ (Error::Unavailable(_) | Error::Late(_))) = &done {
            drop(self.app.trouble().refusal(self.app.vahti(), error));
        }
        done
    }

    /// The site at which it is.
    pub(crate) fn site(&self) -> Site<'_> {
        let sites = self.app.sites();
        let host = self.host.as_deref().and_then(Host::parse);
        host.and_then(|host| sites.find_by_name(host))
            .unwrap_or(sites.public())
    }

    /// The policy in effect.
    pub(crate) fn policy(&self) -> &Policy {
        self.app.vahti().policy()
    }

    /// The time of this host.
    pub(crate) fn now(&self) -> Timestamp {
        self.app.vahti().now()
    }

    /// The `Set-Cookie` that takes the token away.
    pub(crate) fn clear_cookie(&self) -> String {
        self.app.clear_cookie()
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let host = parts.headers.get(header::HOST);
        Ok(Self {
            app: app.clone(),
            token: cookie(&parts.headers, app.cookie_name()).map(str::to_owned),
            host: host.and_then(|host| host.to_str().ok()).map(str::to_owned),
        })
    }
}
