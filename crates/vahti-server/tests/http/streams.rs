//! Events as a stream: none left out, none twice, in order; and it ends when it has to.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, Response, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vahti::{
    Caller,
    core::{How, Role},
};

use crate::scene::{Reply, Scene, policy};

/// How long a stream may be without a message, more than it takes to say that it is there.
const PATIENCE: Duration = Duration::from_secs(60);
/// Streams that a host serves at a time.
const MOST: usize = 64;

/// A stream that is read message by message.
struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    /// The next message; none if the stream has ended.
    async fn message(&mut self) -> Option<String> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let (message, rest) = (message.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(message);
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await;
            let frame = frame.expect("a message in time")?.expect("a whole stream");
            let data = frame.into_data().expect("data");
            self.text
                .push_str(core::str::from_utf8(&data).expect("UTF-8"));
        }
    }

    /// The next event: its id and itself.
    async fn event(&mut self) -> Option<(i64, Value)> {
        loop {
            let message = self.message().await?;
            let Some((id, data)) = message.split_once('\n') else {
                continue;
            };
            let id = id.strip_prefix("id: ").expect("an id");
            let data = data.strip_prefix("data: ").expect("data");
            let event: Value = serde_json::from_str(data).expect("JSON");
            let id = id.parse().expect("a number");
            assert_eq!(event["sequence"], id);
            return Some((id, event));
        }
    }

    /// Waits until the stream has ended.
    async fn end(mut self) {
        while self.message().await.is_some() {}
    }
}

fn wish(scene: &Scene, key: &str, path: &str, after: Option<i64>) -> Request<Body> {
    let mut request = scene.request(Method::GET, path, key, None);
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, "text/event-stream".parse().expect("it"));
    if let Some(after) = after {
        headers.insert("last-event-id", after.into());
    }
    request
}

async fn answer(scene: &Scene, request: Request<Body>) -> Response<Body> {
    let answer = scene.router.clone().oneshot(request).await;
    answer.expect("an answer")
}

async fn open(scene: &Scene, key: &str, path: &str, after: Option<i64>) -> Stream {
    let answer = answer(scene, wish(scene, key, path, after)).await;
    assert_eq!(answer.status(), 200);
    let header = |name| answer.headers()[name].to_str().expect("ASCII").to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    let mut stream = Stream {
        body: answer.into_body(),
        text: String::new(),
    };
    assert_eq!(stream.message().await.as_deref(), Some("retry: 1000"));
    stream
}

async fn refused(scene: &Scene, path: &str, after: Option<i64>) -> Reply {
    scene.send(wish(scene, "auditor", path, after)).await
}

async fn log_in(scene: &Scene, user: &str) {
    let login = json!({"user": user});
    assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
}

/// All events, by pages.
async fn record(scene: &Scene, filter: &str) -> Vec<Value> {
    let path = format!("/v1/events?limit=1000{filter}");
    let page = scene.get("auditor", &path).await;
    assert!(page.body["next"].is_null());
    page.body["events"].as_array().expect("events").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_comes_and_goes_reads_the_record_whole_and_in_order() {
    const LOGINS: usize = 300;
    let scene = Scene::new(policy(0)).await;
    let writing = async {
        for at in 0..LOGINS {
            log_in(&scene, &format!("user-{}", at % 7)).await;
        }
    };
    let reading = async {
        let (mut seen, mut after) = (Vec::new(), 0);
        // Of each stream a few events are read, then it is left, in the middle of a page as well.
        for most in (1..).map(|turn| turn * 7 % 31 + 1) {
            let mut stream = open(&scene, "auditor", "/v1/events", Some(after)).await;
            for _ in 0..most {
                let (id, event) = stream.event().await.expect("it goes on");
                after = id;
                seen.push(event);
                if seen.len() == LOGINS + Role::ALL.len() {
                    return seen;
                }
            }
        }
        seen
    };
    let ((), seen) = tokio::join!(writing, reading);
    let whole = record(&scene, "").await;
    assert_eq!(seen.len(), whole.len());
    for (seen, recorded) in seen.iter().zip(&whole) {
        assert_eq!(seen, recorded);
    }
}

#[tokio::test]
async fn a_stream_begins_now_or_since_and_its_filters_are_those_of_the_pages() {
    let scene = Scene::new(policy(1)).await;
    log_in(&scene, "aino").await;
    scene.clock.advance(Duration::from_secs(1));
    log_in(&scene, "bo").await;
    let since = record(&scene, "&user=bo").await[0]["at"]
        .as_str()
        .expect("a time")
        .to_owned();
    let mut from_now = open(&scene, "auditor", "/v1/events", None).await;
    let mut since = open(
        &scene,
        "auditor",
        &format!("/v1/events?since={since}"),
        None,
    )
    .await;
    let mut of_aino = open(&scene, "auditor", "/v1/events?user=aino", Some(0)).await;
    let mut ends = open(&scene, "auditor", "/v1/events?verb=end", Some(0)).await;
    log_in(&scene, "eino").await;
    let end = json!({"user": "aino"});
    assert_eq!(scene.post("app", "/v1/end", end).await.status, 200);
    for (stream, expected) in [
        (&mut from_now, vec!["eino", "aino"]),
        (&mut since, vec!["bo", "eino", "aino"]),
        (&mut of_aino, vec!["aino", "aino"]),
        (&mut ends, vec!["aino"]),
    ] {
        for user in expected {
            assert_eq!(stream.event().await.expect("an event").1["user"], user);
        }
    }
}

#[tokio::test]
async fn a_stream_shows_what_its_key_may_see() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("auditor-a", Role::Auditor, &["a"]).await;
    let mut stream = open(&scene, "auditor-a", "/v1/events", Some(0)).await;
    for (user, group) in [("bo", "b"), ("aino", "a"), ("eino", "c"), ("onni", "a")] {
        let login = json!({"user": user, "groups": [group]});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    }
    for user in ["aino", "onni"] {
        assert_eq!(stream.event().await.expect("an event").1["user"], user);
    }
    let app = answer(&scene, wish(&scene, "app", "/v1/events", None)).await;
    assert_eq!(app.status(), 403);
}

#[tokio::test]
async fn a_stream_ends_when_its_key_is_revoked_and_no_other_does() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("leaving", Role::Auditor, &[]).await;
    let leaving = open(&scene, "leaving", "/v1/events", None).await;
    let mut staying = open(&scene, "auditor", "/v1/events", None).await;
    let caller = Caller::named("cli", How::Cli);
    // Earlier than the next heartbeat, at which the stream would look anyway.
    let end = tokio::time::timeout(Duration::from_secs(10), leaving.end());
    let (revoked, ended) = tokio::join!(scene.vahti.revoke_key(&caller, "leaving"), end);
    revoked.expect("revoked");
    ended.expect("at once");
    assert_eq!(
        staying.event().await.expect("an event").1["verb"],
        "key_revoke"
    );
    let again = answer(&scene, wish(&scene, "leaving", "/v1/events", None)).await;
    assert_eq!(again.status(), 401);
}

#[tokio::test]
async fn a_revoked_key_is_told_nothing_that_was_recorded_before_it_looked() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("leaving", Role::Auditor, &[]).await;
    let mut stream = open(&scene, "leaving", "/v1/events", None).await;
    log_in(&scene, "aino").await;
    let caller = Caller::named("cli", How::Cli);
    scene
        .vahti
        .revoke_key(&caller, "leaving")
        .await
        .expect("revoked");
    assert_eq!(stream.message().await, None);
}

#[tokio::test]
async fn streams_end_when_the_host_stops() {
    let scene = Scene::new(policy(1)).await;
    let streams = [
        open(&scene, "auditor", "/v1/events", None).await,
        open(&scene, "auditor", "/v1/events?verb=verify", Some(0)).await,
    ];
    scene.stop.cancel();
    for stream in streams {
        stream.end().await;
    }
}

#[tokio::test]
async fn there_are_so_many_streams_and_a_place_is_free_when_one_is_left() {
    let scene = Scene::new(policy(1)).await;
    let mut streams = Vec::new();
    for _ in 0..MOST {
        streams.push(open(&scene, "auditor", "/v1/events", None).await);
    }
    let reply = refused(&scene, "/v1/events", None).await;
    assert_eq!((reply.status, reply.problem()), (429, "too_many"));
    assert_eq!(reply.header(header::RETRY_AFTER), "1");
    assert_eq!(
        scene.get("auditor", "/v1/events").await.status,
        200,
        "pages go on"
    );
    streams.pop();
    open(&scene, "auditor", "/v1/events", None).await;
}

#[tokio::test]
async fn a_stream_that_nobody_reads_holds_up_nobody_and_loses_nothing() {
    let scene = Scene::new(policy(1)).await;
    let mut unread = open(&scene, "auditor", "/v1/events", Some(0)).await;
    for at in 0..250 {
        log_in(&scene, &format!("user-{at}")).await;
    }
    let mut seen = BTreeSet::new();
    while seen.len() < record(&scene, "").await.len() {
        seen.insert(unread.event().await.expect("an event").0);
    }
}

#[tokio::test]
async fn a_stream_without_events_says_every_fifteen_seconds_that_it_is_there() {
    let scene = Scene::new(policy(1)).await;
    let mut stream = open(&scene, "auditor", "/v1/events", None).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    for beat in 1..=3 {
        assert_eq!(stream.message().await.as_deref(), Some(":"));
        assert_eq!(begun.elapsed().as_secs(), beat * 15);
    }
}

#[tokio::test]
async fn what_a_stream_cannot_begin_with_is_refused() {
    let scene = Scene::new(policy(1)).await;
    let cursor = scene.get("auditor", "/v1/events?limit=1").await.body["next"].clone();
    let cursor = format!("/v1/events?cursor={}", cursor.as_str().expect("more"));
    for (path, after, field) in [
        ("/v1/events", Some(1_000_000), "Last-Event-ID"),
        ("/v1/events", Some(-1), "Last-Event-ID"),
        ("/v1/events?order=newest", None, "Accept"),
        (&cursor, None, "Accept"),
    ] {
        let reply = refused(&scene, path, after).await;
        assert_eq!((reply.status, reply.fields()), (400, vec![field]), "{path}");
    }
    let page = scene.request(Method::GET, "/v1/events", "auditor", None);
    let mut page = page;
    page.headers_mut()
        .insert(header::ACCEPT, "*/*".parse().expect("it"));
    assert!(scene.send(page).await.body["events"].is_array());
}
