//! One command for many people: first looked at, then typed, then done.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;

use super::{Hall, PASSWORD, Seen, typed};
use crate::moody::{Mood, STUCK, scene_with_moody_logins};

const EVERYONE: &str = "/vahti/console/everyone";

/// Three people, two of whom wait with another login.
async fn hall() -> (Hall, String) {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for (user, session, place, group) in [
        ("ann", "a1", "Hall A", "exam"),
        ("ann", "a2", "Hall B", "exam"),
        ("bob", "b1", "Hall A", "exam"),
        ("bob", "b2", "Hall A", "exam"),
        ("eve", "e1", "Hall B", "staff"),
    ] {
        hall.scene.clock.advance(Duration::from_secs(60));
        let login = json!({"user": user, "session_id": session, "place": place, "groups": [group]});
        assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    }
    hall.scene.clock.advance(Duration::from_secs(60));
    (hall, cookie)
}

/// The form of a page that was looked at, with a number and a password.
fn form(seen: &Seen, number: &str, password: &str) -> String {
    let names = [
        "what", "places", "groups", "except", "unused", "before", "reason", "people", "looked",
    ];
    let fields = names.map(|name| format!("{name}={}", typed(&seen.hidden(name))));
    format!(
        "{}&number={number}&password={}",
        fields.join("&"),
        typed(password)
    )
}

async fn state(hall: &Hall, session: &str) -> String {
    let told = hall
        .scene
        .get("admin", &format!("/v1/sessions/{session}"))
        .await;
    told.body["session"]["state"]
        .as_str()
        .expect("a state")
        .to_owned()
}

#[tokio::test]
async fn a_look_says_how_many_and_changes_nothing() {
    let (hall, cookie) = hall().await;
    let before = hall.scene.digest().await;
    let page = hall.open(EVERYONE, &cookie).await;
    page.says(r#"<input type="radio" name="what" value="let-in" checked>"#);
    let places = "what=let-in&places=Hall+B%0D%0AHall+A&look=1";
    let page = hall.open(&format!("{EVERYONE}?{places}"), &cookie).await;
    page.says("<bdi>Hall B · Hall A</bdi>");
    for (query, sentence) in [
        ("", "This meets 2 people, 2 logins."),
        ("what=let-in&places=Hall+B", "This meets 1 person, 1 login."),
        (
            "what=let-in&places=Hall+B%0D%0AHall+A",
            "This meets 2 people, 2 logins.",
        ),
        ("what=let-in&places=hall+b", "This meets nobody."),
        ("what=hold", "This meets 3 people, 3 logins."),
        ("what=log-out", "This meets 3 people, 5 logins."),
        ("what=log-out&groups=exam", "This meets 2 people, 4 logins."),
        (
            "what=log-out&groups=exam,+staff&except=exam",
            "This meets 1 person, 1 login.",
        ),
        ("what=log-out&unused=4", "This meets 1 person, 2 logins."),
        ("what=log-out&before=2020-01-01T00:00", "This meets nobody."),
        (
            "what=log-out&before=2030-01-01T00:00",
            "This meets 3 people, 5 logins.",
        ),
        ("what=anything", "This meets 2 people, 2 logins."),
    ] {
        let page = hall
            .open(&format!("{EVERYONE}?{query}&look=1"), &cookie)
            .await;
        assert_eq!(page.status, 200);
        page.says(sentence);
    }
    for (query, sentence) in [
        ("groups=a%22b", "a&#34;b cannot be a group."),
        ("unused=soon", "soon is no number of minutes."),
        ("before=yesterday", "yesterday is no time."),
    ] {
        let page = hall
            .open(&format!("{EVERYONE}?{query}&look=1"), &cookie)
            .await;
        page.says(sentence);
        page.does_not_say("name=\"password\"");
    }
    assert_eq!(hall.scene.digest().await, before);
}

#[tokio::test]
async fn a_hall_means_all_its_seats_and_no_hall_that_is_called_alike() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for (user, place) in [
        ("ann", "Hall 1 / 12"),
        ("bob", "Hall 1, seat 3"),
        ("eve", "Hall 1"),
        ("joe", "Hall 12 / 1"),
        ("kim", "Hall 1B"),
        ("lea", "Old Hall 1"),
    ] {
        let login = json!({"user": user, "session_id": user, "place": place});
        assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    }
    hall.scene.clock.advance(Duration::from_secs(60));
    for (places, sentence) in [
        ("Hall+1", "This meets 3 people, 3 logins."),
        ("Hall+1+/+12", "This meets 1 person, 1 login."),
        ("Hall+1%0D%0AHall+12", "This meets 4 people, 4 logins."),
        ("Hall", "This meets 5 people, 5 logins."),
        ("1", "This meets nobody."),
    ] {
        let query = format!("{EVERYONE}?what=log-out&places={places}&look=1");
        hall.open(&query, &cookie).await.says(sentence);
    }
    let query = format!("{EVERYONE}?what=log-out&places=Hall+1&look=1");
    let page = hall.open(&query, &cookie).await;
    hall.post(EVERYONE, &cookie, &form(&page, "3", PASSWORD))
        .await
        .says("3 people logged out for good, 3 logins.");
    for (session, is_met) in [
        ("ann", true),
        ("bob", true),
        ("eve", true),
        ("joe", false),
        ("kim", false),
        ("lea", false),
    ] {
        assert_eq!(state(&hall, session).await == "ended", is_met, "{session}");
    }
}

#[tokio::test]
async fn the_number_and_the_password_are_needed_and_then_it_is_done_once() {
    let (hall, cookie) = hall().await;
    let look = format!("{EVERYONE}?what=let-in&reason=Late+start&look=1");
    let page = hall.open(&look, &cookie).await;
    let before = hall.scene.digest().await;
    let other_number = "You typed another number than 2. Nothing was changed.";
    let wrong_password = "The password was wrong. Nothing was changed.";
    for (number, password, status, sentence) in [
        ("3", PASSWORD, 400, other_number),
        ("", PASSWORD, 400, other_number),
        ("2", "a wrong password", 403, wrong_password),
        ("2", "", 403, wrong_password),
    ] {
        let seen = hall
            .post(EVERYONE, &cookie, &form(&page, number, password))
            .await;
        seen.says(sentence);
        assert_eq!(seen.status, status, "{sentence}");
        assert_eq!(hall.scene.digest().await, before, "{sentence}");
    }
    let done = hall
        .post(EVERYONE, &cookie, &form(&page, "2", PASSWORD))
        .await;
    done.says("2 people let in, 2 logins.");
    for (session, expected) in [
        ("a1", "held"),
        ("a2", "active"),
        ("b1", "held"),
        ("b2", "active"),
        ("e1", "active"),
    ] {
        assert_eq!(state(&hall, session).await, expected, "{session}");
    }
    let events = hall.scene.get("auditor", "/v1/events?verb=verify").await;
    let event = &events.body["events"][0];
    assert_eq!(
        (&event["how"], &event["actor"]),
        (&json!("bulk"), &json!("Maija K"))
    );
    assert_eq!(event["note"], "Late start");
}

#[tokio::test]
async fn whoever_was_not_looked_at_is_not_met() {
    let (hall, cookie) = hall().await;
    let page = hall
        .open(&format!("{EVERYONE}?what=log-out&look=1"), &cookie)
        .await;
    hall.scene.clock.advance(Duration::from_secs(1));
    let login = json!({"user": "late", "session_id": "l1"});
    hall.scene.post("app", "/v1/login", login).await;
    let done = hall
        .post(EVERYONE, &cookie, &form(&page, "3", PASSWORD))
        .await;
    done.says("3 people logged out for good, 5 logins.");
    assert_eq!(state(&hall, "l1").await, "active");
    assert_eq!(state(&hall, "e1").await, "ended");
}

#[tokio::test]
async fn more_people_than_were_agreed_to_are_not_met_and_an_old_look_is_worth_nothing() {
    let (hall, cookie) = hall().await;
    let page = hall
        .open(&format!("{EVERYONE}?what=let-in&look=1"), &cookie)
        .await;
    // Eve waits now, too, with a login that was there before.
    hall.scene
        .post("supervisor", "/v1/invalidate", json!({"user": "eve"}))
        .await;
    let before = hall.scene.digest().await;
    let seen = hall
        .post(EVERYONE, &cookie, &form(&page, "2", PASSWORD))
        .await;
    seen.says("Meanwhile it is 3 people. Nothing was changed.");
    assert_eq!(seen.status, 409);
    assert_eq!(hall.scene.digest().await, before);
    hall.scene.clock.advance(Duration::from_secs(301));
    let seen = hall
        .post(EVERYONE, &cookie, &form(&seen, "3", PASSWORD))
        .await;
    seen.says("You looked more than five minutes ago. Nothing was changed.");
    assert_eq!(hall.scene.digest().await, before);
    let looked = format!("looked={}", seen.hidden("looked"));
    let ahead = form(&seen, "3", PASSWORD).replace(&looked, "looked=9999999999999");
    hall.post(EVERYONE, &cookie, &ahead)
        .await
        .says("Nothing was changed.");
    assert_eq!(hall.scene.digest().await, before, "it is still to come");
    let seen = hall
        .post(EVERYONE, &cookie, &form(&seen, "3", PASSWORD))
        .await;
    seen.says("3 people let in, 3 logins.");
}

#[tokio::test]
async fn for_whom_it_failed_is_named_with_why() {
    let (scene, [mood, _]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    for user in ["aino", STUCK] {
        let login = json!({"user": user});
        assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    }
    let cookie = hall.log_in().await;
    hall.scene.clock.advance(Duration::from_secs(60));
    let page = hall
        .open(&format!("{EVERYONE}?what=hold&look=1"), &cookie)
        .await;
    mood.store(Mood::Partly as u8, Ordering::SeqCst);
    let done = hall
        .post(EVERYONE, &cookie, &form(&page, "2", PASSWORD))
        .await;
    done.says("1 person put on hold, 1 login.");
    done.says("<bdi>stuck</bdi></a>: the database did not answer");
}

#[tokio::test]
async fn who_was_invited_cannot_command_everyone() {
    let (hall, _) = hall().await;
    let cookie = hall.accept(&hall.invite("Eino", "2h").await).await.cookie();
    let page = hall
        .open(&format!("{EVERYONE}?what=hold&look=1"), &cookie)
        .await;
    page.says("This meets 3 people, 3 logins.");
    page.says("You were invited by a link and have no password.");
    page.does_not_say("name=\"password\"");
    let maija = hall.log_in().await;
    let looked = hall
        .open(&format!("{EVERYONE}?what=hold&look=1"), &maija)
        .await;
    let before = hall.scene.digest().await;
    for password in ["", PASSWORD] {
        let seen = hall
            .post(EVERYONE, &cookie, &form(&looked, "3", password))
            .await;
        seen.does_not_say("put on hold, ");
        assert_eq!(hall.scene.digest().await, before);
    }
}

#[tokio::test]
async fn a_supervisor_of_some_groups_commands_those_people_only() {
    let (hall, _) = hall().await;
    let body = json!({"name": "Eino", "password": PASSWORD, "groups": ["staff"]});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    let cookie = hall.try_password("Eino", PASSWORD).await.cookie();
    let page = hall
        .open(&format!("{EVERYONE}?what=hold&look=1"), &cookie)
        .await;
    page.says("This meets 1 person, 1 login.");
    let done = hall
        .post(EVERYONE, &cookie, &form(&page, "1", PASSWORD))
        .await;
    done.says("1 person put on hold, 1 login.");
    done.does_not_say("<bdi>ann</bdi>");
    assert_eq!(state(&hall, "a1").await, "active");
    assert_eq!(state(&hall, "e1").await, "held");
}

#[tokio::test]
async fn wrong_passwords_are_counted_like_those_at_the_door() {
    let (hall, cookie) = hall().await;
    let page = hall
        .open(&format!("{EVERYONE}?what=hold&look=1"), &cookie)
        .await;
    for _ in 0..10 {
        let seen = hall
            .post(EVERYONE, &cookie, &form(&page, "3", "a wrong password"))
            .await;
        seen.says("The password was wrong.");
    }
    let seen = hall
        .post(EVERYONE, &cookie, &form(&page, "3", PASSWORD))
        .await;
    seen.says("Too many wrong passwords. Nothing was changed.");
    assert_eq!(seen.status, 429);
    hall.scene.clock.advance(Duration::from_secs(60));
    let seen = hall
        .post(EVERYONE, &cookie, &form(&page, "3", PASSWORD))
        .await;
    seen.says("3 people put on hold, 3 logins.");
}
