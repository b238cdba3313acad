//! How often a user may log in: what is refused beyond it, and what never is.

use std::time::Duration;

use axum::http::header;
use serde_json::json;
use vahti::core::{OnLimit, Policy, Role};

use crate::scene::{Reply, Scene, policy};

/// As the default configuration says.
const A_MINUTE: usize = 300;

async fn log_in(scene: &Scene, key: &str, user: &str) -> Reply {
    scene.post(key, "/v1/login", json!({"user": user})).await
}

/// Logs a user in as often as that goes without a pause.
async fn exhaust(scene: &Scene, user: &str) {
    for number in 0..A_MINUTE {
        let reply = log_in(scene, "app", user).await;
        assert_eq!(reply.status, 201, "login {number}");
    }
}

#[track_caller]
fn assert_refused(reply: &Reply, seconds: &str) {
    assert_eq!((reply.status, reply.problem()), (429, "too_many"));
    assert_eq!(reply.header(header::RETRY_AFTER), seconds);
}

/// A host with another limit than the default one.
async fn limited(policy: Policy, rate: &str) -> Scene {
    let mut scene = Scene::new(policy).await;
    scene.router = scene.router_with(&[("limits.logins_per_user", rate)]);
    scene
}

#[tokio::test]
async fn a_login_beyond_the_limit_of_a_minute_is_refused_and_writes_nothing() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("other", Role::App, &[]).await;
    exhaust(&scene, "aino").await;
    let before = scene.digest().await;
    for _ in 0..3 {
        assert_refused(&log_in(&scene, "app", "aino").await, "1");
    }
    assert_eq!(scene.digest().await, before);
    assert_eq!(log_in(&scene, "app", "eino").await.status, 201);
    assert_eq!(log_in(&scene, "other", "aino").await.status, 201);
    scene.clock.advance(Duration::from_millis(200));
    assert_eq!(log_in(&scene, "app", "aino").await.status, 201);
    assert_refused(&log_in(&scene, "app", "aino").await, "1");
    scene.clock.advance(Duration::from_secs(60));
    exhaust(&scene, "aino").await;
    assert_refused(&log_in(&scene, "app", "aino").await, "1");
}

#[tokio::test]
async fn a_user_who_may_not_log_in_for_now_is_checked_verified_and_ended_as_ever() {
    let scene = limited(policy(1), "1/h").await;
    let login = json!({"user": "aino", "session_id": "home"});
    let token = scene.post("app", "/v1/login", login).await.body["token"].clone();
    assert_refused(&log_in(&scene, "app", "aino").await, "3600");
    for _ in 0..1_000 {
        let reply = scene
            .post("app", "/v1/check", json!({"token": token}))
            .await;
        assert_eq!(
            (reply.status, &reply.body["verdict"]),
            (200, &json!("allow"))
        );
    }
    let asked = scene.get(token.as_str().expect("a token"), "/v1/sessions/current");
    assert_eq!(asked.await.status, 200);
    for (key, path) in [
        ("supervisor", "/v1/invalidate"),
        ("supervisor", "/v1/verify"),
        ("app", "/v1/end"),
    ] {
        let reply = scene.post(key, path, json!({"user": "aino"})).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn the_answer_says_when_to_try_again_and_that_the_password_was_not_wrong() {
    let scene = limited(policy(1), "2/h").await;
    for _ in 0..2 {
        assert_eq!(log_in(&scene, "app", "aino").await.status, 201);
    }
    let reply = log_in(&scene, "app", "aino").await;
    assert_refused(&reply, "1800");
    let detail = reply.body["detail"].as_str().expect("a sentence");
    for part in ["`aino`", "2/h", "not recorded", "failed login"] {
        assert!(detail.contains(part), "{detail}");
    }
    scene.clock.advance(Duration::from_millis(1_798_500));
    assert_refused(&log_in(&scene, "app", "aino").await, "2");
    scene.clock.advance(Duration::from_millis(1_500));
    assert_eq!(log_in(&scene, "app", "aino").await.status, 201);
}

#[tokio::test]
async fn a_repeat_with_an_idempotency_key_counts_as_a_login() {
    let scene = limited(policy(1), "2/min").await;
    let repeat = async || {
        let body = json!({"user": "aino"});
        let mut request = scene.request(axum::http::Method::POST, "/v1/login", "app", Some(body));
        let key = header::HeaderValue::from_static("one-login");
        request.headers_mut().insert("idempotency-key", key);
        scene.send(request).await
    };
    let (first, second) = (repeat().await, repeat().await);
    assert_eq!(first.body["session"]["id"], second.body["session"]["id"]);
    assert_refused(&repeat().await, "30");
    scene.clock.advance(Duration::from_secs(30));
    let third = repeat().await;
    assert_eq!(first.body["session"]["id"], third.body["session"]["id"]);
}

#[tokio::test]
async fn five_hundred_users_from_one_address_are_not_slowed() {
    let scene = Scene::new(policy(1)).await;
    let mut statuses = Vec::new();
    for number in 0..500 {
        for _ in 0..2 {
            let body = json!({"user": format!("user-{number}"), "origin": {"ip": "10.1.2.3"}});
            statuses.push(scene.post("app", "/v1/login", body).await.status);
        }
        scene.clock.advance(Duration::from_millis(20));
    }
    assert_eq!(statuses, [201; 1_000]);
}

#[tokio::test]
async fn the_limit_holds_whatever_the_policy_is_as_long_as_logins_are_recorded() {
    for on_limit in OnLimit::ALL {
        let policy = Policy {
            on_limit: *on_limit,
            ..policy(1)
        };
        let scene = limited(policy, "1/s").await;
        assert_eq!(log_in(&scene, "app", "aino").await.status, 201);
        assert_refused(&log_in(&scene, "app", "aino").await, "1");
    }
    let off = Policy {
        enabled: false,
        ..policy(1)
    };
    let scene = limited(off, "1/h").await;
    for _ in 0..5 {
        assert_eq!(log_in(&scene, "app", "aino").await.status, 201);
    }
}

#[tokio::test]
async fn without_a_limit_nobody_is_refused() {
    let scene = limited(policy(1), "0/min").await;
    exhaust(&scene, "aino").await;
    assert_eq!(log_in(&scene, "app", "aino").await.status, 201);
}
