//! The pages: what somebody who waits sees, where a browser is led, and what a ticket opens.

mod choices;
mod gate;
mod languages;
mod lost;
mod returns;
mod screens;
mod scripts;
mod tickets;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;
use tower::ServiceExt as _;
use vahti::core::Policy;

use crate::{
    scene::{Scene, policy},
    seen::Seen,
};

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
