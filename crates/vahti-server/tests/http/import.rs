//! `POST /v1/import`: what is taken over, what is left out, and for whom.

use serde_json::{Value, json};
use vahti::core::Role;

use crate::scene::{Scene, policy};

fn session(user: &str, id: &str, hour: u32) -> Value {
    json!({"user": user, "id": id, "logged_in_at": format!("2026-09-01T{hour:02}:00:00Z")})
}

async fn import(scene: &Scene, key: &str, sessions: &[Value]) -> Value {
    let reply = scene
        .post(key, "/v1/import", json!({"sessions": sessions}))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body
}

#[tokio::test]
async fn each_session_that_is_wrong_is_named_and_the_others_are_taken_over() {
    let scene = Scene::new(policy(1)).await;
    scene
        .post(
            "app",
            "/v1/login",
            json!({"user": "bo", "session_id": "bos"}),
        )
        .await;
    let mut held = session("aino", "c", 9);
    held["state"] = json!("held");
    held["reason"] = json!("logged_out");
    let done = import(
        &scene,
        "admin",
        &[
            session("aino", "a", 10),
            session("", "b", 10),
            held,
            session("aino", "a", 11),
            session("eino", "bos", 10),
            session("aino", "d", 11),
        ],
    )
    .await;
    assert_eq!(
        (&done["active"], &done["held"], &done["ended"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let skipped = done["skipped"].as_array().expect("a list").iter();
    let skipped: Vec<_> = skipped
        .map(|one| (one["index"].clone(), one["problem"]["status"].clone()))
        .collect();
    let expected = [(1, 400), (2, 400), (3, 409), (4, 409)];
    assert_eq!(
        skipped,
        expected.map(|(at, status)| (json!(at), json!(status)))
    );
    let events = scene.get("auditor", "/v1/events?verb=import").await;
    let event = &events.body["events"][1];
    assert_eq!(
        (&event["session_id"], &event["state"], &event["key"]),
        (&json!("d"), &json!("active"), &json!("admin"))
    );
}

#[tokio::test]
async fn an_imported_session_is_asked_for_by_its_user_and_has_no_token() {
    let scene = Scene::new(policy(1)).await;
    let mut old = session("aino", "old", 10);
    old["origin"] = json!("a\r\nb\u{202e}");
    import(&scene, "admin", &[old]).await;
    let check = scene
        .post(
            "app",
            "/v1/check",
            json!({"user": "aino", "session_id": "old"}),
        )
        .await;
    assert_eq!(check.body["verdict"], "allow");
    let list = scene.get("auditor", "/v1/sessions?user=aino").await;
    let session = &list.body["sessions"][0];
    assert_eq!(session["logged_in_at"], "2026-09-01T10:00:00.000Z");
    assert_eq!(session["origin"], "a\u{FFFD}\u{FFFD}b\u{FFFD}");
    let login = scene
        .post("app", "/v1/login", json!({"user": "aino"}))
        .await;
    assert_eq!(login.body["session"]["state"], "held");
}

#[tokio::test]
async fn who_was_erased_does_not_come_back_by_the_same_import_or_under_the_same_id() {
    let scene = Scene::new(policy(1)).await;
    let rows = [session("aino", "s1", 10)];
    assert_eq!(import(&scene, "admin", &rows).await["active"], 1);
    let erased = scene
        .post("admin", "/v1/erase", json!({"user": "aino"}))
        .await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    let again = import(&scene, "admin", &rows).await;
    assert_eq!(again["active"], 0);
    assert_eq!(again["skipped"][0]["problem"]["status"], 409, "{again}");
    let question = json!({"user": "aino", "session_id": "s1"});
    let check = scene.post("app", "/v1/check", question).await;
    assert_eq!(check.body["verdict"], "deny");
    let other = json!({"user": "bo", "session_id": "s1"});
    let login = scene.post("app", "/v1/login", other).await;
    assert_eq!((login.status, login.problem()), (409, "session_id_taken"));
}

#[tokio::test]
async fn a_key_of_some_groups_imports_their_users_only() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("admin-a", Role::Admin, &["a"]).await;
    let login = json!({"user": "bo", "session_id": "bos", "groups": ["b"]});
    scene.post("app", "/v1/login", login).await;
    let in_group = |user: &str, id: &str, group: &str| {
        let mut session = session(user, id, 10);
        session["groups"] = json!([group]);
        session
    };
    let before = scene.digest().await;
    let done = import(
        &scene,
        "admin-a",
        &[
            session("aino", "1", 10),
            in_group("aino", "2", "b"),
            in_group("bo", "3", "a"),
        ],
    )
    .await;
    let skipped = done["skipped"].as_array().expect("a list");
    assert!(
        skipped.iter().all(|one| one["problem"]["status"] == 403),
        "{done}"
    );
    assert_eq!((skipped.len(), scene.digest().await), (3, before));
    let done = import(&scene, "admin-a", &[in_group("aino", "4", "a")]).await;
    assert_eq!(done["active"], 1);
}

#[tokio::test]
async fn a_call_takes_a_thousand_sessions_and_no_more() {
    let scene = Scene::new(policy(1)).await;
    let sessions =
        |count: u32| (0..count).map(|at| session(&format!("u{at}"), &format!("s{at}"), 1));
    let sent = |count| json!({"sessions": sessions(count).collect::<Vec<_>>()});
    let refused = scene.post("admin", "/v1/import", sent(1_001)).await;
    assert_eq!((refused.status, refused.fields()), (400, vec!["sessions"]));
    let done = scene.post("admin", "/v1/import", sent(1_000)).await;
    assert_eq!(done.body["active"], 1_000);
}

#[tokio::test]
async fn a_time_that_is_still_to_come_counts_as_now_and_one_beyond_tomorrow_is_refused() {
    let scene = Scene::new(policy(1)).await;
    let at = |id: &str, time: &str| {
        let mut session = session("aino", id, 10);
        session["logged_in_at"] = json!(time);
        session
    };
    let mut over = session("aino", "over", 10);
    over["expired_at"] = json!("2030-01-01T00:00:00Z");
    let sent = [
        at("far", "2026-09-22T14:13:20.001Z"),
        at("near", "2026-09-22T14:13:20Z"),
        over,
    ];
    let done = import(&scene, "admin", &sent).await;
    let skipped = done["skipped"].as_array().expect("a list").iter();
    let said: Vec<_> = skipped
        .map(|one| {
            (
                one["index"].clone(),
                one["problem"]["detail"].as_str().expect("a text"),
            )
        })
        .collect();
    let ahead =
        |field: &str| format!("Field `{field}` is more than a day ahead of this server's clock.");
    assert_eq!(
        said,
        [
            (json!(0), ahead("logged_in_at").as_str()),
            (json!(2), ahead("expired_at").as_str())
        ]
    );
    let list = scene.get("auditor", "/v1/sessions?user=aino").await;
    let session = &list.body["sessions"][0];
    assert_eq!(session["logged_in_at"], "2026-09-21T14:13:20.000Z");
}

#[tokio::test]
async fn of_a_time_that_cannot_be_read_one_thing_is_said() {
    let scene = Scene::new(policy(1)).await;
    for time in [
        json!("9999-12-31T23:59:59.999Z"),
        json!("-000001-12-31T00:00:00Z"),
        json!(17),
    ] {
        let session = json!({"user": "aino", "id": "a", "logged_in_at": time});
        let sent = json!({"sessions": [session, {"user": "aino", "id": "b"}]});
        let refused = scene.post("admin", "/v1/import", sent).await;
        let fields = vec!["sessions[0].logged_in_at", "sessions[1].logged_in_at"];
        assert_eq!((refused.status, refused.fields()), (400, fields), "{time}");
    }
}
