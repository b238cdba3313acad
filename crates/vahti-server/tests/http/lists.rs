//! Lists: pages without gaps, tables without formulas.

use axum::http::header;
use serde_json::json;

use crate::scene::{Scene, policy};

async fn scene(sessions: usize) -> Scene {
    let scene = Scene::new(policy(0)).await;
    for at in 0..sessions {
        let login = json!({"user": format!("user-{at}"), "session_id": format!("s-{at}")});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    }
    scene
}

#[tokio::test]
async fn pages_hold_every_row_once_and_in_order() {
    let scene = scene(7).await;
    for (path, list) in [
        ("/v1/sessions", "sessions"),
        ("/v1/events", "events"),
        ("/v1/events", "events"),
    ] {
        let whole = scene.get("auditor", path).await;
        assert!(whole.body["next"].is_null());
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = scene
                .get("auditor", &format!("{path}?limit=3{cursor}"))
                .await;
            let page_rows = page.body[list].as_array().expect("rows").clone();
            assert!((1..=3).contains(&page_rows.len()), "{}", page.text);
            rows.extend(page_rows);
            let Some(next) = page.body["next"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(json!(rows), whole.body[list], "{path}");
    }
}

#[tokio::test]
async fn the_newest_events_come_first_when_asked_for() {
    let scene = scene(5).await;
    let oldest = scene.get("auditor", "/v1/events").await;
    let mut expected = oldest.body["events"].as_array().expect("events").clone();
    expected.reverse();
    let first = scene
        .get("auditor", "/v1/events?order=newest&limit=4")
        .await;
    let next = first.body["next"].as_str().expect("more");
    let second = scene
        .get("auditor", &format!("/v1/events?order=newest&cursor={next}"))
        .await;
    let both: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page.body["events"].as_array().expect("events").clone())
        .collect();
    assert_eq!(both, expected);
}

#[tokio::test]
async fn filters_choose() {
    let scene = scene(3).await;
    let login = json!({"user": "äiti", "session_id": "x", "name": "Äiti Öhman", "place": "Hall A"});
    scene.post("app", "/v1/login", login).await;
    scene
        .post("app", "/v1/end", json!({"session_id": "s-1"}))
        .await;
    for (query, ids) in [
        ("user=user-2", vec!["s-2"]),
        ("user=%C3%A4iti", vec!["x"]),
        ("state=ended", vec!["s-1"]),
        ("reason=logged_out", vec!["s-1"]),
        ("place=Hall+A", vec!["x"]),
        ("q=USER-2", vec!["s-2"]),
        ("since=2030-01-01T00:00:00Z", vec![]),
        ("state=active&q=user", vec!["s-0", "s-2"]),
    ] {
        let reply = scene
            .get("supervisor", &format!("/v1/sessions?{query}"))
            .await;
        let found = reply.body["sessions"].as_array().expect("sessions");
        let found: Vec<_> = found.iter().map(|session| &session["id"]).collect();
        assert_eq!(found, ids, "{query}");
    }
}

#[tokio::test]
async fn a_table_holds_every_page_and_no_formula() {
    let scene = scene(1_003).await;
    let formula = json!({"user": "=cmd|' /C calc'!A0", "session_id": "-x", "name": "'@SUM(1)", "place": "a\"b,c",
        "origin": {"user_agent": "+1\r\n=2"}, "groups": ["@g", "h"]});
    assert_eq!(scene.post("app", "/v1/login", formula).await.status, 201);
    let table = scene.get("auditor", "/v1/sessions?format=csv").await;
    assert_eq!(
        table.header(header::CONTENT_TYPE),
        "text/csv; charset=utf-8; header=present"
    );
    let lines: Vec<_> = table.text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 1 + 1_003 + 1);
    assert_eq!(
        lines[0],
        "\"user\",\"session_id\",\"origin\",\"logged_in_at\",\"expired_at\",\"name\",\"number\",\"place\",\"app\",\
         \"state\",\"reason\",\"last_seen_at\",\"groups\",\"home\""
    );
    assert!(
        lines[1..=1_003]
            .iter()
            .enumerate()
            .all(|(at, line)| line.starts_with(&format!("\"user-{at}\",\"s-{at}\",\"\",")))
    );
    assert_eq!(
        lines[1_004],
        "\"'=cmd|' /C calc'!A0\",\"'-x\",\"'+1\u{FFFD}\u{FFFD}=2\",\"2026-09-21T14:13:20.000Z\",\"\",\"''@SUM(1)\",\"\",\
         \"a\"\"b,c\",\"app\",\"active\",\"\",\"2026-09-21T14:13:20.000Z\",\"'@g h\",\"here\""
    );
    let empty = scene
        .get("auditor", "/v1/sessions?format=csv&user=nobody")
        .await;
    assert_eq!(empty.text.lines().count(), 1);
}
