//! What becomes of ordinary requests, behind each proxy.

use serde_json::json;

use crate::client;
use crate::house::{House, Session};
use crate::proxy::Kind;

const BROWSER: &str = "Accept: text/html,application/xhtml+xml";

/// What the application reads about a request of this session.
fn identity_of(session: &Session) -> Vec<(&str, &str)> {
    vec![
        ("remote-email", "aino@example.org"),
        ("remote-groups", "students,2026"),
        ("remote-name", "Aino Suoranta"),
        ("remote-user", "aino"),
        ("vahti-session", &session.id),
        ("vahti-state", "active"),
    ]
}

#[test]
fn an_active_session_reaches_the_application_with_its_whole_identity_and_its_body() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        let line = "POST /exam/answer?question=3&page=%C3%A4";
        let body = "text=".to_owned() + &"word ".repeat(2_000);
        let cookie = session.cookie();
        let reply = client::ask(house.proxy.address, line, &[&cookie], &body);
        assert_eq!(reply.status, 200, "{kind:?}: {reply:?}");
        let seen = house.app.seen();
        assert_eq!(seen.len(), 1, "{kind:?}");
        assert!(seen[0].line.starts_with(line), "{kind:?}: {seen:?}");
        assert_eq!(seen[0].body, body, "{kind:?}");
        let identity = seen[0].identity();
        let identity: Vec<_> = identity
            .iter()
            .map(|(name, values)| (name.as_str(), values.join(" and ")))
            .collect();
        let expected: Vec<_> = identity_of(&session)
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        assert_eq!(identity, expected, "{kind:?}");
    }
}

#[test]
fn a_browser_that_waits_is_sent_to_a_page_that_opens_and_a_program_is_told() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let _at_home = house.login("aino");
        let held = house.login("aino");
        assert_eq!(held.state, "held");
        for method in ["GET", "POST"] {
            let reply = house.ask(
                &format!("{method} /exam?page=3"),
                &[&held.cookie(), BROWSER],
            );
            assert!([302, 303].contains(&reply.status), "{kind:?}: {reply:?}");
            let location = reply.header("location").expect("a location");
            let own = format!("http://{}", house.proxy.address);
            let path = location
                .strip_prefix(&own)
                .unwrap_or_else(|| panic!("{kind:?}: {location}"));
            assert!(path.starts_with("/vahti/gate"), "{kind:?}: {location}");
            let page = house.ask(&format!("GET {path}"), &[&held.cookie(), BROWSER]);
            assert_eq!(page.status, 200, "{kind:?}: {page:?}");
            assert!(page.body.contains("Aino Suoranta"), "{kind:?}: {page:?}");
        }
        for method in ["GET", "POST", "DELETE"] {
            let reply = house.ask(
                &format!("{method} /exam"),
                &[&held.cookie(), "Accept: application/json"],
            );
            assert_eq!(reply.status, 401, "{kind:?}: {reply:?}");
            assert_eq!(reply.header("location"), None, "{kind:?}: {reply:?}");
            assert_eq!(
                reply.header("vahti-state"),
                Some("held"),
                "{kind:?}: {reply:?}"
            );
            assert_eq!(
                reply.header("vahti-reason"),
                Some("over_limit"),
                "{kind:?}: {reply:?}"
            );
            let wait = reply.header("vahti-wait").unwrap_or_default();
            assert!(wait.contains("/vahti/gate"), "{kind:?}: {reply:?}");
            assert!(reply.body.contains("over_limit"), "{kind:?}: {reply:?}");
            assert_never_kept(kind, &reply);
        }
        assert!(house.app.seen().is_empty(), "{kind:?}");
    }
}

#[track_caller]
fn assert_never_kept(kind: Kind, reply: &client::Reply) {
    let kept = reply.header("cache-control").unwrap_or_default();
    assert!(kept.contains("no-store"), "{kind:?}: {reply:?}");
    let vary = reply.header("vary").unwrap_or_default();
    assert!(
        vary.to_ascii_lowercase().contains("cookie"),
        "{kind:?}: {reply:?}"
    );
}

#[test]
fn nobody_without_a_session_and_nobody_with_an_ended_one_reaches_the_application() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let ended = house.login("aino");
        house.supervise("end", &json!({ "session_id": ended.id }));
        for (cookie, state) in [
            ("Cookie: theme=dark".to_owned(), "none"),
            (ended.cookie(), "ended"),
        ] {
            let reply = house.ask("GET /exam", &[&cookie]);
            assert_eq!(reply.status, 401, "{kind:?}: {reply:?}");
            assert_eq!(
                reply.header("vahti-state"),
                Some(state),
                "{kind:?}: {reply:?}"
            );
            assert!(
                kind != Kind::Nginx || !reply.body.contains("wait_url"),
                "{reply:?}"
            );
            let reply = house.ask("GET /exam", &[&cookie, BROWSER]);
            assert!([302, 303].contains(&reply.status), "{kind:?}: {reply:?}");
            assert_never_kept(kind, &reply);
        }
        assert!(house.app.seen().is_empty(), "{kind:?}");
    }
}

#[test]
fn a_command_of_a_supervisor_counts_from_the_next_request() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let (home, seat) = (house.login("aino"), house.login("aino"));
        let status = |session: &Session| house.ask("GET /", &[&session.cookie()]).status;
        assert_eq!((status(&home), status(&seat)), (200, 401), "{kind:?}");
        house.supervise("verify", &json!({ "user": "aino", "session_id": seat.id }));
        assert_eq!((status(&home), status(&seat)), (401, 200), "{kind:?}");
        house.supervise("invalidate", &json!({ "user": "aino" }));
        assert_eq!((status(&home), status(&seat)), (401, 401), "{kind:?}");
    }
}

#[test]
fn an_error_of_the_application_is_passed_on_as_it_is() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        for status in [401, 403, 404, 500, 503] {
            let reply = house.ask(
                &format!("GET /status/{status}"),
                &[&session.cookie(), BROWSER],
            );
            assert_eq!(reply.status, status, "{kind:?}: {reply:?}");
            assert!(
                reply.body.contains("the application, for aino"),
                "{kind:?}: {reply:?}"
            );
        }
    }
}

#[test]
fn the_application_is_told_the_address_that_the_proxy_sees_and_not_the_one_that_the_client_claims()
{
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        house.ask(
            "GET /exam",
            &[&session.cookie(), "X-Forwarded-For: 192.0.2.6"],
        );
        let seen = house.app.seen();
        let told: Vec<_> = seen[0]
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-for"))
            .map(|(_, value)| value.trim())
            .collect();
        assert_eq!(told, ["127.0.0.1"], "{kind:?}: {seen:?}");
    }
}

#[test]
fn the_application_gets_its_own_cookies_and_none_of_the_console() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        let own = session.cookie();
        let cookies = format!(
            "vahti-console=v1.a.b; {}; __Host-vahti-opened=c; theme=dark; __Host-vahti-known=d; my-vahti-known=yes",
            own.trim_start_matches("Cookie: ")
        );
        for cookies in [cookies.clone(), cookies.replace("; ", ";")] {
            let reply = house.ask("GET /exam", &[&format!("Cookie: {cookies}")]);
            assert_eq!(reply.status, 200, "{kind:?}: {reply:?}");
        }
        for seen in house.app.seen() {
            let cookies = seen
                .headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
            let told: String = cookies.map(|(_, value)| value.as_str()).collect();
            let names = told
                .split(';')
                .filter_map(|pair| pair.trim().split_once('='));
            let names: Vec<_> = names.map(|(name, _)| name).collect();
            assert_eq!(
                names,
                ["vahti", "theme", "my-vahti-known"],
                "{kind:?}: {told}"
            );
        }
    }
}

/// Whether the cookie of the console reaches the application, among so many others that it might be overlooked.
fn shows_the_console(house: &House) -> bool {
    let own = house.login("aino").cookie();
    let put = "vahti-known=x; vahti-opened=x; vahti-console=x; __Host-vahti-known=x; ".repeat(3);
    let crowds = [
        format!("{own}; __Host-vahti-console=secret; {put}"),
        format!("{own}; {put}__Host-vahti-console=secret"),
        own.replace(' ', &format!(" {put}__Host-vahti-console=secret; ")),
    ];
    for cookies in crowds {
        house.ask("GET /exam", &[&cookies]);
    }
    format!("{:?}", house.app.seen()).contains("secret")
}

#[test]
fn no_crowd_of_cookies_hides_one_of_the_console_from_the_proxy() {
    for kind in Kind::ALL {
        assert!(!shows_the_console(&House::new(kind)), "{kind:?}");
        let house = House::changed(kind, |text| {
            let forgotten = text
                .replace("\"~(?:^|;) *", "\"~forgotten")
                .replace("http-request del-header Cookie", "# ")
                .replace("request_header Cookie", "# ");
            assert_ne!(forgotten, text, "{kind:?}");
            forgotten
        });
        assert!(shows_the_console(&house), "{kind:?} was not tried");
    }
}

#[test]
fn an_application_that_hangs_up_is_not_taken_for_the_gate() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        let reply = house.ask("GET /hangup", &[&session.cookie(), BROWSER]);
        assert_eq!(reply.status, 502, "{kind:?}: {reply:?}");
        assert!(!reply.body.contains("login check"), "{kind:?}: {reply:?}");
    }
}
