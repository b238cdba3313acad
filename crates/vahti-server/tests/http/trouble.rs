//! The database in trouble: 503, never a denial; and a fault in the host is a problem like any other.

use std::{
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use vahti_server::http::{self, Access};

use crate::{
    authz::{DATA, PAGE, Way},
    logs::Log,
    moody::{Mood, RACED, RIVAL, STUCK, scene},
    samples::sample,
    scene::{Reply, Scene},
};

/// Every call that has to ask the database, by a key that may make it.
async fn asking(scene: &Scene) -> Vec<(String, Reply)> {
    let mut replies = Vec::new();
    for route in http::routes() {
        let Access::Key(roles) = route.access else {
            continue;
        };
        if ["/v1/check", "/v1/policy", "/v1/resume", "/metrics"].contains(&route.path.as_str()) {
            continue;
        }
        let (path, body) = sample(&route);
        let key = roles.last().expect("a role").as_str();
        let reply = scene
            .send(scene.request(route.method.clone(), &path, key, body))
            .await;
        replies.push((format!("{} {path}", route.method), reply));
    }
    replies
}

#[tokio::test]
async fn a_database_that_fails_is_503_everywhere_and_the_cause_is_told_to_nobody() {
    let (scene, mood) = scene().await;
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    for (call, reply) in asking(&scene).await {
        assert_eq!(
            (reply.status, reply.problem()),
            (503, "unavailable"),
            "{call}: {}",
            reply.text
        );
        assert!(!reply.text.contains("4711"), "{call}: {}", reply.text);
        assert_eq!(
            reply.body["detail"],
            "The database does not answer since 14:13:20Z. Nothing is known to have changed. \
             Active sessions go on; try again in 1 s."
        );
    }
    let check = scene
        .post(
            "app",
            "/v1/check",
            json!({"user": "aino", "session_id": "home"}),
        )
        .await;
    assert_eq!(check.body["verdict"], "allow");
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    assert_eq!(
        scene
            .post("supervisor", "/v1/verify", json!({"user": "aino"}))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn nobody_waits_for_a_silent_database_for_longer_than_ten_seconds() {
    let (scene, mood) = scene().await;
    mood.store(Mood::Silent as u8, Ordering::SeqCst);
    tokio::time::pause();
    for (path, key, body) in [
        ("/v1/login", "app", json!({"user": "bo"})),
        ("/v1/verify", "supervisor", json!({"user": "aino"})),
        ("/v1/invalidate", "supervisor", json!({"user": "aino"})),
        ("/v1/end", "app", json!({"session_id": "home"})),
        ("/v1/verify-all", "admin", json!({})),
        ("/v1/invalidate-all", "admin", json!({})),
        ("/v1/end-all", "admin", json!({"users": ["aino"]})),
    ] {
        let begun = tokio::time::Instant::now();
        let reply = scene.post(key, path, body).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (503, "unavailable"),
            "{path}"
        );
        assert_eq!(begun.elapsed().as_secs(), 10, "{path}");
        let detail = reply.body["detail"].as_str().expect("a sentence");
        assert!(
            detail.contains("Whether anything was changed is not known."),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn a_walk_along_a_silent_record_ends_after_ten_minutes() {
    let (scene, mood) = scene().await;
    mood.store(Mood::Silent as u8, Ordering::SeqCst);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let reply = scene.get("auditor", "/v1/events/chain").await;
    assert_eq!((reply.status, reply.problem()), (503, "unavailable"));
    assert_eq!(begun.elapsed().as_secs(), 600);
}

#[tokio::test]
async fn a_command_for_everybody_that_meets_silence_says_what_it_has_done_and_can_be_given_again() {
    let (scene, mood) = scene().await;
    // With `aino` two pages of users: the second ends with the one whose account is silent.
    let names = (1..256).map(|at| format!("user-{at}"));
    for name in names.chain(["onni".to_owned(), STUCK.to_owned()]) {
        let login = scene.post("app", "/v1/login", json!({"user": name})).await;
        assert_eq!(login.status, 201);
    }
    mood.store(Mood::Stuck as u8, Ordering::SeqCst);
    let reply = scene.post("admin", "/v1/invalidate-all", json!({})).await;
    assert_eq!((reply.status, reply.problem()), (503, "unavailable"));
    assert_eq!(
        reply.body["detail"],
        "The database does not answer since 14:13:20Z. Users who were met until then: 257, with 257 sessions; that is \
         kept. Of 1 more it is not known, and nobody else was met. Give the command again: what is done is not done twice. \
         Active sessions go on; try again in 1 s."
    );
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    tokio::time::resume();
    let again = scene.post("admin", "/v1/invalidate-all", json!({})).await;
    assert_eq!((again.status, &again.body["sessions"]), (200, &json!(1)));
}

#[tokio::test]
async fn a_trouble_is_logged_when_it_begins_and_when_it_is_over_however_many_calls_it_meets() {
    let (scene, mood) = scene().await;
    let log = Log::begin();
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    for _ in 0..20 {
        for (_, reply) in asking(&scene).await {
            assert_eq!(reply.status, 503);
        }
        // Reads may go on while writes fail: that is one trouble, not many.
        mood.store(Mood::Well as u8, Ordering::SeqCst);
        assert_eq!(scene.get("admin", "/v1/keys").await.status, 200);
        mood.store(Mood::Failing as u8, Ordering::SeqCst);
    }
    let begun = log.lines();
    assert_eq!(begun.len(), 1, "{begun:#?}");
    assert!(
        begun[0].contains("ERROR") && begun[0].contains("4711"),
        "{begun:#?}"
    );
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    scene.clock.advance(Duration::from_secs(10));
    for _ in 0..3 {
        assert_eq!(scene.get("admin", "/v1/keys").await.status, 200);
    }
    let over = log.lines();
    assert_eq!(over.len(), 2, "{over:#?}");
    assert!(
        over[1].contains("INFO") && over[1].contains("answers again"),
        "{over:#?}"
    );
}

#[tokio::test]
async fn a_page_in_an_outage_says_what_was_not_done_and_is_logged_like_any_call() {
    let (scene, mood) = scene().await;
    let login = json!({"user": "eve", "session_id": "seat"});
    let login = scene.post("app", "/v1/login", login).await;
    let cookie = login.body["set_cookie"].as_str().expect("a cookie");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let page = async |method: Method, path: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &cookie);
        scene
            .send(request.body(Body::empty()).expect("a request"))
            .await
    };
    let log = Log::begin();
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    for _ in 0..10 {
        let out = page(Method::POST, "/vahti/logout").await;
        assert_eq!((out.status, out.header(header::RETRY_AFTER)), (503, "5"));
        assert!(
            out.text.contains("You are not logged out yet."),
            "{}",
            out.text
        );
        assert!(out.text.contains("<form method=\"post\""), "{}", out.text);
        assert!(!out.text.contains("http-equiv"), "{}", out.text);
        assert_eq!(out.header(header::SET_COOKIE), "", "the cookie is kept");
    }
    assert_eq!(log.lines().len(), 1, "{:#?}", log.lines());
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    assert_eq!(page(Method::POST, "/vahti/logout").await.status, 200);
}

#[tokio::test]
async fn a_full_disk_is_logged_once() {
    let (scene, mood) = scene().await;
    let log = Log::begin();
    mood.store(Mood::Full as u8, Ordering::SeqCst);
    for _ in 0..20 {
        let login = scene.post("app", "/v1/login", json!({"user": "bo"})).await;
        assert_eq!(login.status, 503);
        assert_eq!(scene.get("admin", "/v1/keys").await.status, 200);
    }
    assert_eq!(log.lines().len(), 1, "{:#?}", log.lines());
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    scene.clock.advance(Duration::from_secs(10));
    assert_eq!(scene.get("admin", "/v1/keys").await.status, 200);
    assert!(log.lines()[1].contains("room again"), "{:#?}", log.lines());
}

#[tokio::test]
async fn a_stream_ends_when_the_database_does_not_answer_so_that_its_reader_comes_again() {
    let (scene, mood) = scene().await;
    let mut request = scene.request(Method::GET, "/v1/events", "auditor", None);
    let wanted = "text/event-stream".parse().expect("a type");
    request.headers_mut().insert("accept", wanted);
    let router = scene.router.clone();
    let answer = tower::ServiceExt::oneshot(router, request).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200);
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    let body = http_body_util::BodyExt::collect(answer.into_body()).await;
    assert_eq!(body.expect("an end").to_bytes(), "retry: 1000\n\n");
}

#[tokio::test]
async fn on_a_disk_that_is_almost_full_logins_wait_and_supervisors_go_on() {
    let (scene, mood) = scene().await;
    mood.store(Mood::Full as u8, Ordering::SeqCst);
    let before = scene.digest().await;
    let login = scene.post("app", "/v1/login", json!({"user": "bo"})).await;
    assert_eq!((login.status, login.problem()), (503, "unavailable"));
    let old = json!({"user": "bo", "id": "old", "logged_in_at": "2026-01-01T00:00:00Z"});
    let import = scene.post("admin", "/v1/import", json!({"sessions": [old]}));
    assert_eq!(import.await.status, 503);
    assert_eq!(
        login.body["detail"],
        "The disk of the database is almost full, so logins are refused. Nothing was changed. \
         Active sessions go on, and so do verify, invalidate and end."
    );
    assert_eq!(scene.digest().await, before);
    for (path, key) in [
        ("/v1/verify", "supervisor"),
        ("/v1/invalidate", "supervisor"),
        ("/v1/end", "app"),
    ] {
        assert_eq!(
            scene.post(key, path, json!({"user": "aino"})).await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_fault_in_the_host_is_a_problem_and_the_next_call_goes_on() {
    let (scene, mood) = scene().await;
    mood.store(Mood::Broken as u8, Ordering::SeqCst);
    let request = scene.request(
        Method::POST,
        "/v1/verify",
        "supervisor",
        Some(json!({"user": "aino"})),
    );
    let answer = tower::ServiceExt::oneshot(scene.router.clone(), request)
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 500);
    let body = http_body_util::BodyExt::collect(answer.into_body())
        .await
        .expect("a body")
        .to_bytes();
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["type"], "urn:vahti:problem:internal");
    assert!(!body.to_string().contains("planted"), "{body}");
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    assert_eq!(
        scene
            .post("supervisor", "/v1/verify", json!({"user": "aino"}))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_host_that_cannot_tell_is_not_ready_and_denies_nobody() {
    let (scene, mood) = scene().await;
    can_tell_nothing(&scene, &mood).await;
}

#[tokio::test]
async fn a_host_that_cannot_tell_lets_nobody_pass_in_a_pause_either() {
    let (scene, mood) = scene().await;
    let pause = json!({"length": "2h", "reason": "why"});
    assert_eq!(scene.post("admin", "/v1/pause", pause).await.status, 200);
    can_tell_nothing(&scene, &mood).await;
}

async fn can_tell_nothing(scene: &Scene, mood: &AtomicU8) {
    assert_eq!(scene.get("", "/readyz").await.status, 200);
    mood.store(Mood::Failed as u8, Ordering::SeqCst);
    let ready = scene.get("", "/readyz").await;
    assert_eq!((ready.status, ready.problem()), (503, "unavailable"));
    assert_eq!(scene.get("", "/healthz").await.status, 200);
    for path in ["/v1/check", "/v1/check?status=1"] {
        let body = json!({"user": "aino", "session_id": "home"});
        let check = scene.post("app", path, body).await;
        assert_eq!((check.status, check.problem()), (503, "unavailable"));
        assert!(!check.text.contains("4711"), "{}", check.text);
    }
    for by in Way::ALL {
        for accept in [PAGE, DATA] {
            let asked = by.ask("GET", "/exam").header(header::ACCEPT, accept);
            let asked = asked.header(header::COOKIE, "__Host-vahti=v1.home.AAAA");
            let reply = scene.send(asked.body(Body::empty()).expect("it")).await;
            assert_eq!((reply.status, reply.problem()), (503, "unavailable"));
            assert!(!reply.headers.contains_key(header::LOCATION), "{by:?}");
            assert!(!reply.text.contains("4711"), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_table_that_cannot_be_finished_breaks_off() {
    let (scene, mood) = scene().await;
    for at in 0..1_001 {
        let login = json!({"user": format!("user-{at}")});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    }
    let request = scene.request(Method::GET, "/v1/sessions?format=csv", "auditor", None);
    let answer = tower::ServiceExt::oneshot(scene.router.clone(), request)
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    let body = http_body_util::BodyExt::collect(answer.into_body()).await;
    assert!(body.is_err(), "half a table is no table");
}

#[tokio::test]
async fn a_login_that_is_quicker_than_an_import_costs_it_one_row_and_no_other() {
    let (scene, mood) = scene().await;
    mood.store(Mood::Raced as u8, Ordering::SeqCst);
    let row = |id: &str, hour: u32| json!({"user": "eino", "id": id, "logged_in_at": format!("2026-09-01T{hour:02}:00:00Z")});
    let rows = json!({"sessions": [row("first", 9), row(RACED, 10), row("last", 11)]});
    let done = scene.post("admin", "/v1/import", rows).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        (&done.body["active"], &done.body["held"]),
        (&json!(1), &json!(1))
    );
    let skipped = done.body["skipped"].as_array().expect("a list");
    assert_eq!(skipped.len(), 1, "{}", done.text);
    assert_eq!(skipped[0]["index"], 1);
    assert_eq!(skipped[0]["problem"]["status"], 409);
    let detail = skipped[0]["problem"]["detail"].as_str();
    assert!(detail.expect("a sentence").contains(&format!("`{RACED}`")));
    let list = scene
        .get("auditor", &format!("/v1/sessions?user={RIVAL}"))
        .await;
    assert_eq!(list.body["sessions"][0]["id"], RACED, "{}", list.text);
}
