//! All about one person, and the record.

use std::time::Duration;

use serde_json::json;
use vahti::core::{OnLimit, Policy};

use super::{Hall, Seen};
use crate::scene::policy;

const AINO: &str = "/vahti/console/person?user=aino";

/// Aino forgot to log out at home, and sits in the hall.
async fn at_two_places(hall: &Hall) {
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    for (session, place, address) in [
        ("home", "Home", "84.250.12.7"),
        ("seat-17", "Hall A, seat 17", "10.1.4.17"),
    ] {
        hall.scene.clock.advance(Duration::from_secs(60));
        let login = json!({
            "user": "aino", "session_id": session, "name": "Aino Suoranta", "number": "0412345",
            "email": "aino@example.org", "groups": ["exam"], "place": place,
            "origin": {"ip": address, "user_agent": firefox},
        });
        assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    }
}

/// The sequences of the lines on a page, in their order.
fn lines(seen: &Seen) -> Vec<u64> {
    let lines = seen.text.split("id=\"line-").skip(1);
    let numbers = lines.map(|rest| rest.split('"').next().expect("a number"));
    numbers
        .map(|number| number.parse().expect("a number"))
        .collect()
}

/// Where a link of this name leads.
fn way(seen: &Seen, name: &str) -> Option<String> {
    let (before, _) = seen.text.split_once(&format!("\">{name}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(address.replace("&amp;", "&").replace("&#38;", "&"))
}

#[tokio::test]
async fn a_persons_page_tells_who_it_is_how_they_stand_and_what_was_done() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    at_two_places(&hall).await;
    let page = hall.open(AINO, &cookie).await;
    assert_eq!(page.status, 200);
    page.says("<h1><bdi>Aino Suoranta</bdi></h1>");
    for known in [
        "0412345",
        "aino@example.org",
        "exam",
        "Hall A, seat 17",
        "84.250.12.7",
        "10.1.4.17",
    ] {
        page.says(known);
    }
    page.says("The newest login waits: already logged in elsewhere.");
    page.says("Another login then waits.");
    page.says(r#"href="/vahti/console/confirm?session=seat-17""#);
    page.does_not_say("confirm?session=home");
    page.says("Logged in, and waits: already logged in elsewhere");
    page.says("by the program app");
    page.says("<bdi>Firefox on Linux, 10.1.4.17</bdi>");
    page.says("action=\"/vahti/console/hold\"");
    page.does_not_say("Undo what was done last");

    let let_in = hall.post(
        "/vahti/console/let-in",
        &cookie,
        "session=seat-17&reason=Changed+computer",
    );
    assert_eq!(let_in.await.status, 303);
    let page = hall.open(AINO, &cookie).await;
    page.says("The newest login goes on: 1 of 1 at a time. A further login waits.");
    page.says("<strong>Let in</strong>");
    page.says("by Maija K");
    page.says("from the list");
    page.says("<q><bdi>Changed computer</bdi></q>");
    page.says("Has to wait: another device of this person was let in");

    let of = page.hidden("of");
    let undo = format!("session=seat-17&of={of}");
    assert_eq!(
        hall.post("/vahti/console/undo", &cookie, &undo)
            .await
            .status,
        303
    );
    let page = hall.open(AINO, &cookie).await;
    page.says("Undone: waits again");
    page.says("Undone: goes on again");
    let out = hall
        .post("/vahti/console/log-out", &cookie, "session=seat-17")
        .await;
    assert_eq!(out.status, 303);
    let page = hall.open(AINO, &cookie).await;
    page.says("Ended: logged out for good by a supervisor");
    page.does_not_say("confirm?session=seat-17");

    let hold = hall.post("/vahti/console/hold", &cookie, "session=home");
    assert_eq!(hold.await.status, 303);
    let page = hall.open(AINO, &cookie).await;
    page.does_not_say("action=\"/vahti/console/hold\"");
}

#[tokio::test]
async fn a_login_whose_time_is_over_is_shown_as_ended_before_that_is_recorded() {
    let hour = Duration::from_secs(3_600);
    let policy = Policy {
        max_lifetime: hour,
        ..policy(1)
    };
    let hall = Hall::with(policy).await;
    let login = json!({"user": "aino", "session_id": "home"});
    assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    for is_over in [false, true] {
        let page = hall.open(AINO, &hall.log_in().await).await;
        let shown = ["goes-on", "ended"].map(|state| format!("<li class=\"{state}\">"));
        let shown = shown.map(|line| page.text.matches(&line).count());
        assert_eq!(shown, if is_over { [0, 1] } else { [1, 0] });
        hall.scene.clock.advance(hour);
    }
}

#[tokio::test]
async fn each_way_to_stand_has_its_sentence_in_every_language() {
    let limit = |on_limit| Policy {
        on_limit,
        ..policy(1)
    };
    let cases = [
        (
            limit(OnLimit::Hold),
            2,
            "The newest login waits: already logged in elsewhere.",
        ),
        (limit(OnLimit::Hold), 1, "A further login waits."),
        (limit(OnLimit::Deny), 1, "A further login is refused."),
        (
            limit(OnLimit::EvictOldest),
            1,
            "logs out the one that was let in longest ago.",
        ),
        (
            limit(OnLimit::EvictIdle),
            1,
            "logs out the one that was not used for longest.",
        ),
        (
            limit(OnLimit::Ask),
            2,
            "ann can choose which own login is logged out",
        ),
        (
            limit(OnLimit::Ask),
            1,
            "waits until ann chooses which one is logged out.",
        ),
        (
            limit(OnLimit::Freeze),
            1,
            "A further login makes all of them wait.",
        ),
        (limit(OnLimit::Freeze), 2, "A supervisor can let it in."),
        (limit(OnLimit::Observe), 2, "Nobody has to wait at present"),
        (policy(0), 1, "As many as one likes may go on at a time."),
        (policy(2), 1, "The newest login goes on: 1 of 2 at a time. "),
    ];
    for (policy, logins, sentence) in cases {
        let hall = Hall::with(policy).await;
        let cookie = hall.log_in().await;
        for n in 0..logins {
            let login = json!({"user": "ann", "session_id": format!("s{n}")});
            hall.scene.post("app", "/v1/login", login).await;
        }
        for language in ["en", "fi", "sv"] {
            let path = format!("/vahti/console/person?user=ann&lang={language}");
            let page = hall.open(&path, &cookie).await;
            let said = page
                .text
                .split_once("<p class=\"stands\">")
                .expect("how they stand")
                .1;
            let (said, _) = said.split_once("</p>").expect("an end");
            assert_eq!(
                said.contains(sentence),
                language == "en",
                "{sentence:?}: {said}"
            );
            assert!(!said.contains('{') && !said.is_empty(), "{said}");
        }
    }
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.scene
        .post(
            "app",
            "/v1/login",
            json!({"user": "ann", "session_id": "s"}),
        )
        .await;
    hall.scene
        .post(
            "admin",
            "/v1/pause",
            json!({"length": "1h", "reason": "a fire"}),
        )
        .await;
    hall.scene
        .post("app", "/v1/end", json!({"user": "ann"}))
        .await;
    let page = hall.open("/vahti/console/person?user=ann", &cookie).await;
    page.says("ann is not logged in.");
    page.says("The guard is paused until");
}

#[tokio::test]
async fn a_history_is_read_page_by_page_and_no_line_is_left_out() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for n in 0..70 {
        let login = json!({"user": "aino", "session_id": format!("s{n}")});
        hall.scene.post("app", "/v1/login", login).await;
        let login = json!({"user": "eino", "session_id": format!("e{n}")});
        hall.scene.post("app", "/v1/login", login).await;
    }
    for (start, older) in [
        (AINO.to_owned(), "Older"),
        ("/vahti/console/record?user=aino".to_owned(), "Older"),
        ("/vahti/console/record?what=login".to_owned(), "Older"),
    ] {
        let (mut seen, mut next, mut pages) = (Vec::new(), Some(start.clone()), 0);
        while let Some(path) = next {
            let page = hall.open(&path, &cookie).await;
            seen.extend(lines(&page));
            next = way(&page, older);
            pages += 1;
            assert!(pages < 10, "{start} ends");
        }
        assert!(
            seen.is_sorted_by(|a, b| a > b),
            "the newest first: {seen:?}"
        );
        let verb = if start.contains("what") {
            "verb=login"
        } else {
            "user=aino"
        };
        let path = format!("/v1/events?{verb}&order=newest&limit=1000");
        let told = hall.scene.get("auditor", &path).await;
        let told = told.body["events"].as_array().expect("events").iter();
        let told: Vec<_> = told
            .map(|event| event["sequence"].as_u64().expect("a number"))
            .collect();
        assert_eq!(seen, told, "{start}");
        assert!(pages > 1, "{start}");
    }
}

#[tokio::test]
async fn every_login_that_has_ended_is_found_page_by_page() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for number in 0..120 {
        let session = format!("s{number:03}");
        let login = json!({"user": "aino", "session_id": session, "place": format!("<{session}>")});
        assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
        hall.scene
            .post("app", "/v1/end", json!({"session_id": session}))
            .await;
    }
    let (mut next, mut seen, mut pages) = (Some(AINO.to_owned()), Vec::new(), 0);
    while let Some(path) = next {
        let page = hall.open(&path, &cookie).await;
        let places = page.text.split("<bdi>&#60;").skip(1);
        seen.extend(places.map(|rest| rest.split('&').next().unwrap_or_default().to_owned()));
        assert_eq!(way(&page, "Newest logins").is_some(), pages > 0);
        next = way(&page, "Older logins").map(|path| path.replace("#logins", ""));
        pages += 1;
        assert!(pages < 10, "they end");
    }
    let all: Vec<_> = (0..120)
        .rev()
        .map(|number| format!("s{number:03}"))
        .collect();
    assert_eq!((pages, seen), (3, all));
}

#[tokio::test]
async fn the_record_shows_what_is_asked_for() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    at_two_places(&hall).await;
    hall.scene
        .post(
            "app",
            "/v1/login",
            json!({"user": "eino", "session_id": "e"}),
        )
        .await;
    let events = hall.scene.get("auditor", "/v1/events?user=aino").await;
    let at = events.body["events"][1]["at"].as_str().expect("a time");
    let (second, _) = at.split_once('.').expect("milliseconds");
    let open = async |query: &str| {
        hall.open(&format!("/vahti/console/record?{query}"), &cookie)
            .await
    };

    let all = open("").await;
    all.says(r#"<a href="/vahti/console/person?user=eino"><bdi>eino</bdi></a>"#);
    assert_eq!(lines(&open("user=aino").await).len(), 2);
    assert_eq!(lines(&open("user=aino&what=verify").await).len(), 0);
    assert_eq!(lines(&open("what=login").await).len(), 3);
    assert_eq!(
        lines(&open(&format!("user=aino&since={second}")).await).len(),
        1
    );
    open("since=yesterday").await.says("This is no time.");

    let nobody = open("user=suoranta").await;
    assert_eq!(lines(&nobody).len(), 0);
    nobody.says("Nothing like that is recorded.");
    let proposed = r#"href="/vahti/console/record?user=aino""#;
    assert_eq!(
        nobody.text.matches(proposed).count(),
        1,
        "she is one person"
    );
    let too_long = open(&format!("user={}", "x".repeat(300))).await;
    assert_eq!(
        lines(&too_long),
        Vec::<u64>::new(),
        "what is no user's name is nobody's"
    );
}

#[tokio::test]
async fn a_supervisor_of_some_groups_sees_those_people_and_nobody_else() {
    let hall = Hall::new().await;
    let body = json!({"name": "Eino", "password": super::PASSWORD, "groups": ["exam"]});
    assert_eq!(
        hall.scene
            .post("admin", "/v1/supervisors", body)
            .await
            .status,
        201
    );
    let cookie = hall.try_password("Eino", super::PASSWORD).await.cookie();
    for (user, group) in [("aino", "exam"), ("hidden", "staff")] {
        let login = json!({"user": user, "session_id": user, "groups": [group]});
        hall.scene.post("app", "/v1/login", login).await;
    }
    hall.open(AINO, &cookie)
        .await
        .says("The newest login goes on");
    let hidden = hall
        .open("/vahti/console/person?user=hidden", &cookie)
        .await;
    hidden.says("Nobody has logged in as hidden, or you may not see them.");
    for path in [
        "/vahti/console/record",
        "/vahti/console/record?user=hid",
        "/vahti/console/export?format=csv",
        "/vahti/console/export?format=json",
    ] {
        let page = hall.open(path, &cookie).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            !page.text.contains("<bdi>hidden") && !page.text.contains("\"hidden"),
            "{path}"
        );
    }
    hall.open("/vahti/console/record", &cookie)
        .await
        .says("user=aino");
}

#[tokio::test]
async fn no_name_does_anything_on_a_page() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let name = format!("<script>alert(1)</script>\"'&😀{}", "ä".repeat(80));
    let user = "<b>\"x'&?#/+%20😀";
    let login = json!({
        "user": user, "session_id": "s1", "name": name, "number": "<i>7</i>", "place": "<u>\"here",
        "origin": {"text": "\u{202e}<img src=x>\r\n"},
    });
    assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    let record = hall.open("/vahti/console/record", &cookie).await;
    let person = way(&record, &format!("<bdi>{}</bdi>", escaped(user)));
    let person = hall
        .open(&person.expect("a link to the person"), &cookie)
        .await;
    person.says(&escaped(&name));
    for page in [&record, &person] {
        for bad in ["<script>alert", "<b>", "<i>", "<u>", "<img", "\u{202e}"] {
            page.does_not_say(bad);
        }
    }
    let typed = hall
        .open(
            "/vahti/console/record?user=%22%3E%3Cb%3E&since=%22%3E%3Cb%3E",
            &cookie,
        )
        .await;
    typed.does_not_say("<b>");
}

/// A text as the pages escape it.
pub(super) fn escaped(text: &str) -> String {
    let replaced = text
        .replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;");
    replaced.replace('"', "&#34;").replace('\'', "&#39;")
}
