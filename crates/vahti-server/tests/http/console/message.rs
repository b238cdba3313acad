//! What everybody reads who waits.

use serde_json::json;

use super::Hall;

const MESSAGE: &str = "/vahti/console/message";

#[tokio::test]
async fn a_message_is_there_until_it_is_taken_away_and_a_second_tap_says_nothing_twice() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.open(MESSAGE, &cookie)
        .await
        .says("There is no message now.");
    for _ in 0..2 {
        let seen = hall
            .post(MESSAGE, &cookie, "text=+Stay+seated,%0D%0A+please.+")
            .await;
        assert_eq!((seen.status, seen.location()), (303, MESSAGE));
    }
    assert_eq!(
        hall.scene.vahti.message().as_deref(),
        Some("Stay seated, please.")
    );
    hall.open(MESSAGE, &cookie)
        .await
        .says("<blockquote><bdi>Stay seated, please.</bdi></blockquote>");
    hall.post(MESSAGE, &cookie, "text=").await;
    assert_eq!(hall.scene.vahti.message(), None);
    let events = hall.scene.get("auditor", "/v1/events?verb=message").await;
    let events = events.body["events"].as_array().expect("events").clone();
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(events[0]["actor"], "Maija K");
    assert_eq!(events[0]["note"], "Stay seated, please.");
    let record = hall.open("/vahti/console/record", &cookie).await;
    record.says("Message to those who wait taken away");
}

#[tokio::test]
async fn a_message_of_500_characters_fits_and_a_longer_one_is_kept_to_be_shortened() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let fits = "%C3%A4".repeat(500);
    hall.post(MESSAGE, &cookie, &format!("text={fits}")).await;
    assert_eq!(hall.scene.vahti.message(), Some("ä".repeat(500)));
    let long = hall.post(MESSAGE, &cookie, &format!("text={fits}b")).await;
    assert_eq!(long.status, 400);
    long.says("This has 501 characters, and 500 fit. Nothing was changed.");
    long.says(&format!("{}b</textarea>", "ä".repeat(500)));
    assert_eq!(hall.scene.vahti.message(), Some("ä".repeat(500)));
    let markup = "text=%3Cscript%3E%E2%80%AEx";
    hall.post(MESSAGE, &cookie, markup).await;
    let page = hall.open(MESSAGE, &cookie).await;
    page.does_not_say("<script>\u{fffd}x");
    page.does_not_say("\u{202e}");
}

#[tokio::test]
async fn only_a_supervisor_of_everybody_speaks_to_everybody() {
    let hall = Hall::new().await;
    let body = json!({"name": "Eino", "password": super::PASSWORD, "groups": ["exam"]});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    let cookie = hall.try_password("Eino", super::PASSWORD).await.cookie();
    hall.open(MESSAGE, &cookie)
        .await
        .says("You see only some groups of people");
    let said = hall.post(MESSAGE, &cookie, "text=hello").await;
    said.says("You see only some groups of people");
    assert_eq!(hall.scene.vahti.message(), None);
}
