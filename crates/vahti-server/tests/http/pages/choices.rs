//! The choice under `ask`: which of their own devices somebody logs out, and goes on.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;
use tower::ServiceExt as _;
use vahti::core::{OnLimit, Policy};

use super::{Room, Seen};
use crate::scene::policy;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn asking(limit: u32) -> Room {
    let on_limit = OnLimit::Ask;
    Room::with(Policy {
        on_limit,
        ..policy(limit)
    })
    .await
}

async fn log_in(room: &Room, session: &str, origin: serde_json::Value) -> String {
    let login =
        json!({"user": "aino", "session_id": session, "place": "<Kitchen>", "origin": origin});
    let reply = room.scene.post("app", "/v1/login", login).await;
    reply.body["token"].as_str().expect("a token").to_owned()
}

/// Sends the form of the page.
async fn choose(room: &Room, query: &str, token: &str, form: &str, origin: &str) -> Seen {
    let request = Request::post(format!("/vahti/gate/choose{query}"))
        .header(header::HOST, "exam.example.org")
        .header(header::ORIGIN, origin)
        .header(header::COOKIE, format!("__Host-vahti={token}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request
        .body(Body::from(form.to_owned()))
        .expect("a request");
    Seen::of(room.router().oneshot(request).await.expect("an answer")).await
}

const OWN: &str = "https://exam.example.org";

async fn state(room: &Room, session: &str) -> (String, String) {
    let path = format!("/v1/sessions/{session}");
    let reply = room.scene.get("app", &path).await;
    let word = |key: &str| {
        reply.body["session"][key]
            .as_str()
            .unwrap_or("-")
            .to_owned()
    };
    (word("state"), word("reason"))
}

#[tokio::test]
async fn the_page_lists_the_persons_own_devices_and_the_chosen_one_is_logged_out() {
    let room = asking(2).await;
    log_in(
        &room,
        "laptop",
        json!({"ip": "10.1.2.3", "user_agent": FIREFOX}),
    )
    .await;
    room.scene
        .clock
        .advance(core::time::Duration::from_secs(600));
    log_in(&room, "odd", json!({"text": "<b>a kiosk</b>"})).await;
    let phone = log_in(&room, "phone", json!({})).await;
    let tablet = log_in(&room, "tablet", json!({})).await;
    assert_eq!(state(&room, "tablet").await.0, "held");
    let seen = room.open("/vahti/gate?rd=/exam", &phone).await;
    for said in [
        "Your account allows 2 devices at a time.",
        "<bdi>Firefox on Linux</bdi>",
        "&#60;Kitchen&#62;",
        "last used at 14:13:20",
        "&#60;b&#62;a kiosk",
        "in use just now",
        r#"action="/vahti/gate/choose?rd=/exam""#,
        r#"name="ends" value="laptop""#,
    ] {
        seen.says(said);
    }
    for other in ["10.1.2.3", r#"value="phone""#, r#"value="tablet""#] {
        seen.does_not_say(other);
    }
    let before = room.scene.digest().await;
    let foreign = choose(&room, "", &phone, "ends=laptop", "https://evil.example").await;
    assert_eq!(foreign.status, 403);
    assert_eq!(room.scene.digest().await, before);

    let chosen = choose(&room, "?rd=/exam", &phone, "ends=laptop", OWN).await;
    assert_eq!(
        (chosen.status, chosen.location()),
        (303, "/vahti/gate?rd=/exam")
    );
    assert_eq!(
        state(&room, "laptop").await,
        ("ended".into(), "chosen".into())
    );
    assert_eq!(state(&room, "phone").await.0, "active");
    let again = choose(&room, "?rd=/exam", &phone, "ends=laptop", OWN).await;
    assert_eq!(again.location(), "/vahti/gate?rd=/exam", "pressed twice");
    let on = room.open("/vahti/gate?rd=/exam", &phone).await;
    assert_eq!(on.location(), "https://exam.example.org/exam");
    room.open("/vahti/gate", &tablet)
        .await
        .says("Choose where to log out");
}

#[tokio::test]
async fn a_choice_that_came_too_late_is_told_and_nothing_else_ends() {
    let room = asking(1).await;
    log_in(&room, "laptop", json!({})).await;
    let phone = log_in(&room, "phone", json!({})).await;
    let one = room.open("/vahti/gate", &phone).await;
    one.says("Your account allows one device at a time.");
    for wrong in ["ends=nobody", "ends=%00", "ends=../x"] {
        let late = choose(&room, "?rd=/exam&said=not_kept", &phone, wrong, OWN).await;
        assert_eq!(late.location(), "/vahti/gate?rd=/exam&said=gone", "{wrong}");
        let told = room.open(late.location(), &phone).await;
        told.says("That device is logged out already. Choose again.");
        told.says(r#"action="/vahti/gate/choose?rd=/exam""#);
    }
    assert_eq!(state(&room, "laptop").await.0, "active");
    room.scene
        .post("app", "/v1/end", json!({"session_id": "laptop"}))
        .await;
    let free = room.open("/vahti/gate", &phone).await;
    free.says("so you can go on here");
    let chosen = choose(&room, "", &phone, "", OWN).await;
    assert_eq!(chosen.location(), "/vahti/gate");
    assert_eq!(state(&room, "phone").await.0, "active");
}

#[tokio::test]
async fn nobody_chooses_with_a_ticket_or_among_the_devices_of_another() {
    let room = asking(1).await;
    log_in(&room, "laptop", json!({})).await;
    log_in(&room, "phone", json!({})).await;
    let bo = room.log_in("bo", "other").await;
    room.log_in("bo", "other-2").await;
    let before = room.scene.digest().await;
    let check = json!({"user": "aino", "session_id": "phone"});
    let check = room.scene.post("app", "/v1/check", check).await;
    let url = check.body["wait_url"].as_str().expect("an address");
    let (_, ticket) = url.split_once("?t=").expect("a ticket");
    let page = room.open(&format!("/vahti/gate?t={ticket}"), "").await;
    page.says("please wait");
    page.does_not_say("<form");
    for (query, token) in [
        (format!("?t={ticket}"), ""),
        (String::new(), ticket),
        (String::new(), &bo),
    ] {
        let chosen = choose(&room, &query, token, "ends=laptop", OWN).await;
        assert_eq!(chosen.status, 303);
    }
    assert_eq!(room.scene.digest().await, before);
}

#[tokio::test]
async fn an_application_chooses_with_the_token_and_never_with_a_cookie() {
    let room = asking(1).await;
    let laptop = log_in(&room, "laptop", json!({})).await;
    let phone = log_in(&room, "phone", json!({})).await;
    let path = "/v1/sessions/current/choose";
    let ends = |id: &str| json!({"ends": id});
    let mut by_cookie = room
        .scene
        .request(Method::POST, path, "", Some(ends("laptop")));
    let cookie = format!("__Host-vahti={phone}").parse().expect("a cookie");
    by_cookie.headers_mut().insert(header::COOKIE, cookie);
    let before = room.scene.digest().await;
    let reply = room.scene.send(by_cookie).await;
    assert_eq!((reply.status, reply.problem()), (401, "no_token"));
    for (token, ends, status, problem) in [
        ("v1.phone.AAAA", json!({}), 401, "no_token"),
        (phone.as_str(), json!({}), 403, "limit_reached"),
        (&phone, ends("nobody"), 404, "unknown_session"),
        (&phone, ends("."), 400, "invalid"),
    ] {
        let reply = room.scene.post(token, path, ends).await;
        assert_eq!((reply.status, reply.problem()), (status, problem));
    }
    assert_eq!(room.scene.digest().await, before);
    let reply = room.scene.post(&phone, path, ends("laptop")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["session"]["state"], "active");
    let reply = room.scene.post(&laptop, path, ends("phone")).await;
    assert_eq!((reply.status, reply.problem()), (404, "unknown_session"));
    assert_eq!(
        reply.body["detail"],
        "The user of this token has no open session `laptop`. Nothing was changed."
    );
}
