//! The waiting page and the way out.

use std::time::Duration;

use axum::http::{Method, header};
use serde_json::json;
use vahti::core::{Bypass, OnLimit, Policy, UserId};

use super::{Room, Seen};
use crate::scene::policy;

const GATE: &str = "/vahti/gate";

#[tokio::test]
async fn somebody_who_waits_is_told_why_and_since_when_and_the_page_comes_again() {
    let room = Room::new().await;
    room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let seen = room.open("/vahti/gate?rd=/exam/1", &seat).await;
    assert_eq!(seen.status, 200);
    for sentence in [
        "<h1><bdi>aino</bdi>, please wait</h1>",
        "You are already logged in on another device, so this one has to wait.",
        "since 14:13:20",
        r#"<noscript><meta http-equiv="refresh" content="5"></noscript>"#,
        "This page reloads every 5 seconds.",
        r#"action="/vahti/logout?rd=https://exam.example.org/exam/1""#,
        r#"<a class="way" href="https://exam.example.org/login?rd=https://exam.example.org/exam/1" target="_self">Log in again</a>"#,
    ] {
        seen.says(sentence);
    }
    for jargon in ["session", "over_limit", "limit", "invalidated"] {
        seen.does_not_say(jargon);
    }
}

#[tokio::test]
async fn once_let_in_the_page_goes_on_to_what_was_asked_for() {
    let room = Room::new().await;
    room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let verify = json!({"user": "aino", "session_id": "seat"});
    room.scene.post("supervisor", "/v1/verify", verify).await;
    for (path, location) in [
        ("/vahti/gate?rd=/exam/1", "https://exam.example.org/exam/1"),
        (GATE, "https://exam.example.org/"),
    ] {
        let seen = room.open(path, &seat).await;
        assert_eq!((seen.status, seen.location()), (303, location), "{path}");
    }
    let seen = room.open("/vahti/gate?rd=/exam/1&rm=POST", &seat).await;
    assert_eq!((seen.status, seen.location()), (200, ""));
    seen.says("You are let in.");
    seen.says("Press Back in the browser, then send again. Your text is still there.");
    seen.does_not_say("refresh");
}

#[tokio::test]
async fn every_reason_to_wait_has_its_words() {
    let hours = Duration::from_secs(8 * 3600);
    for (on_limit, max, hold_after_end, said) in [
        (
            OnLimit::Hold,
            2,
            Duration::ZERO,
            "already logged in on 2 devices, and more are not allowed.",
        ),
        (
            OnLimit::Ask,
            1,
            Duration::ZERO,
            "Your account allows one device at a time.",
        ),
        (
            OnLimit::Freeze,
            1,
            Duration::ZERO,
            "Your account was used on another device at 14:13:20.",
        ),
        (
            OnLimit::Hold,
            1,
            hours,
            "Your earlier login ended at 14:13:20.",
        ),
    ] {
        let room = Room::with(Policy {
            on_limit,
            hold_after_end,
            ..policy(max)
        })
        .await;
        for at in 0..max {
            room.log_in("aino", &format!("s{at}")).await;
        }
        if !hold_after_end.is_zero() {
            room.scene
                .post("app", "/v1/end", json!({"user": "aino"}))
                .await;
        }
        let seat = room.log_in("aino", "seat").await;
        room.open(GATE, &seat).await.says(said);
    }
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    room.log_in("aino", "seat").await;
    room.scene.clock.advance(Duration::from_secs(120));
    let verify = json!({"user": "aino", "session_id": "seat"});
    room.scene.post("supervisor", "/v1/verify", verify).await;
    let seen = room.open(GATE, &home).await;
    seen.says("You were let in on another device at 14:15:20, so this one has to wait.");
    room.scene.clock.advance(Duration::from_secs(60));
    let hold = json!({"user": "aino"});
    room.scene.post("supervisor", "/v1/invalidate", hold).await;
    let seat = room.log_in("bo", "seat-2").await;
    room.scene
        .post("supervisor", "/v1/invalidate", json!({"user": "bo"}))
        .await;
    let seen = room.open(GATE, &seat).await;
    seen.says("A supervisor put this login on hold at 14:16:20.");
}

#[tokio::test]
async fn a_login_that_has_ended_says_why_and_waits_no_more() {
    let room = Room::with(Policy {
        idle_timeout: Duration::from_secs(900),
        max_lifetime: Duration::from_secs(12 * 3600),
        on_limit: OnLimit::EvictOldest,
        ..policy(1)
    })
    .await;
    let evicted = room.log_in("aino", "home").await;
    room.log_in("aino", "seat").await;
    let out = room.log_in("bo", "b").await;
    room.scene
        .post("app", "/v1/end", json!({"user": "bo"}))
        .await;
    let ended = room.log_in("eino", "e").await;
    room.scene
        .post("supervisor", "/v1/end", json!({"user": "eino"}))
        .await;
    let idle = room.log_in("kai", "k").await;
    for (token, said) in [
        (
            &evicted,
            "Your account was used to log in on another device at 14:13:20, so this one was logged out.",
        ),
        (&out, "You are logged out."),
        (&ended, "A supervisor ended this login at 14:13:20."),
    ] {
        let seen = room.open("/vahti/gate?rd=/exam", token).await;
        seen.says(said);
        seen.says(r#"<a class="way main" href="https://exam.example.org/login?rd=https://exam.example.org/exam" target="_self">Log in again</a>"#);
        seen.does_not_say("refresh");
        seen.does_not_say("<form");
    }
    room.scene.clock.advance(Duration::from_secs(900));
    let seen = room.open(GATE, &idle).await;
    seen.says("You were logged out because this device was not used for 15 minutes.");
}

#[tokio::test]
async fn an_open_waiting_page_counts_as_seen() {
    let room = Room::with(Policy {
        idle_timeout: Duration::from_secs(60),
        ..policy(1)
    })
    .await;
    let home = room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    for _ in 0..3 {
        room.scene.clock.advance(Duration::from_secs(40));
        room.open(GATE, &seat).await.says("please wait");
    }
    room.open(GATE, &home).await.says("not used for 1 minute.");
}

#[tokio::test]
async fn nobody_is_sent_to_the_login_or_told_so() {
    let mut room = Room::new().await;
    for token in ["", "nonsense", "v1.home.AAAA"] {
        let seen = room.open("/vahti/gate?rd=/exam%3Fa%3Db", token).await;
        let location = "https://exam.example.org/login?rd=https://exam.example.org/exam%3Fa%3Db";
        assert_eq!((seen.status, seen.location()), (303, location), "{token}");
    }
    room.login_url = "";
    let seen = room.open(GATE, "").await;
    assert_eq!((seen.status, seen.location()), (200, ""));
    seen.says("You are not logged in.");
}

#[tokio::test]
async fn whoever_the_gate_lets_through_does_not_wait() {
    let bypass = Bypass {
        users: [UserId::new("vip").expect("a user")].into(),
        ..Bypass::default()
    };
    let room = Room::with(Policy {
        bypass,
        ..policy(1)
    })
    .await;
    room.log_in("vip", "home").await;
    let held = room.log_in("vip", "seat").await;
    assert_eq!(room.open(GATE, &held).await.status, 303);
}

#[tokio::test]
async fn log_out_ends_the_session_of_the_cookie_and_takes_it_away() {
    let room = Room::new().await;
    room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let own = [
        ("origin", "https://exam.example.org"),
        ("sec-fetch-site", "same-origin"),
    ];
    let seen = room
        .send(Method::POST, "/vahti/logout?rd=/exam", &seat, &own)
        .await;
    assert_eq!(seen.status, 200);
    assert_eq!(
        seen.header(header::SET_COOKIE),
        "__Host-vahti=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    seen.says("You are logged out.");
    seen.says("https://exam.example.org/login?rd=https://exam.example.org/exam");
    let session = room.scene.get("app", "/v1/sessions/seat").await;
    let session = &session.body["session"];
    assert_eq!(
        (&session["state"], &session["reason"]),
        (&json!("ended"), &json!("logged_out"))
    );
    let home = room.scene.get("app", "/v1/sessions/home").await;
    assert_eq!(home.body["session"]["state"], "active", "only its own");
    let again = room.send(Method::POST, "/vahti/logout", &seat, &[]).await;
    assert_eq!(again.status, 200);
    let nobody = room
        .send(Method::POST, "/vahti/logout", "v1.home.AAAA", &[])
        .await;
    assert!(
        nobody
            .header(header::SET_COOKIE)
            .starts_with("__Host-vahti=; Max-Age=0")
    );
}

#[tokio::test]
async fn a_form_on_another_site_logs_nobody_out() {
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    let before = room.scene.digest().await;
    for headers in [
        [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ]
        .as_slice(),
        &[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://b.example.org"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "https://exam.example.org:8443")],
    ] {
        let seen = room
            .send(Method::POST, "/vahti/logout", &home, headers)
            .await;
        assert_eq!(seen.status, 403, "{headers:?}");
        seen.says("Nothing was changed.");
        assert_eq!(seen.header(header::SET_COOKIE), "");
    }
    let got = room.open("/vahti/logout", &home).await;
    assert_eq!(got.status, 405, "a link logs nobody out");
    assert_eq!(room.scene.digest().await, before);
}

#[tokio::test]
async fn a_name_is_shown_as_it_is_and_nothing_else() {
    let room = Room::new().await;
    for (at, name) in [
        "<script>alert(1)</script>".to_owned(),
        "a\"><img src=x onerror=y>&amp;'".to_owned(),
        "n".repeat(200),
        "אילנה".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let user = format!("user-{at}");
        for session in ["a", "b"] {
            let id = format!("{user}-{session}");
            let login = json!({"user": user, "session_id": id, "name": name});
            let login = room.scene.post("app", "/v1/login", login).await;
            let token = login.body["token"].as_str().expect("a token").to_owned();
            if session == "b" {
                let seen = room.open(GATE, &token).await;
                let escaped = name
                    .replace('&', "&#38;")
                    .replace('<', "&#60;")
                    .replace('>', "&#62;")
                    .replace('"', "&#34;")
                    .replace('\'', "&#39;");
                seen.says(&format!("><bdi>{escaped}</bdi>, please wait</h1>"));
                seen.does_not_say("<script>");
                seen.does_not_say("<img");
            }
        }
    }
}

#[tokio::test]
async fn what_stands_in_the_address_cannot_write_on_the_page() {
    let room = Room::new().await;
    room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let odd = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for query in [
        format!("rd={odd}"),
        format!("rd=/a{odd}&rm={odd}"),
        format!("x={odd}&{odd}"),
    ] {
        let seen = room.open(&format!("{GATE}?{query}"), &seat).await;
        seen.does_not_say("<script>");
        seen.does_not_say("\">alert");
    }
}

fn shown(seen: &Seen) -> String {
    let mut lines: Vec<_> = seen
        .headers
        .iter()
        .filter(|(name, _)| *name != header::CONTENT_LENGTH)
        .map(|(name, value)| match *name {
            // Another one with every change of what it marks.
            header::ETAG => format!("{name}: (a mark)"),
            _ => format!("{name}: {}", value.to_str().expect("ASCII")),
        })
        .collect();
    lines.sort();
    format!("{}\n{}\n", seen.status, lines.join("\n"))
}

#[tokio::test]
async fn the_headers_of_every_page_are_these() {
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let mut all = String::new();
    for (what, seen) in [
        ("waiting", room.open(GATE, &seat).await),
        ("let in", room.open(GATE, &home).await),
        ("nobody", room.open(GATE, "").await),
        (
            "log out",
            room.send(Method::POST, "/vahti/logout", &seat, &[]).await,
        ),
        (
            "from elsewhere",
            room.send(
                Method::POST,
                "/vahti/logout",
                &seat,
                &[("origin", "https://evil.example")],
            )
            .await,
        ),
        ("style", room.open("/vahti/style.css", "").await),
    ] {
        all += &format!("{what}: {}\n", shown(&seen));
    }
    crate::answers::settings().bind(|| insta::assert_snapshot!("page_headers", all));
}

#[tokio::test]
async fn the_waiting_page_looks_the_same_as_before() {
    let room = Room::new().await;
    room.log_in("aino", "home").await;
    let seat = room.log_in("aino", "seat").await;
    let seen = room.open("/vahti/gate?rd=/exam", &seat).await;
    // The picture and the digits are new with every run.
    let lines = seen.text.lines().map(|line| match line {
        line if line.contains("<svg") => "(the picture)",
        line if line.contains("class=\"digits\"") => "(the digits)",
        line => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    crate::answers::settings().bind(|| insta::assert_snapshot!("waiting_page", text));
}
