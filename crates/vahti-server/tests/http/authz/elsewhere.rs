//! What went wrong in other gates: each a test here.

use axum::http::{HeaderName, HeaderValue, header, request::Builder};
use vahti::core::{Bypass, Policy};

use super::{DATA, Hall, PAGE, Way, said, with};
use crate::{
    logs::Log,
    scene::{Reply, policy},
};

/// A host where `/open`, and `/hall` on one host, are open to everybody.
async fn open() -> Hall {
    let bypass = Bypass {
        paths: [
            "/open".to_owned(),
            "https://exam.example.org/hall".to_owned(),
        ]
        .into(),
        ..Bypass::default()
    };
    Hall::with(Policy {
        bypass,
        ..policy(1)
    })
    .await
}

fn wrong(reply: &Reply, header: &str) {
    assert_eq!(
        (reply.status, reply.fields()),
        (400, vec![header]),
        "{}",
        reply.text
    );
}

/// CVE-2026-40575 of oauth2-proxy.
#[tokio::test]
async fn a_header_of_the_client_never_chooses_the_path() {
    let hall = open().await;
    let spoof = |asked: Builder, own: &[&str]| {
        let names = [
            ("x-original-url", "https://exam.example.org/open"),
            ("x-original-uri", "/open"),
            ("x-forwarded-uri", "/open"),
            ("x-forwarded-path", "/open"),
            ("x-rewrite-url", "/open"),
            ("x-forwarded-host", "evil.example"),
            ("x-original-method", "OPTIONS"),
            ("x-http-method-override", "OPTIONS"),
        ];
        names
            .into_iter()
            .filter(|(name, _)| !own.contains(name))
            .fold(asked, |asked, (name, value)| asked.header(name, value))
    };
    for (by, own) in [
        (
            Way::AuthRequest,
            ["x-original-url", "x-original-method"].as_slice(),
        ),
        (Way::ForwardAuth, &["x-forwarded-uri", "x-forwarded-host"]),
        (Way::ExtAuthz, &[]),
    ] {
        let asked = spoof(by.ask("GET", "/exam"), own);
        let reply = hall.ask(asked, "", DATA).await;
        assert_eq!(reply.status, 401, "{by:?}");
        let asked = spoof(by.ask("POST", "/exam"), own);
        let reply = hall.ask(asked, &hall.held, PAGE).await;
        assert!(
            reply
                .header(header::LOCATION)
                .ends_with("/vahti/gate?rm=POST"),
            "{by:?}"
        );
    }
}

/// CVE-2025-64484 of oauth2-proxy; the same in others.
#[tokio::test]
async fn a_header_that_folds_to_a_reserved_name_is_refused() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        for folded in [
            "x_forwarded_uri",
            "x-forwarded_host",
            "X_Forwarded_For",
            "x_original_url",
            "X-Original_Method",
            "Remote_User",
            "remote_groups",
            "Remote_Name",
            "Remote_Email",
            "Vahti_Session",
            "vahti_state",
        ] {
            let asked = by.ask("GET", "/exam").header(folded, "root");
            let reply = hall.ask(asked, &hall.active, PAGE).await;
            wrong(&reply, &folded.to_ascii_lowercase());
        }
        let other = by.ask("GET", "/exam").header("my_header", "x");
        assert_eq!(
            hall.ask(other, &hall.active, PAGE).await.status,
            200,
            "{by:?}"
        );
    }
}

/// CVE-2026-30851 of Caddy.
#[tokio::test]
async fn every_identity_header_of_the_client_is_replaced_on_every_allow() {
    let hall = open().await;
    let names = [
        "remote-user",
        "remote-groups",
        "remote-name",
        "remote-email",
        "vahti-session",
    ];
    for by in Way::ALL {
        for (target, token, user) in [
            ("/exam", &hall.active, "aino"),
            ("/open", &String::new(), "-"),
        ] {
            let asked = names.iter().fold(by.ask("GET", target), |asked, name| {
                asked.header(*name, "root")
            });
            let reply = hall.ask(asked, token, PAGE).await;
            assert_eq!(
                (reply.status, said(&reply, "remote-user")),
                (200, user),
                "{by:?}"
            );
            for name in names {
                let value = said(&reply, name);
                assert!(!value.is_empty() && value != "root", "{by:?} {name}");
            }
        }
    }
}

/// CVE-2025-48865 of Fabio: `Connection: X-Forwarded-Host` takes a header away on its way here.
#[tokio::test]
async fn an_expected_header_that_is_missing_twice_there_or_malformed_is_refused() {
    let hall = open().await;
    for (by, name, malformed) in [
        (
            Way::AuthRequest,
            "x-original-method",
            ["", "GET POST", "GET\t"].as_slice(),
        ),
        (
            Way::AuthRequest,
            "x-original-url",
            &[
                "",
                "/open",
                "https:///open",
                "ftp://a.fi/open",
                "https://u@a.fi/open",
                "https://a.fi/ open",
            ],
        ),
        (Way::ForwardAuth, "x-forwarded-method", &["", "GET,POST"]),
        (
            Way::ForwardAuth,
            "x-forwarded-proto",
            &["", "ftp", "https,http", "https://"],
        ),
        (
            Way::ForwardAuth,
            "x-forwarded-host",
            &["", "a.fi, b.fi", "a.fi/x", "u@a.fi", "a fi", "a.fi:x"],
        ),
        (
            Way::ForwardAuth,
            "x-forwarded-uri",
            &["", "open", "https://a.fi/open", "?x", "*"],
        ),
        (Way::ExtAuthz, "host", &["", "a.fi, b.fi", "a.fi/x"]),
        (Way::ExtAuthz, "x-forwarded-proto", &["", "gopher"]),
    ] {
        let asked = || with(by.ask("GET", "/open"), &hall.active, DATA);
        let name = HeaderName::from_static(name);
        assert_eq!(hall.scene.send(asked()).await.status, 200, "{by:?}");
        let mut missing = asked();
        missing.headers_mut().remove(&name);
        wrong(&hall.scene.send(missing).await, name.as_str());
        let mut twice = asked();
        let value = twice.headers()[&name].clone();
        twice.headers_mut().append(&name, value);
        wrong(&hall.scene.send(twice).await, name.as_str());
        for value in malformed
            .iter()
            .map(|value| value.as_bytes())
            .chain([b"\xff".as_slice()])
        {
            let mut odd = asked();
            let value = HeaderValue::from_bytes(value).expect("a value");
            odd.headers_mut().insert(&name, value);
            wrong(&hall.scene.send(odd).await, name.as_str());
        }
    }
}

/// CVE-2021-32637 of Authelia, and others of oauth2-proxy and Traefik.
#[tokio::test]
async fn no_spelling_of_another_path_reaches_a_bypass() {
    let hall = open().await;
    for by in Way::ALL {
        assert_eq!(
            hall.ask(by.ask("GET", "/open?x=/exam"), "", DATA)
                .await
                .status,
            200,
            "{by:?}"
        );
        for target in [
            "/exam?path=/open",
            "/exam?/open",
            "/open/",
            "/Open",
            "/open/../exam",
            "/exam/../open",
            "/open/%2e%2e/exam",
            "/%2e%2e/open",
            "/%6fpen",
            "/open%2fexam",
            "/open%00",
            "/open%c0%af",
            "/open%",
            "//open",
            "/.//open",
            "/open;x",
            "/open.",
        ] {
            let reply = hall.ask(by.ask("GET", target), "", DATA).await;
            assert_eq!(
                (reply.status, said(&reply, "vahti-state")),
                (401, "none"),
                "{by:?} {target}"
            );
        }
    }
    // What is no address at all is refused, whoever asks. (Envoy's cannot even be sent.)
    for by in [Way::AuthRequest, Way::ForwardAuth] {
        for target in [
            "/open#/exam",
            "/exam#/open",
            "/exam\\open",
            "/open exam",
            "/op\ten",
        ] {
            let reply = hall.ask(by.ask("GET", target), &hall.active, DATA).await;
            assert_eq!(reply.status, 400, "{by:?} {target}");
        }
    }
}

/// CVE-2026-48794 of Authelia.
#[tokio::test]
async fn a_host_is_folded_before_it_is_compared() {
    let hall = open().await;
    for (host, status) in [
        ("exam.example.org", 200),
        ("EXAM.Example.ORG", 200),
        ("exam.example.org.", 200),
        ("exam.example.org:443", 200),
        ("exam.example.org:444", 401),
        ("exam.example.org.evil.example", 401),
    ] {
        for by in Way::ALL {
            let mut asked = with(by.ask("GET", "/hall"), "", DATA);
            let (name, value) = match by {
                Way::AuthRequest => ("x-original-url", format!("https://{host}/hall")),
                Way::ForwardAuth => ("x-forwarded-host", host.to_owned()),
                Way::ExtAuthz => ("host", host.to_owned()),
            };
            let value = HeaderValue::try_from(value).expect("a value");
            asked.headers_mut().insert(name, value);
            assert_eq!(hall.scene.send(asked).await.status, status, "{by:?} {host}");
        }
    }
}

/// oauth2-proxy let a health check's user agent through.
#[tokio::test]
async fn no_user_agent_opens_the_gate() {
    let hall = Hall::new().await;
    for agent in [
        "GoogleHC/1.0",
        "kube-probe/1.29",
        "ELB-HealthChecker/2.0",
        "Vahti",
    ] {
        for by in Way::ALL {
            let asked = by.ask("GET", "/ping").header(header::USER_AGENT, agent);
            assert_eq!(
                hall.ask(asked, "", DATA).await.status,
                401,
                "{by:?} {agent}"
            );
        }
    }
}

/// CVE-2023-30861 of Flask.
#[tokio::test]
async fn no_answer_is_kept_for_somebody_elses_cookie() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        for token in [&hall.active, &hall.held, &hall.ended, &String::new()] {
            for accept in [PAGE, DATA] {
                let reply = hall.ask(by.ask("GET", "/exam"), token, accept).await;
                assert_eq!(reply.header(header::VARY), "Cookie", "{by:?}");
                assert_eq!(reply.header(header::CACHE_CONTROL), "no-store", "{by:?}");
            }
        }
    }
}

#[tokio::test]
async fn two_cookies_of_the_name_are_denied() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        let asked = by
            .ask("GET", "/exam")
            .header(header::COOKIE, "__Host-vahti=x");
        let reply = hall.ask(asked, &hall.active, DATA).await;
        assert_eq!(
            (reply.status, said(&reply, "vahti-reason")),
            (401, "no_session"),
            "{by:?}"
        );
        let line = format!("__Host-vahti={0}; __Host-vahti={0}", hall.active);
        let asked = by.ask("GET", "/exam").header(header::COOKIE, line);
        assert_eq!(hall.ask(asked, "", DATA).await.status, 401, "{by:?}");
    }
}

#[tokio::test]
async fn a_parameter_of_the_request_never_chooses_where_a_browser_is_sent() {
    let hall = Hall::new().await;
    for query in [
        "?portal=https://evil.example",
        "?rd=https://evil.example",
        "?authelia_url=//evil.example",
    ] {
        let mut asked = with(Way::ForwardAuth.ask("GET", "/exam"), &hall.held, PAGE);
        *asked.uri_mut() = format!("/authz/forward-auth{query}")
            .parse()
            .expect("an address");
        let reply = hall.scene.send(asked).await;
        let location = "https://exam.example.org/vahti/gate?rd=https://exam.example.org/exam";
        assert_eq!(reply.header(header::LOCATION), location, "{query}");
    }
}

#[tokio::test]
async fn a_token_in_the_authorization_header_is_the_applications_own_business() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        let bearer = format!("Bearer {}", hall.active);
        let asked = by.ask("GET", "/api").header(header::AUTHORIZATION, bearer);
        assert_eq!(hall.ask(asked, "", DATA).await.status, 401, "{by:?}");
    }
}

#[tokio::test]
async fn an_address_too_long_to_carry_along_is_left_out() {
    let hall = Hall::new().await;
    let long = format!("/exam?x={}", "y".repeat(3_000));
    for by in Way::ALL {
        let reply = hall.ask(by.ask("GET", &long), &hall.held, PAGE).await;
        let location = reply.header(header::LOCATION);
        assert_eq!(location, "https://exam.example.org/vahti/gate", "{by:?}");
    }
}

#[tokio::test]
async fn a_question_that_is_refused_leaves_a_line_that_names_the_header_and_holds_no_token() {
    let hall = Hall::new().await;
    let log = Log::begin();
    let asked = Way::ForwardAuth
        .ask("GET", "/exam")
        .header("remote_user", "root");
    hall.ask(asked, &hall.active, PAGE).await;
    let mut missing = with(Way::ForwardAuth.ask("GET", "/exam"), &hall.active, PAGE);
    missing.headers_mut().remove("x-forwarded-host");
    hall.scene.send(missing).await;
    let lines = log.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains(r#"header="remote_user""#), "{lines:?}");
    assert!(
        lines[1].contains(r#"header="x-forwarded-host""#),
        "{lines:?}"
    );
    assert!(!lines.concat().contains(&hall.active), "{lines:?}");
}
