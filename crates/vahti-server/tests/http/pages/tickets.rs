//! Tickets: what `wait_url` opens, for how long, and what it never does.

use std::time::Duration;

use axum::http::{Method, header};
use serde_json::json;

use super::Room;

/// The path and query of the `wait_url` of a session, as a host application is told that vouches for its user.
async fn ticket(room: &Room, session: &str) -> String {
    let check = json!({"user": "aino", "session_id": session});
    let reply = room.scene.post("app", "/v1/check", check).await;
    let url = reply.body["wait_url"]
        .as_str()
        .expect("a waiting page")
        .to_owned();
    url.strip_prefix("https://exam.example.org")
        .expect("the public address")
        .to_owned()
}

async fn waiting_room() -> Room {
    let room = Room::new().await;
    room.log_in("aino", "home").await;
    room.log_in("aino", "seat").await;
    room
}

#[tokio::test]
async fn a_check_of_a_session_that_waits_names_its_waiting_page() {
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let check = async |body| room.scene.post("app", "/v1/check", body).await.body;
    let by_token = check(json!({"token": seat})).await;
    assert_eq!(by_token["wait_url"], "https://exam.example.org/vahti/gate");
    let by_user = check(json!({"user": "aino", "session_id": "seat"})).await;
    let by_user = by_user["wait_url"].as_str().expect("a waiting page");
    assert!(
        by_user.starts_with("https://exam.example.org/vahti/gate?t=seat."),
        "{by_user}"
    );
    for body in [
        json!({"token": home}),
        json!({"token": "x"}),
        json!({"user": "aino"}),
        json!({"user": "aino", "session_id": "home"}),
        json!({"user": "bo", "session_id": "seat"}),
    ] {
        assert!(check(body.clone()).await["wait_url"].is_null(), "{body}");
    }
}

#[tokio::test]
async fn a_ticket_shows_the_waiting_page_and_follows_it_in() {
    let room = waiting_room().await;
    let url = ticket(&room, "seat").await;
    let seen = room.open(&url, "").await;
    seen.says("<bdi>aino</bdi>, please wait");
    seen.does_not_say("<form");
    let verify = json!({"user": "aino", "session_id": "seat"});
    room.scene.post("supervisor", "/v1/verify", verify).await;
    let seen = room.open(&format!("{url}&rd=/exam"), "").await;
    assert_eq!(seen.location(), "https://exam.example.org/exam");
}

#[tokio::test]
async fn a_ticket_is_nothing_after_ten_minutes() {
    let room = waiting_room().await;
    let url = ticket(&room, "seat").await;
    room.scene.clock.advance(Duration::from_millis(599_999));
    room.open(&url, "").await.says("please wait");
    room.scene.clock.advance(Duration::from_millis(1));
    let over = room.open(&url, "").await;
    over.says("This page has become too old");
    over.says("you still wait, and keep your place");
    over.says("href=\"https://exam.example.org/login\"");
    over.does_not_say("aino");
    let back = room.open(&format!("{url}&rd=/exam"), "").await;
    back.says("<a class=\"way main\" href=\"https://exam.example.org/exam\">Go on</a>");
    let elsewhere = format!("{url}&rd=https://elsewhere.example.org/");
    let elsewhere = room.open(&elsewhere, "").await;
    elsewhere.does_not_say("elsewhere.example.org/\"");
}

#[tokio::test]
async fn a_ticket_that_is_cut_forged_or_of_another_session_shows_nothing() {
    let room = waiting_room().await;
    room.log_in("aino", "seat-2").await;
    let url = ticket(&room, "seat").await;
    let (before, code) = url.rsplit_once('.').expect("a code");
    for forged in [
        url[..url.len() - 1].to_owned(),
        format!("{url}A"),
        url.replace("t=seat.", "t=seat-2."),
        url.replace("t=seat.", "t=home."),
        url.replace("t=seat.", "t=nobody."),
        format!("{before}.{}", "A".repeat(43)),
        format!("/vahti/gate?t=seat.9999999999999.{code}"),
        "/vahti/gate?t=".to_owned(),
        "/vahti/gate?t=seat".to_owned(),
        "/vahti/gate?t=%00..".to_owned(),
    ] {
        let seen = room.open(&forged, "").await;
        seen.says("This page has become too old");
        seen.does_not_say("aino");
    }
}

#[tokio::test]
async fn the_end_of_a_session_kills_its_tickets() {
    let room = waiting_room().await;
    let url = ticket(&room, "seat").await;
    room.open(&url, "").await.says("please wait");
    room.scene
        .post("app", "/v1/end", json!({"session_id": "seat"}))
        .await;
    let seen = room.open(&url, "").await;
    seen.says("This page has become too old");
    seen.does_not_say("aino");
}

#[tokio::test]
async fn a_ticket_does_nothing_but_show() {
    let room = waiting_room().await;
    let url = ticket(&room, "seat").await;
    let text = url.split_once("t=").expect("a ticket").1.to_owned();
    let before = room.scene.digest().await;
    let check = room
        .scene
        .post("app", "/v1/check", json!({"token": text}))
        .await;
    assert_eq!(check.body["reason"], "no_session");
    let end = room
        .scene
        .post("app", "/v1/end", json!({"token": text}))
        .await;
    assert_eq!((end.status, &end.body["ended"]), (200, &json!([])));
    let path = format!("/vahti/logout?t={text}");
    let out = room.send(Method::POST, &path, "", &[]).await;
    assert_eq!(out.status, 200);
    let cookie = room.send(Method::POST, "/vahti/logout", &text, &[]).await;
    assert_eq!(cookie.status, 200);
    let current = room.scene.get(&text, "/v1/sessions/current").await;
    assert_eq!(current.status, 401);
    let seen = room.open(&url, "").await;
    assert_eq!(seen.header(header::SET_COOKIE), "");
    assert_eq!(room.scene.digest().await, before);
}
