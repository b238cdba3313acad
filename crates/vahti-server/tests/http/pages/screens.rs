//! What a waiting screen holds up to a supervisor.

use core::time::Duration;

use axum::http::Method;
use vahti::{
    Caller,
    core::{How, SessionId},
};

use super::Room;

const GATE: &str = "/vahti/gate";

fn path_of(page: &str) -> &str {
    let svg = page.split("<svg").nth(1).expect("a picture");
    svg.split("</svg>").next().expect("it")
}

fn digits_of(page: &str) -> &str {
    let digits = page.split("class=\"digits\"><span>").nth(1);
    digits
        .and_then(|rest| rest.split("</p>").next())
        .expect("digits")
}

async fn waits(room: &Room) -> (SessionId, String) {
    room.log_in("aino", "home").await;
    let token = room.log_in("aino", "seat").await;
    (SessionId::new("seat").expect("an id"), token)
}

#[tokio::test]
async fn the_code_is_renewed_every_30_seconds_and_the_digits_stay_for_two_minutes() {
    let room = Room::new().await;
    let (id, seat) = waits(&room).await;
    let first = room.open(GATE, &seat).await.text;
    let again = room.open(GATE, &seat).await.text;
    assert_eq!(first, again, "nothing moves in between");
    // At this clock a window begins every 30 s, 10 s ago for the first time.
    room.scene.clock.advance(Duration::from_secs(30));
    let second = room.open(GATE, &seat).await.text;
    assert_ne!(path_of(&first), path_of(&second));
    assert_eq!(digits_of(&first), digits_of(&second));
    room.scene.clock.advance(Duration::from_secs(90));
    let later = room.open(GATE, &seat).await.text;
    assert_ne!(digits_of(&first), digits_of(&later));
    let shown = room
        .scene
        .vahti
        .short_code(&id)
        .expect("a code")
        .code
        .to_string();
    let (head, tail) = shown.split_once(' ').expect("two groups");
    assert!(later.contains(&format!("<span>{head}</span> <span>{tail}</span>")));
}

#[tokio::test]
async fn the_sign_of_a_supervisor_who_looks_is_shown_with_a_name_for_those_who_do_not_see_it() {
    let room = Room::new().await;
    let (id, seat) = waits(&room).await;
    room.open(GATE, &seat)
        .await
        .does_not_say("A supervisor is looking");
    let sign = room.scene.vahti.look(&id).expect("a sign");
    let seen = room.open(GATE, &seat).await;
    seen.says("A supervisor is looking at this screen:");
    let (shape, number) = sign
        .to_string()
        .split_once(' ')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("it");
    seen.says(&format!(
        "<span aria-hidden=\"true\">{shape}</span><span class=\"unseen\">"
    ));
    seen.says(&format!("</span> {number}</strong>"));
    let finnish = [("accept-language", "fi")];
    let finnish = room.send(Method::GET, GATE, &seat, &finnish).await;
    let names = [
        "kolmio",
        "ympyrä",
        "neliö",
        "vinoneliö",
        "tähti",
        "risti",
        "kärjellään seisova kolmio",
        "sydän",
    ];
    finnish.says(&format!(
        "<span class=\"unseen\">{}</span>",
        names[sign.shape]
    ));
}

#[tokio::test]
async fn what_supervisors_say_stands_on_every_page_that_waits() {
    let room = Room::new().await;
    let (_, seat) = waits(&room).await;
    let caller = Caller::named("maija", How::Api);
    let text = "Ten minutes more for everybody. <b>\u{202E}";
    room.scene
        .vahti
        .say(&caller, Some(text.to_owned()))
        .await
        .expect("said");
    let seen = room.open(GATE, &seat).await;
    seen.says("<strong>From the supervisor:</strong> <bdi>Ten minutes more for everybody. &#60;b&#62;\u{FFFD}</bdi>");
    room.scene
        .vahti
        .say(&caller, None)
        .await
        .expect("taken away");
    room.open(GATE, &seat).await.does_not_say("Ten minutes");
}

#[tokio::test]
async fn where_nobody_supervises_there_is_nothing_to_scan_or_to_read_aloud() {
    let mut room = Room::new().await;
    room.set("pages.audience", "self");
    let (id, seat) = waits(&room).await;
    room.scene.vahti.look(&id).expect("a sign");
    let seen = room.open(GATE, &seat).await;
    seen.says("please wait");
    for absent in ["<svg", "digits\"><span", "class=\"sign\"", "supervisor"] {
        seen.does_not_say(absent);
    }
}

#[tokio::test]
async fn whoever_does_not_wait_is_shown_no_code() {
    let room = Room::new().await;
    let (_, seat) = waits(&room).await;
    let end = serde_json::json!({"session_id": "seat"});
    room.scene.post("app", "/v1/end", end).await;
    room.open(GATE, &seat).await.does_not_say("<svg");
}
