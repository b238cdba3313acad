//! The door for proxies that ask whether a request may go on. Who they are is told by the peer's address alone: whoever
//! comes from elsewhere could say anything about the request that it pretends to hold back.

use core::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use vahti::{Caller, Checked, Question};
use vahti_client::ProblemType;
use vahti_core::How;

use super::{Access, App, Door, Owner, cookie::cookie};
use crate::{http::problem::Refused, sites::Sites};

/// A trusted proxy.
pub(in crate::http) struct Proxy {
    app: App,
}

impl Proxy {
    /// Whether the holder of the request's cookie may go on to `address`.
    pub(in crate::http) async fn check(
        &self,
        headers: &HeaderMap,
        address: Option<&str>,
    ) -> Result<Checked, Refused> {
        let vahti = self.app.vahti();
        if !vahti.policy().enabled {
            return Err(Refused::new(
                ProblemType::NotTracked,
                "Sessions are not tracked (`sessions.enabled` is false), so nobody is let through here. \
                 Track them, or let the proxy ask no more.",
            ));
        }
        let token = cookie(headers, self.app.cookie_name());
        let question = Question {
            path: address,
            ..Question::token(token.unwrap_or_default())
        };
        vahti
            .check(&Caller::named("", How::Api), &question)
            .await
            .map_err(|error| self.app.trouble().refusal(vahti, &error))
    }

    /// Whether any path is open to everybody.
    pub(in crate::http) fn has_open_paths(&self) -> bool {
        !self.app.vahti().policy().bypass.paths.is_empty()
    }

    /// Where browsers may be sent.
    pub(in crate::http) fn sites(&self) -> &Sites {
        self.app.sites()
    }

    /// The status for a program whose request may not go on, at the endpoint where the configuration chooses it.
    pub(in crate::http) fn held_status(&self) -> u16 {
        self.app.tim().held_status
    }
}

impl Door for Proxy {
    const ACCESS: Access = Access::Proxy;
}

impl FromRequestParts<App> for Proxy {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        if parts.extensions.get::<Owner>().is_some() {
            return Err(Refused::new(
                ProblemType::UntrustedProxy,
                "Proxies ask on the network, not on the socket of the database's owner.",
            ));
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
        if peer.is_some_and(|peer| app.trusts(peer)) {
            return Ok(Self { app: app.clone() });
        }
        let peer = peer.map_or_else(|| "an unknown address".to_owned(), |peer| peer.to_string());
        tracing::warn!(
            peer,
            path = parts.uri.path(),
            "refused: a proxy asked that is not among `http.trusted_proxies`"
        );
        Err(Refused::new(
            ProblemType::UntrustedProxy,
            format!(
                "Only proxies may ask here, and {peer} is not among `http.trusted_proxies`. \
                 Add it if it is a proxy of yours."
            ),
        ))
    }
}
