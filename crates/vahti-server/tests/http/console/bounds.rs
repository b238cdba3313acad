//! Many at once, and what nobody may do: a supervisor of other groups, another site, a link.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use futures::{StreamExt as _, stream};
use serde_json::json;
use vahti_server::http::{self, Access};

use crate::samples::sample;

use super::{CONSOLE, Hall, LOGIN, PASSWORD, letting_in::SEAT, request};

#[tokio::test]
async fn many_are_let_in_at_once_and_who_was_not_is_named() {
    let hall = Hall::new().await;
    hall.aino().await;
    let mut form = String::from("session=seat-17&session=nobody");
    for number in 0..200 {
        let user = format!("user-{number}");
        hall.waiting(&user, &format!("Person {number}")).await;
        form.push_str(&format!("&session={user}-seat"));
    }
    hall.scene
        .post("app", "/v1/end", json!({"session_id": "user-7-seat"}))
        .await;
    let cookie = hall.log_in().await;
    let page = hall.act("/vahti/console/let-in-many", &cookie, &form).await;
    for text in [
        "200 are let in.",
        "These were not let in:",
        "Person 7",
        "the login has ended",
        "nobody: is not there any more",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert_eq!(hall.state("seat-17").await, "active");
    assert_eq!(hall.state("user-199-seat").await, "active");
    let none = hall
        .post("/vahti/console/let-in-many", &cookie, "x=y")
        .await;
    assert!(none.text.contains("Nobody was ticked."));
    let unknown: Vec<_> = (0..103).map(|n| format!("session=x{n}")).collect();
    let page = hall
        .act("/vahti/console/let-in-many", &cookie, &unknown.join("&"))
        .await;
    page.says("0 are let in.");
    page.says("x99: is not there any more");
    page.does_not_say("x100");
    page.says("And 3 more.");
}

#[tokio::test]
async fn whoever_waits_for_longest_is_first_whenever_they_logged_in_and_nobody_is_their_own_namesake()
 {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.waiting("onni", "Onni").await;
    hall.pass(5);
    hall.act("/vahti/console/let-in", &cookie, SEAT).await;
    hall.login(json!({"user": "ahsuoran", "session_id": "phone"}))
        .await;
    let page = hall.open(CONSOLE, &cookie).await;
    let at = |row: &str| page.text.find(&format!("id=\"row-{row}\""));
    let rows = ["onni-seat", "home", "phone"].map(at);
    assert!(rows.iter().all(Option::is_some), "{}", page.text);
    assert!(
        rows[0] < rows[1],
        "home logged in first, and waits since now"
    );
    page.does_not_say("Another person of this name waits too.");
}

#[tokio::test]
async fn an_alarm_is_not_overlooked_in_the_record() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let done = hall.act("/vahti/console/let-in", &cookie, SEAT).await;
    let form = format!("{SEAT}&of={}&alarm=1", done.hidden("of"));
    hall.act("/vahti/console/undo", &cookie, &form).await;
    let record = hall.open("/vahti/console/record", &cookie).await;
    assert_eq!(record.text.matches("class=\"weighs\"").count(), 1);
}

#[tokio::test]
async fn a_list_that_is_cut_says_so() {
    let hall = Hall::new().await;
    let waits = |number: u32| {
        json!({"user": format!("user-{number}"), "id": format!("s{number}"), "state": "held",
            "reason": "superseded", "logged_in_at": "2026-09-01T10:00:00Z"})
    };
    for (sent, is_cut) in [(0..500, false), (500..501, true)] {
        let sessions: Vec<_> = sent.map(waits).collect();
        let import = json!({"sessions": sessions});
        let done = hall.scene.post("admin", "/v1/import", import).await;
        assert_eq!(done.body["held"], sessions.len(), "{}", done.text);
        let page = hall.open(CONSOLE, &hall.log_in().await).await;
        assert_eq!(page.text.matches("id=\"row-").count(), 500);
        let says_so = page.text.contains("Only the first 500 are shown.");
        assert_eq!(says_so, is_cut);
    }
}

#[tokio::test]
async fn a_supervisor_of_some_groups_sees_and_lets_in_nobody_else() {
    let hall = Hall::new().await;
    hall.aino().await;
    let body = json!({"name": "Olli", "password": PASSWORD, "groups": ["hall-b"]});
    assert_eq!(
        hall.scene
            .post("admin", "/v1/supervisors", body)
            .await
            .status,
        201
    );
    let olli = hall.try_password("Olli", PASSWORD).await.cookie();
    let list = hall.open(CONSOLE, &olli).await;
    assert!(list.text.contains("Nobody waits."));
    let before = hall.scene.digest().await;
    let confirm = hall
        .open("/vahti/console/confirm?session=seat-17", &olli)
        .await;
    let acts = ["let-in", "hold", "log-out", "undo"].map(|act| format!("/vahti/console/{act}"));
    for act in acts {
        let seen = hall.post(&act, &olli, &format!("{SEAT}&of=1")).await;
        assert!(
            seen.text.contains("There is no such login."),
            "{act}: {}",
            seen.text
        );
    }
    assert!(confirm.text.contains("There is no such login."));
    assert_eq!(hall.scene.digest().await, before);
}

#[tokio::test]
async fn nothing_is_changed_by_a_link_or_from_another_site() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let before = hall.scene.digest().await;
    for act in ["let-in", "let-in-many", "hold", "log-out", "undo"] {
        let path = format!("/vahti/console/{act}");
        let link = hall.open(&format!("{path}?{SEAT}"), &cookie).await;
        assert_eq!(link.status, 405, "{act}");
        let mut forged = request(Method::POST, &path, &cookie, SEAT);
        let elsewhere = "cross-site".parse().expect("a value");
        forged.headers_mut().insert("sec-fetch-site", elsewhere);
        assert_eq!(hall.send(forged).await.status, 403, "{act}");
        let stranger = hall.post(&path, "", SEAT).await;
        assert_eq!(stranger.status, 401, "{act}");
        assert!(
            stranger
                .header(header::WWW_AUTHENTICATE)
                .starts_with("Vahti login=")
        );
    }
    assert_eq!(hall.scene.digest().await, before);
}

/// A page elsewhere may make the browser of a supervisor send any of these.
#[tokio::test]
async fn the_cookie_of_a_supervisor_opens_no_call_of_the_api() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 200);
    let before = hall.scene.digest().await;
    let calls = http::routes().into_iter();
    let calls: Vec<_> = calls
        .filter(|route| matches!(route.access, Access::Key(_)))
        .collect();
    assert!(calls.len() > 20, "{}", calls.len());
    for route in calls {
        let (path, body) = sample(&route);
        let mut request = hall.scene.request(route.method.clone(), &path, "", body);
        let value = cookie.parse().expect("a cookie");
        request.headers_mut().insert(header::COOKIE, value);
        let reply = hall.scene.send(request).await;
        let at = format!("{} {path}", route.method);
        assert_eq!((reply.status, reply.problem()), (401, "no_key"), "{at}");
    }
    assert_eq!(hall.scene.digest().await, before);
}

#[tokio::test]
async fn a_form_is_cut_that_does_not_end_or_is_too_large() {
    let hall = Hall::new().await;
    let form = |body: Body| {
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post(LOGIN).header(header::CONTENT_TYPE, kind);
        request.body(body).expect("a request")
    };
    let large = hall.send(form(Body::from(vec![b'x'; 64 * 1024 + 1]))).await;
    assert_eq!(large.status, 413);
    let begun = stream::iter([Ok::<_, std::io::Error>("name=")]).chain(stream::pending());
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    let slow = hall.send(form(Body::from_stream(begun))).await;
    assert_eq!(slow.status, 408);
    assert_eq!(begin.elapsed().as_secs(), 10);
    for seen in [large, slow] {
        assert_eq!(seen.header(header::CACHE_CONTROL), "no-store");
    }
}
