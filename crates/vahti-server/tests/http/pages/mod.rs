//! The pages: what somebody who waits sees, where a browser is led, and what a ticket opens.

mod choices;
mod gate;
mod languages;
mod returns;
mod screens;
mod scripts;
mod tickets;

use axum::{
    body::Body,
    http::{Method, Request, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;
use vahti::core::Policy;

use crate::scene::{Scene, policy};

/// What a browser got.
struct Seen {
    status: u16,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Seen {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.into()).expect("UTF-8"),
        }
    }

    fn header(&self, name: header::HeaderName) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.map_or("", |value| value.expect("ASCII"))
    }

    /// Where the browser goes on to at once; nothing if it stays.
    fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    #[track_caller]
    fn says(&self, sentence: &str) {
        assert!(
            self.text.contains(sentence),
            "{sentence:?} in {}",
            self.text
        );
    }

    #[track_caller]
    fn does_not_say(&self, sentence: &str) {
        assert!(
            !self.text.contains(sentence),
            "{sentence:?} in {}",
            self.text
        );
    }
}

/// A host at whose application `https://exam.example.org` somebody waits.
struct Room {
    scene: Scene,
    login_url: &'static str,
    /// What else is set.
    settings: Vec<(&'static str, &'static str)>,
}

impl Room {
    async fn new() -> Self {
        Self::with(policy(1)).await
    }

    async fn with(policy: Policy) -> Self {
        Self {
            scene: Scene::new(policy).await,
            login_url: "/login",
            settings: Vec::new(),
        }
    }

    /// Sets a key of the configuration.
    fn set(&mut self, key: &'static str, value: &'static str) {
        self.settings.retain(|(known, _)| *known != key);
        self.settings.push((key, value));
    }

    fn router(&self) -> axum::Router {
        let usual = [
            ("pages.login_url", self.login_url),
            (
                "pages.return_hosts",
                r#"["app.example.org", "lab.example.org:8443"]"#,
            ),
        ];
        let settings: Vec<_> = usual.into_iter().chain(self.settings.clone()).collect();
        self.scene.router_with(&settings)
    }

    /// Logs in, and gives the token.
    async fn log_in(&self, user: &str, session: &str) -> String {
        let login = json!({"user": user, "session_id": session});
        let reply = self.scene.post("app", "/v1/login", login).await;
        reply.body["token"].as_str().expect("a token").to_owned()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
    ) -> Seen {
        let router = self.router();
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, "exam.example.org");
        }
        if !token.is_empty() {
            request = request.header(header::COOKIE, format!("__Host-vahti={token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        Seen::of(router.oneshot(request).await.expect("an answer")).await
    }

    async fn open(&self, path: &str, token: &str) -> Seen {
        self.send(Method::GET, path, token, &[]).await
    }
}
