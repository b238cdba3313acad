//! What was done is told as it stands, and only what was done to this login is taken back here.

use serde_json::json;

use super::{CONSOLE, Hall, PASSWORD, letting_in::SEAT};

const DONE: &str = "/vahti/console/done?session=seat-17";
const UNDO: &str = "action=\"/vahti/console/undo\"";

#[tokio::test]
async fn an_older_command_does_not_offer_to_take_back_a_newer_one() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let form = format!("{SEAT}&how=list");
    hall.act("/vahti/console/let-in", &cookie, &form)
        .await
        .says(UNDO);
    hall.pass(60);
    hall.scene
        .post(
            "supervisor",
            "/v1/verify",
            json!({"user": "ahsuoran", "session_id": "home"}),
        )
        .await;
    let page = hall.open(DONE, &cookie).await;
    page.does_not_say(UNDO);
    page.says("Aino Suoranta was let in at ");
    page.says(", but waits again.");
    page.says("<a class=\"way main\" href=\"/vahti/console/confirm?session=seat-17\">");
}

#[tokio::test]
async fn a_second_tap_keeps_what_can_be_taken_back() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.act("/vahti/console/hold", &cookie, SEAT).await;
    hall.pass(2);
    let page = hall.act("/vahti/console/hold", &cookie, SEAT).await;
    page.says(UNDO);
    let form = format!("{SEAT}&of={}", page.hidden("of"));
    hall.act("/vahti/console/undo", &cookie, &form)
        .await
        .says("Undone (");
    assert_eq!(hall.state("home").await, "active");
}

#[tokio::test]
async fn who_is_on_hold_waits_with_every_later_login_too() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.act("/vahti/console/hold", &cookie, SEAT).await;
    hall.pass(2);
    let login = json!({"user": "ahsuoran", "session_id": "later"});
    hall.scene.post("app", "/v1/login", login).await;
    let state = hall.state("later").await;
    assert!(state.starts_with("held "), "{state}");
}

#[tokio::test]
async fn a_hold_of_somebody_who_waits_is_taken_back_once() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.scene
        .post("app", "/v1/end", json!({"session_id": "home"}))
        .await;
    let held = hall.act("/vahti/console/hold", &cookie, SEAT).await;
    let form = format!("{SEAT}&of={}", held.hidden("of"));
    let undone = hall.act("/vahti/console/undo", &cookie, &form).await;
    undone.says("Undone (");
    undone.does_not_say(UNDO);
}

#[tokio::test]
async fn of_a_person_with_two_ticks_the_newest_login_is_let_in_and_the_other_is_named() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.scene
        .post(
            "app",
            "/v1/login",
            json!({"user": "ahsuoran", "session_id": "seat-18"}),
        )
        .await;
    let form = "session=seat-18&session=seat-17";
    let answer = hall.post("/vahti/console/let-in-many", &cookie, form).await;
    assert_eq!(answer.status, 303);
    let page = hall.open(answer.location(), &cookie).await;
    page.says("1 is let in.");
    page.says("<button>Undo</button>");
    page.says("another device of this person was let in");
    assert_eq!(hall.state("seat-18").await, "active");
    let before = hall.scene.digest().await;
    hall.open(answer.location(), &cookie).await;
    assert_eq!(hall.scene.digest().await, before, "to look changes nothing");
}

#[tokio::test]
async fn everyone_on_hold_is_a_clean_start_also_from_the_console() {
    let policy = vahti::core::Policy {
        hold_after_end: core::time::Duration::from_secs(3_600),
        ..crate::scene::policy(1)
    };
    let hall = Hall::with(policy).await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.pass(60);
    let page = hall
        .open("/vahti/console/everyone?what=hold&look=1", &cookie)
        .await;
    let (people, looked) = (page.hidden("people"), page.hidden("looked"));
    let password = PASSWORD.replace(' ', "+");
    let form =
        format!("what=hold&people={people}&looked={looked}&number={people}&password={password}");
    let done = hall.post("/vahti/console/everyone", &cookie, &form).await;
    done.says("on hold");
    hall.pass(1);
    let login = json!({"user": "ahsuoran", "session_id": "anew"});
    hall.scene.post("app", "/v1/login", login).await;
    assert_eq!(hall.state("anew").await, "active");
    hall.open(CONSOLE, &cookie).await.does_not_say("/anew");
}

#[tokio::test]
async fn what_is_said_of_an_undo_is_what_that_undo_did() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let mut page = hall.act("/vahti/console/let-in", &cookie, SEAT).await;
    // All of it in one moment: it is told apart by the stamps.
    let page_of = async |page: &super::Seen, alarm: &str| {
        let form = format!("{SEAT}&of={}{alarm}", page.hidden("of"));
        let seen = hall.post("/vahti/console/undo", &cookie, &form).await;
        assert_eq!(seen.status, 303, "{}", seen.text);
        hall.open(DONE, &cookie).await
    };
    let undone = page_of(&page, "&alarm=1").await;
    undone.says("waits again.");
    undone.says("New logins of this person wait");
    page = hall
        .open("/vahti/console/person?user=ahsuoran", &cookie)
        .await;
    let back = page_of(&page, "").await;
    back.does_not_say("waits again.");
    back.does_not_say("New logins of this person wait");
    assert_eq!(back.text.matches("goes on again.").count(), 1);
}

#[tokio::test]
async fn whoever_scans_goes_on_scanning() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    for (how, next) in [("code", "/vahti/console/scan"), ("list", CONSOLE)] {
        let form = format!("{SEAT}&how={how}");
        let left = hall.post("/vahti/console/leave", &cookie, &form).await;
        assert_eq!(left.location(), next, "{how}");
        let done = hall.act("/vahti/console/let-in", &cookie, &form).await;
        done.says(&format!(
            "<a class=\"way main\" href=\"{next}\">Yes, next</a>"
        ));
        hall.scene
            .post("supervisor", "/v1/invalidate", json!({"user": "ahsuoran"}))
            .await;
    }
}
