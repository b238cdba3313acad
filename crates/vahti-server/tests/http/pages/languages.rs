//! The languages of the pages, their times, and what the operator says on them.

use axum::http::{Method, header};
use serde_json::json;

use super::{Room, Seen};

const GATE: &str = "/vahti/gate";

async fn waits(room: &Room) -> String {
    room.log_in("aino", "home").await;
    room.log_in("aino", "seat").await
}

async fn read(room: &Room, path: &str, token: &str, headers: &[(&str, &str)]) -> Seen {
    room.send(Method::GET, path, token, headers).await
}

#[tokio::test]
async fn the_page_speaks_the_language_that_the_browser_prefers() {
    let room = Room::new().await;
    let seat = waits(&room).await;
    for (accepted, tag, said) in [
        ("fi-FI,fi;q=0.9,en;q=0.5", "fi", "odota hetki"),
        ("de, sv;q=0.8", "sv", "vänta en stund"),
        ("en-GB", "en", "please wait"),
        ("de", "en", "please wait"),
        ("\u{ff}", "en", "please wait"),
    ] {
        let seen = read(&room, GATE, &seat, &[("accept-language", accepted)]).await;
        seen.says(&format!("<html lang=\"{tag}\">"));
        seen.says(said);
    }
}

#[tokio::test]
async fn a_language_that_was_chosen_is_kept_and_stronger_than_the_browsers() {
    let room = Room::new().await;
    let seat = waits(&room).await;
    let finnish = [("accept-language", "fi")];
    let seen = read(&room, "/vahti/gate?rd=/exam&lang=sv", &seat, &finnish).await;
    seen.says("<html lang=\"sv\">");
    assert_eq!(
        seen.header(header::SET_COOKIE),
        "vahti-lang=sv; Path=/vahti/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax"
    );
    for (tag, name) in [("en", "English"), ("fi", "Suomi"), ("sv", "Svenska")] {
        seen.says(&format!("href=\"/vahti/gate?rd=/exam&#38;lang={tag}\""));
        seen.says(name);
    }
    let kept = [("accept-language", "fi"), ("cookie", "vahti-lang=sv")];
    let seen = read(&room, GATE, &seat, &kept).await;
    seen.says("<html lang=\"sv\">");
    assert_eq!(seen.header(header::SET_COOKIE), "");
    for unknown in ["de", "", "sv-SE", "%73v", "../en"] {
        let path = format!("/vahti/gate?lang={unknown}");
        let seen = read(&room, &path, &seat, &finnish).await;
        seen.says("<html lang=\"fi\">");
        assert_eq!(seen.header(header::SET_COOKIE), "", "{unknown}");
    }
}

#[tokio::test]
async fn the_languages_are_those_of_the_configuration_and_one_alone_is_no_choice() {
    let mut room = Room::new().await;
    let seat = waits(&room).await;
    room.set("pages.languages", r#"["sv", "fi"]"#);
    let seen = read(&room, GATE, &seat, &[("accept-language", "en")]).await;
    seen.says("<html lang=\"sv\">");
    seen.does_not_say("English");
    room.set("pages.languages", r#"["fi"]"#);
    let seen = read(&room, GATE, &seat, &[("accept-language", "sv")]).await;
    seen.says("<html lang=\"fi\">");
    seen.does_not_say("<nav");
}

#[tokio::test]
async fn every_page_speaks_every_language() {
    let room = Room::new().await;
    let seat = waits(&room).await;
    let own = room.send(
        Method::POST,
        "/vahti/logout",
        &seat,
        &[("accept-language", "fi")],
    );
    own.await.says("Olet kirjautunut ulos.");
    let foreign = [
        ("accept-language", "sv"),
        ("origin", "https://evil.example"),
    ];
    let foreign = room
        .send(Method::POST, "/vahti/logout", &seat, &foreign)
        .await;
    assert_eq!(foreign.status, 403);
    foreign.says("Inget ändrades.");
    let ended = read(&room, GATE, &seat, &[("accept-language", "fi")]).await;
    ended.says("Et ole enää kirjautuneena");
}

#[tokio::test]
async fn times_are_those_of_the_place() {
    let mut room = Room::new().await;
    room.set("pages.time_zone", "Europe/Helsinki");
    let seat = waits(&room).await;
    room.open(GATE, &seat).await.says("(since 17:13:20)");
    room.scene
        .clock
        .advance(core::time::Duration::from_secs(12 * 3600));
    let seen = room.open(GATE, &seat).await;
    seen.says("(since 17:13:20 on 21 September)");
}

#[tokio::test]
async fn the_operator_says_who_helps_and_where_customers_wait_there_is_no_supervisor() {
    let mut room = Room::new().await;
    room.set("pages.help", "Office: <b>014 260 1211</b>");
    let seat = waits(&room).await;
    let seen = room.open(GATE, &seat).await;
    seen.says("Office: &#60;b&#62;014 260 1211");
    seen.says("Raise your hand");
    room.set("pages.audience", "self");
    for (accepted, said) in [
        ("en", "Log out there, then log in again here."),
        ("fi", "Kirjaudu ulos siellä"),
        ("sv", "Logga ut där"),
    ] {
        let seen = read(&room, GATE, &seat, &[("accept-language", accepted)]).await;
        seen.says(said);
        seen.says("014 260 1211");
        for supervisor in ["upervisor", "alvoj", "vervak"] {
            seen.does_not_say(supervisor);
        }
    }
}

#[tokio::test]
async fn the_page_shows_what_a_supervisor_compares_with_the_card() {
    let room = Room::new().await;
    for (user, session) in [("aino", "home"), ("aino", "seat")] {
        let login = json!({
            "user": user, "session_id": session, "name": "Aino Suoranta",
            "number": "<0412345>", "place": "Hall A, seat 17 \u{1F642}",
        });
        let login = room.scene.post("app", "/v1/login", login).await;
        if session == "seat" {
            let token = login.body["token"].as_str().expect("a token");
            let seen = room.open(GATE, token).await;
            seen.says("<dt>Name</dt><dd><bdi>Aino Suoranta</bdi></dd>");
            seen.says("<dt>Number</dt><dd><bdi>&#60;0412345&#62;</bdi></dd>");
            seen.says("<dt>Place</dt><dd><bdi>Hall A, seat 17 \u{1F642}</bdi></dd>");
        }
    }
}
