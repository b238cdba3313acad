//! The doors for whoever holds a session token: one shows that session, by the cookie or a bearer, and does nothing; the other
//! lets its user choose, by a bearer alone.

use axum::{extract::FromRequestParts, http::request::Parts};
use vahti::{Caller, Checked, Error, Question};
use vahti_client::ProblemType;
use vahti_core::{How, SessionId};
use vahti_store::SessionRecord;

use super::{Access, App, Door, bearer::bearer, cookie::cookie};
use crate::http::problem::Refused;

/// The name under which somebody chooses among their own sessions.
const OWN: &str = "own";

/// The holder of a session token that is right, also if the session waits or has ended.
pub(in crate::http) struct Holder {
    checked: Checked,
}

impl Holder {
    /// How the session stands.
    pub(in crate::http) fn into_checked(self) -> Checked {
        self.checked
    }
}

impl Door for Holder {
    const ACCESS: Access = Access::Token;
}

impl FromRequestParts<App> for Holder {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let token = match bearer(&parts.headers)? {
            Some(token) => token,
            None => cookie(&parts.headers, app.cookie_name()).ok_or_else(no_token)?,
        };
        let question = Question {
            touch: false,
            ..Question::token(token)
        };
        let checked = app
            .vahti()
            .check(&Caller::named("", How::Api), &question)
            .await
            .map_err(|error| app.trouble().refusal(app.vahti(), &error))?;
        if checked.session.is_none() {
            return Err(no_token());
        }
        Ok(Self { checked })
    }
}

/// Whoever sends a session token as a bearer, and may choose which session of that user ends. A cookie does nothing here: it
/// goes along with whatever another site sends.
pub(in crate::http) struct Chooser {
    app: App,
    token: String,
}

impl Chooser {
    /// Ends another session of the user, and lets the token's own in.
    pub(in crate::http) async fn choose(
        &self,
        ends: Option<SessionId>,
    ) -> Result<SessionRecord, Error> {
        let (vahti, caller) = (self.app.vahti(), Caller::named(OWN, How::Api));
        let choose = vahti.choose(&caller, &self.token, ends);
        self.app.trouble().within(vahti, choose).await
    }

    /// What is answered when it was not done.
    pub(in crate::http) fn refusal(&self, error: &Error) -> Refused {
        match error {
            Error::UnknownToken => no_bearer(),
            Error::Unavailable(_) | Error::Late(_) => {
                self.app.trouble().refusal(self.app.vahti(), error)
            }
            error => Refused::of(None, error),
        }
    }
}

impl Door for Chooser {
    const ACCESS: Access = Access::Bearer;
}

impl FromRequestParts<App> for Chooser {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let token = bearer(&parts.headers)?.ok_or_else(no_bearer)?;
        Ok(Self {
            token: token.to_owned(),
            app: app.clone(),
        })
    }
}

fn no_bearer() -> Refused {
    Refused::new(
        ProblemType::NoToken,
        "This call needs a session token that is right, as `Authorization: Bearer <token>`. A cookie does nothing here.",
    )
}

fn no_token() -> Refused {
    Refused::new(
        ProblemType::NoToken,
        "This call needs a session token that is right, in the cookie or as `Authorization: Bearer <token>`.",
    )
}
