//! Logins as files.

use std::time::Duration;

use axum::http::header;
use serde_json::{Value, json};

use super::Hall;

#[tokio::test]
async fn an_export_is_what_the_api_tells_for_the_same_question() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for n in 0..1_203 {
        let login = json!({"user": format!("u{}", n / 2), "session_id": format!("s{n}"), "name": "=1+1", "place": "Hall A"});
        hall.scene.post("app", "/v1/login", login).await;
    }
    for (page, api) in [
        ("", ""),
        ("state=held&", "state=held&"),
        ("q=U60&", "q=U60&"),
        ("reason=over_limit&q=%20s7&", "reason=over_limit&q=s7&"),
    ] {
        let path = format!("/vahti/console/export?{page}format=csv");
        let csv = hall.open(&path, &cookie).await;
        let told = hall
            .scene
            .get("auditor", &format!("/v1/sessions?{api}format=csv"))
            .await;
        assert_eq!((csv.status, &csv.text), (200, &told.text), "{page}");
        assert!(csv.text.lines().count() > 2, "{page}");
        let file = csv.header(header::CONTENT_DISPOSITION);
        assert_eq!(file, "attachment; filename=\"sessions.csv\"");

        let path = format!("/vahti/console/export?{page}format=json");
        let list = hall.open(&path, &cookie).await;
        let file = list.header(header::CONTENT_DISPOSITION);
        assert_eq!(file, "attachment; filename=\"sessions.json\"");
        let list: Vec<Value> = serde_json::from_str(&list.text).expect("a list");
        assert_eq!(list.len() + 1, csv.text.lines().count(), "{page}");
        let told = hall
            .scene
            .get("auditor", &format!("/v1/sessions?{api}limit=1000"))
            .await;
        let told = told.body["sessions"].as_array().expect("sessions");
        assert_eq!(list[..told.len()], told[..], "{page}");
    }
    hall.scene.clock.advance(Duration::from_secs(60));
    hall.scene
        .post(
            "app",
            "/v1/login",
            json!({"user": "late", "session_id": "late"}),
        )
        .await;
    let since = "/vahti/console/export?since=2026-09-21T14:14&format=json";
    let late = hall.open(since, &cookie).await;
    let late: Vec<Value> = serde_json::from_str(&late.text).expect("a list");
    let ids: Vec<_> = late.iter().map(|session| &session["id"]).collect();
    assert_eq!(ids, ["late"]);
    let nothing = hall
        .open("/vahti/console/export?q=nobody&format=json", &cookie)
        .await;
    assert_eq!(nothing.text, "[\n]\n");
}

#[tokio::test]
async fn an_export_with_a_time_that_is_none_exports_nothing_and_says_so() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let page = hall
        .open("/vahti/console/export?since=yesterday&format=csv", &cookie)
        .await;
    page.says("This is no time.");
    assert!(page.header(header::CONTENT_TYPE).starts_with("text/html"));
    let away = hall.open("/vahti/console/export?format=csv", "").await;
    assert_eq!(away.status, 303, "nobody gets anything without a login");
}

#[tokio::test]
async fn the_list_of_those_who_wait_is_exported_as_it_is_searched() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for (user, session) in [("ann", "a1"), ("ann", "a2"), ("bob", "b1"), ("bob", "b2")] {
        let login = json!({"user": user, "session_id": session});
        hall.scene.post("app", "/v1/login", login).await;
    }
    let list = hall
        .open("/vahti/console?q=an%26n&reason=over_limit", &cookie)
        .await;
    list.says("/vahti/console/export?state=held&amp;q=an%26n&amp;reason=over_limit\"");
    let path = "/vahti/console/export?state=held&q=ann&reason=over_limit";
    let page = hall.open(path, &cookie).await;
    assert_eq!(page.hidden("reason"), "over_limit");
    page.says(r#"name="q" value="ann""#);
    page.says(r#"<option value="held" selected>"#);
    let csv = hall.open(&format!("{path}&format=csv"), &cookie).await;
    let rows: Vec<_> = csv.text.lines().skip(1).collect();
    assert!(
        rows.len() == 1 && rows[0].starts_with("\"ann\",\"a2\""),
        "{rows:?}"
    );
}
