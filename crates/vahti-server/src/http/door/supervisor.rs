//! The door of the console: who is logged in as a supervisor, under an account that is valid at this moment. Whoever is not is
//! sent to the login, or told that theirs has run out.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts},
    response::Response,
};
use tokio::sync::OwnedSemaphorePermit;
use vahti::{Caller, EndRequest, Error, Question, Vahti};
use vahti_core::{By, EndReason, How, SupervisorName, UserId};

use super::{
    Access, App, Door,
    cookie::cookie,
    visitor::{NotIn, begin, cookies, origin, refused},
};
use crate::{
    config::Rooms,
    console::{self, Console, Password, Queue, Samples},
    locale::Locale,
    sites::Sites,
};

/// The name that stands for the console in the record, beside that of the supervisor.
pub(super) const CONSOLE: &str = "console";

/// What a script of the console sends along when it asks for a page by itself: that is no use of the login.
const BY_ITSELF: &str = "vahti-live";

/// A supervisor at a page of the console.
pub(crate) struct Supervisor {
    app: App,
    logins: Arc<Vahti>,
    token: String,
    account: Arc<vahti_store::Supervisor>,
    /// What the browser calls itself.
    agent: Option<HeaderValue>,
    locale: Locale,
}

impl Supervisor {
    /// The use cases.
    pub(crate) fn vahti(&self) -> &Vahti {
        self.app.vahti()
    }

    /// The host of the supervisors' own logins.
    pub(crate) fn logins(&self) -> &Vahti {
        &self.logins
    }

    /// How pages speak to their browser.
    pub(crate) fn locale(&self) -> &Locale {
        &self.locale
    }

    /// The rooms, and which computers stand in them.
    pub(crate) fn rooms(&self) -> &Rooms {
        self.app.rooms()
    }

    /// What the console stands on.
    pub(crate) fn console(&self) -> &Console {
        self.app.console()
    }

    /// The sites of this host.
    pub(crate) fn sites(&self) -> &Sites {
        self.app.sites()
    }

    /// Their account.
    pub(crate) fn id(&self) -> &UserId {
        &self.account.id
    }

    /// What they are called.
    pub(crate) fn name(&self) -> &str {
        self.account.name.as_str()
    }

    /// Whether they may invite others: not who was invited.
    pub(crate) fn may_invite(&self) -> bool {
        self.account.password.is_some()
    }

    /// Takes their password, given anew, or says why not. Who only knows their name cannot keep them from it.
    pub(crate) async fn prove(&self, password: &str) -> Result<(), NotIn> {
        let console = self.app.console();
        let tries = console.known_tries.take(self.id());
        tries.map_err(NotIn::TooOften)?;
        let proof = self.account.password.as_deref();
        let is_right = console
            .passwords
            .is_right(password.to_owned(), proof, Queue::Known);
        if is_right.await? {
            return Ok(());
        }
        refused(&self.app, Some(self.name()));
        Err(NotIn::Wrong)
    }

    /// Changes their password, if `old` is the one that they have: all their logins end, and no browser is known any more.
    /// The cookies of a new login come back, or none if it could not begin.
    pub(crate) async fn change_password(
        &self,
        old: &str,
        new: &Password,
    ) -> Result<Option<[String; 2]>, NotIn> {
        self.prove(old).await?;
        let proof = self.app.console().passwords.prove(new).await?;
        let caller = self.caller(How::List, None);
        let changed = self.vahti();
        let changed = changed.change_password(&caller, self.name(), Some(&*self.account), proof);
        let account = match self.within(changed).await {
            // Somebody else changed it since it was proven.
            Err(Error::UnknownSupervisor(_)) => return Err(NotIn::Wrong),
            changed => changed?,
        };
        let begun = begin(&self.app, &account, origin(self.agent.as_ref()), None).await;
        Ok(begun
            .ok()
            .map(|(_, new)| cookies(self.app.console(), &account, &new)))
    }

    /// How many went on and how many waited.
    pub(crate) fn samples(&self) -> &Samples {
        &self.app.console().samples
    }

    /// Who acts, as it is recorded, with the reason they gave.
    pub(crate) fn caller(&self, how: How, note: Option<String>) -> Caller {
        Caller {
            by: By {
                key: CONSOLE.to_owned(),
                actor: Some(self.name().to_owned()),
                how,
                note,
            },
            scope: self.account.groups.clone(),
        }
    }

    /// Invites somebody, who reaches as far as they do themselves; the link comes back.
    pub(crate) async fn invite(
        &self,
        name: SupervisorName,
        length: core::time::Duration,
    ) -> Result<String, Error> {
        if !self.may_invite() {
            return Err(Error::OutOfScope);
        }
        let caller = self.caller(How::List, None);
        let groups = self.account.groups.clone();
        let invited = self
            .vahti()
            .invite_supervisor(&caller, name, length, groups);
        let invited = self.within(invited).await?;
        Ok(self.app.sites().public().invitation(&invited.secret))
    }

    /// Ends this login.
    pub(crate) async fn log_out(&self) -> Result<(), Error> {
        let end = EndRequest::Token(self.token.clone());
        let caller = self.caller(How::List, None);
        let ended = self.logins.end(&caller, end, EndReason::LoggedOut);
        match self.app.trouble().within(&self.logins, ended).await {
            Ok(_) | Err(Error::UnknownToken) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The `Set-Cookie` that takes the token away.
    pub(crate) fn clear_cookie(&self) -> String {
        self.app.console().clear_cookie()
    }

    /// Whether the login and the account still hold. It is no use of the login.
    pub(crate) async fn is_valid(&self) -> bool {
        let found = find(&self.app, &self.logins, &self.token, false).await;
        found.is_ok_and(|found| found.is_some_and(|found| found.id == self.account.id))
    }

    /// A place for an open console; none if all are taken.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.app.console().place()
    }

    /// Does `work` unless the host stops first.
    pub(crate) async fn until_stop<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.app.stop().run_until_cancelled(work).await
    }

    /// Waits for the store, but not for ever.
    pub(crate) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let done = self.app.trouble().within(self.vahti(), work).await;
        if let Err(error @ (Error::Unavailable(_) | Error::Late(_))) = &done {
            drop(self.app.trouble().refusal(self.vahti(), error));
        }
        done
    }
}

impl Door for Supervisor {
    const ACCESS: Access = Access::Supervisor;
}

impl FromRequestParts<App> for Supervisor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Ok(locale) = Locale::from_request_parts(parts, app).await;
        let Some(logins) = app.console().logins() else {
            return Err(console::closed(locale));
        };
        let by_itself = is_by_itself(&parts.headers);
        let token = cookie(&parts.headers, app.console().cookie_name).unwrap_or_default();
        let account = match find(app, &logins, token, !by_itself).await {
            Ok(Some(account)) => account,
            Ok(None) if by_itself || !parts.method.is_safe() => {
                return Err(console::run_out(locale, page_of(&parts.headers).as_deref()));
            }
            Ok(None) => return Err(console::log_in_first(&parts.uri)),
            // It has failed since; that was logged when it did.
            Err(_) => return Err(console::closed(locale)),
        };
        Ok(Self {
            app: app.clone(),
            logins,
            token: token.to_owned(),
            account,
            agent: parts.headers.get(header::USER_AGENT).cloned(),
            locale,
        })
    }
}

/// The valid account that is logged in with this token. `touch`: it is a use of the login.
async fn find(
    app: &App,
    logins: &Vahti,
    token: &str,
    touch: bool,
) -> Result<Option<Arc<vahti_store::Supervisor>>, Error> {
    let question = Question {
        touch,
        ..Question::token(token)
    };
    let checked = logins
        .check(&Caller::named(CONSOLE, How::Api), &question)
        .await?;
    let id = checked.user.as_ref().filter(|_| checked.allows());
    Ok(id.and_then(|id| app.vahti().supervisor(id)))
}

/// Whether a script asks, and not a person: for hints, or for a page again.
fn is_by_itself(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let stream = accept.and_then(|accept| accept.to_str().ok());
    headers.contains_key(BY_ITSELF) || stream.is_some_and(|kind| kind.contains("text/event-stream"))
}

/// The page from which something was sent.
fn page_of(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let referer = referer.parse::<Uri>().ok()?;
    referer.path_and_query().map(ToString::to_string)
}
