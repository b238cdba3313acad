//! Figures for a monitoring system: what they count, and what they never tell.

use core::sync::atomic::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, header},
};
use serde_json::json;
use vahti_server::http::{self, App};

use crate::{
    authz::Way,
    moody::{self, Mood},
    scene::{Scene, config, policy, send},
};

const PAGE: &str = include_str!("../../../../docs/operate.md");

/// The value of a line.
fn value<'a>(text: &'a str, line: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '))
}

async fn told(scene: &Scene) -> String {
    let reply = scene.get("auditor", "/metrics").await;
    assert_eq!(reply.status, 200);
    let kind = reply.header(header::CONTENT_TYPE);
    assert!(
        kind.starts_with("application/openmetrics-text; version=1.0.0"),
        "{kind}"
    );
    assert!(reply.text.ends_with("# EOF\n"), "{}", reply.text);
    reply.text
}

async fn used(user: &str) -> Scene {
    let scene = Scene::new(policy(1)).await;
    for id in ["canary-home", "canary-phone"] {
        let login = json!({"user": user, "session_id": id, "groups": ["canary-group"], "place": "canary-place"});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
        for _ in 0..3 {
            let check = json!({"user": user, "session_id": id});
            assert_eq!(scene.post("app", "/v1/check", check).await.status, 200);
        }
    }
    assert_eq!(
        scene.get("app", "/v1/sessions/canary-nowhere").await.status,
        404
    );
    assert_eq!(scene.get("app", "/canary-address").await.status, 404);
    scene
}

#[tokio::test]
async fn the_figures_are_what_was_done() {
    let scene = used("canary-user").await;
    let text = told(&scene).await;
    for (line, expected) in [
        (
            r#"vahti_checks_total{verdict="allow",reason="active"}"#,
            "3",
        ),
        (
            r#"vahti_checks_total{verdict="hold",reason="over_limit"}"#,
            "3",
        ),
        (
            r#"vahti_checks_total{verdict="deny",reason="no_session"}"#,
            "0",
        ),
        (r#"vahti_sessions{state="active"}"#, "1"),
        (r#"vahti_sessions{state="held"}"#, "1"),
        (
            r#"vahti_http_requests_total{method="POST",call="/v1/login",status="201"}"#,
            "2",
        ),
        (
            r#"vahti_http_requests_total{method="GET",call="/v1/sessions/{id}",status="404"}"#,
            "1",
        ),
        (
            r#"vahti_http_request_seconds_count{method="POST",call="/v1/check"}"#,
            "6",
        ),
        (
            r#"vahti_http_request_seconds_bucket{le="+Inf",method="POST",call="/v1/check"}"#,
            "6",
        ),
        (
            r#"vahti_http_request_seconds_bucket{le="10.0",method="POST",call="/v1/check"}"#,
            "6",
        ),
        // The four keys of the scene, and the two logins.
        ("vahti_commit_commands_count", "6"),
        ("vahti_commit_commands_sum", "6.0"),
        (r#"vahti_commit_seconds_bucket{le="0.001"}"#, "6"),
        ("vahti_paused", "0"),
        ("vahti_ready", "1"),
        ("vahti_streams", "0"),
    ] {
        assert_eq!(value(&text, line), Some(expected), "{line}");
    }
    let pause = json!({"length": "1h", "reason": "why"});
    assert_eq!(scene.post("admin", "/v1/pause", pause).await.status, 200);
    let check = json!({"user": "canary-user", "session_id": "canary-phone"});
    assert_eq!(scene.post("app", "/v1/check", check).await.status, 200);
    let text = told(&scene).await;
    assert_eq!(value(&text, "vahti_paused"), Some("1"));
    let would = r#"vahti_would_total{verdict="hold",reason="over_limit"}"#;
    assert_eq!(value(&text, would), Some("1"));
}

#[tokio::test]
async fn the_figures_say_that_a_host_cannot_tell() {
    let (scene, mood) = moody::scene().await;
    mood.store(Mood::Failed as u8, Ordering::SeqCst);
    for _ in 0..2 {
        let check = json!({"user": "aino", "session_id": "home"});
        assert_eq!(scene.post("app", "/v1/check", check).await.status, 503);
    }
    let text = told(&scene).await;
    assert_eq!(value(&text, "vahti_ready"), Some("0"));
    assert_eq!(value(&text, "vahti_checks_unavailable_total"), Some("2"));
}

#[tokio::test]
async fn no_figure_names_anybody_and_no_caller_makes_a_new_one() {
    let scene = used("canary-user").await;
    // The first reading of the figures is a figure, too.
    told(&scene).await;
    let before = told(&scene).await.lines().count();
    for at in 0..50 {
        assert_eq!(scene.get("app", &format!("/canary-{at}")).await.status, 404);
        let reply = scene.get("app", &format!("/v1/sessions/canary-{at}")).await;
        assert_eq!(reply.status, 404);
    }
    let text = told(&scene).await;
    assert_eq!(text.lines().count(), before);
    for secret in ["canary", "auditor", scene.text_of("app")] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
}

#[tokio::test]
async fn two_hosts_in_one_process_count_apart() {
    let (first, second) = (used("a").await, Scene::new(policy(1)).await);
    let line = r#"vahti_checks_total{verdict="allow",reason="active"}"#;
    assert_eq!(value(&told(&first).await, line), Some("3"));
    assert_eq!(value(&told(&second).await, line), Some("0"));
}

#[tokio::test]
async fn without_a_key_the_figures_are_told_on_their_own_listener_only() {
    let scene = used("aino").await;
    assert_eq!(scene.get("", "/metrics").await.status, 401);
    let app = App::new(scene.vahti.clone(), &config(&[]));
    let router = http::metrics_router(app);
    let request = |path| scene.request(axum::http::Method::GET, path, "", None);
    let reply = send(&router, request("/metrics")).await;
    assert_eq!(
        (reply.status, value(&reply.text, "vahti_ready")),
        (200, Some("1"))
    );
    assert_eq!(send(&router, request("/anything")).await.status, 404);
}

#[tokio::test]
async fn every_question_of_a_proxy_is_counted_whatever_its_method_and_path() {
    let scene = Scene::new(policy(1)).await;
    for (by, call) in [
        (Way::AuthRequest, "/authz/auth-request"),
        (Way::ForwardAuth, "/authz/forward-auth"),
        (Way::ExtAuthz, "/authz/ext-authz/{path}"),
    ] {
        let methods = ["GET", "HEAD", "POST", "PROPFIND"];
        let targets = ["/", "/exam/1?page=2", "/exam/1/2"];
        for method in methods {
            for target in targets {
                let asked = by.ask(method, target);
                let asked = asked.method(method).body(Body::empty());
                let reply = scene.send(asked.expect("a question")).await;
                assert_eq!(reply.status, 401, "{by:?} {method} {target}");
            }
        }
        let text = told(&scene).await;
        let line =
            format!(r#"vahti_http_requests_total{{method="GET",call="{call}",status="401"}}"#);
        let asked = (methods.len() * targets.len()).to_string();
        assert_eq!(value(&text, &line), Some(&*asked), "{text}");
    }
}

#[tokio::test]
async fn a_head_counts_as_the_get_that_it_stands_for() {
    let scene = Scene::new(policy(1)).await;
    let head = scene.request(Method::HEAD, "/v1/policy", "app", None);
    assert_eq!(scene.send(head).await.status, 200);
    let line = r#"vahti_http_requests_total{method="GET",call="/v1/policy",status="200"}"#;
    assert_eq!(value(&told(&scene).await, line), Some("1"));
}

/// What is said of each figure: its kind and its labels.
type Said = BTreeMap<String, (String, BTreeSet<String>)>;

/// The figures that the page on operation names.
fn documented() -> Said {
    let part = PAGE.split("\n## Metrics\n").nth(1).expect("the part");
    let part = part.split("\n## ").next().expect("the part");
    let rows = part.lines().filter(|line| line.starts_with("| `vahti_"));
    let row = |row: &str| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[4].split('`').skip(1).step_by(2);
        let labels = labels.map(str::to_owned).collect();
        let name = cells[1].trim_matches('`').to_owned();
        (name, (cells[2].to_owned(), labels))
    };
    rows.map(row).collect()
}

/// The figures that a host tells.
fn there_are(text: &str) -> Said {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let figure = |line: &str| {
        let (family, kind) = line.split_once(' ').expect("a name and a kind");
        let name = match kind {
            "counter" => format!("{family}_total"),
            _ => family.to_owned(),
        };
        let ends = ["{", "_bucket{"].map(|end| format!("{name}{end}"));
        let rows = text
            .lines()
            .filter_map(|row| ends.iter().find_map(|begin| row.strip_prefix(begin)));
        let labels = rows.flat_map(|row| row.split('}').next().expect("labels").split(','));
        let names = labels.filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
        let names = names.filter(|name| name != "le").collect();
        (name, (kind.to_owned(), names))
    };
    kinds.map(figure).collect()
}

#[tokio::test]
async fn the_page_on_operation_names_every_figure_and_no_other() {
    let scene = used("aino").await;
    // The first reading is the first call that is counted whole.
    told(&scene).await;
    assert_eq!(there_are(&told(&scene).await), documented());
}
