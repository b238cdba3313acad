//! The door for browsers of which nobody knows yet whose they are: with the right password, or with an invitation, a
//! supervisor is logged in.

use core::{convert::Infallible, time::Duration};
use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
};
use vahti::{
    BadChallenge, Caller, EndRequest, Error, LoginRequest, NewSession, OpenedChallenge, Vahti,
};
use vahti_client::Origin;
use vahti_core::{EndReason, How, Profile, SessionId, UserId, is_known_browser, known_browser};

use super::{Access, App, Door, cookie::cookie, supervisor::CONSOLE};
use crate::{
    console::{self, Console, Queue},
    http::text,
    locale::Locale,
};

/// A browser at the login of the console, or at an invitation.
pub(crate) struct Visitor {
    app: App,
    /// A login that the browser holds already.
    token: Option<String>,
    origin: Option<String>,
    /// What it opened before its login.
    opened: Option<String>,
    /// What it keeps if somebody has logged in there before.
    known: Option<String>,
    locale: Locale,
}

/// Why nobody was logged in.
pub(crate) enum NotIn {
    /// The name, the password or the invitation is wrong.
    Wrong,
    /// There were too many tries under this name; after this time it goes on.
    TooOften(Duration),
    /// The host cannot tell.
    Failed(Error),
    /// The login could not be kept. The console says so by itself.
    Closed,
}

impl From<Error> for NotIn {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Visitor {
    /// How pages speak to it.
    pub(crate) fn locale(&self) -> &Locale {
        &self.locale
    }

    /// Opens the challenge of a screen, for a supervisor if one is logged in. Who may not see what it is about still keeps
    /// it, with [`Visitor::keep`].
    pub(crate) async fn open(
        &self,
        challenge: &str,
        by: Option<&UserId>,
    ) -> Result<OpenedChallenge, BadChallenge> {
        self.app.vahti().open_challenge(challenge, by).await
    }

    /// The cookie that keeps a confirmation through the login.
    pub(crate) fn keep(&self, confirmation: &str) -> String {
        self.app.console().keep_opened(confirmation)
    }

    /// The confirmation for this session that was kept, if it still holds, as that of the supervisor who has logged in.
    pub(crate) fn kept(&self, session: &SessionId, by: &UserId) -> Option<String> {
        let kept = self.opened.as_deref()?;
        let (confirmed, own) = self.app.vahti().hand_over(kept, by)?;
        (confirmed == *session).then_some(own)
    }

    /// Logs a supervisor in; the cookies come back. Whoever guesses at their name in other browsers does not slow them.
    pub(crate) async fn log_in(&self, name: &str, password: String) -> Result<[String; 2], NotIn> {
        let (vahti, console) = (self.app.vahti(), self.app.console());
        let account = vahti.supervisor_named(name);
        let proof = account.as_ref().and_then(|one| one.password.as_deref());
        let known = account.as_ref().zip(proof).filter(|(account, proof)| {
            let kept = self.known.as_deref();
            kept.is_some_and(|kept| is_known_browser(kept, &account.id, proof))
        });
        let (tries, queue) = match known {
            Some((account, _)) => (console.known_tries.take(&account.id), Queue::Known),
            None => (console.tries.take(name), Queue::Strangers),
        };
        tries.map_err(NotIn::TooOften)?;
        let is_right = console.passwords.is_right(password, proof, queue).await?;
        let known = account.as_ref().map(|one| one.name.as_str());
        let Some(account) = account.as_ref().filter(|_| is_right) else {
            refused(&self.app, known);
            return Err(NotIn::Wrong);
        };
        let (_, new) = self.begin(account).await?;
        Ok(cookies(console, account, &new))
    }

    /// Whom an invitation is for that can still be accepted.
    pub(crate) fn invited(&self, secret: &str) -> Option<String> {
        let invited = self.app.vahti().invited(secret)?;
        Some(invited.name.to_string())
    }

    /// Accepts an invitation and logs in; the cookie comes back. The login comes first, so that no invitation is used up
    /// for nothing; it is worth nothing to anybody until its token leaves.
    pub(crate) async fn accept(&self, secret: &str) -> Result<String, NotIn> {
        let vahti = self.app.vahti();
        let _turn = self.app.console().accepting.lock().await;
        let invited = vahti.invited(secret).ok_or(NotIn::Wrong)?;
        let (logins, new) = self.begin(&invited).await?;
        let accepted = vahti.accept_invitation(caller(None).by, secret);
        if let Err(error) = self.app.trouble().within(vahti, accepted).await {
            let end = EndRequest::Token(new.token);
            let caller = caller(Some(invited.name.as_str()));
            if let Err(error) = logins.end(&caller, end, EndReason::LoggedOut).await {
                tracing::warn!(%error, "a login of which nobody has the token did not end; it runs out");
            }
            return Err(match error {
                Error::UnknownInvitation => NotIn::Wrong,
                error => NotIn::Failed(error),
            });
        }
        let over = invited.expires_at.map(|over| over.since(vahti.now()));
        Ok(self.app.console().set_cookie(&new.token, over))
    }

    async fn begin(
        &self,
        account: &vahti_store::Supervisor,
    ) -> Result<(Arc<Vahti>, NewSession), NotIn> {
        let (origin, replaces) = (self.origin.clone(), self.token.clone());
        begin(&self.app, account, origin, replaces).await
    }
}

/// Begins a login of this account; the host that keeps it comes back with it.
pub(super) async fn begin(
    app: &App,
    account: &vahti_store::Supervisor,
    origin: Option<String>,
    replaces: Option<String>,
) -> Result<(Arc<Vahti>, NewSession), NotIn> {
    let logins = app.console().logins().ok_or(NotIn::Closed)?;
    let request = LoginRequest {
        profile: Profile {
            name: Some(account.name.to_string()),
            ..Profile::default()
        },
        origin,
        replaces,
        ..LoginRequest::of(account.id.clone())
    };
    let mut caller = caller(Some(account.name.as_str()));
    if account.password.is_none() {
        console::INVITED.clone_into(&mut caller.by.key);
    }
    let new = logins.login(&caller, request);
    match app.trouble().within(&logins, new).await {
        Ok(Some(new)) => Ok((logins, new)),
        outcome => {
            let error = outcome.err().map(tracing::field::display);
            tracing::error!(error, "a login at the console cannot be kept");
            Err(NotIn::Closed)
        }
    }
}

/// The cookies of a login with a password, which also makes the browser known.
pub(super) fn cookies(
    console: &Console,
    account: &vahti_store::Supervisor,
    new: &NewSession,
) -> [String; 2] {
    let proof = account.password.as_deref().unwrap_or_default();
    let known = known_browser(&account.id, proof);
    [
        console.set_cookie(&new.token, None),
        console.keep_known(&known),
    ]
}

/// Has the record tell that a password was wrong, and under which account's name: what was typed where there is none may be
/// a password itself. Nobody waits for it, because how long it takes would tell which names there are.
pub(super) fn refused(app: &App, name: Option<&str>) {
    tracing::warn!(supervisor = name, "a wrong password at the console");
    if app.console().refusals.take(name).is_err() || app.vahti().has_room().is_err() {
        return;
    }
    let (app, name) = (app.clone(), name.map(str::to_owned));
    tokio::spawn(async move {
        let by = Caller::named(CONSOLE, How::Rule).by;
        let recorded = app.vahti().refuse_supervisor(by, name.as_deref());
        if let Err(error) = app.trouble().within(app.vahti(), recorded).await {
            tracing::warn!(%error, "a wrong password at the console was not recorded");
        }
    });
}

/// Where a login comes from.
pub(super) fn origin(agent: Option<&HeaderValue>) -> Option<String> {
    text::origin(Origin {
        user_agent: agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned()),
        ..Origin::default()
    })
}

fn caller(actor: Option<&str>) -> Caller {
    let mut caller = Caller::named(CONSOLE, How::List);
    caller.by.actor = actor.map(str::to_owned);
    caller
}

impl Door for Visitor {
    const ACCESS: Access = Access::Browser;
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let locale = Locale::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            token: cookie(&parts.headers, app.console().cookie_name).map(str::to_owned),
            opened: cookie(&parts.headers, app.console().opened_name).map(str::to_owned),
            known: cookie(&parts.headers, app.console().known_name).map(str::to_owned),
            origin: origin(parts.headers.get(header::USER_AGENT)),
            locale,
        })
    }
}
