//! Where a return address leads: to a host of the configuration, or nowhere.

use axum::http::Method;

use super::Room;

#[tokio::test]
async fn a_return_address_leads_to_a_host_of_the_configuration_only() {
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    let own = "https://exam.example.org";
    for (rd, location) in [
        ("/exam", format!("{own}/exam")),
        ("/exam?a=/b//c", format!("{own}/exam?a=/b//c")),
        ("https://exam.example.org/exam", format!("{own}/exam")),
        ("https://EXAM.example.ORG./exam", format!("{own}/exam")),
        ("https://exam.example.org:443/exam", format!("{own}/exam")),
        ("http://exam.example.org/exam", format!("{own}/exam")),
        ("https://exam.example.org", format!("{own}/")),
        (
            "https://app.example.org/x",
            "https://app.example.org/x".to_owned(),
        ),
        (
            "https://lab.example.org:8443/x",
            "https://lab.example.org:8443/x".to_owned(),
        ),
        (
            "https://exam.example.org//evil.example",
            format!("{own}//evil.example"),
        ),
    ] {
        let seen = room.open(&gate(rd), &home).await;
        assert_eq!(
            (seen.status, seen.location()),
            (303, location.as_str()),
            "{rd}"
        );
    }
    for rd in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:\\\\evil.example",
        "https://evil.example",
        "HTTPS://EVIL.EXAMPLE",
        "https://exam.example.org.evil.example/",
        "https://exam.example.org@evil.example/",
        "https://exam.example.org:x@evil.example/",
        "https://exam.example.org\\@evil.example/",
        "https://exam.example.org:8443/",
        "https://exam.example.org:80/",
        "https://lab.example.org/",
        "https://app.example.org:8443/",
        "https://evil.example#exam.example.org/",
        "https://evil.example?exam.example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://exam.example.org/",
        "exam",
        " https://exam.example.org/",
        "https://exam.example.org/a\r\nSet-Cookie: x",
        "https://exam.example.org/\u{e4}",
        "/exam\u{0}",
    ] {
        let seen = room.open(&gate(rd), &home).await;
        assert_eq!((seen.status, seen.location()), (200, ""), "{rd:?}");
        seen.says("Go back to the exam from its own address.");
        seen.does_not_say("href=\"h");
        seen.does_not_say("refresh");
    }
}

#[tokio::test]
async fn the_login_is_told_no_address_that_leads_elsewhere() {
    let room = Room::new().await;
    let seat = {
        room.log_in("aino", "home").await;
        room.log_in("aino", "seat").await
    };
    let login = "https://exam.example.org/login";
    for rd in [
        "https://evil.example/x",
        "//evil.example",
        "javascript:alert(1)",
    ] {
        let nobody = room.open(&gate(rd), "").await;
        assert_eq!((nobody.status, nobody.location()), (303, login), "{rd}");
        let held = room.open(&gate(rd), &seat).await;
        held.says(&format!("<a class=\"way\" href=\"{login}\" "));
        held.says("action=\"/vahti/logout\"");
        let out = gate(rd).replace("gate", "logout");
        let out = room.send(Method::POST, &out, "", &[]).await;
        out.says(&format!("<a class=\"way main\" href=\"{login}\" "));
    }
}

#[tokio::test]
async fn a_host_that_is_not_configured_is_named() {
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    let seen = room.open(&gate("https://other.example/exam"), &home).await;
    seen.says("other.example)");
}

#[tokio::test]
async fn a_page_on_another_host_of_the_configuration_stays_there() {
    let room = Room::new().await;
    let home = room.log_in("aino", "home").await;
    let host = [("host", "APP.example.org:443")];
    let seen = room
        .send(Method::GET, "/vahti/gate?rd=/x", &home, &host)
        .await;
    assert_eq!(seen.location(), "https://app.example.org/x");
    let host = [("host", "evil.example")];
    let seen = room
        .send(Method::GET, "/vahti/gate?rd=/x", &home, &host)
        .await;
    assert_eq!(seen.location(), "https://exam.example.org/x");
}

fn gate(rd: &str) -> String {
    let encoded: String = rd.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/vahti/gate?rd={encoded}")
}
