//! `/authz`: what each proxy is answered, and what it is never talked into.

mod answers;
mod elsewhere;
mod shapes;

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderName, Request, header, request::Builder},
};
use serde_json::json;
use vahti::core::Policy;

use crate::scene::{Reply, Scene, policy};

/// The `Accept` of a browser that opens a page.
pub(crate) const PAGE: &str = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
/// The `Accept` of a program.
pub(crate) const DATA: &str = "application/json";

/// A way in which proxies ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    AuthRequest,
    ForwardAuth,
    ExtAuthz,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::AuthRequest, Self::ForwardAuth, Self::ExtAuthz];

    /// The question whether `https://exam.example.org` and `target` may be asked for by this method.
    pub(crate) fn ask(self, method: &str, target: &str) -> Builder {
        let host = "exam.example.org";
        let request = Request::builder().extension(peer("127.0.0.1:4000"));
        match self {
            Self::AuthRequest => request
                .uri("/authz/auth-request")
                .header("x-original-method", method)
                .header("x-original-url", format!("https://{host}{target}")),
            Self::ForwardAuth => request
                .uri("/authz/forward-auth")
                .header("x-forwarded-method", method)
                .header("x-forwarded-proto", "https")
                .header("x-forwarded-host", host)
                .header("x-forwarded-uri", target)
                .header("x-forwarded-for", "10.1.2.3"),
            Self::ExtAuthz => request
                .method(method)
                .uri(format!("/authz/ext-authz{target}"))
                .header(header::HOST, host)
                .header("x-forwarded-proto", "https"),
        }
    }
}

/// The address from which a request comes.
pub(crate) fn peer(address: &str) -> ConnectInfo<SocketAddr> {
    ConnectInfo(address.parse().expect("an address with a port"))
}

/// A host with somebody in every state, and their tokens.
struct Hall {
    scene: Scene,
    active: String,
    held: String,
    ended: String,
}

impl Hall {
    async fn new() -> Self {
        Self::with(policy(1)).await
    }

    async fn with(policy: Policy) -> Self {
        let scene = Scene::new(policy).await;
        let log_in = async |session: &str| {
            let login = json!({"user": "aino", "session_id": session, "name": "Aino Suoranta",
                "email": "aino@example.org", "groups": ["exam", "staff"]});
            let reply = scene.post("app", "/v1/login", login).await;
            reply.body["token"].as_str().unwrap_or_default().to_owned()
        };
        let ended = log_in("yesterday").await;
        let gone = json!({"session_id": "yesterday"});
        scene.post("app", "/v1/end", gone).await;
        let (active, held) = (log_in("home").await, log_in("seat-17").await);
        Self {
            scene,
            active,
            held,
            ended,
        }
    }

    /// The answer to a question with this token in the cookie, and `Accept`; an empty token is none.
    async fn ask(&self, asked: Builder, token: &str, accept: &str) -> Reply {
        self.scene.send(with(asked, token, accept)).await
    }
}

/// The question with this token in the cookie, and `Accept`; an empty token is none.
fn with(asked: Builder, token: &str, accept: &str) -> Request<Body> {
    let mut asked = asked.header(header::ACCEPT, accept);
    if !token.is_empty() {
        asked = asked.header(header::COOKIE, format!("__Host-vahti={token}"));
    }
    asked.body(Body::empty()).expect("a question")
}

/// What an answer says in this header.
fn said<'a>(reply: &'a Reply, name: &'static str) -> &'a str {
    reply.header(HeaderName::from_static(name))
}
