//! Figures for a monitoring system: what they count, and what they never tell.

use core::sync::atomic::Ordering;

use axum::http::header;
use serde_json::json;
use vahti_server::http::{self, App};

use crate::{
    moody::{self, Mood},
    scene::{Scene, config, policy, send},
};

/// The value of a line.
fn value<'a>(text: &'a str, line: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '))
}

async fn told(scene: &Scene) -> String {
    let reply = scene.get("auditor", "/metrics").await;
    assert_eq!(reply.status, 200);
    let kind = reply.header(header::CONTENT_TYPE);
    assert!(
        kind.starts_with("application/openmetrics-text; version=1.0.0"),
        "{kind}"
    );
    assert!(reply.text.ends_with("# EOF\n"), "{}", reply.text);
    reply.text
}

async fn used(user: &str) -> Scene {
    let scene = Scene::new(policy(1)).await;
    for id in ["canary-home", "canary-phone"] {
        let login = json!({"user": user, "session_id": id, "groups": ["canary-group"], "place": "canary-place"});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
        for _ in 0..3 {
            let check = json!({"user": user, "session_id": id});
            assert_eq!(scene.post("app", "/v1/check", check).await.status, 200);
        }
    }
    assert_eq!(
        scene.get("app", "/v1/sessions/canary-nowhere").await.status,
        404
    );
    assert_eq!(scene.get("app", "/canary-address").await.status, 404);
    scene
}

#[tokio::test]
async fn the_figures_are_what_was_done() {
    let scene = used("canary-user").await;
    let text = told(&scene).await;
    for (line, expected) in [
        (
            r#"vahti_checks_total{verdict="allow",reason="active"}"#,
            "3",
        ),
        (
            r#"vahti_checks_total{verdict="hold",reason="over_limit"}"#,
            "3",
        ),
        (
            r#"vahti_checks_total{verdict="deny",reason="no_session"}"#,
            "0",
        ),
        (r#"vahti_sessions{state="active"}"#, "1"),
        (r#"vahti_sessions{state="held"}"#, "1"),
        (
            r#"vahti_http_requests_total{method="POST",call="/v1/login",status="201"}"#,
            "2",
        ),
        (
            r#"vahti_http_requests_total{method="GET",call="/v1/sessions/{id}",status="404"}"#,
            "1",
        ),
        (
            r#"vahti_http_request_seconds_count{method="POST",call="/v1/check"}"#,
            "6",
        ),
        (
            r#"vahti_http_request_seconds_bucket{le="+Inf",method="POST",call="/v1/check"}"#,
            "6",
        ),
        (
            r#"vahti_http_request_seconds_bucket{le="10.0",method="POST",call="/v1/check"}"#,
            "6",
        ),
        // The four keys of the scene, and the two logins.
        ("vahti_commit_commands_count", "6"),
        ("vahti_commit_commands_sum", "6.0"),
        (r#"vahti_commit_seconds_bucket{le="0.001"}"#, "6"),
        ("vahti_paused", "0"),
        ("vahti_ready", "1"),
        ("vahti_streams", "0"),
    ] {
        assert_eq!(value(&text, line), Some(expected), "{line}");
    }
    let pause = json!({"length": "1h", "reason": "why"});
    assert_eq!(scene.post("admin", "/v1/pause", pause).await.status, 200);
    let check = json!({"user": "canary-user", "session_id": "canary-phone"});
    assert_eq!(scene.post("app", "/v1/check", check).await.status, 200);
    let text = told(&scene).await;
    assert_eq!(value(&text, "vahti_paused"), Some("1"));
    let would = r#"vahti_would_total{verdict="hold",reason="over_limit"}"#;
    assert_eq!(value(&text, would), Some("1"));
}

#[tokio::test]
async fn the_figures_say_that_a_host_cannot_tell() {
    let (scene, mood) = moody::scene().await;
    mood.store(Mood::Failed as u8, Ordering::SeqCst);
    for _ in 0..2 {
        let check = json!({"user": "aino", "session_id": "home"});
        assert_eq!(scene.post("app", "/v1/check", check).await.status, 503);
    }
    let text = told(&scene).await;
    assert_eq!(value(&text, "vahti_ready"), Some("0"));
    assert_eq!(value(&text, "vahti_checks_unavailable_total"), Some("2"));
}

#[tokio::test]
async fn no_figure_names_anybody_and_no_caller_makes_a_new_one() {
    let scene = used("canary-user").await;
    // The first reading of the figures is a figure, too.
    told(&scene).await;
    let before = told(&scene).await.lines().count();
    for at in 0..50 {
        assert_eq!(scene.get("app", &format!("/canary-{at}")).await.status, 404);
        let reply = scene.get("app", &format!("/v1/sessions/canary-{at}")).await;
        assert_eq!(reply.status, 404);
    }
    let text = told(&scene).await;
    assert_eq!(text.lines().count(), before);
    for secret in ["canary", "auditor", scene.text_of("app")] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
}

#[tokio::test]
async fn two_hosts_in_one_process_count_apart() {
    let (first, second) = (used("a").await, Scene::new(policy(1)).await);
    let line = r#"vahti_checks_total{verdict="allow",reason="active"}"#;
    assert_eq!(value(&told(&first).await, line), Some("3"));
    assert_eq!(value(&told(&second).await, line), Some("0"));
}

#[tokio::test]
async fn without_a_key_the_figures_are_told_on_their_own_listener_only() {
    let scene = used("aino").await;
    assert_eq!(scene.get("", "/metrics").await.status, 401);
    let app = App::new(scene.vahti.clone(), &config(&[]));
    let router = http::metrics_router(app);
    let request = |path| scene.request(axum::http::Method::GET, path, "", None);
    let reply = send(&router, request("/metrics")).await;
    assert_eq!(
        (reply.status, value(&reply.text, "vahti_ready")),
        (200, Some("1"))
    );
    assert_eq!(send(&router, request("/anything")).await.status, 404);
}
