//! What TIM's tools read: every session as one list, with TIM's columns and times.

use std::time::Duration;

use axum::http::header;
use serde_json::{Value, json};

use crate::{
    scene::{Scene, policy},
    tim::{log_in, two_sessions},
};

#[tokio::test]
async fn everything_is_exported_as_tim_does() {
    let scene = two_sessions().await;
    let formula = json!({"user": "=cmd", "session_id": "-x", "origin": {"text": "+1, \"a\""}});
    scene.post("app", "/v1/login", formula).await;
    let all = scene.get("admin", "/user/sessions/all").await;
    assert_eq!(
        all.header(header::CONTENT_TYPE),
        "text/plain; charset=utf-8"
    );
    assert_eq!(
        all.text,
        "\"user\",\"session_id\",\"origin\",\"logged_in_at\",\"expired_at\"\r\n\
         \"aino\",\"home\",\"[10.0.0.1] Firefox\",\"2026-09-21 14:13:20.000000+00:00\",\"None\"\r\n\
         \"aino\",\"seat\",\"[10.0.0.1] Firefox\",\"2026-09-21 14:13:20.000000+00:00\",\"2026-09-21 14:13:20.000000+00:00\"\r\n\
         \"'=cmd\",\"'-x\",\"'+1, \"\"a\"\"\",\"2026-09-21 14:13:20.000000+00:00\",\"None\"\r\n"
    );
    let ids = async |query: &str| {
        let reply = scene
            .get("admin", &format!("/user/sessions/all?format=json{query}"))
            .await;
        let sessions = reply.body.as_array().expect("a list").clone();
        let id = |session: &Value| session["session_id"].as_str().expect("an id").to_owned();
        sessions.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, ["home", "seat", "-x"]);
    assert_eq!(ids("&state=all&user=aino").await, ["home", "seat"]);
    assert_eq!(ids("&state=active").await, ["home", "-x"]);
    assert_eq!(ids("&state=expired").await, ["seat"]);
    assert!(ids("&user=nobody").await.is_empty());
    let json = scene
        .get("admin", "/user/sessions/all?format=json&user=aino")
        .await;
    assert_eq!(
        json.body[1],
        json!({"user": "aino", "session_id": "seat", "origin": "[10.0.0.1] Firefox",
            "logged_in_at": "2026-09-21T14:13:20.000000+00:00",
            "expired_at": "2026-09-21T14:13:20.000000+00:00"})
    );
    let wrong = scene.get("admin", "/user/sessions/all?state=held").await;
    assert_eq!((wrong.status, wrong.fields()), (400, vec!["state"]));
}

#[tokio::test]
async fn an_export_of_many_pages_is_one_list() {
    let scene = Scene::new(policy(0)).await;
    for at in 0..1_003 {
        log_in(&scene, "aino", &format!("s-{at}")).await;
        // As often as a user may log in.
        scene.clock.advance(Duration::from_millis(200));
    }
    scene
        .post("app", "/v1/end", json!({"session_id": "s-0"}))
        .await;
    let json = scene
        .get("admin", "/user/sessions/all?format=json&state=active")
        .await;
    assert_eq!(json.body.as_array().map(Vec::len), Some(1_002));
    let expired = scene
        .get("admin", "/user/sessions/all?format=json&state=expired")
        .await;
    assert_eq!(expired.body.as_array().map(Vec::len), Some(1));
    let csv = scene.get("admin", "/user/sessions/all").await;
    assert_eq!(csv.text.matches("\r\n").count(), 1 + 1_003);
    let same = scene.get("auditor", "/v1/sessions?format=tim-csv").await;
    assert_eq!(same.text, csv.text);
}
