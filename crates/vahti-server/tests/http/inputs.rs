//! Bad input around the fields (those are in `bodies`): every case gives a problem that names what is wrong, changes nothing, and is never a fault of the host.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

use crate::scene::{Reply, Scene, policy};

pub(crate) async fn scene() -> Scene {
    let scene = Scene::new(policy(1)).await;
    let login = json!({"user": "aino", "session_id": "home"});
    assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    scene
}

pub(crate) fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}
fn raw(scene: &Scene, path: &str, kind: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = scene.request(Method::POST, path, "app", None);
    if let Some(kind) = kind {
        let kind = kind.parse().expect("a value");
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    *request.body_mut() = body.into();
    request
}

#[tokio::test]
async fn what_is_no_json_is_refused_and_changes_nothing() {
    let scene = scene().await;
    let before = scene.digest().await;
    let deep = format!("{}{}", "[".repeat(8_000), "]".repeat(8_000));
    let deep_field = format!("{{\"user\": {deep}}}");
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b"{".into(),
        b"null".into(),
        b"[]".into(),
        b"\"aino\"".into(),
        b"{\"user\": \"aino\"".into(),
        b"{\"user\": \"aino\"} x".into(),
        b"{\"user\": \"aino\",}".into(),
        b"{'user': 'aino'}".into(),
        b"user=aino".into(),
        b"{\"user\": \"\xff\xfe\"}".into(),
        b"{\"user\": \"\\ud800\"}".into(),
        b"{\"user\": 1e999}".into(),
        b"\xef\xbb\xbf{\"user\": \"aino\"}".into(),
        b"{\"user\": \"aino\", \"user\": \"bo\"}".into(),
        b"{\"token\": \"a\", \"token\": \"b\"}".into(),
        deep.into(),
        deep_field.into(),
    ];
    for body in bodies {
        for path in ["/v1/login", "/v1/check", "/v1/end"] {
            let reply = scene
                .send(raw(&scene, path, Some("application/json"), body.clone()))
                .await;
            let at = format!(
                "{path} {}",
                String::from_utf8_lossy(&body[..body.len().min(60)])
            );
            assert_eq!((reply.status, reply.problem()), (400, "invalid"), "{at}");
            assert!(!reply.fields().is_empty(), "{at}");
        }
    }
    let twice = raw(
        &scene,
        "/v1/login",
        Some("application/json"),
        "{\"user\":\"a\",\"user\":\"b\"}",
    );
    assert_eq!(scene.send(twice).await.fields(), ["user"]);
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn a_body_is_json_and_at_most_16_kib() {
    let scene = scene().await;
    let json = "{\"user\": \"aino\", \"session_id\": \"home\"}";
    for kind in [
        "application/json",
        "application/JSON",
        "application/json; charset=utf-8",
    ] {
        let reply = scene.send(raw(&scene, "/v1/check", Some(kind), json)).await;
        assert_eq!(reply.status, 200, "{kind}");
    }
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
        Some(""),
    ] {
        let reply = scene.send(raw(&scene, "/v1/check", kind, json)).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (415, "not_json"),
            "{kind:?}"
        );
    }
    let sized = |bytes: usize| {
        let padding = " ".repeat(bytes - json.len());
        raw(
            &scene,
            "/v1/check",
            Some("application/json"),
            format!("{json}{padding}"),
        )
    };
    assert_eq!(scene.send(sized(16 * 1024)).await.status, 200);
    for bytes in [16 * 1024 + 1, 1 << 20] {
        let reply = scene.send(sized(bytes)).await;
        assert_eq!((reply.status, reply.problem()), (413, "too_large"));
    }
    let chunks = (0..64).map(|_| Ok::<_, std::io::Error>(long(1_024)));
    let stream = Body::from_stream(futures::stream::iter(chunks));
    let reply = scene
        .send(raw(&scene, "/v1/check", Some("application/json"), stream))
        .await;
    assert_eq!(reply.status, 413);
    let broken = futures::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let reply = scene
        .send(raw(
            &scene,
            "/v1/check",
            Some("application/json"),
            Body::from_stream(broken),
        ))
        .await;
    assert_eq!((reply.status, reply.fields()), (400, vec!["body"]));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let scene = scene().await;
    tokio::time::pause();
    let never = Body::from_stream(futures::stream::pending::<Result<&str, std::io::Error>>());
    let reply = scene
        .send(raw(&scene, "/v1/check", Some("application/json"), never))
        .await;
    assert_eq!((reply.status, reply.problem()), (408, "too_slow"));
}

#[tokio::test]
async fn a_parameter_that_is_unknown_or_malformed_is_refused_by_name() {
    let scene = scene().await;
    for (path, field) in [
        ("/v1/sessions?usr=aino", "usr"),
        ("/v1/sessions?user=", "user"),
        ("/v1/sessions?user=aino&user=bo", "user"),
        ("/v1/sessions?user=%", "user"),
        ("/v1/sessions?user=%ff", "user"),
        ("/v1/sessions?state=gone", "state"),
        ("/v1/sessions?reason=none", "reason"),
        ("/v1/sessions?since=yesterday", "since"),
        ("/v1/sessions?cursor=1", "cursor"),
        ("/v1/sessions?cursor=", "cursor"),
        ("/v1/sessions?limit=0", "limit"),
        ("/v1/sessions?limit=1001", "limit"),
        ("/v1/sessions?limit=ten", "limit"),
        ("/v1/sessions?limit=-1", "limit"),
        ("/v1/sessions?limit=", "limit"),
        ("/v1/sessions?format=xml", "format"),
        ("/v1/sessions?format=csv&limit=10", "format"),
        ("/v1/sessions?%00=1", "\u{FFFD}"),
        ("/v1/events?verb=kill", "verb"),
        ("/v1/events?order=random", "order"),
        ("/v1/events?session=home", "session"),
        ("/v1/events?session_id=a.b", "session_id"),
        ("/v1/sessions/a.b", "id"),
        ("/v1/sessions/%ff", "id"),
        ("/v1/users/%0a/explanation", "user"),
        ("/v1/users/-/explanation", "user"),
    ] {
        let reply = scene.get("auditor", path).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (400, "invalid"),
            "{path}: {}",
            reply.text
        );
        assert_eq!(reply.fields(), [field], "{path}");
    }
    for status in ["0", "2", "", "true"] {
        let body = json!({"user": "aino", "session_id": "home"});
        let reply = scene
            .post("app", &format!("/v1/check?status={status}"), body)
            .await;
        assert_eq!((reply.status, reply.fields()), (400, vec!["status"]));
    }
}

#[tokio::test]
async fn every_parameter_of_the_document_is_known() {
    let scene = scene().await;
    let document: Value = serde_json::from_str(&vahti_server::http::openapi()).expect("JSON");
    for path in ["/v1/sessions", "/v1/events"] {
        let parameters = document["paths"][path]["get"]["parameters"]
            .as_array()
            .expect("parameters");
        for parameter in parameters.iter().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().expect("a name");
            let reply = scene.get("auditor", &format!("{path}?{name}=x")).await;
            assert!(!reply.text.contains("Unknown parameter"), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn tokens_that_are_forged_or_broken_end_nothing() {
    let scene = scene().await;
    let login = scene
        .post("app", "/v1/login", json!({"user": "bo", "session_id": "b"}))
        .await;
    let token = login.body["token"].as_str().expect("a token").to_owned();
    let before = scene.digest().await;
    let mut answers: Vec<String> = Vec::new();
    for forged in [
        String::new(),
        "v1".to_owned(),
        token.replace("v1.b", "v1.home"),
        token.replace("v1.b", "v1.nobody"),
        token.replace("v1.", "v2."),
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
        token.to_ascii_uppercase(),
        format!("v1.b.{}", "A".repeat(43)),
        "\u{0}\u{202E}".to_owned(),
        long(10_000),
    ] {
        let end = scene.post("app", "/v1/end", json!({"token": forged})).await;
        assert_eq!(
            (end.status, &end.body["ended"]),
            (200, &json!([])),
            "{forged}"
        );
        let check = scene
            .post("app", "/v1/check", json!({"token": forged}))
            .await;
        assert_eq!(check.body["reason"], "no_session", "{forged}");
        answers.push(end.text + &check.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(scene.digest().await, before);
    assert!(
        !before.contains(&token),
        "a token is nowhere in what is kept"
    );
}

#[tokio::test]
async fn an_origin_never_refuses_a_login() {
    let scene = scene().await;
    for (at, origin) in [
        json!({"text": "a\u{202E}b\r\nc\u{0}"}),
        json!({"user_agent": long(10_000)}),
        json!({"ip": "\u{2066}", "user_agent": "ä".repeat(4_000)}),
        json!({"ip": null, "user_agent": null, "text": null}),
        json!({}),
        Value::Null,
    ]
    .into_iter()
    .enumerate()
    {
        let login = json!({"user": format!("u{at}"), "origin": origin});
        let reply = scene.post("app", "/v1/login", login).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let kept = reply.body["session"]["origin"].as_str().unwrap_or_default();
        assert!(
            kept.len() <= 512 && !kept.chars().any(|c| c.is_control() || c == '\u{202E}'),
            "{kept:?}"
        );
    }
}

#[tokio::test]
async fn an_idempotency_key_gives_the_same_session_a_new_token() {
    let scene = scene().await;
    let log_in = async |user: &str, id: Option<&str>, keys: &[&str]| {
        let body = match id {
            Some(id) => json!({"user": user, "session_id": id}),
            None => json!({"user": user}),
        };
        let mut request = scene.request(Method::POST, "/v1/login", "app", Some(body));
        for key in keys {
            request
                .headers_mut()
                .append("idempotency-key", key.parse().expect("a value"));
        }
        scene.send(request).await
    };
    let first = log_in("bo", None, &["k-1"]).await;
    let again = log_in("bo", None, &["k-1"]).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body["session"]["id"], again.body["session"]["id"]);
    assert_ne!(first.body["token"], again.body["token"]);
    let verdict = async |reply: &Reply| {
        let check = scene
            .post("app", "/v1/check", json!({"token": reply.body["token"]}))
            .await;
        check.body["verdict"]
            .as_str()
            .expect("a verdict")
            .to_owned()
    };
    assert_eq!(
        (
            verdict(&first).await.as_str(),
            verdict(&again).await.as_str()
        ),
        ("deny", "allow")
    );
    let other = log_in("bo", Some("other"), &["k-1"]).await;
    assert_eq!(
        (other.status, other.problem()),
        (409, "idempotency_key_reused")
    );
    assert_eq!(
        log_in("bo", None, &["k-2"]).await.body["session"]["state"],
        "held"
    );
    let before = scene.digest().await;
    for wrong in [
        vec![""],
        vec!["a b"],
        vec!["a\tb"],
        vec![long(129).leak()],
        vec!["a", "b"],
    ] {
        let reply = log_in("bo", None, &wrong).await;
        assert_eq!(
            (reply.status, reply.fields()),
            (400, vec!["Idempotency-Key"]),
            "{wrong:?}"
        );
    }
    assert_eq!(scene.digest().await, before);
}
