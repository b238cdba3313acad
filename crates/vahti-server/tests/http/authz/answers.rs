//! The table of answers, row by row, for each way in which proxies ask.

use std::collections::HashSet;

use axum::http::{Method, Request, header};
use serde_json::json;
use vahti::core::{Bypass, OnLimit, Policy, UserId};

use super::{DATA, Hall, PAGE, Way, peer, said, with};
use crate::scene::{Reply, policy, send};

const METHODS: [&str; 8] = [
    "GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "PROPFIND",
];
const IDENTITY: [&str; 6] = [
    "remote-user",
    "remote-groups",
    "remote-name",
    "remote-email",
    "vahti-session",
    "vahti-state",
];
const GATE: &str = "https://exam.example.org/vahti/gate";
const ASKED: &str = "rd=https://exam.example.org/exam/1%3Fpage%3D2";

fn reads(method: &str) -> bool {
    ["GET", "HEAD", "OPTIONS"].contains(&method)
}

/// What every answer that depends on a cookie carries.
fn depends_on_the_cookie(reply: &Reply) {
    assert_eq!(reply.header(header::VARY), "Cookie");
    assert!(![202, 204].contains(&reply.status));
}

/// The status for a browser that is sent elsewhere.
fn sent(by: Way, method: &str) -> u16 {
    match by {
        Way::AuthRequest => 401,
        _ if reads(method) => 302,
        _ => 303,
    }
}

#[tokio::test]
async fn an_active_session_is_let_through_with_all_that_is_known_of_it() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        for method in METHODS {
            for accept in [PAGE, DATA] {
                let reply = hall
                    .ask(by.ask(method, "/exam/1"), &hall.active, accept)
                    .await;
                assert_eq!(
                    (reply.status, reply.text.as_str()),
                    (200, ""),
                    "{by:?} {method}"
                );
                let values = IDENTITY.map(|name| said(&reply, name));
                let known = [
                    "aino",
                    "exam,staff",
                    "Aino Suoranta",
                    "aino@example.org",
                    "home",
                    "active",
                ];
                assert_eq!(values, known, "{by:?} {method}");
                depends_on_the_cookie(&reply);
            }
        }
    }
}

#[tokio::test]
async fn a_browser_that_waits_is_sent_to_the_waiting_page() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        for method in METHODS {
            let asked = by.ask(method, "/exam/1?page=2");
            let asked = asked.header(header::REFERER, "https://exam.example.org/exam/form");
            let reply = hall.ask(asked, &hall.held, PAGE).await;
            assert_eq!(reply.status, sent(by, method), "{by:?} {method}");
            let location = if reads(method) {
                format!("{GATE}?{ASKED}")
            } else {
                format!("{GATE}?rd=https://exam.example.org/exam/form&rm=POST")
            };
            assert_eq!(reply.header(header::LOCATION), location, "{by:?} {method}");
            let words = [
                "vahti-state",
                "vahti-reason",
                "vahti-wait",
                "www-authenticate",
            ];
            let values = words.map(|name| said(&reply, name));
            assert_eq!(
                values,
                ["held", "over_limit", &location, "Vahti state=\"held\""],
                "{by:?} {method}"
            );
            depends_on_the_cookie(&reply);
        }
    }
}

#[tokio::test]
async fn a_page_that_is_elsewhere_is_no_way_back_after_a_form() {
    let hall = Hall::new().await;
    for referer in [
        "https://evil.example/form",
        "https://exam.example.org:8443/",
        "//evil",
        "junk",
    ] {
        let asked = Way::ForwardAuth.ask("POST", "/exam/1");
        let asked = asked.header(header::REFERER, referer);
        let reply = hall.ask(asked, &hall.held, PAGE).await;
        assert_eq!(
            reply.header(header::LOCATION),
            format!("{GATE}?rm=POST"),
            "{referer}"
        );
    }
}

#[tokio::test]
async fn a_browser_whose_session_has_ended_is_told_why_on_the_waiting_page() {
    let hall = Hall::new().await;
    for by in Way::ALL {
        for method in METHODS {
            let reply = hall
                .ask(by.ask(method, "/exam/1?page=2"), &hall.ended, PAGE)
                .await;
            assert_eq!(reply.status, sent(by, method), "{by:?} {method}");
            let end = if reads(method) { ASKED } else { "rm=POST" };
            assert_eq!(reply.header(header::LOCATION), format!("{GATE}?{end}"));
            let values =
                ["vahti-state", "vahti-reason", "vahti-wait"].map(|name| said(&reply, name));
            assert_eq!(values, ["ended", "logged_out", ""]);
            depends_on_the_cookie(&reply);
        }
    }
}

#[tokio::test]
async fn a_browser_without_a_session_is_sent_to_the_login_if_there_is_one() {
    let hall = Hall::new().await;
    for (login_url, location) in [
        ("", format!("{GATE}?{ASKED}")),
        (
            "/login?app=7",
            format!("https://exam.example.org/login?app=7&{ASKED}"),
        ),
        (
            "https://id.example.org/in",
            format!("https://id.example.org/in?{ASKED}"),
        ),
    ] {
        let router = hall.scene.router_with(&[("pages.login_url", login_url)]);
        for by in Way::ALL {
            for token in ["", "nonsense", "v1.home.AAAA"] {
                let asked = with(by.ask("GET", "/exam/1?page=2"), token, PAGE);
                let reply = send(&router, asked).await;
                assert_eq!(reply.status, sent(by, "GET"), "{by:?}");
                assert_eq!(reply.header(header::LOCATION), location, "{by:?} {token:?}");
                let values =
                    ["vahti-state", "vahti-reason", "vahti-wait"].map(|name| said(&reply, name));
                assert_eq!(values, ["none", "no_session", ""]);
                depends_on_the_cookie(&reply);
                let form = with(by.ask("POST", "/exam/1"), token, PAGE);
                assert_eq!(send(&router, form).await.status, sent(by, "POST"), "{by:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_program_is_told_in_a_problem_and_sent_nowhere() {
    let hall = Hall::new().await;
    let ordinary = hall.scene.router.clone();
    let tim = hall.scene.router_with(&[("tim.held_status", "490")]);
    for (router, held_status) in [(ordinary, 401), (tim, 490)] {
        for by in Way::ALL {
            for (token, kind, state, reason) in [
                (&hall.held, "held", "held", "over_limit"),
                (&hall.ended, "no_session", "ended", "logged_out"),
                (&String::new(), "no_session", "none", "no_session"),
            ] {
                for method in METHODS
                    .into_iter()
                    .filter(|method| by != Way::ExtAuthz || *method != "HEAD")
                {
                    let reply = send(&router, with(by.ask(method, "/api"), token, DATA)).await;
                    let status = if by == Way::ForwardAuth {
                        held_status
                    } else {
                        401
                    };
                    assert_eq!(
                        (reply.status, reply.problem()),
                        (status, kind),
                        "{by:?} {method}"
                    );
                    assert!(!reply.headers.contains_key(header::LOCATION));
                    assert_eq!(
                        (&reply.body["state"], &reply.body["reason"]),
                        (&json!(state), &json!(reason))
                    );
                    assert_eq!(reply.body["wait_url"], GATE);
                    let values = ["vahti-state", "vahti-reason", "vahti-wait"]
                        .map(|name| said(&reply, name));
                    assert_eq!(
                        values,
                        [state, reason, if state == "held" { GATE } else { "" }]
                    );
                    depends_on_the_cookie(&reply);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_script_on_a_page_is_a_program_and_comes_back_to_its_page() {
    let hall = Hall::new().await;
    for (name, value) in [
        ("x-requested-with", "XMLHttpRequest"),
        ("sec-fetch-mode", "cors"),
    ] {
        let asked = Way::ForwardAuth.ask("GET", "/api").header(name, value);
        let asked = asked.header(header::REFERER, "https://exam.example.org/exam/1");
        let reply = hall.ask(asked, &hall.held, PAGE).await;
        assert_eq!((reply.status, reply.problem()), (401, "held"), "{name}");
        assert_eq!(
            said(&reply, "vahti-wait"),
            format!("{GATE}?rd=https://exam.example.org/exam/1")
        );
    }
    let navigated = Way::ForwardAuth
        .ask("GET", "/")
        .header("sec-fetch-mode", "navigate");
    assert_eq!(hall.ask(navigated, &hall.held, PAGE).await.status, 302);
}

#[tokio::test]
async fn head_is_answered_with_the_same_head() {
    let hall = Hall::new().await;
    for by in [Way::AuthRequest, Way::ForwardAuth] {
        for (token, status) in [(&hall.active, 200), (&hall.held, 401)] {
            let head = by.ask("GET", "/exam").method(Method::HEAD);
            let head = hall.ask(head, token, DATA).await;
            let get = hall.ask(by.ask("GET", "/exam"), token, DATA).await;
            assert_eq!((head.status, get.status), (status, status), "{by:?}");
            let names = |reply: &Reply| reply.headers.keys().cloned().collect::<HashSet<_>>();
            assert_eq!(names(&head), names(&get), "{by:?}");
        }
    }
}

#[tokio::test]
async fn with_tracking_off_nobody_is_let_through() {
    let hall = Hall::with(Policy {
        enabled: false,
        ..policy(1)
    })
    .await;
    for by in Way::ALL {
        for accept in [PAGE, DATA] {
            let reply = hall.ask(by.ask("GET", "/exam"), "", accept).await;
            assert_eq!(
                (reply.status, reply.problem()),
                (503, "not_tracked"),
                "{by:?}"
            );
            assert!(!reply.headers.contains_key(header::LOCATION), "{by:?}");
        }
    }
}

#[tokio::test]
async fn under_observe_everybody_passes_and_only_an_open_session_is_an_identity() {
    let hall = Hall::with(Policy {
        on_limit: OnLimit::Observe,
        ..policy(1)
    })
    .await;
    for (token, user, state) in [
        (&hall.held, "aino", "active"),
        (&hall.ended, "-", "ended"),
        (&String::new(), "-", "-"),
    ] {
        let reply = hall
            .ask(Way::AuthRequest.ask("GET", "/"), token, PAGE)
            .await;
        let values = (
            reply.status,
            said(&reply, "remote-user"),
            said(&reply, "vahti-state"),
        );
        assert_eq!(values, (200, user, state));
    }
}

#[tokio::test]
async fn in_a_pause_everybody_passes_and_only_an_open_session_is_an_identity() {
    let hall = Hall::new().await;
    let pause = json!({"length": "1h", "reason": "wrong limit"});
    assert_eq!(
        hall.scene.post("admin", "/v1/pause", pause).await.status,
        200
    );
    for (token, user, state) in [
        (&hall.active, "aino", "active"),
        (&hall.held, "aino", "active"),
        (&hall.ended, "-", "ended"),
        (&String::new(), "-", "-"),
    ] {
        let asked = Way::AuthRequest.ask("GET", "/");
        let reply = hall.ask(asked, token, PAGE).await;
        let values = (
            reply.status,
            said(&reply, "remote-user"),
            said(&reply, "vahti-state"),
        );
        assert_eq!(values, (200, user, state));
    }
}

#[tokio::test]
async fn only_trusted_proxies_may_ask() {
    let hall = Hall::new().await;
    let keys = [("http.trusted_proxies", r#"["10.0.0.0/8", "fd00::7"]"#)];
    let router = hall.scene.router_with(&keys);
    for by in Way::ALL {
        for (address, status) in [
            ("10.255.0.1:1", 200),
            ("[::ffff:10.0.0.1]:1", 200),
            ("[fd00::7]:1", 200),
            ("11.0.0.1:1", 403),
            ("127.0.0.1:1", 403),
            ("[fd00::8]:1", 403),
            ("[::1]:1", 403),
        ] {
            let mut asked = with(by.ask("GET", "/exam"), &hall.active, PAGE);
            asked.extensions_mut().insert(peer(address));
            let reply = send(&router, asked).await;
            assert_eq!(reply.status, status, "{by:?} {address}");
            assert!(status == 200 || reply.problem() == "untrusted_proxy");
        }
        let mut unknown = with(by.ask("GET", "/exam"), &hall.active, PAGE);
        unknown.extensions_mut().clear();
        assert_eq!(send(&router, unknown).await.status, 403, "{by:?}");
        let owner = with(by.ask("GET", "/exam"), &hall.active, PAGE);
        let owner = send(&hall.scene.owner, owner).await;
        assert_eq!(
            (owner.status, owner.problem()),
            (403, "untrusted_proxy"),
            "{by:?}"
        );
    }
}

#[tokio::test]
async fn a_bypass_carries_every_header_and_an_identity_only_if_it_is_proven() {
    let bypass = Bypass {
        users: [UserId::new("aino").expect("a user")].into(),
        paths: [
            "/help".to_owned(),
            "https://exam.example.org/rules".to_owned(),
        ]
        .into(),
        ..Bypass::default()
    };
    let hall = Hall::with(Policy {
        bypass,
        ..policy(1)
    })
    .await;
    let nobody = ["-"; 6];
    let waiting = [
        "aino",
        "exam,staff",
        "Aino Suoranta",
        "aino@example.org",
        "seat-17",
        "held",
    ];
    for by in Way::ALL {
        for (target, token, values) in [
            ("/help", "", nobody),
            ("/help?x", "v1.home.AAAA", nobody),
            ("/rules", "", nobody),
            ("/rules", &hall.ended, ["-", "-", "-", "-", "-", "ended"]),
            ("/rules", &hall.held, waiting),
            ("/exam", &hall.held, waiting),
        ] {
            let reply = hall.ask(by.ask("GET", target), token, PAGE).await;
            assert_eq!(reply.status, 200, "{by:?} {target}");
            assert_eq!(
                IDENTITY.map(|name| said(&reply, name)),
                values,
                "{by:?} {target}"
            );
        }
        let ended = hall.ask(by.ask("GET", "/exam"), &hall.ended, DATA).await;
        assert_eq!(
            ended.status, 401,
            "a bypass mends no session that has ended"
        );
        let forged = format!("v1.seat-17.{}", "A".repeat(43));
        let forged = hall.ask(by.ask("GET", "/exam"), &forged, DATA).await;
        assert_eq!(
            (forged.status, said(&forged, "vahti-state")),
            (401, "none"),
            "the id of an exempt user's session proves nothing"
        );
    }
}

#[tokio::test]
async fn a_question_changes_nothing_but_last_seen_times() {
    let hall = Hall::new().await;
    let before = hall.scene.digest().await;
    for by in Way::ALL {
        for method in METHODS {
            for token in [&hall.active, &hall.held, &hall.ended, &String::new()] {
                for accept in [PAGE, DATA] {
                    hall.ask(by.ask(method, "/exam"), token, accept).await;
                }
            }
        }
    }
    assert_eq!(hall.scene.digest().await, before);
}

#[tokio::test]
async fn another_host_of_the_configuration_has_the_pages_too() {
    let hall = Hall::new().await;
    let keys = [(
        "pages.return_hosts",
        r#"["app.example.org", "lab.example.org:8443"]"#,
    )];
    let router = hall.scene.router_with(&keys);
    for (host, gate) in [
        (
            "app.example.org",
            "https://app.example.org/vahti/gate?rd=https://app.example.org/a",
        ),
        (
            "APP.example.org.:443",
            "https://app.example.org/vahti/gate?rd=https://app.example.org/a",
        ),
        (
            "lab.example.org:8443",
            "https://lab.example.org:8443/vahti/gate?rd=https://lab.example.org:8443/a",
        ),
        (
            "lab.example.org",
            "https://exam.example.org/vahti/gate?rd=https://lab.example.org/a",
        ),
        (
            "evil.example",
            "https://exam.example.org/vahti/gate?rd=https://evil.example/a",
        ),
    ] {
        let asked = Request::builder()
            .uri("/authz/forward-auth")
            .extension(peer("127.0.0.1:1"))
            .header("x-forwarded-method", "GET")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", host)
            .header("x-forwarded-uri", "/a");
        let reply = send(&router, with(asked, &hall.held, PAGE)).await;
        assert_eq!(reply.header(header::LOCATION), gate, "{host}");
    }
}
