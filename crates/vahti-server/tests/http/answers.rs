//! What users see: snapshots of the answers, with what differs from run to run taken out.

use std::path::Path;

use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};
use vahti::core::{OnLimit, Policy};

use crate::scene::{Reply, Scene, policy, send};

/// Snapshots lie in `tests/snapshots`, by their own names.
pub(crate) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// The answer as text: status, the headers that matter, the body.
fn shown(reply: &Reply, headers: &HeaderMap) -> String {
    let mut lines = vec![reply.status.to_string()];
    for (name, value) in headers {
        let of_every_answer =
            [header::CACHE_CONTROL, header::X_CONTENT_TYPE_OPTIONS].contains(name);
        if !of_every_answer && name != header::CONTENT_LENGTH {
            lines.push(format!("{name}: {}", value.to_str().expect("ASCII")));
        }
    }
    let body = if reply.body.is_null() {
        reply.text.clone()
    } else {
        serde_json::to_string_pretty(&redacted(&reply.body)).expect("JSON")
    };
    format!("{}\n\n{body}", lines.join("\n"))
}

/// Tokens, keys and hashes are random; the clock of a test is not.
fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    ("hash" | "token", Value::String(_)) => json!(format!("[{name}]")),
                    ("wait_url", Value::String(url)) => {
                        let page = url.split_once("?t=").map_or(url.as_str(), |(page, _)| page);
                        json!(format!("{page}?t=[ticket]"))
                    }
                    ("password", Value::String(_)) => json!("[password]"),
                    ("url", Value::String(url)) => {
                        let (page, _) = url.split_once("?i=").expect("a secret");
                        json!(format!("{page}?i=[secret]"))
                    }
                    ("key", Value::String(key)) if key.starts_with("vahti_") => json!("[key]"),
                    ("set_cookie", Value::String(cookie)) => {
                        let (before, after) = cookie.split_once("v1.").expect("a token");
                        let after = after.split_once(';').expect("attributes").1;
                        json!(format!("{before}[token];{after}"))
                    }
                    (_, value) => redacted(value),
                };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(redacted).collect(),
        other => other.clone(),
    }
}

pub(crate) fn snapshot(name: &str, reply: &Reply) {
    settings().bind(|| insta::assert_snapshot!(name, shown(reply, &reply.headers)));
}

#[tokio::test]
async fn the_answers_of_the_first_minute() {
    let scene = Scene::new(policy(1)).await;
    let home = json!({"user": "aino", "session_id": "home", "name": "Aino Suoranta", "email": "aino@example.org",
        "number": "0412345", "place": "Home", "origin": {"ip": "84.250.12.7", "user_agent": "Chrome"}, "groups": ["exam"]});
    snapshot("login", &scene.post("app", "/v1/login", home).await);
    let seat = json!({"user": "aino", "session_id": "seat-17"});
    snapshot(
        "login_held",
        &scene.post("app", "/v1/login", seat.clone()).await,
    );
    snapshot(
        "check_hold",
        &scene.post("app", "/v1/check", seat.clone()).await,
    );
    snapshot(
        "explanation",
        &scene.get("supervisor", "/v1/users/aino/explanation").await,
    );
    snapshot("sessions", &scene.get("supervisor", "/v1/sessions").await);
    let verify =
        json!({"user": "aino", "session_id": "seat-17", "actor": "maija", "reason": "card seen"});
    snapshot(
        "verify",
        &scene.post("supervisor", "/v1/verify", verify).await,
    );
    snapshot("check_allow", &scene.post("app", "/v1/check", seat).await);
    snapshot("session", &scene.get("app", "/v1/sessions/home").await);
    let invalidate = json!({"user": "aino", "hold_logins": true});
    snapshot(
        "invalidate",
        &scene
            .post("supervisor", "/v1/invalidate", invalidate.clone())
            .await,
    );
    snapshot(
        "invalidate_again",
        &scene.post("supervisor", "/v1/invalidate", invalidate).await,
    );
    snapshot(
        "verify_all",
        &scene
            .post(
                "admin",
                "/v1/verify-all",
                json!({"only": "waiting", "unseen_for": "0s"}),
            )
            .await,
    );
    snapshot(
        "end",
        &scene
            .post("app", "/v1/end", json!({"session_id": "home"}))
            .await,
    );
    snapshot(
        "end_again",
        &scene
            .post("app", "/v1/end", json!({"session_id": "home"}))
            .await,
    );
    snapshot(
        "check_deny",
        &scene
            .post(
                "app",
                "/v1/check",
                json!({"user": "aino", "session_id": "home"}),
            )
            .await,
    );
    snapshot(
        "events",
        &scene.get("auditor", "/v1/events?user=aino").await,
    );
    snapshot("chain", &scene.get("auditor", "/v1/events/chain").await);
    snapshot(
        "table",
        &scene.get("auditor", "/v1/sessions?format=csv").await,
    );
}

#[tokio::test]
async fn the_answers_about_the_host_itself() {
    let scene = Scene::new(policy(1)).await;
    snapshot("policy", &scene.get("app", "/v1/policy").await);
    snapshot(
        "create_key",
        &scene
            .post(
                "admin",
                "/v1/keys",
                json!({"name": "lms", "role": "app", "groups": ["exam"]}),
            )
            .await,
    );
    snapshot("keys", &scene.get("admin", "/v1/keys").await);
    snapshot("healthz", &scene.get("", "/healthz").await);
    snapshot("readyz", &scene.get("", "/readyz").await);
}

#[tokio::test]
async fn the_answers_that_refuse() {
    let scene = Scene::new(policy(1)).await;
    for session in ["home", "seat-17"] {
        scene
            .post(
                "app",
                "/v1/login",
                json!({"user": "aino", "session_id": session}),
            )
            .await;
    }
    snapshot(
        "no_key",
        &scene.post("", "/v1/verify", json!({"user": "aino"})).await,
    );
    snapshot(
        "wrong_role",
        &scene
            .post("app", "/v1/verify", json!({"user": "aino"}))
            .await,
    );
    let unknown = json!({"user": "aino", "session_id": "seat-71"});
    snapshot(
        "verify_unknown_session",
        &scene
            .post("supervisor", "/v1/verify", unknown.clone())
            .await,
    );
    snapshot(
        "invalidate_unknown_session",
        &scene.post("supervisor", "/v1/invalidate", unknown).await,
    );
    snapshot(
        "verify_unknown_user",
        &scene
            .post("supervisor", "/v1/verify", json!({"user": "ano"}))
            .await,
    );
    snapshot(
        "unknown_field",
        &scene
            .post("app", "/v1/login", json!({"username": "aino"}))
            .await,
    );
    snapshot(
        "many_fields",
        &scene
            .post(
                "app",
                "/v1/login",
                json!({"username": "aino", "session_id": "seat.17",
        "groups": ["a b", 7], "origin": {"address": "::1"}, "name": "a\u{202E}b", "email": false}),
            )
            .await,
    );
    snapshot(
        "taken_session_id",
        &scene
            .post(
                "app",
                "/v1/login",
                json!({"user": "bo", "session_id": "home"}),
            )
            .await,
    );
    scene
        .post("app", "/v1/end", json!({"session_id": "home"}))
        .await;
    let ended = json!({"user": "aino", "session_id": "home"});
    snapshot(
        "verify_ended",
        &scene.post("supervisor", "/v1/verify", ended).await,
    );
    scene.post("app", "/v1/end", json!({"user": "aino"})).await;
    snapshot(
        "verify_nothing_open",
        &scene
            .post("supervisor", "/v1/verify", json!({"user": "aino"}))
            .await,
    );
    snapshot(
        "end_unknown_token",
        &scene
            .post("app", "/v1/end", json!({"token": "v1.home.AAAA"}))
            .await,
    );
    snapshot(
        "unknown_parameter",
        &scene
            .get("auditor", "/v1/sessions?username=aino&limit=0&state=gone")
            .await,
    );
    snapshot(
        "unknown_address",
        &scene.get("auditor", "/v1/session").await,
    );
    snapshot(
        "wrong_method",
        &scene
            .send(scene.request(Method::GET, "/v1/login", "app", None))
            .await,
    );
    snapshot("no_token", &scene.get("", "/v1/sessions/current").await);
}

#[tokio::test]
async fn the_answer_at_the_limit_says_that_the_password_was_right() {
    let scene = Scene::new(Policy {
        on_limit: OnLimit::Deny,
        ..policy(1)
    })
    .await;
    scene
        .post("app", "/v1/login", json!({"user": "aino"}))
        .await;
    snapshot(
        "limit_reached",
        &scene
            .post("app", "/v1/login", json!({"user": "aino"}))
            .await,
    );
}

#[tokio::test]
async fn a_session_is_shown_to_whoever_holds_its_token() {
    let scene = Scene::new(policy(1)).await;
    let token = |reply: &Reply| reply.body["token"].as_str().expect("a token").to_owned();
    let home = token(
        &scene
            .post(
                "app",
                "/v1/login",
                json!({"user": "aino", "session_id": "home"}),
            )
            .await,
    );
    let seat = token(
        &scene
            .post(
                "app",
                "/v1/login",
                json!({"user": "aino", "session_id": "seat"}),
            )
            .await,
    );
    let current = async |cookies: &[String]| {
        let mut request = scene.request(Method::GET, "/v1/sessions/current", "", None);
        for cookie in cookies {
            request
                .headers_mut()
                .append(header::COOKIE, cookie.parse().expect("a cookie"));
        }
        scene.send(request).await
    };
    let active = current(&[format!("a=b; __Host-vahti={home}; c=d")]).await;
    snapshot("current", &active);
    assert_eq!(
        scene.get(&home, "/v1/sessions/current").await.body,
        active.body
    );
    snapshot(
        "current_held",
        &current(&[format!("__Host-vahti={seat}")]).await,
    );
    for cookies in [
        vec![format!("__Host-vahti={home}; __Host-vahti={seat}")],
        vec![
            format!("__Host-vahti={home}"),
            format!("__Host-vahti={home}"),
        ],
        vec![format!("vahti={home}")],
        vec![format!("__host-vahti={home}")],
        vec![format!("__Host-vahti={home}x")],
        vec!["__Host-vahti=".to_owned()],
    ] {
        let reply = current(&cookies).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (401, "no_token"),
            "{cookies:?}"
        );
    }
    assert_eq!(scene.get("admin", "/v1/sessions/current").await.status, 401);
    scene
        .post("app", "/v1/end", json!({"session_id": "home"}))
        .await;
    let ended = current(&[format!("__Host-vahti={home}")]).await;
    assert_eq!(
        (ended.status, &ended.body["valid"], &ended.body["state"]),
        (200, &json!(false), &json!("ended"))
    );
}

#[tokio::test]
async fn over_http_the_cookie_goes_without_secure_and_by_its_configured_name() {
    let scene = Scene::new(policy(1)).await;
    let router = scene.router_with(&[
        ("http.public_url", "http://exam.example.org"),
        ("cookie.same_site", "strict"),
    ]);
    let post = async |path: &str, body: Value| {
        let request = scene.request(Method::POST, path, "app", Some(body));
        send(&router, request).await.body
    };
    let login = post("/v1/login", json!({"user": "aino"})).await;
    let token = login["token"].as_str().expect("a token");
    assert_eq!(
        login["set_cookie"],
        format!("vahti={token}; Path=/; HttpOnly; SameSite=Strict")
    );
    let end = post("/v1/end", json!({"user": "aino"})).await;
    assert_eq!(
        end["clear_cookie"],
        "vahti=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"
    );
}
