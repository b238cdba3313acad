//! Invitations: one browser, once, for a while, and never further than who invited.

use std::time::Duration;

use axum::http::header;
use serde_json::json;

use super::{CONSOLE, Hall, INVITATION, INVITE, PASSWORD};

#[tokio::test]
async fn an_invitation_logs_one_browser_in_once_and_opening_it_uses_nothing_up() {
    let hall = Hall::new().await;
    let secret = hall.invite("Eino", "2h").await;
    let path = format!("{INVITATION}?i={secret}");
    for _ in 0..3 {
        let seen = hall.open(&path, "").await;
        assert_eq!(seen.status, 200);
        assert!(
            seen.text.contains("<bdi>Eino</bdi>, welcome"),
            "{}",
            seen.text
        );
    }
    let tries = (0..64).map(|_| hall.accept(&secret));
    let tries = futures::future::join_all(tries).await;
    let come_in: Vec<_> = tries.iter().filter(|seen| seen.status == 303).collect();
    assert_eq!(come_in.len(), 1);
    assert!(tries.iter().all(|seen| [303, 410].contains(&seen.status)));
    let cookie = come_in[0].cookie();
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 200);
    for seen in [hall.open(&path, "").await, hall.accept(&secret).await] {
        assert_eq!((seen.status, seen.cookie().as_str()), (410, ""));
        assert!(seen.text.contains("ask whoever sent it for a new link"));
        assert!(seen.text.contains(r#"href="/vahti/console""#));
    }
    let never = hall.accept("AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(never.status, 410);
    let events = hall
        .scene
        .get("auditor", "/v1/events?verb=supervisor_accept")
        .await;
    let event = &events.body["events"][0];
    assert_eq!(events.body["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&event["key"], &event["actor"]),
        (&json!("console"), &json!("Eino"))
    );
}

#[tokio::test]
async fn who_was_invited_is_out_when_the_time_is_over() {
    let hall = Hall::new().await;
    let cookie = hall
        .accept(&hall.invite("Eino", "20m").await)
        .await
        .cookie();
    hall.scene.clock.advance(Duration::from_secs(20 * 60 - 1));
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 200);
    hall.scene.clock.advance(Duration::from_secs(1));
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 303);
    let again = hall.accept(&hall.invite("Eino", "20m").await).await;
    assert_eq!(again.status, 303, "the name is free again");
    assert_eq!(
        hall.open(CONSOLE, &cookie).await.status,
        303,
        "but not the login"
    );
}

#[tokio::test]
async fn an_invitation_lasts_as_long_as_it_says_also_on_a_phone_that_nobody_touches() {
    let hall = Hall::new().await;
    let minute = Duration::from_secs(60);
    for (length, minutes) in [("24h", 24 * 60), ("7d", 7 * 24 * 60)] {
        let secret = hall.invite("Eino", length).await;
        hall.scene.clock.advance(minute);
        let come_in = hall.accept(&secret).await;
        let max_age = format!("; Max-Age={}; ", (minutes - 1) * 60);
        let cookie = come_in.header(header::SET_COOKIE);
        assert!(cookie.contains(&max_age), "{cookie}");
        let cookie = come_in.cookie();
        hall.scene.clock.advance(minute * (minutes - 1) - minute);
        assert_eq!(hall.open(CONSOLE, &cookie).await.status, 200, "{length}");
        hall.scene.clock.advance(minute);
        assert_eq!(hall.open(CONSOLE, &cookie).await.status, 303, "{length}");
    }
}

#[tokio::test]
async fn whoever_has_a_password_invites_others_who_cannot() {
    let hall = Hall::new().await;
    let maija = hall.log_in().await;
    assert_eq!(hall.open(INVITE, &maija).await.status, 200);
    let made = hall.post(INVITE, &maija, "name=Eino+S&hours=12").await;
    assert_eq!(made.status, 200);
    let link = "https://exam.example.org/vahti/console/invitation?i=";
    let secret = made.text.split(link).nth(1).expect("a link");
    let secret = &secret[..22];
    assert!(
        made.text.contains("<div class=\"link\"><svg"),
        "{}",
        made.text
    );
    for (form, status) in [
        ("name=Eino+S&hours=12", 409),
        ("name=&hours=12", 400),
        ("name=Vieno&hours=13", 400),
        ("", 400),
    ] {
        assert_eq!(
            hall.post(INVITE, &maija, form).await.status,
            status,
            "{form}"
        );
    }
    let eino = hall.accept(secret).await.cookie();
    let page = hall.open(CONSOLE, &eino).await;
    assert!(page.text.contains("<bdi>Eino S</bdi>"), "{}", page.text);
    assert!(!page.text.contains(INVITE), "{}", page.text);
    assert_eq!(hall.open(INVITE, &eino).await.status, 403);
    assert_eq!(
        hall.post(INVITE, &eino, "name=Vieno&hours=2").await.status,
        403
    );
    let events = hall
        .scene
        .get("auditor", "/v1/events?verb=supervisor_invite")
        .await;
    let event = &events.body["events"][0];
    assert_eq!(
        (&event["key"], &event["actor"]),
        (&json!("console"), &json!("Maija K"))
    );
    let hours = Duration::from_secs(12 * 3_600);
    hall.scene.clock.advance(hours - Duration::from_secs(1));
    assert_eq!(hall.open(CONSOLE, &eino).await.status, 200);
    hall.scene.clock.advance(Duration::from_secs(1));
    assert_eq!(hall.open(CONSOLE, &eino).await.status, 303);
}

#[tokio::test]
async fn a_supervisor_of_some_groups_sees_and_invites_only_within_them() {
    let hall = Hall::new().await;
    let body = json!({"name": "Aatu", "password": PASSWORD, "groups": ["a"]});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    for (user, name, groups) in [
        ("u1", "Aino <b>", json!(["a"])),
        ("u2", "Bertta", json!(["b"])),
    ] {
        for session in ["home", "seat"] {
            let id = format!("{user}-{session}");
            let login = json!({"user": user, "name": name, "session_id": id, "groups": groups});
            hall.scene.post("app", "/v1/login", login).await;
        }
    }
    let aatu = hall.try_password("Aatu", PASSWORD).await.cookie();
    let page = hall.open(CONSOLE, &aatu).await;
    assert!(
        page.text.contains("<bdi>Aino &#60;b&#62;</bdi>"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("Bertta"), "{}", page.text);
    hall.post(INVITE, &aatu, "name=Eino&hours=2").await;
    let all = hall.scene.get("admin", "/v1/supervisors").await;
    let eino = &all.body["supervisors"][1];
    assert_eq!(
        (&eino["name"], &eino["groups"]),
        (&json!("Eino"), &json!(["a"]))
    );
}
