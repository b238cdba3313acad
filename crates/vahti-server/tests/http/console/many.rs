//! *Let in 37* and the commands for everyone, taken back: for all whom they met, and for nobody else.

use serde_json::json;

use super::{CONSOLE, Hall, PASSWORD, Seen};

const LET_IN: &str = "/vahti/console/let-in-many";
const UNDO: &str = "/vahti/console/undo-many";
const OFFERS: &str = "action=\"/vahti/console/undo-many\"";
const TICKS: &str = "session=seat-17&session=onni-seat&session=bo-seat";

/// Aino, Onni and Bo wait.
async fn hall() -> (Hall, String) {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.waiting("onni", "Onni").await;
    hall.waiting("bo", "Bo").await;
    hall.pass(5);
    (hall, cookie)
}

/// The form that takes back what a page tells of.
fn form(page: &Seen) -> String {
    format!(
        "after={}&until={}",
        page.hidden("after"),
        page.hidden("until")
    )
}

async fn states<const N: usize>(hall: &Hall, sessions: [&str; N]) -> Vec<String> {
    let mut states = Vec::new();
    for session in sessions {
        states.push(hall.state(session).await);
    }
    states
}

const SESSIONS: [&str; 6] = [
    "home",
    "seat-17",
    "onni-home",
    "onni-seat",
    "bo-home",
    "bo-seat",
];

#[tokio::test]
async fn a_let_in_of_many_is_taken_back_for_all_of_them_and_once() {
    let (hall, cookie) = hall().await;
    let before = states(&hall, SESSIONS).await;
    let page = hall.act(LET_IN, &cookie, TICKS).await;
    page.says("3 are let in.");
    assert_eq!(hall.state("bo-seat").await, "active");
    hall.pass(5);
    // Whoever was let in alone meanwhile is none of them.
    hall.waiting("eve", "Eve").await;
    hall.act("/vahti/console/let-in", &cookie, "session=eve-seat")
        .await;
    let undone = hall.post(UNDO, &cookie, &form(&page)).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    undone.says("Undone for 3 people.");
    undone.does_not_say("It was not undone for these:");
    undone.does_not_say(OFFERS);
    let now = states(&hall, SESSIONS).await;
    let word = |state: &String| state.split(' ').next().map(str::to_owned);
    assert_eq!(
        now.iter().map(word).collect::<Vec<_>>(),
        before.iter().map(word).collect::<Vec<_>>()
    );
    assert_eq!(hall.state("eve-seat").await, "active");
    let (verb, actor, how, _) = hall.recorded().await.remove(0);
    assert_eq!((verb.as_str(), how.as_str()), ("undo", "bulk"));
    assert_eq!(actor.as_deref(), Some("Maija K"));

    let digest = hall.scene.digest().await;
    let again = hall.post(UNDO, &cookie, &form(&page)).await;
    assert_eq!(again.status, 409);
    again.says("There is nothing to take back any more");
    assert_eq!(hall.scene.digest().await, digest);
}

#[tokio::test]
async fn whoever_was_met_by_something_else_since_is_left_alone_and_named() {
    let (hall, cookie) = hall().await;
    let page = hall.act(LET_IN, &cookie, TICKS).await;
    hall.pass(5);
    let hold = json!({"user": "ahsuoran"});
    hall.scene.post("supervisor", "/v1/invalidate", hold).await;
    let undone = hall.post(UNDO, &cookie, &form(&page)).await;
    undone.says("Undone for 2 people.");
    undone.says("It was not undone for these:");
    undone.says(
        "<a href=\"/vahti/console/person?user=ahsuoran\"><strong><bdi>Aino Suoranta</bdi></strong></a>&nbsp;· \
         <bdi>0412345</bdi>: somebody has done something since",
    );
    assert_eq!(undone.text.matches("somebody has done").count(), 1);
    assert_eq!(hall.state("home").await, "held invalidated");
    assert_eq!(hall.state("onni-home").await, "active");
}

#[tokio::test]
async fn what_was_done_to_many_is_taken_back_for_ten_minutes() {
    let (hall, cookie) = hall().await;
    let answer = hall.post(LET_IN, &cookie, TICKS).await;
    hall.pass(600);
    let page = hall.open(answer.location(), &cookie).await;
    page.says(OFFERS);
    hall.pass(1);
    let late = hall.open(answer.location(), &cookie).await;
    late.does_not_say(OFFERS);
    let digest = hall.scene.digest().await;
    let refused = hall.post(UNDO, &cookie, &form(&page)).await;
    assert_eq!(refused.status, 409);
    assert_eq!(hall.scene.digest().await, digest);
}

#[tokio::test]
async fn nobody_takes_back_what_another_did_to_many_or_what_never_was() {
    let (hall, cookie) = hall().await;
    let page = hall.act(LET_IN, &cookie, TICKS).await;
    let body = json!({"name": "Olli", "password": PASSWORD});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    let olli = hall.try_password("Olli", PASSWORD).await.cookie();
    let digest = hall.scene.digest().await;
    for (cookie, form) in [
        (&olli, form(&page).as_str()),
        (&olli, "after=0&until=9223372036854775807"),
        (&cookie, ""),
        (&cookie, "after=0"),
        (&cookie, "after=x&until=y"),
        (&cookie, "after=5&until=4"),
        (
            &cookie,
            "after=-9223372036854775808&until=-9223372036854775808",
        ),
    ] {
        let refused = hall.post(UNDO, cookie, form).await;
        assert_eq!(refused.status, 409, "{form}");
        assert_eq!(hall.scene.digest().await, digest, "{form}");
    }
}

#[tokio::test]
async fn a_second_let_in_of_many_that_changed_nothing_takes_nothing_back() {
    let (hall, cookie) = hall().await;
    let first = hall.act(LET_IN, &cookie, TICKS).await;
    hall.pass(5);
    let second = hall.act(LET_IN, &cookie, TICKS).await;
    let refused = hall.post(UNDO, &cookie, &form(&second)).await;
    assert_eq!(refused.status, 409);
    assert_eq!(hall.state("bo-seat").await, "active");
    let undone = hall.post(UNDO, &cookie, &form(&first)).await;
    undone.says("Undone for 3 people.");
}

#[tokio::test]
async fn a_command_for_everyone_is_taken_back_from_the_page_that_tells_of_it() {
    let (hall, cookie) = hall().await;
    let before = states(&hall, SESSIONS).await;
    let everyone = async |what: &str| {
        let path = format!("{CONSOLE}/everyone?what={what}&look=1");
        let look = hall.open(&path, &cookie).await;
        let (people, looked) = (look.hidden("people"), look.hidden("looked"));
        let password = super::typed(PASSWORD);
        let form = format!(
            "what={what}&people={people}&looked={looked}&number={people}&password={password}"
        );
        let done = hall.post("/vahti/console/everyone", &cookie, &form).await;
        hall.pass(5);
        done
    };
    for (what, sentence) in [
        ("hold", "3 people put on hold, 3 logins."),
        ("let-in", "3 people let in, 3 logins."),
    ] {
        let done = everyone(what).await;
        done.says(sentence);
        let undone = hall.post(UNDO, &cookie, &form(&done)).await;
        undone.says("Undone for 3 people.");
        let now = states(&hall, SESSIONS).await;
        let active = |states: &[String]| -> Vec<_> {
            states.iter().map(|state| state == "active").collect()
        };
        assert_eq!(active(&now), active(&before), "{what}");
        hall.pass(5);
    }
    let out = everyone("log-out").await;
    out.says("3 people logged out for good, 6 logins.");
    out.does_not_say(OFFERS);
}

#[tokio::test]
async fn a_crowd_is_taken_back_whole() {
    const CROWD: usize = 300;
    let hall = Hall::new().await;
    for number in 0..CROWD {
        for session in ["home", "seat"] {
            let id = format!("{session}-{number}");
            let login = json!({"user": format!("u{number}"), "session_id": id});
            hall.login(login).await;
        }
    }
    hall.pass(60);
    let cookie = hall.log_in().await;
    let ticks: Vec<_> = (0..CROWD)
        .map(|number| format!("session=seat-{number}"))
        .collect();
    let page = hall.act(LET_IN, &cookie, &ticks.join("&")).await;
    page.says("300 are let in.");
    hall.post(UNDO, &cookie, &form(&page))
        .await
        .says("Undone for 300 people.");
    for number in [0, 1, 255, 256, 299] {
        assert_eq!(
            hall.state(&format!("home-{number}")).await,
            "active",
            "{number}"
        );
    }
}
