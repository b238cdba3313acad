//! What was not done: the page says so, and so does its status.

use axum::http::{Method, header};
use serde_json::json;
use vahti::core::SessionId;

use super::{Hall, letting_in::SEAT, request};
use crate::scene::policy;

#[tokio::test]
async fn what_was_not_done_is_no_success_for_programs_either() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    for (path, status) in [
        ("confirm?session=nobody", 404),
        ("confirm?session=%3C", 404),
        ("done?session=nobody", 404),
        ("person?user=nobody", 404),
        ("confirm?session=seat-17&confirmation=forged", 410),
        ("everyone?look=1&unused=soon", 400),
        ("export?format=csv&since=soon", 400),
    ] {
        let seen = hall.open(&format!("/vahti/console/{path}"), &cookie).await;
        assert_eq!(seen.status, status, "{path}: {}", seen.text);
    }
    let end = json!({"session_id": "home"});
    hall.scene.post("app", "/v1/end", end).await;
    for (path, form, status) in [
        ("let-in-many", "x=y", 400),
        ("let-in", "session=nobody", 404),
        ("let-in", "session=home", 410),
        ("undo", SEAT, 409),
        ("undo", "session=seat-17&of=1", 409),
        ("everyone", "what=hold&people=1&number=1&looked=0", 410),
        ("message", &format!("text={}", "x".repeat(501)), 400),
    ] {
        let path = format!("/vahti/console/{path}");
        let seen = hall.post(&path, &cookie, form).await;
        assert_eq!(seen.status, status, "{path} {form}: {}", seen.text);
    }
}

#[tokio::test]
async fn the_screen_shows_no_sign_once_nobody_looks_at_it() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let seat = SessionId::new("seat-17").expect("an id");
    let confirm = "/vahti/console/confirm?session=seat-17";
    for path in ["leave", "hold", "let-in"] {
        let page = hall.open(confirm, &cookie).await;
        assert!(hall.scene.vahti.sign(&seat).is_some(), "{path}");
        page.says(&format!("/vahti/console/{path}\""));
        let before = hall.state("seat-17").await;
        let path = format!("/vahti/console/{path}");
        let seen = hall.post(&path, &cookie, SEAT).await;
        assert_eq!(seen.status, 303, "{path}");
        assert_eq!(hall.scene.vahti.sign(&seat), None, "{path}");
        if path.ends_with("leave") {
            assert_eq!(seen.location(), super::CONSOLE);
            assert_eq!(hall.state("seat-17").await, before, "nothing else changed");
        }
    }
}

#[tokio::test]
async fn a_login_that_ran_out_says_that_what_was_scanned_is_kept() {
    let hall = Hall::new().await;
    for (from, sentence) in [
        (
            "confirm?session=seat-17&confirmation=x",
            "the scanned code is kept",
        ),
        ("confirm?session=seat-17", "do it once more"),
    ] {
        let mut late = request(Method::POST, "/vahti/console/let-in", "", SEAT);
        let from = format!("https://exam.example.org/vahti/console/{from}");
        let from = from.parse().expect("a value");
        late.headers_mut().insert(header::REFERER, from);
        let late = hall.send(late).await;
        assert_eq!(late.status, 401);
        late.says(sentence);
    }
}

#[tokio::test]
async fn only_the_logins_that_go_on_are_said_to_wait_afterwards() {
    let hall = Hall::with(policy(2)).await;
    let cookie = hall.log_in().await;
    for session in ["home", "phone", "seat", "late"] {
        hall.login(json!({"user": "aino", "session_id": session, "place": session}))
            .await;
    }
    let page = hall
        .open("/vahti/console/confirm?session=seat", &cookie)
        .await;
    let (_, others) = page
        .text
        .split_once("If you let this one in, these other logins will wait:")
        .unwrap_or_else(|| panic!("{}", page.text));
    let (go_on, wait) = others.split_once("Also logged in:").expect("who waits");
    assert!(go_on.contains("<bdi>home</bdi>") && go_on.contains("<bdi>phone</bdi>"));
    assert!(wait.contains("<bdi>late</bdi>") && !go_on.contains("<bdi>late</bdi>"));
    let active = hall
        .open("/vahti/console/confirm?session=home", &cookie)
        .await;
    active.says("logged in since");
    active.does_not_say("waiting since");
    active.does_not_say("If you let this one in");
    assert_eq!(active.text.matches("Also logged in:").count(), 1);
}
