//! The door for whoever holds a session token, in the cookie or as a bearer. It shows that session and does nothing.

use axum::{extract::FromRequestParts, http::request::Parts};
use vahti::{Caller, Checked, Question};
use vahti_client::ProblemType;
use vahti_core::How;

use super::{Access, App, Door, bearer::bearer, cookie::cookie};
use crate::http::problem::Refused;

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

fn no_token() -> Refused {
    Refused::new(
        ProblemType::NoToken,
        "This call needs a session token that is right, in the cookie or as `Authorization: Bearer <token>`.",
    )
}
