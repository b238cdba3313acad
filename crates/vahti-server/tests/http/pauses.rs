//! Break glass over HTTP: who may, for how long, and that everybody is told.

use serde_json::json;
use vahti::core::Role;

use crate::scene::{Scene, policy};

#[tokio::test]
async fn a_pause_is_told_by_the_policy_and_ends_with_resume() {
    let scene = Scene::new(policy(1)).await;
    for id in ["home", "phone"] {
        let login = json!({"user": "aino", "session_id": id});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    }
    let before = scene.get("app", "/v1/policy").await;
    assert!(before.body["paused_until"].is_null());
    let pause = json!({"length": "2h", "reason": "wrong limit", "actor": "Maija"});
    let paused = scene.post("admin", "/v1/pause", pause).await;
    assert_eq!(
        (paused.status, &paused.body["until"]),
        (200, &json!("2026-09-21T16:13:20.000Z"))
    );
    let policy = scene.get("app", "/v1/policy").await;
    assert_eq!(policy.body["paused_until"], paused.body["until"]);
    let first = policy.body["sentences"][0].as_str().expect("a sentence");
    assert!(
        first.starts_with("The gate is paused until 2026-09-21T16:13:20.000Z: every check allows.")
    );
    let phone = json!({"user": "aino", "session_id": "phone"});
    for path in ["/v1/check", "/v1/check?status=1"] {
        let check = scene.post("app", path, phone.clone()).await;
        assert_eq!(
            (check.status, &check.body["reason"]),
            (200, &json!("paused"))
        );
        assert_eq!(check.body["would"]["reason"], "over_limit");
    }
    let event = scene.get("auditor", "/v1/events?verb=pause").await.body["events"][0].clone();
    assert_eq!(
        (&event["actor"], &event["note"]),
        (&json!("Maija"), &json!("for 7200 s: wrong limit"))
    );
    for was_paused in [true, false] {
        let resumed = scene.post("admin", "/v1/resume", json!({})).await;
        assert_eq!(resumed.body, json!({"was_paused": was_paused}));
        let check = scene.post("app", "/v1/check", phone.clone()).await;
        assert_eq!(check.body["verdict"], "hold");
    }
}

#[tokio::test]
async fn a_pause_needs_a_reason_an_end_and_an_administrator_of_everybody() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("admin-a", Role::Admin, &["a"]).await;
    let good = json!({"length": "1h", "reason": "why"});
    for key in ["app", "supervisor", "auditor", "admin-a"] {
        for path in ["/v1/pause", "/v1/resume"] {
            let body = if path == "/v1/pause" {
                good.clone()
            } else {
                json!({})
            };
            assert_eq!(
                scene.post(key, path, body).await.status,
                403,
                "{key} {path}"
            );
        }
    }
    for length in ["", "0s", "999ms", "12h 1s", "2", "-1h", "for ever"] {
        let body = json!({"length": length, "reason": "why"});
        let reply = scene.post("admin", "/v1/pause", body).await;
        assert_eq!(
            (reply.status, reply.fields()),
            (400, vec!["length"]),
            "{length}"
        );
    }
    let silent = json!({"length": "1h", "reason": " "});
    let reply = scene.post("admin", "/v1/pause", silent).await;
    assert_eq!((reply.status, reply.fields()), (400, vec!["reason"]));
    assert!(scene.get("app", "/v1/policy").await.body["paused_until"].is_null());
}
