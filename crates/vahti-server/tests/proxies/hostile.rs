//! The hostile corpus against each proxy, by somebody without a session, by somebody who waits, and by Aino, who is let
//! in and claims to be another: the application sees requests of active sessions only, and never a name that the client
//! chose.

use std::collections::BTreeMap;

use crate::client::{self, Reply};
use crate::corpus::{Case, cases};
use crate::house::{House, Session};
use crate::proxy::Kind;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Nobody,
    Held,
    Active,
}

/// What came of the corpus.
#[derive(Default)]
struct Outcome {
    sent: usize,
    reached: usize,
    breaches: Vec<String>,
}

fn attack(house: &House, cases: &[Case], who: Who) -> Outcome {
    let active = house.login("aino");
    let held = house.login("aino");
    assert_eq!(
        (active.state.as_str(), held.state.as_str()),
        ("active", "held")
    );
    let (cookie, token) = match who {
        Who::Nobody => ("theme=dark".to_owned(), "v1.none.none"),
        Who::Held => (format!("vahti={}", held.token), held.token.as_str()),
        Who::Active => (format!("vahti={}", active.token), active.token.as_str()),
    };
    let proxy = house.proxy.address;
    let (host, port) = (proxy.to_string(), proxy.port().to_string());
    let places = [
        ("{proxy}", host.as_str()),
        ("{port}", &port),
        ("{cookie}", &cookie),
        ("{token}", token),
        ("{aino}", &active.id),
    ];
    let expected = identity_of(&active);
    let mut outcome = Outcome::default();
    for (number, case) in cases.iter().enumerate() {
        house.app.during(number);
        let reply = client::send_broken(proxy, &case.bytes(&places));
        outcome.sent += 1;
        if let Some(reply) = reply.filter(is_of_a_call) {
            outcome
                .breaches
                .push(format!("{}: {case:?} was answered {reply:?}", case.tries));
        }
    }
    for seen in house.app.seen() {
        outcome.reached += 1;
        let case = &cases[seen.during];
        if who != Who::Active || case.never || seen.identity() != expected {
            outcome
                .breaches
                .push(format!("{}: {case:?} came as {seen:?}", case.tries));
        }
    }
    house.supervise("end", &serde_json::json!({ "user": "aino" }));
    outcome
}

/// Whether Vahti answered this itself, as a call: the identity is for the application alone, and only calls ask for a key.
fn is_of_a_call(reply: &Reply) -> bool {
    reply.header("remote-user").is_some() || reply.header("www-authenticate") == Some("Bearer")
}

/// The one identity that may reach the application.
fn identity_of(session: &Session) -> BTreeMap<String, Vec<String>> {
    let identity = [
        ("remote-user", "aino"),
        ("remote-groups", "students,2026"),
        ("remote-name", "Aino Suoranta"),
        ("remote-email", "aino@example.org"),
        ("vahti-session", &session.id),
        ("vahti-state", "active"),
    ];
    identity
        .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
        .into()
}

fn withstands(kind: Kind) {
    let house = House::new(kind);
    let cases = cases();
    assert!(
        cases.len() >= 1_000,
        "the corpus holds {} requests",
        cases.len()
    );
    for who in [Who::Nobody, Who::Held, Who::Active] {
        let outcome = attack(&house, &cases, who);
        println!(
            "{kind:?}, {who:?}: {} requests, {} reached the application",
            outcome.sent, outcome.reached
        );
        assert_eq!(outcome.sent, cases.len());
        let first: Vec<_> = outcome
            .breaches
            .iter()
            .take(10)
            .map(String::as_str)
            .collect();
        assert!(
            first.is_empty(),
            "{} breaches of {kind:?}, the first of them:\n{}",
            outcome.breaches.len(),
            first.join("\n")
        );
        // Most of the corpus is well-formed: with an active session it has to arrive, or nothing was tried.
        if who == Who::Active {
            assert!(
                outcome.reached * 2 > cases.len(),
                "{kind:?}: only {} arrived",
                outcome.reached
            );
        }
    }
}

#[test]
fn nginx_lets_no_hostile_request_through_and_no_chosen_name() {
    withstands(Kind::Nginx);
}

#[test]
fn caddy_lets_no_hostile_request_through_and_no_chosen_name() {
    withstands(Kind::Caddy);
}

#[test]
fn haproxy_lets_no_hostile_request_through_and_no_chosen_name() {
    withstands(Kind::Haproxy);
}

/// The configuration without the lines that hold one of these.
fn without(text: &str, marks: &[&str]) -> String {
    let kept = text
        .lines()
        .filter(|line| !marks.iter().any(|mark| line.contains(mark)));
    let kept: Vec<_> = kept.collect();
    assert!(kept.len() < text.lines().count(), "nothing was taken out");
    kept.join("\n") + "\n"
}

#[test]
fn a_configuration_that_forgets_the_headers_of_the_client_is_found_out() {
    let forgotten = [
        (
            Kind::Nginx,
            &[
                "proxy_set_header Remote-User",
                "proxy_set_header Vahti-State",
            ][..],
        ),
        (Kind::Caddy, &["request_header -"]),
        (Kind::Haproxy, &["http-request del-header"]),
    ];
    let spoofs: Vec<_> = cases()
        .into_iter()
        .filter(|case| case.tries.contains("another name"))
        .collect();
    for (kind, marks) in forgotten {
        let house = House::changed(kind, |text| without(&text, marks));
        let outcome = attack(&house, &spoofs, Who::Active);
        println!(
            "{kind:?}: {} breaches of {} requests",
            outcome.breaches.len(),
            outcome.sent
        );
        assert!(!outcome.breaches.is_empty(), "{kind:?}");
    }
}

#[test]
fn a_configuration_that_sends_vahti_another_path_than_it_has_compared_is_found_out() {
    let forgotten: [(Kind, &str, &str); 2] = [
        (
            Kind::Nginx,
            "proxy_pass http://vahti/vahti/;",
            "proxy_pass http://vahti;",
        ),
        (
            Kind::Caddy,
            "expression `{http.request.uri}.startsWith(\"/vahti/\")`",
            "",
        ),
    ];
    let calls: Vec<_> = cases()
        .into_iter()
        .filter(|case| case.tries.contains("as if it was a page"))
        .collect();
    for (kind, line, instead) in forgotten {
        let house = House::changed(kind, |text| {
            assert!(text.contains(line), "{line} is not in {text}");
            text.replace(line, instead)
        });
        let outcome = attack(&house, &calls, Who::Active);
        assert!(!outcome.breaches.is_empty(), "{kind:?}");
    }
}

#[test]
fn a_configuration_that_forgets_the_question_is_found_out() {
    let forgotten = [
        (Kind::Nginx, &["auth_request /_vahti;"][..]),
        (
            Kind::Haproxy,
            &["http-request lua.vahti", "deny_status 503"],
        ),
    ];
    let few: Vec<_> = cases().into_iter().step_by(50).collect();
    for (kind, marks) in forgotten {
        let house = House::changed(kind, |text| without(&text, marks));
        for who in [Who::Nobody, Who::Held] {
            assert!(!attack(&house, &few, who).breaches.is_empty(), "{kind:?}");
        }
    }
}
