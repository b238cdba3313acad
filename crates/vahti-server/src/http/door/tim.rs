//! The doors of TIM's addresses: for hosts that know a secret, and for the holder of a session token. Both say no as TIM
//! does. No cookie opens what changes something.

use axum::{
    RequestExt as _,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;
use vahti::Checked;
use vahti_client::ProblemType;
use vahti_core::{SessionId, UserId};

use super::{Access, AdminKey, App, Door, Holder};
use crate::http::{
    problem::Refused,
    request::{self, Wrong},
};

/// A command of a host that knows a secret, or of an administrator.
pub(in crate::http) struct TimHost {
    /// Who gives it.
    pub(in crate::http) key: AdminKey,
    /// What it is about.
    pub(in crate::http) order: TimOrder,
}

/// What a command on TIM's addresses is about.
pub(in crate::http) struct TimOrder {
    /// Whose sessions.
    pub(in crate::http) user: UserId,
    /// Which session, if it is about one.
    pub(in crate::http) session: Option<SessionId>,
}

impl Door for TimHost {
    const ACCESS: Access = Access::TimSecret;
}

impl FromRequest<App> for TimHost {
    type Rejection = Refused;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Refused> {
        let admin = request.extract_parts_with_state::<AdminKey, _>(app).await;
        let body = request::raw(request).await?;
        let said: Said = serde_json::from_slice(&body).map_err(|_| {
            let needed = "The body has to be a JSON object with `username`, `session_id` and `secret`, each once.";
            Refused::field("body", needed)
        })?;
        let key = match (&said.secret, admin) {
            (None, Ok(admin)) => admin,
            (None, Err(_)) => return Err(no_secret()),
            (Some(Value::String(secret)), _) if app.tim().secrets.hold(secret.as_str()) => {
                AdminKey::of_tim_host(app)
            }
            _ => return Err(wrong_secret()),
        };
        let order = TimOrder::read(said)?;
        Ok(Self { key, order })
    }
}

/// The body of a command. Of two values under one name it cannot be told which is meant, so that is refused.
#[derive(Deserialize)]
struct Said {
    username: Option<Value>,
    session_id: Option<Value>,
    secret: Option<Value>,
    /// What TIM's hosts send besides is passed over. It also makes an object the only shape of a body.
    #[serde(flatten)]
    _besides: IgnoredAny,
}

impl TimOrder {
    fn read(said: Said) -> Result<Self, Refused> {
        let mut wrong = Wrong::default();
        let user = match said.username {
            Some(Value::String(user)) => wrong.take("username", UserId::new(&user)),
            _ => wrong.take("username", Err("Field `username` has to be a text.")),
        };
        let session = wrong.perhaps("session_id", said.session_id, |id| match id {
            Value::String(id) => SessionId::new(&id).map_err(|wrong| wrong.to_string()),
            Value::Number(id) => SessionId::new(&id.to_string()).map_err(|wrong| wrong.to_string()),
            _ => Err("Field `session_id` has to be a text, a number or null.".to_owned()),
        });
        let order = user.zip(session);
        wrong.finish(order.map(|(user, session)| Self { user, session }))
    }
}

fn no_secret() -> Refused {
    Refused::new(
        ProblemType::NoSecret,
        "This call needs the field `secret`, or a key of role `admin`: `Authorization: Bearer <key>`. Nothing was changed.",
    )
}

fn wrong_secret() -> Refused {
    Refused::new(
        ProblemType::WrongSecret,
        "The secret is none of `tim.secrets`. Nothing was changed.",
    )
}

/// The holder of a session token that is right, also if the session waits or has ended.
pub(in crate::http) struct TimHolder(pub(in crate::http) Checked);

impl Door for TimHolder {
    const ACCESS: Access = Access::TimToken;
}

impl FromRequestParts<App> for TimHolder {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let holder = Holder::from_request_parts(parts, app).await;
        let checked = holder.map(Holder::into_checked);
        checked.map(Self).map_err(|refused| {
            if refused.is(ProblemType::NoToken) {
                Refused::new(ProblemType::NotLoggedIn, "Nobody is logged in here.")
            } else {
                refused
            }
        })
    }
}
