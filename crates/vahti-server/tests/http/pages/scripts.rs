//! What the scripts of the pages stand on: assets, the state, hints, and the page in a dialog.

use core::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::{Room, Seen};

const EVENTS: &str = "/vahti/gate/events";

/// Hints, read one by one.
struct Hints {
    body: Body,
    text: String,
}

impl Hints {
    async fn open(room: &Room, path: &str, token: &str) -> Self {
        let request = Request::get(path)
            .header(header::HOST, "exam.example.org")
            .header(header::COOKIE, format!("__Host-vahti={token}"));
        let request = request.body(Body::empty()).expect("a request");
        let answer = room.router().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let header = |name| answer.headers()[name].to_str().expect("ASCII").to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-accel-buffering"), "no");
        let mut hints = Self {
            body: answer.into_body(),
            text: String::new(),
        };
        assert_eq!(hints.message().await.as_deref(), Some("retry: 1000"));
        hints
    }

    async fn message(&mut self) -> Option<String> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let (message, rest) = (message.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(message);
            }
            let frame = self.body.frame().await?.expect("a whole stream");
            let data = frame.into_data().expect("data");
            self.text
                .push_str(core::str::from_utf8(&data).expect("UTF-8"));
        }
    }

    /// The next hint that is neither a beat nor the age of a code; none if the stream has ended.
    async fn hint(&mut self) -> Option<String> {
        let hint = async {
            loop {
                let message = self.message().await?;
                let hint = message.strip_prefix("event: ")?.split('\n').next()?;
                if hint != "beat" && hint != "old" {
                    return Some(hint.to_owned());
                }
            }
        };
        let hint = tokio::time::timeout(Duration::from_secs(20), hint).await;
        hint.expect("a hint, or the end")
    }
}

async fn held(room: &Room) -> (String, String) {
    let home = room.log_in("aino", "home").await;
    (home, room.log_in("aino", "seat").await)
}

#[tokio::test]
async fn a_page_that_waits_is_told_at_once_to_go_on_and_then_the_stream_ends() {
    let room = Room::new().await;
    let (_, seat) = held(&room).await;
    let mut hints = Hints::open(&room, EVENTS, &seat).await;
    // Something else is recorded: the page says what it said.
    room.log_in("bo", "other").await;
    let hold = json!({"user": "aino"});
    room.scene.post("supervisor", "/v1/invalidate", hold).await;
    assert_eq!(hints.hint().await.as_deref(), Some("changed"));
    let verify = json!({"user": "aino", "session_id": "seat"});
    room.scene.post("supervisor", "/v1/verify", verify).await;
    assert_eq!(hints.hint().await.as_deref(), Some("go"));
    assert_eq!(hints.hint().await, None);
}

#[tokio::test]
async fn a_supervisor_who_looks_and_what_they_say_are_changes_of_the_page() {
    let room = Room::new().await;
    let (_, seat) = held(&room).await;
    let mut hints = Hints::open(&room, EVENTS, &seat).await;
    let id = vahti::core::SessionId::new("seat").expect("an id");
    room.scene.vahti.look(&id).expect("a sign");
    assert_eq!(hints.hint().await.as_deref(), Some("changed"));
    let caller = vahti::Caller::named("maija", vahti::core::How::Api);
    for said in [Some("Ten minutes more.".to_owned()), None] {
        room.scene.vahti.say(&caller, said).await.expect("said");
        assert_eq!(hints.hint().await.as_deref(), Some("changed"));
    }
}

#[tokio::test]
async fn the_end_of_a_session_is_a_change_and_whoever_is_in_goes_on_at_once() {
    let room = Room::new().await;
    let (home, seat) = held(&room).await;
    let mut hints = Hints::open(&room, EVENTS, &seat).await;
    room.scene
        .post("app", "/v1/end", json!({"session_id": "seat"}))
        .await;
    assert_eq!(hints.hint().await.as_deref(), Some("changed"));
    assert_eq!(hints.hint().await, None);
    for token in [seat.as_str(), ""] {
        let seen = room.open(EVENTS, token).await;
        assert_eq!((seen.status, seen.text.as_str()), (204, ""), "for good");
    }
    let mut hints = Hints::open(&room, EVENTS, &home).await;
    assert_eq!(hints.hint().await.as_deref(), Some("go"));
}

#[tokio::test]
async fn a_quiet_stream_says_every_two_seconds_that_it_is_there_and_the_page_counts_as_seen() {
    let room = Room::with(vahti::core::Policy {
        idle_timeout: core::time::Duration::from_secs(60),
        ..crate::scene::policy(1)
    })
    .await;
    let (home, seat) = held(&room).await;
    let mut hints = Hints::open(&room, EVENTS, &seat).await;
    // The database has threads of its own, whose time goes on.
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    for beat in 1..=3 {
        room.scene
            .clock
            .advance(core::time::Duration::from_secs(40));
        // The code on the page has become old in the meantime: that is told first.
        let told = [hints.message().await, hints.message().await];
        let told = told.map(|message| message.expect("it goes on"));
        assert_eq!(
            told,
            ["old", "beat"].map(|hint| format!("event: {hint}\ndata: 1"))
        );
        assert_eq!(begin.elapsed().as_secs(), 2 * beat);
    }
    let state = async |token| room.open("/vahti/state", token).await.text;
    assert_eq!(state(&seat).await, r#"{"state":"held"}"#);
    assert_eq!(state(&home).await, r#"{"state":"ended"}"#);
}

#[tokio::test]
async fn streams_end_when_the_host_stops() {
    let room = Room::new().await;
    let (_, seat) = held(&room).await;
    let router = room.scene.router.clone();
    let request = Request::get(EVENTS).header(header::COOKIE, format!("__Host-vahti={seat}"));
    let request = request.body(Body::empty()).expect("a request");
    let body = router
        .oneshot(request)
        .await
        .expect("an answer")
        .into_body();
    room.scene.stop.cancel();
    body.collect().await.expect("an end");
}

#[tokio::test]
async fn a_look_of_an_open_page_is_no_check_in_the_figures() {
    let room = Room::new().await;
    let (_, seat) = held(&room).await;
    let mut hints = Hints::open(&room, EVENTS, &seat).await;
    for at in 0..5 {
        room.log_in("bo", &format!("other-{at}")).await;
    }
    room.scene
        .post("app", "/v1/end", json!({"session_id": "seat"}))
        .await;
    assert_eq!(hints.hint().await.as_deref(), Some("changed"));
    let metrics = room.scene.get("admin", "/metrics").await.text;
    let counted = metrics
        .lines()
        .filter(|line| line.starts_with("vahti_checks_total{") && !line.ends_with(" 0"));
    assert_eq!(counted.collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn a_script_is_told_how_its_session_stands() {
    let room = Room::new().await;
    let (home, seat) = held(&room).await;
    for (token, state) in [(&home, "active"), (&seat, "held"), (&String::new(), "none")] {
        let seen = room.open("/vahti/state", token).await;
        assert_eq!(seen.text, format!(r#"{{"state":"{state}"}}"#));
        assert_eq!(seen.header(header::CACHE_CONTROL), "no-store");
        let page = room.open("/vahti/gate", token).await;
        assert_eq!(page.headers["vahti-state"], state);
    }
}

#[tokio::test]
async fn in_a_dialog_the_page_stays_where_it_is_and_only_its_own_host_may_show_it() {
    let room = Room::new().await;
    let (home, seat) = held(&room).await;
    let framable = |seen: &Seen| {
        let policy = seen.header(header::CONTENT_SECURITY_POLICY);
        let own = policy.ends_with("frame-ancestors 'self'");
        assert_eq!(own, seen.header(header::X_FRAME_OPTIONS) == "SAMEORIGIN");
        own
    };
    let seen = room.open("/vahti/gate?rd=/exam&frame=1", &seat).await;
    assert!(framable(&seen));
    seen.says("please wait");
    seen.says(r#"target="_top">Log in again</a>"#);
    assert!(!framable(&room.open("/vahti/gate?rd=/exam", &seat).await));
    for (token, said) in [(&home, r#"data-state="active""#), (&String::new(), "_top")] {
        let seen = room.open("/vahti/gate?rd=/exam&frame=1", token).await;
        assert_eq!((seen.status, seen.location()), (200, ""));
        assert!(framable(&seen));
        seen.says(said);
    }
}

#[tokio::test]
async fn what_pages_load_is_kept_until_it_is_another() {
    let room = Room::new().await;
    for (path, kind) in [
        ("/vahti/style.css", "text/css; charset=utf-8"),
        ("/vahti/gate.js", "text/javascript; charset=utf-8"),
        ("/vahti/vahti.js", "text/javascript; charset=utf-8"),
    ] {
        let seen = room.open(path, "").await;
        assert_eq!(seen.header(header::CONTENT_TYPE), kind);
        assert_eq!(seen.header(header::CACHE_CONTROL), "no-cache");
        let mark = seen.header(header::ETAG).to_owned();
        for had in [mark.clone(), format!("W/{mark}"), format!("\"x\", {mark}")] {
            let again = [("if-none-match", had.as_str())];
            let seen = room.send(Method::GET, path, "", &again).await;
            assert_eq!((seen.status, seen.text.as_str()), (304, ""), "{had}");
        }
        let other = [("if-none-match", "\"x\"")];
        let seen = room.send(Method::GET, path, "", &other).await;
        assert_eq!(seen.status, 200);
    }
}

#[tokio::test]
async fn no_page_holds_a_script_or_a_style_of_its_own() {
    let room = Room::new().await;
    let (home, seat) = held(&room).await;
    for (path, token) in [
        ("/vahti/gate?rd=/exam", &seat),
        ("/vahti/gate?frame=1", &seat),
        ("/vahti/gate?rm=POST", &home),
    ] {
        let seen = room.open(path, token).await;
        let tags = seen.text.replace(
            r#"<script type="module" src="/vahti/gate.js"></script>"#,
            "",
        );
        for own in ["<script", "<style", " style=", " onclick", "javascript:"] {
            assert!(!tags.contains(own), "{own} in {tags}");
        }
    }
}
