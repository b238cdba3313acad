//! The console: who comes in, by password and by invitation, for how long, and what ends it; who waits, and how they are let in.

mod bounds;
mod closed;
mod everyone;
mod export;
mod headers;
mod hours;
mod invitations;
mod letting_in;
mod logins;
mod many;
mod message;
mod names;
mod navigation;
mod password;
mod pauses;
mod person;
mod reasons;
mod refusals;
mod scan;
mod streams;
mod taken_back;

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Method, Request, header},
    response::Response,
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vahti::core::{Policy, UserId};

use crate::{
    scene::{Scene, policy},
    seen::Seen,
};

const CONSOLE: &str = "/vahti/console";
const LOGIN: &str = "/vahti/console/login";
const INVITATION: &str = "/vahti/console/invitation";
const INVITE: &str = "/vahti/console/invite";
const PASSWORD: &str = "correct horse battery";

/// A host with a supervisor, `Maija K`.
struct Hall {
    scene: Scene,
}

impl Hall {
    async fn new() -> Self {
        Self::with(policy(1)).await
    }

    async fn with(policy: Policy) -> Self {
        Self::of(Scene::new(policy).await).await
    }

    async fn of(scene: Scene) -> Self {
        let body = json!({"name": "Maija K", "password": PASSWORD});
        let made = scene.post("admin", "/v1/supervisors", body).await;
        assert_eq!(made.status, 201);
        Self { scene }
    }

    async fn raw(&self, request: Request<Body>) -> Response {
        let router = self.scene.router.clone();
        router.oneshot(request).await.expect("an answer")
    }

    async fn send(&self, request: Request<Body>) -> Seen {
        Seen::of(self.raw(request).await).await
    }

    async fn open(&self, path: &str, cookie: &str) -> Seen {
        self.send(request(Method::GET, path, cookie, "")).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Seen {
        self.send(request(Method::POST, path, cookie, form)).await
    }

    async fn try_password(&self, name: &str, password: &str) -> Seen {
        let form = format!("name={}&password={}", typed(name), typed(password));
        self.post(LOGIN, "", &form).await
    }

    /// The cookie of a login of Maija K.
    async fn log_in(&self) -> String {
        let seen = self.try_password("Maija K", PASSWORD).await;
        assert_eq!((seen.status, seen.location()), (303, CONSOLE));
        seen.cookie()
    }

    /// The account of a supervisor.
    fn account(&self, name: &str) -> UserId {
        let account = self.scene.vahti.supervisor_named(name);
        account.expect("a supervisor").id.clone()
    }

    /// The secret of an invitation.
    async fn invite(&self, name: &str, length: &str) -> String {
        let body = json!({"name": name, "length": length});
        let made = self.scene.post("admin", "/v1/invitations", body).await;
        let url = made.body["url"].as_str().expect("a link").to_owned();
        let start = "https://exam.example.org/vahti/console/invitation?i=";
        url.strip_prefix(start).expect("a secret").to_owned()
    }

    async fn accept(&self, secret: &str) -> Seen {
        self.post(INVITATION, "", &format!("i={secret}")).await
    }

    /// The console's stream of hints, after its beginning.
    async fn follow(&self, cookie: &str) -> BodyDataStream {
        let stream = request(Method::GET, "/vahti/console/events", cookie, "");
        let mut hints = self.raw(stream).await.into_body().into_data_stream();
        let begin = hints.next().await.expect("a beginning").expect("bytes");
        assert_eq!(&begin[..], b"retry: 1000\n\n");
        hints
    }

    /// The notes of as many events with this verb as there have to be, the newest first.
    async fn notes_of(&self, verb: &str, number: usize) -> Vec<Value> {
        let path = format!("/v1/events?order=newest&verb={verb}");
        loop {
            let recorded = self.scene.vahti.recorded();
            let events = self.scene.get("auditor", &path).await;
            let events = events.body["events"].as_array().expect("events").clone();
            if events.len() >= number {
                assert_eq!(events.len(), number, "{events:?}");
                return events.into_iter().map(|one| one["note"].clone()).collect();
            }
            let more = tokio::time::timeout(Duration::from_secs(20), recorded).await;
            more.expect("it is recorded");
        }
    }

    async fn disable(&self, name: &str) {
        let path = format!("/v1/supervisors/{}", typed(name).replace('+', "%20"));
        let request = self.scene.request(Method::DELETE, &path, "admin", None);
        assert_eq!(self.scene.send(request).await.status, 204);
    }
}

fn typed(text: &str) -> String {
    text.replace('+', "%2B").replace(' ', "+")
}

fn request(method: Method, path: &str, cookie: &str, form: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    if !form.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    request
        .body(Body::from(form.to_owned()))
        .expect("a request")
}

/// The same, as a script of the page sends it by itself.
fn by_itself(path: &str, cookie: &str) -> Request<Body> {
    let mut request = request(Method::GET, path, cookie, "");
    let live = "1".parse().expect("a value");
    request.headers_mut().insert("vahti-live", live);
    request
}
