//! Scanning: what a code opens, and for whom; and what happens to digits that are wrong.

use std::time::Duration;

use axum::http::{Method, header};
use serde_json::json;
use vahti_core::SessionId;

use super::{CONSOLE, Hall, LOGIN, PASSWORD, request, typed};

const SCAN: &str = "/vahti/console/scan";
const CODE: &str = "/vahti/console/code";
/// Digits that are right in themselves, and on no screen.
const NOWHERE: &str = "code=0000+0000";

fn seat() -> SessionId {
    SessionId::new("seat-17").expect("an id")
}

/// A hall in which Aino waits at seat 17.
async fn hall() -> Hall {
    let hall = Hall::new().await;
    for session in ["home", "seat-17"] {
        let body = json!({"user": "aino", "session_id": session, "name": "Aino Suoranta"});
        assert_eq!(hall.scene.post("app", "/v1/login", body).await.status, 201);
    }
    hall
}

/// The link in the picture that the screen shows.
fn link(hall: &Hall) -> String {
    let shown = hall.scene.vahti.challenge(&seat()).expect("it waits");
    format!("/vahti/s/{}", shown.text)
}

/// The digits that the screen shows.
fn digits(hall: &Hall) -> String {
    let shown = hall.scene.vahti.short_code(&seat()).expect("a code");
    shown.code.to_string()
}

#[tokio::test]
async fn only_the_scan_page_may_ask_for_the_camera() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    let policy = |seen: &super::Seen| {
        seen.header("permissions-policy".parse().expect("a name"))
            .to_owned()
    };
    assert_eq!(policy(&hall.open(SCAN, &maija).await), "camera=(self)");
    assert_eq!(policy(&hall.open(CONSOLE, &maija).await), "");
    let wrong = hall.post(CODE, &maija, "code=12").await;
    assert_eq!(policy(&wrong), "camera=(self)", "it is the same page");
    let csp = wrong.header(header::CONTENT_SECURITY_POLICY).to_owned();
    assert!(
        csp.contains("script-src 'self';") && !csp.contains("unsafe"),
        "{csp}"
    );
}

#[tokio::test]
async fn a_scanned_code_leads_a_supervisor_to_the_confirm_page_and_changes_nothing() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    let before = hall.scene.digest().await;
    let opened = hall.open(&link(&hall), &maija).await;
    assert_eq!(opened.status, 303);
    let start = "/vahti/console/confirm?session=seat-17&how=scan&confirmation=";
    let confirmation = opened
        .location()
        .strip_prefix(start)
        .expect("the confirm page");
    let maija = hall.account("Maija K");
    assert!(hall.scene.vahti.confirmed(confirmation, &maija).is_some());
    assert_eq!(hall.scene.digest().await, before);
}

#[tokio::test]
async fn what_was_scanned_on_one_screen_lets_in_no_other() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    hall.waiting("onni", "Onni").await;
    let opened = hall.open(&link(&hall), &maija).await;
    let (_, confirmation) = opened.location().split_once("&confirmation=").expect("it");
    let form = format!("session=onni-seat&how=scan&confirmation={confirmation}");
    let page = format!("/vahti/console/confirm?{form}");
    assert_eq!(hall.open(&page, &maija).await.status, 410);
    let done = hall.post("/vahti/console/let-in", &maija, &form).await;
    assert_eq!(done.status, 410);
    assert_eq!(hall.state("onni-seat").await, "held over_limit");
}

#[tokio::test]
async fn whoever_is_not_logged_in_learns_nothing_from_a_code_and_finds_it_again_after_the_login() {
    let hall = hall().await;
    let link = link(&hall);
    let away = hall.open(&link, "").await;
    let login = away.location().to_owned();
    assert!(
        login.starts_with("/vahti/console/login?next=%2Fvahti%2Fs%2F"),
        "{login}"
    );
    let kept = away.header(header::SET_COOKIE);
    assert!(kept.starts_with("__Host-vahti-opened=seat-17."), "{kept}");
    assert!(
        kept.ends_with("; Max-Age=300; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "{kept}"
    );
    let opened = away.cookie();
    let page = hall.open(&login, &opened).await;
    assert!(
        page.text.contains("Log in to see this code."),
        "{}",
        page.text
    );
    assert!(!page.text.contains("Aino"), "{}", page.text);
    // The password is long, and the code on the screen is another one by now.
    hall.scene.clock.advance(Duration::from_secs(200));
    let form = format!("name=Maija+K&password={}&next={link}", typed(PASSWORD));
    let come_in = hall.post(LOGIN, &opened, &form).await;
    assert_eq!((come_in.status, come_in.location()), (303, link.as_str()));
    let both = format!("{}; {opened}", come_in.cookie());
    let found = hall.open(&link, &both).await;
    assert!(
        found
            .location()
            .contains("session=seat-17&how=scan&confirmation="),
        "{found:?}"
    );
    let without = hall.open(&link, &come_in.cookie()).await;
    assert_eq!(without.status, 404);
    assert!(
        without.text.contains("This code is too old."),
        "{}",
        without.text
    );
    hall.scene.clock.advance(Duration::from_secs(100));
    let late = hall.open(&link, &both).await;
    assert_eq!(late.status, 404, "five minutes are over");
}

#[tokio::test]
async fn what_somebody_else_opened_is_confirmed_by_nobody_who_is_sent_the_link() {
    let hall = hall().await;
    let link = link(&hall);
    let (maija, body) = (
        hall.log_in().await,
        json!({"name": "Olli", "password": PASSWORD}),
    );
    hall.scene.post("admin", "/v1/supervisors", body).await;
    let olli = hall.try_password("Olli", PASSWORD).await.cookie();
    // Without a login anybody can open a code, and read what their browser is to keep.
    let kept = hall.open(&link, "").await.cookie();
    let (_, kept) = kept.split_once('=').expect("a cookie");
    let theirs = hall.open(&link, &olli).await.location().to_owned();
    let (_, theirs) = theirs.split_once("&confirmation=").expect("a confirmation");
    for stolen in [kept, theirs] {
        let page = format!("/vahti/console/confirm?session=seat-17&how=scan&confirmation={stolen}");
        let seen = hall.open(&page, &maija).await;
        seen.does_not_say("Aino");
        seen.says("Scan the code again.");
        let form = format!("session=seat-17&how=scan&confirmation={stolen}");
        let seen = hall.post("/vahti/console/let-in", &maija, &form).await;
        seen.says("Scan the code again.");
    }
    // Nor does a browser get what a supervisor has opened elsewhere.
    hall.scene.clock.advance(Duration::from_secs(200));
    let opened = format!("{maija}; __Host-vahti-opened={theirs}");
    assert_eq!(hall.open(&link, &opened).await.status, 404);
    let session = hall.scene.get("supervisor", "/v1/sessions/seat-17").await;
    assert_eq!(session.body["session"]["state"], "held");
}

#[tokio::test]
async fn what_is_no_code_of_this_exam_says_so_and_is_kept_for_nobody() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    let link = link(&hall);
    for forged in [
        format!("{link}A"),
        link[..link.len() - 1].to_owned(),
        link.replace("seat-17", "home"),
        "/vahti/s/aino%23seat-17".to_owned(),
        "/vahti/s/%FF".to_owned(),
    ] {
        let seen = hall.open(&forged, &maija).await;
        assert_eq!(seen.status, 404, "{forged}");
        assert!(
            seen.text.contains("This is not a code of this exam."),
            "{}",
            seen.text
        );
        let stranger = hall.open(&forged, "").await;
        assert_eq!(
            (stranger.status, stranger.cookie().as_str()),
            (303, ""),
            "{forged}"
        );
    }
    let used = json!({"user": "aino", "session_id": "seat-17"});
    hall.scene.post("supervisor", "/v1/verify", used).await;
    hall.scene.clock.advance(Duration::from_secs(200));
    let used = hall.open(&link, &maija).await;
    assert_eq!(
        used.location(),
        "/vahti/console/confirm?session=seat-17&how=list"
    );
}

#[tokio::test]
async fn typed_digits_open_the_confirm_page_of_their_screen() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    let shown = digits(&hall);
    for typed_so in [
        shown.clone(),
        shown.replace(' ', ""),
        shown.replace(' ', "-"),
    ] {
        let seen = hall
            .post(CODE, &maija, &format!("code={}", typed(&typed_so)))
            .await;
        let confirm = "/vahti/console/confirm?session=seat-17&how=code";
        assert_eq!((seen.status, seen.location()), (303, confirm));
    }
    let nobody = hall
        .post(CODE, "", &format!("code={}", typed(&shown)))
        .await;
    assert_eq!(nobody.status, 401);
    assert_eq!(nobody.location(), "");
}

#[tokio::test]
async fn ten_wrong_codes_let_the_field_of_their_supervisor_rest_and_are_recorded() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    let shown = digits(&hall);
    let right = format!("code={}", typed(&shown));
    let slip = format!(
        "code={}",
        shown.replace(' ', "").replacen(&shown[..1], "x", 1)
    );
    for (form, status, sentence, kept) in [
        (slip.as_str(), 400, "The code has eight digits.", &slip[5..]),
        (
            "code=0000+0001",
            400,
            "These digits hold a typing error.",
            "0000 0001",
        ),
        (
            NOWHERE,
            404,
            "No waiting screen shows these digits now.",
            "",
        ),
    ] {
        let seen = hall.post(CODE, &maija, form).await;
        assert_eq!(seen.status, status, "{form}");
        let (above, _) = seen.text.split_once("<video").expect("a camera");
        assert!(above.contains(sentence), "{}", seen.text);
        seen.says(&format!(r#"name="code" value="{kept}""#));
    }
    for _ in 0..20 {
        assert_eq!(
            hall.post(CODE, &maija, &right).await.status,
            303,
            "right ones do not count"
        );
    }
    for _ in 3..10 {
        assert_eq!(hall.post(CODE, &maija, NOWHERE).await.status, 404);
    }
    for form in [NOWHERE, &right, NOWHERE] {
        let seen = hall.post(CODE, &maija, form).await;
        assert_eq!(
            (seen.status, seen.header(header::RETRY_AFTER)),
            (429, "6"),
            "{form}"
        );
        assert!(seen.text.contains("Too many wrong codes."), "{}", seen.text);
    }
    let events = hall.scene.get("auditor", "/v1/events?verb=refuse").await;
    let events = events.body["events"].as_array().expect("events").clone();
    assert_eq!(events.len(), 1, "one in a minute: {events:?}");
    assert_eq!(events[0]["actor"], "Maija K");
    assert_eq!(events[0]["how"], "code");
    let record = hall.open("/vahti/console/record?lang=fi", &maija).await;
    record.says("Liian monta väärää numerosarjaa");
    record.does_not_say("wrong short codes");
    // Nobody else rests, and the screen shows what it showed.
    let eino = hall.accept(&hall.invite("Eino", "2h").await).await.cookie();
    assert_eq!(hall.post(CODE, &eino, &right).await.status, 303);
    assert_eq!(digits(&hall), shown);
    hall.scene.clock.advance(Duration::from_secs(6));
    assert_eq!(hall.post(CODE, &maija, &right).await.status, 303);
}

#[tokio::test]
async fn another_site_cannot_type_digits() {
    let hall = hall().await;
    let maija = hall.log_in().await;
    let right = format!("code={}", typed(&digits(&hall)));
    let mut forged = request(Method::POST, CODE, &maija, &right);
    let from = "https://evil.example".parse().expect("a value");
    forged.headers_mut().insert(header::ORIGIN, from);
    assert_eq!(hall.send(forged).await.status, 403);
}
