//! The door of the demo: somebody who logs in there. Only `vahti dev` opens it; whoever comes may log in under any name.

use core::convert::Infallible;
use core::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{header, request::Parts},
};
use vahti::{Caller, Error, LoginRequest};
use vahti_client::Origin;
use vahti_core::{How, Profile, UserId};

use super::{App, cookie::cookie};
use crate::http::text;

/// The name under which the demo logs people in.
const DEMO: &str = "demo";

/// Somebody who logs in at the demo.
pub(crate) struct Guest {
    app: App,
    /// The token that the browser holds already.
    token: Option<String>,
    origin: Option<String>,
}

impl Guest {
    /// Tells Vahti that this user has logged in, as a host application does. The answer is the `Set-Cookie` for the browser;
    /// none if sessions are not tracked.
    pub(crate) async fn log_in(
        self,
        user: UserId,
        place: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let vahti = self.app.vahti();
        let request = LoginRequest {
            profile: Profile {
                name: Some(user.as_str().to_owned()),
                ..Profile::default()
            },
            place: place.map(str::to_owned),
            origin: self.origin,
            replaces: self.token,
            ..LoginRequest::of(user)
        };
        let caller = Caller::named(DEMO, How::Api);
        let login = vahti.login(&caller, request);
        let new = self.app.trouble().within(vahti, login).await?;
        Ok(new.map(|new| self.app.set_cookie(&new.token)))
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        Ok(Self {
            app: app.clone(),
            token: cookie(&parts.headers, app.cookie_name()).map(str::to_owned),
            origin: text::origin(Origin {
                ip: peer.map(|ConnectInfo(peer)| peer.ip().to_canonical().to_string()),
                user_agent: agent.map(str::to_owned),
                text: None,
            }),
        })
    }
}
