//! Keys that are limited to groups: they act on and see only users with one of them.

use axum::http::Method;
use serde_json::{Value, json};
use vahti::core::Role;

use crate::scene::{Scene, policy};

/// The body of a call about a user.
type Body = fn(&str) -> Value;

/// `aino` is in group `a`, `bo` in group `b`; each role has a key that is limited to `a`.
async fn scene() -> Scene {
    let mut scene = Scene::new(policy(1)).await;
    for role in Role::ALL {
        scene.key(&format!("{role}-a"), *role, &["a"]).await;
    }
    for (user, group) in [("aino", "a"), ("bo", "b")] {
        for session in ["home", "seat"] {
            let id = format!("{user}-{session}");
            let login = json!({"user": user, "session_id": id, "groups": [group]});
            assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
        }
    }
    scene
}

#[tokio::test]
async fn commands_reach_the_users_of_the_group_only() {
    let calls: [(&str, &str, Body); 5] = [
        (
            "supervisor-a",
            "/v1/verify",
            |user| json!({"user": user, "session_id": format!("{user}-seat")}),
        ),
        (
            "supervisor-a",
            "/v1/invalidate",
            |user| json!({"user": user}),
        ),
        (
            "supervisor-a",
            "/v1/end",
            |user| json!({"session_id": format!("{user}-home")}),
        ),
        (
            "app-a",
            "/v1/end",
            |user| json!({"user": user, "except": format!("{user}-seat")}),
        ),
        (
            "admin-a",
            "/v1/invalidate",
            |user| json!({"user": user, "session_id": format!("{user}-home")}),
        ),
    ];
    for (key, path, body) in calls {
        let scene = scene().await;
        let mine = scene.post(key, path, body("aino")).await;
        assert_eq!(mine.status, 200, "{key} {path}: {}", mine.text);
        let before = scene.digest().await;
        let other = scene.post(key, path, body("bo")).await;
        assert_eq!(other.status, 404, "{key} {path}: {}", other.text);
        assert!(
            !other.text.contains("held") && !other.text.contains("active)"),
            "{}",
            other.text
        );
        assert_eq!(scene.digest().await, before, "{key} {path}");
    }
}

#[tokio::test]
async fn what_the_group_does_not_cover_looks_like_what_does_not_exist() {
    let scene = scene().await;
    for (key, other, absent) in [
        ("auditor-a", "/v1/sessions/bo-home", "/v1/sessions/xx-home"),
        (
            "auditor-a",
            "/v1/users/bo/explanation",
            "/v1/users/xx/explanation",
        ),
    ] {
        let other = scene.get(key, other).await;
        let absent = scene.get(key, absent).await;
        assert_eq!(other.status, 404);
        assert_eq!(other.text.replace("`bo", "`xx"), absent.text);
    }
    assert_eq!(
        scene.get("app-a", "/v1/sessions/aino-home").await.status,
        200
    );
}

#[tokio::test]
async fn lists_hold_the_users_of_the_group_only() {
    let scene = scene().await;
    let sessions = scene.get("supervisor-a", "/v1/sessions").await;
    assert_eq!(sessions.body["sessions"].as_array().map(Vec::len), Some(2));
    assert!(!sessions.text.contains("\"bo"));
    let table = scene.get("supervisor-a", "/v1/sessions?format=csv").await;
    assert!(
        table.text.contains("aino-home") && !table.text.contains("bo"),
        "{}",
        table.text
    );
    let events = scene.get("auditor-a", "/v1/events").await;
    let events = events.body["events"].as_array().expect("events");
    assert!(!events.is_empty() && events.iter().all(|event| event["user"] == "aino"));
    assert_eq!(
        scene.get("app-a", "/v1/sessions?user=bo").await.body["sessions"],
        json!([])
    );
}

#[tokio::test]
async fn a_login_outside_the_group_is_refused_and_a_check_knows_nothing_of_it() {
    let scene = scene().await;
    let before = scene.digest().await;
    for groups in [json!([]), json!(["b"])] {
        let login = json!({"user": "cia", "groups": groups});
        let reply = scene.post("app-a", "/v1/login", login).await;
        assert_eq!((reply.status, reply.problem()), (403, "out_of_scope"));
    }
    assert_eq!(scene.digest().await, before);
    let check = async |user: &str| {
        let body = json!({"user": user, "session_id": format!("{user}-home")});
        scene.post("app-a", "/v1/check", body).await.body["verdict"].clone()
    };
    assert_eq!(
        (check("aino").await, check("bo").await),
        (json!("allow"), json!("deny"))
    );
}

#[tokio::test]
async fn commands_for_everybody_pass_over_the_others() {
    let scene = scene().await;
    let all = scene.post("admin-a", "/v1/end-all", json!({})).await;
    assert_eq!(
        all.body,
        json!({"users": 1, "sessions": 2, "unprocessed": []})
    );
    let named = scene
        .post("admin-a", "/v1/end-all", json!({"users": ["bo"]}))
        .await;
    assert_eq!(
        (
            &named.body["users"],
            &named.body["unprocessed"][0]["problem"]["status"]
        ),
        (&json!(0), &json!(404))
    );
    let left = scene
        .get("auditor", "/v1/sessions?user=bo&state=ended")
        .await;
    assert_eq!(left.body["sessions"], json!([]));
}

#[tokio::test]
async fn an_admin_of_a_group_makes_and_revokes_keys_of_that_group_only() {
    let scene = scene().await;
    let make = async |name: &str, groups: Value| {
        let body = json!({"name": name, "role": "admin", "groups": groups});
        scene.post("admin-a", "/v1/keys", body).await.status
    };
    assert_eq!(make("mine", json!(["a"])).await, 201);
    for groups in [json!([]), json!(["b"]), json!(["a", "b"])] {
        assert_eq!(make("other", groups).await, 403);
    }
    let keys = scene.get("admin-a", "/v1/keys").await;
    let names: Vec<_> = keys.body["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| &key["name"])
        .collect();
    assert_eq!(
        names,
        ["admin-a", "app-a", "auditor-a", "mine", "supervisor-a"]
    );
    for (name, status) in [("mine", 204), ("auditor", 404), ("admin", 404)] {
        let request = scene.request(Method::DELETE, &format!("/v1/keys/{name}"), "admin-a", None);
        assert_eq!(scene.send(request).await.status, status, "{name}");
    }
    assert_eq!(scene.get("admin", "/v1/policy").await.status, 200);
    assert_eq!(scene.get("auditor-a", "/v1/events/chain").await.status, 403);
    assert_eq!(
        scene.get("auditor", "/v1/events/chain").await.body["whole"],
        true
    );
}
