//! Who waits, what is compared before somebody is let in, what is said afterwards, and the way back.

use std::time::Duration;

use serde_json::{Value, json};
use vahti::{
    Caller,
    core::{How, SessionId, UserId},
    store::EventQuery,
};

use super::{CONSOLE, Hall, PASSWORD, Seen};
use crate::scene::Scene;

pub(super) const SEAT: &str = "session=seat-17";

impl Hall {
    pub(super) async fn login(&self, login: Value) {
        let reply = self.scene.post("app", "/v1/login", login).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
    }

    /// Aino is logged in at home, and her seat in the hall waits.
    pub(super) async fn aino(&self) {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0 Safari/537.36";
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        self.login(json!({"user": "ahsuoran", "session_id": "home", "name": "Aino Suoranta", "number": "0412345",
            "origin": {"ip": "84.250.12.7", "user_agent": chrome}}))
            .await;
        self.pass(300);
        self.login(
            json!({"user": "ahsuoran", "session_id": "seat-17", "place": "Hall A, seat 17",
            "origin": {"ip": "10.1.4.17", "user_agent": firefox}}),
        )
        .await;
    }

    /// Somebody with no other login waits.
    pub(super) async fn waiting(&self, user: &str, name: &str) {
        let (home, seat) = (format!("{user}-home"), format!("{user}-seat"));
        self.login(json!({"user": user, "session_id": home, "name": name}))
            .await;
        self.pass(300);
        self.login(json!({"user": user, "session_id": seat})).await;
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.scene.clock.advance(Duration::from_secs(seconds));
    }

    pub(super) async fn state(&self, session: &str) -> String {
        state(&self.scene, session).await
    }

    /// Sends a form, and opens the page that it leads to.
    pub(super) async fn act(&self, path: &str, cookie: &str, form: &str) -> Seen {
        let seen = self.post(path, cookie, form).await;
        assert_eq!(seen.status, 303, "{}", seen.text);
        self.open(seen.location(), cookie).await
    }

    /// What was recorded last, the newest first: the verb, who, by which way, and why.
    pub(super) async fn recorded(&self) -> Vec<(String, Option<String>, String, Option<String>)> {
        let query = EventQuery {
            newest_first: true,
            limit: 100,
            ..EventQuery::default()
        };
        let caller = Caller::named("test", How::Cli);
        let events = self.scene.vahti.events(&caller, query).await;
        let events = events.expect("events").items.into_iter();
        let told = events.map(|event| (event.verb, event.actor, event.how, event.note));
        told.collect()
    }
}

async fn state(scene: &Scene, session: &str) -> String {
    let session = scene
        .get("supervisor", &format!("/v1/sessions/{session}"))
        .await;
    let session = &session.body["session"];
    [&session["state"], &session["reason"]]
        .map(|word| word.as_str().unwrap_or_default().to_owned())
        .join(" ")
        .trim()
        .to_owned()
}

/// What a form of the page would send along under this name.
fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, after) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .expect(name);
    after.split('"').next().expect(name)
}

#[tokio::test]
async fn who_waits_is_listed_the_longest_first_and_told_apart() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.pass(1);
    let nobody = hall.open(CONSOLE, &cookie).await;
    assert!(nobody.text.contains("Nobody waits."));
    hall.aino().await;
    hall.pass(60);
    hall.waiting("onni", "Onni <b>O</b>").await;
    hall.waiting("other", "aino suoranta").await;
    let page = hall.open(CONSOLE, &cookie).await;
    let at = |text: &str| {
        page.text
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", page.text))
    };
    assert!(at("row-seat-17") < at("row-onni-seat") && at("row-onni-seat") < at("row-other-seat"));
    for text in [
        "3 people wait",
        "0412345",
        "Hall A, seat 17",
        "already logged in elsewhere",
        "Let in 3",
    ] {
        at(text);
    }
    assert!(!page.text.contains("<b>O</b>"), "names are no markup");
    let namesakes = page
        .text
        .matches("Another person of this name waits too.")
        .count();
    assert_eq!(namesakes, 2);
}

#[tokio::test]
async fn a_namesake_is_found_however_many_wait_and_however_the_name_was_typed() {
    let hall = Hall::new().await;
    hall.aino().await;
    for number in 0..30 {
        let user = format!("crowd-{number}");
        hall.waiting(&user, &format!("Aino Suoranta-{number}"))
            .await;
    }
    hall.waiting("anna", "\u{c5}sa {number} \u{d6}berg").await;
    hall.waiting("other", "AINO   suoranta").await;
    hall.waiting("asa", "A\u{30a}SA {number} o\u{308}berg")
        .await;
    let cookie = hall.log_in().await;
    for (session, sentence) in [
        ("seat-17", "Another AINO   suoranta is waiting too (other)."),
        (
            "other-seat",
            "Another Aino Suoranta is waiting too (0412345, Hall A, seat 17).",
        ),
        ("anna-seat", "{number} o\u{308}berg is waiting too (asa)."),
    ] {
        let path = format!("/vahti/console/confirm?session={session}");
        hall.open(&path, &cookie).await.says(sentence);
    }
    let list = hall.open(CONSOLE, &cookie).await;
    let marked = list.text.matches("Another person of this name waits too.");
    assert_eq!(marked.count(), 4);
}

#[tokio::test]
async fn the_list_is_searched_by_name_number_and_place_and_by_reason() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.waiting("onni", "Onni").await;
    for (query, rows) in [
        ("q=SUORANTA", vec!["seat-17"]),
        ("q=0412345", vec!["seat-17"]),
        ("q=hall+a", vec!["seat-17"]),
        ("reason=over_limit", vec!["seat-17", "onni-seat"]),
        ("reason=invalidated", vec![]),
        ("q=nobody", vec![]),
    ] {
        let page = hall.open(&format!("{CONSOLE}?{query}"), &cookie).await;
        for row in ["seat-17", "onni-seat"] {
            let is_shown = page.text.contains(&format!("id=\"row-{row}\""));
            assert_eq!(is_shown, rows.contains(&row), "{query}: {row}");
        }
        let says_nobody = page.text.contains("Nobody who waits is like that.");
        assert_eq!(says_nobody, rows.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn whoever_uses_another_login_at_this_moment_starts_unticked() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.waiting("onni", "Onni").await;
    let check = json!({"user": "ahsuoran", "session_id": "home"});
    hall.scene.post("app", "/v1/check", check).await;
    hall.pass(119);
    let page = hall.open(CONSOLE, &cookie).await;
    let tick = |row: &str| {
        page.text
            .split(&format!("id=\"tick-{row}\""))
            .nth(1)
            .expect("a tick")
    };
    assert!(!tick("seat-17").starts_with(" checked"));
    assert!(tick("onni-seat").starts_with(" checked"));
    assert!(page.text.contains("Let in 1") && page.text.contains("1 is not ticked"));
    hall.pass(1);
    let later = hall.open(CONSOLE, &cookie).await;
    assert!(later.text.contains("Let in 2"));
}

#[tokio::test]
async fn what_is_compared_stands_on_one_page_with_the_sign_of_the_screen() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let before = hall.scene.digest().await;
    let page = hall
        .open("/vahti/console/confirm?session=seat-17", &cookie)
        .await;
    assert_eq!(page.status, 200);
    let session = SessionId::new("seat-17").expect("an id");
    let sign = hall
        .scene
        .vahti
        .sign(&session)
        .expect("the screen shows a sign");
    for text in [
        "Let in this screen?",
        "Aino Suoranta",
        "0412345",
        "Hall A, seat 17",
        "Firefox on Linux",
        "10.1.4.17",
        "Why it waits: already logged in elsewhere.",
        "If you let this one in, this other login will wait:",
        "Chrome on Windows",
        "84.250.12.7",
        "The card says <strong class=\"name\"><bdi>Aino Suoranta</bdi>, <bdi>0412345</bdi></strong>",
        &sign.to_string(),
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let shown = page.text.find(&sign.to_string());
    assert!(
        shown < page.text.find("Why it waits"),
        "what is compared comes first: {}",
        page.text
    );
    assert_eq!(hall.scene.digest().await, before, "looking changes nothing");
    assert!(!page.text.contains("class=\"beware\""), "{}", page.text);
}

#[tokio::test]
async fn a_screen_that_is_not_in_its_room_is_told() {
    let mut hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.login(json!({"user": "aino", "session_id": "a-home", "origin": {"ip": "10.1.4.17"}}))
        .await;
    let far = json!({"ip": "84.250.12.7"});
    hall.login(
        json!({"user": "aino", "session_id": "a-seat", "place": "hall a, seat 3", "origin": far}),
    )
    .await;
    hall.login(json!({"user": "aino", "session_id": "a-none", "origin": far}))
        .await;
    let rooms = "[[room]]\nname = \"Hall A\"\nnetworks = [\"10.1.0.0/16\"]\n";
    hall.scene.set_file(rooms);
    let page = async |session: &str| {
        let path = format!("/vahti/console/confirm?session={session}");
        hall.open(&path, &cookie).await.text
    };
    let seat = page("a-seat").await;
    let sentence = "This screen is not in Hall A (it comes from 84.250.12.7).";
    let to_whom = "If you stand in the hall, it is not the screen in front of you.";
    assert!(seat.contains(&format!("{sentence} {to_whom}")), "{seat}");
    let list = hall.open(CONSOLE, &cookie).await.text;
    assert!(list.contains(sentence) && !list.contains(to_whom), "{list}");
    let none = page("a-none").await;
    assert!(
        none.contains("This screen is in none of the rooms"),
        "{none}"
    );
}

#[tokio::test]
async fn whoever_is_not_in_their_room_starts_unticked_and_can_be_looked_at_alone() {
    let mut hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for (user, ip) in [("aino", "84.250.12.7"), ("onni", "10.1.4.17")] {
        for session in ["home", "seat"] {
            hall.login(json!({"user": user, "session_id": format!("{user}-{session}"), "place": "Hall A / 3",
                "origin": {"ip": ip}}))
                .await;
        }
    }
    hall.pass(300);
    hall.scene
        .set_file("[[room]]\nname = \"Hall A\"\nnetworks = [\"10.1.0.0/16\"]\n");
    let page = hall.open(&format!("{CONSOLE}?q=hall+a"), &cookie).await;
    page.says("id=\"tick-onni-seat\" checked");
    page.does_not_say("id=\"tick-aino-seat\" checked");
    page.says("1 is not ticked: it is not in its room, or another login");
    page.says("Let in 1<");
    let only = "/vahti/console?q=hall%20a&amp;reason=&amp;unticked=1";
    page.says(&format!("<a href=\"{only}\">Show only these</a>"));
    let only = hall.open(&only.replace("&amp;", "&"), &cookie).await;
    only.says("id=\"row-aino-seat\"");
    only.does_not_say("id=\"row-onni-seat\"");
    only.does_not_say("Show only these");
    only.says("Show all");
}

#[tokio::test]
async fn somebody_is_let_in_and_a_second_tap_says_who_did_it_when() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let form = format!("{SEAT}&how=list&reason=Changed+computer");
    let done = hall.act("/vahti/console/let-in", &cookie, &form).await;
    assert!(
        done.text.contains("Aino Suoranta is let in ("),
        "{}",
        done.text
    );
    assert!(
        done.text
            .contains("Has the screen in front of you gone on?")
    );
    assert_eq!(hall.state("seat-17").await, "active");
    assert_eq!(hall.state("home").await, "held superseded");
    let (verb, actor, how, note) = hall.recorded().await.remove(1);
    assert_eq!((verb.as_str(), how.as_str()), ("verify", "list"));
    assert_eq!(
        (actor.as_deref(), note.as_deref()),
        (Some("Maija K"), Some("Changed computer"))
    );

    let before = hall.scene.digest().await;
    let again = hall.act("/vahti/console/let-in", &cookie, &form).await;
    assert!(
        again.text.contains("You let Aino Suoranta in at "),
        "{}",
        again.text
    );
    assert!(!again.text.contains("Has the screen"));
    assert_eq!(hall.scene.digest().await, before);

    let body = json!({"name": "Olli", "password": PASSWORD});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    let olli = hall.try_password("Olli", PASSWORD).await.cookie();
    let again = hall.act("/vahti/console/let-in", &olli, &form).await;
    assert!(
        again.text.contains("Maija K let Aino Suoranta in at "),
        "{}",
        again.text
    );
}

#[tokio::test]
async fn a_scanned_code_lets_in_once_and_in_time() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let session = SessionId::new("seat-17").expect("an id");
    let shown = hall.scene.vahti.challenge(&session).expect("a challenge");
    let opened = hall
        .scene
        .vahti
        .open_challenge(&shown.text, Some(&hall.account("Maija K")))
        .await
        .expect("right");
    let confirmation = &opened.confirmation;
    let path =
        format!("/vahti/console/confirm?session=seat-17&how=scan&confirmation={confirmation}");
    let page = hall.open(&path, &cookie).await;
    assert_eq!(field(&page.text, "confirmation"), confirmation);
    assert_eq!(field(&page.text, "how"), "scan");
    let form = format!("{SEAT}&how=scan&confirmation={confirmation}");
    let done = hall.act("/vahti/console/let-in", &cookie, &form).await;
    assert!(done.text.contains("is let in ("));
    assert_eq!(hall.recorded().await[1].2, "scan");
    hall.scene
        .vahti
        .verify(
            &Caller::named("test", How::Api),
            vahti::VerifyRequest::of(
                UserId::new("ahsuoran").expect("a user"),
                SessionId::new("home").expect("an id"),
            ),
        )
        .await
        .expect("home again");
    let used = hall.act("/vahti/console/let-in", &cookie, &form).await;
    assert_eq!(
        hall.state("seat-17").await,
        "held superseded",
        "{}",
        used.text
    );
    hall.pass(300);
    let late = hall.post("/vahti/console/let-in", &cookie, &form).await;
    assert!(
        late.text.contains("opened more than five minutes ago"),
        "{}",
        late.text
    );
    let late = hall.open(&path, &cookie).await;
    assert!(late.text.contains("opened more than five minutes ago"));
    assert_eq!(hall.state("seat-17").await, "held superseded");
}

#[tokio::test]
async fn a_code_of_the_old_kind_is_opened_with_a_warning() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let page = hall
        .open("/vahti/console/confirm?session=seat-17&how=scan", &cookie)
        .await;
    assert!(page.text.contains("An old-style code"), "{}", page.text);
    assert_eq!(field(&page.text, "how"), "list", "it proves nothing");
    let path = "/vahti/console/confirm?session=seat-17&how=scan&user=";
    let named = hall.open(&format!("{path}ahsuoran"), &cookie).await;
    named.does_not_say("The code names");
    let other = hall.open(&format!("{path}%3Cb%3E{{name}}"), &cookie).await;
    other.says("The code names &#60;b&#62;{name}, and this login is somebody else&#39;s.");
}

#[tokio::test]
async fn no_brings_back_what_was_and_holds_further_logins() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let done = hall.act("/vahti/console/let-in", &cookie, SEAT).await;
    let of = field(&done.text, "of").to_owned();
    hall.pass(5);
    let form = format!("{SEAT}&of={of}&alarm=1");
    let undone = hall.act("/vahti/console/undo", &cookie, &form).await;
    for text in [
        "Undone (",
        "Hall A, seat 17 waits again.",
        "goes on again.",
        "New logins of this person wait",
    ] {
        assert!(undone.text.contains(text), "{text}: {}", undone.text);
    }
    assert_eq!(hall.state("home").await, "active");
    assert_eq!(hall.state("seat-17").await, "held invalidated");
    let alarms = hall.recorded().await;
    assert!(
        alarms
            .iter()
            .any(|(verb, actor, ..)| verb == "alarm" && actor.as_deref() == Some("Maija K"))
    );
    let again = hall.post("/vahti/console/undo", &cookie, &form).await;
    assert!(
        again
            .text
            .contains("There is nothing to take back any more"),
        "{}",
        again.text
    );
    let end = json!({"session_id": "home"});
    hall.scene.post("app", "/v1/end", end).await;
    hall.pass(5);
    hall.login(json!({"user": "ahsuoran", "session_id": "phone"}))
        .await;
    assert_eq!(hall.state("phone").await.split(' ').next(), Some("held"));
}

#[tokio::test]
async fn hold_can_be_taken_back_and_log_out_cannot() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    hall.act("/vahti/console/let-in", &cookie, SEAT).await;
    hall.pass(5);
    let held = hall.act("/vahti/console/hold", &cookie, SEAT).await;
    assert!(
        held.text.contains("Aino Suoranta is on hold ("),
        "{}",
        held.text
    );
    assert_eq!(hall.state("seat-17").await, "held invalidated");
    let of = field(&held.text, "of").to_owned();
    hall.act("/vahti/console/undo", &cookie, &format!("{SEAT}&of={of}"))
        .await;
    assert_eq!(hall.state("seat-17").await, "active");
    let out = hall.act("/vahti/console/log-out", &cookie, SEAT).await;
    assert!(
        out.text.contains("Aino Suoranta is logged out ("),
        "{}",
        out.text
    );
    assert!(!out.text.contains("/vahti/console/undo"));
    assert_eq!(hall.state("seat-17").await, "ended ended_by_supervisor");
    let late = hall.post("/vahti/console/let-in", &cookie, SEAT).await;
    assert!(late.text.contains("This login has ended."), "{}", late.text);
}
