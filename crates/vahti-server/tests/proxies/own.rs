//! The lines of a configuration that are for some installations only, written as remarks: they work once they are none.

use crate::client;
use crate::house::House;
use crate::proxy::Kind;

/// The text with these lines, and those that follow as remarks, no longer as remarks.
fn uncommented(text: &str, firsts: &[&str]) -> String {
    let mut is_open = false;
    let mut found = 0;
    let lines = text.lines().map(|line| {
        let remark = line.trim_start().strip_prefix("# ");
        let begins = remark.is_some_and(|code| firsts.iter().any(|first| code.starts_with(first)));
        found += usize::from(begins);
        is_open = begins || is_open && remark.is_some();
        remark.filter(|_| is_open).unwrap_or(line)
    });
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(found, firsts.len(), "{firsts:?} in {text}");
    text
}

#[test]
fn a_login_page_on_the_site_is_open_and_nobody_chooses_a_name_there() {
    for (kind, firsts) in [
        (Kind::Nginx, &["location = /login"][..]),
        (Kind::Caddy, &["@login"]),
        (Kind::Haproxy, &["use_backend login", "backend login"]),
    ] {
        let house = House::changed(kind, |text| uncommented(&text, firsts));
        for line in ["GET /login?rd=/exam", "POST /login"] {
            let reply = house.ask(
                line,
                &[
                    "Remote-User: root",
                    "Remote_User: root",
                    "Vahti-State: active",
                ],
            );
            assert_eq!(reply.status, 200, "{kind:?}: {reply:?}");
            let seen = house.app.seen();
            assert!(seen[0].line.starts_with(line), "{kind:?}: {seen:?}");
            assert!(seen[0].identity().is_empty(), "{kind:?}: {seen:?}");
        }
        for path in [
            "/login/",
            "/loginx",
            "/login/../exam",
            "/login%2f..%2fexam",
            "/exam/../login/../exam",
            "/exam",
        ] {
            let reply = house.ask(&format!("GET {path}"), &[]);
            assert_ne!(reply.status, 200, "{kind:?}: {path}: {reply:?}");
        }
        assert!(house.app.seen().is_empty(), "{kind:?}");
        for path in [
            "/exam/../login",
            "/exam/%2e%2e/login",
            "//login",
            "/%6Cogin",
        ] {
            house.ask(&format!("GET {path}"), &["Remote-User: root"]);
            for seen in house.app.seen() {
                let is_login =
                    ["GET /login ", "GET /%6Cogin "].map(|line| seen.line.starts_with(line));
                assert!(is_login.contains(&true), "{kind:?}: {path}: {seen:?}");
                assert!(seen.identity().is_empty(), "{kind:?}: {path}: {seen:?}");
            }
        }
    }
}

#[test]
fn a_block_of_nginx_that_names_its_host_refuses_a_header_with_another() {
    let house = House::changed(Kind::Nginx, |text| {
        let line = "if ($http_host !~*";
        uncommented(&text, &[line]).replace(r"app\.example\.org", r"b\.example")
    });
    for (host, status) in [
        ("a.example", 400),
        ("B.example:8080", 200),
        ("xb.example", 400),
    ] {
        let request = format!(
            "GET http://b.example/open/help HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        );
        let reply = client::send_broken(house.proxy.address, request.as_bytes());
        assert_eq!(reply.expect("an answer").status, status, "{host}");
    }
}
