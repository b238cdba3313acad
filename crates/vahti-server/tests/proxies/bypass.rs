//! The bypass list through real proxies: the path that is on it is open, and nothing that only looks like it.

use crate::client;
use crate::house::{House, OPEN};
use crate::proxy::Kind;

/// Targets that some parser somewhere takes for the open path, or for another one.
const LOOKALIKES: &[&str] = &[
    "/open/help/",
    "/open/help.",
    "/open/helpx",
    "/open/hel",
    "/open",
    "/OPEN/HELP",
    "/Open/help",
    "//open/help",
    "/open//help",
    "///open/help",
    "/./open/help",
    "/open/./help",
    "/open/help/.",
    "/open/help/..",
    "/open/help/../../exam",
    "/open/help/../exam",
    "/open/../exam",
    "/exam/../open/help",
    "/exam/%2e%2e/open/help",
    "/open/%2e/help",
    "/open/help/%2e%2e/%2e%2e/exam",
    "/open/help%2f..%2f..%2fexam",
    "/open%2fhelp",
    "/open%2Fhelp",
    "/open%5chelp",
    "/open\\help",
    "/open/help\\..\\..\\exam",
    "/open/help;x=1",
    "/open/help;/../../exam",
    "/open;x/help",
    "/open/help%3b",
    "/open/help%3fx=1",
    "/open/help%23",
    "/open/help%00",
    "/open/help%00.html",
    "/open/help%0a",
    "/open/help%0d%0aX: y",
    "/open/help%20",
    "/open/help%09",
    "/%6fpen/help",
    "/open/hel%70",
    "/open/help%",
    "/open/help%2",
    "/open/help%zz",
    "/open/%c0%ae%c0%ae/exam",
    "/%c0%afopen/help",
    "/open/help%c3%28",
    "/open/help%252e",
    "/open%252fhelp",
    "/exam?path=/open/help",
    "/exam?/open/help",
    "/exam#/open/help",
    "/exam;/open/help",
    "/exam/open/help",
    "/exam%3f/../open/help",
    "http://localhost/exam",
    "http://localhost/open/help/../../exam",
    "*",
    "open/help",
];

#[test]
fn what_only_looks_like_an_open_path_is_closed() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        for (number, target) in LOOKALIKES.iter().enumerate() {
            house.app.during(number);
            let request = format!(
                "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                house.proxy.address
            );
            let reply = client::send_broken(house.proxy.address, request.as_bytes());
            let status = reply.map_or(0, |reply| reply.status);
            assert_ne!(status, 200, "{kind:?}: {target}");
        }
        let seen = house.app.seen();
        let seen: Vec<_> = seen
            .iter()
            .map(|seen| (LOOKALIKES[seen.during], &seen.line))
            .collect();
        assert!(seen.is_empty(), "{kind:?}: {seen:?}");
    }
}

#[test]
fn an_open_path_is_open_and_nobody_chooses_a_name_there() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        // A token that is wrong proves nobody, and takes nothing from a path that is open to everybody.
        for (cookie, user) in [
            ("Cookie: theme=dark".to_owned(), "-"),
            ("Cookie: vahti=v1.forged.token".to_owned(), "-"),
            (session.cookie(), "aino"),
        ] {
            for line in [format!("GET {OPEN}"), format!("GET {OPEN}?page=2")] {
                let reply = house.ask(&line, &[&cookie, "Remote-User: root"]);
                assert_eq!(reply.status, 200, "{kind:?}: {reply:?}");
                let seen = house.app.seen();
                let identity = seen[0].identity();
                assert_eq!(identity["remote-user"], [user], "{kind:?}: {seen:?}");
                assert_eq!(identity.len(), 6, "{kind:?}: {seen:?}");
            }
        }
    }
}
