//! A connection that becomes something else than HTTP/1.1: a WebSocket, and nothing else. What goes through such a connection is
//! not asked about, so whatever an application would read as further requests must not begin.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
};

use crate::app::Seen;
use crate::house::{House, Session};
use crate::proxy::Kind;
use crate::scene::PATIENCE;

/// A request under another name, for the other side of a tunnel.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: app\r\nRemote-User: root\r\n\r\n";

/// What a WebSocket is asked for with, beside the upgrade. HAProxy refuses one without.
const WEBSOCKET: [&str; 2] = [
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/// Asks for an upgrade with these headers. Says the first line of the answer, and once the connection is another one, the first
/// line that comes back of what was hidden in it.
#[track_caller]
fn hide(house: &House, session: &Session, headers: &[&str]) -> (String, Option<String>) {
    let proxy = house.proxy.address;
    let stream = TcpStream::connect(proxy).expect("the proxy listens");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a time limit");
    let headers = [headers, &WEBSOCKET].concat().join("\r\n");
    let cookie = session.cookie();
    let mut output = &stream;
    write!(
        output,
        "GET /upgrade HTTP/1.1\r\nHost: {proxy}\r\n{cookie}\r\n{headers}\r\n\r\n"
    )
    .expect("it reads");
    let mut input = BufReader::new(&stream);
    let answer = line(&mut input);
    let through = answer.contains(" 101 ").then(|| {
        while !line(&mut input).is_empty() {}
        output.write_all(HIDDEN.as_bytes()).expect("it reads");
        line(&mut input)
    });
    (answer, through)
}

fn line(input: &mut BufReader<&TcpStream>) -> String {
    let mut line = String::new();
    input.read_line(&mut line).expect("an answer");
    line.trim_end().to_owned()
}

#[test]
fn no_upgrade_but_that_to_a_websocket_is_a_tunnel_past_the_question() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        for headers in [
            &[
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
            ][..],
            &["Connection: Upgrade", "Upgrade: H2C"],
            &["Connection: upgrade", "Upgrade: tunnel"],
            &["Connection: upgrade", "Upgrade: websocket2"],
            &["Connection: Upgrade", "Upgrade: h2c, websocket"],
            &["Connection: Upgrade", "Upgrade: websocket, h2c"],
            &["Connection: Upgrade", "Upgrade: h2c", "Upgrade: websocket"],
            &["Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c"],
        ] {
            let outcome = hide(&house, &session, headers);
            let seen = house.app.seen();
            let is_asked_about = |seen: &Seen| {
                seen.identity()["remote-user"] == ["aino"]
                    && seen.header("upgrade").is_none_or(|to| to == "websocket")
            };
            assert!(
                seen.iter().all(is_asked_about),
                "{kind:?}: {headers:?}: {outcome:?}: {seen:?}"
            );
        }
    }
}

#[test]
fn a_websocket_opens_for_an_active_session_and_for_no_other() {
    let headers = ["Connection: keep-alive, Upgrade", "Upgrade: websocket"];
    for kind in Kind::ALL {
        let house = House::new(kind);
        let (active, held) = (house.login("aino"), house.login("aino"));
        let (answer, through) = hide(&house, &active, &headers);
        assert!(answer.contains(" 101 "), "{kind:?}: {answer}");
        assert_eq!(through.as_deref(), HIDDEN.lines().next(), "{kind:?}");
        assert_eq!(house.app.seen().len(), 1, "{kind:?}");
        let (answer, _) = hide(&house, &held, &headers);
        assert!(answer.contains(" 401 "), "{kind:?}: {answer}");
        assert!(house.app.seen().is_empty(), "{kind:?}");
    }
}

#[test]
fn a_configuration_that_passes_every_upgrade_on_is_found_out() {
    for kind in Kind::ALL {
        let house = House::changed(kind, |text| {
            let forgotten = text
                .replace("Upgrade $app_upgrade;", "Upgrade $http_upgrade;")
                .replace("Connection $app_connection;", "Connection upgrade;")
                .replace("request_header @upgrades -Upgrade", "")
                .replace("http-request del-header Upgrade", "# ");
            assert_ne!(forgotten, text, "{kind:?}");
            forgotten
        });
        let session = house.login("aino");
        hide(&house, &session, &["Connection: Upgrade", "Upgrade: h2c"]);
        let seen = house.app.seen();
        let is_hidden = |seen: &Seen| seen.identity()["remote-user"] == ["root"];
        assert!(seen.iter().any(is_hidden), "{kind:?}: {seen:?}");
    }
}
