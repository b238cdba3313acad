//! TIM's addresses: what its hosts and tools find there, and what they cannot do.

use axum::http::{Method, header};
use serde_json::{Value, json};
use vahti::core::Role;
use vahti_server::http;

use crate::{
    logs::Log,
    samples::sample,
    scene::{Reply, Scene, TIM_SECRETS, policy},
};

/// What a host of TIM's network sends.
async fn order(scene: &Scene, verb: &str, user: &str, session: Value, secret: &str) -> Reply {
    let body = json!({"username": user, "session_id": session, "secret": secret});
    scene
        .post("", &format!("/user/sessions/{verb}"), body)
        .await
}

pub(crate) async fn log_in(scene: &Scene, user: &str, session: &str) -> String {
    let login = json!({"user": user, "session_id": session, "origin": {"ip": "10.0.0.1", "user_agent": "Firefox"}});
    let reply = scene.post("app", "/v1/login", login).await;
    reply.body["token"].as_str().expect("a token").to_owned()
}

/// The user's sessions in this state.
async fn in_state(scene: &Scene, user: &str, state: &str) -> Vec<String> {
    let path = format!("/v1/sessions?user={user}&state={state}");
    let reply = scene.get("auditor", &path).await;
    let sessions = reply.body["sessions"].as_array().expect("sessions");
    let id = |session: &Value| session["id"].as_str().expect("an id").to_owned();
    sessions.iter().map(id).collect()
}

pub(crate) async fn two_sessions() -> Scene {
    let scene = Scene::new(policy(1)).await;
    for session in ["home", "seat"] {
        log_in(&scene, "aino", session).await;
    }
    scene
}

#[tokio::test]
async fn the_worked_example_runs_over_tims_addresses() {
    let scene = Scene::new(policy(1)).await;
    let steps: [(&str, &str, &[&str]); 9] = [
        ("login", "first", &["first"]),
        ("login", "second", &["first"]),
        ("login", "third", &["first"]),
        ("verify", "second", &["second"]),
        ("verify", "", &["third"]),
        ("invalidate", "third", &[]),
        ("verify", "first", &["first"]),
        ("invalidate", "", &[]),
        ("login", "fourth", &["fourth"]),
    ];
    for (verb, session, active) in steps {
        if verb == "login" {
            log_in(&scene, "aino", session).await;
        } else {
            let id = Some(session).filter(|id| !id.is_empty());
            let reply = order(&scene, verb, "aino", json!(id), TIM_SECRETS[0]).await;
            assert_eq!(
                (reply.status, reply.text.as_str()),
                (200, r#"{"status":"ok"}"#)
            );
        }
        assert_eq!(
            in_state(&scene, "aino", "active").await,
            active,
            "{verb} {session}"
        );
    }
    assert!(in_state(&scene, "aino", "ended").await.is_empty());
}

#[tokio::test]
async fn each_secret_counts_a_wrong_one_is_400_and_none_is_403() {
    let scene = two_sessions().await;
    let before = scene.digest().await;
    for verb in ["verify", "invalidate"] {
        for wrong in ["", "the-secret-of", "THE-SECRET-OF-YESTERDAY", "admin"] {
            let reply = order(&scene, verb, "aino", json!("seat"), wrong).await;
            assert_eq!(
                (reply.status, reply.problem()),
                (400, "wrong_secret"),
                "{wrong}"
            );
        }
        let path = format!("/user/sessions/{verb}");
        for (key, status) in [
            ("", 403),
            ("app", 403),
            ("supervisor", 403),
            ("garbage", 403),
        ] {
            for secret in [json!({}), json!({"secret": null})] {
                let mut body = json!({"username": "aino", "session_id": "seat"});
                body["secret"] = secret["secret"].clone();
                let reply = scene.post(key, &path, body).await;
                assert_eq!(
                    (reply.status, reply.problem()),
                    (status, "no_secret"),
                    "{key}"
                );
            }
        }
        let body = json!({"username": "aino", "session_id": "seat", "secret": "wrong"});
        let reply = scene.post("admin", &path, body).await;
        assert_eq!((reply.status, reply.problem()), (400, "wrong_secret"));
    }
    assert_eq!(scene.digest().await, before);
    for (secret, session) in TIM_SECRETS.into_iter().zip(["seat", "home"]) {
        let reply = order(&scene, "verify", "aino", json!(session), secret).await;
        assert_eq!(reply.status, 200, "{secret}");
        assert_eq!(in_state(&scene, "aino", "active").await, [session]);
    }
}

#[tokio::test]
async fn without_secrets_no_secret_is_right() {
    let mut scene = two_sessions().await;
    scene.set_tim(&[("tim.secrets", "")]);
    for secret in ["", TIM_SECRETS[0]] {
        let reply = order(&scene, "verify", "aino", json!("seat"), secret).await;
        assert_eq!(reply.problem(), "wrong_secret");
    }
    let body = json!({"username": "aino", "session_id": "seat"});
    let reply = scene.post("admin", "/user/sessions/verify", body).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn what_a_host_did_is_recorded_as_a_peers_and_an_administrators_as_its_keys() {
    let scene = two_sessions().await;
    order(&scene, "verify", "aino", json!("seat"), TIM_SECRETS[1]).await;
    scene
        .post(
            "admin",
            "/user/sessions/verify",
            json!({"username": "aino", "session_id": "home"}),
        )
        .await;
    let events = scene.get("auditor", "/v1/events?verb=verify").await;
    let by = |at: usize| {
        let event = &events.body["events"][at];
        (event["key"].clone(), event["how"].clone())
    };
    assert_eq!(by(0), (json!("tim"), json!("peer")));
    assert_eq!(by(1), (json!("admin"), json!("api")));
    assert!(!events.text.contains("the-secret"), "{}", events.text);
}

#[tokio::test]
async fn no_secret_is_ever_logged() {
    let log = Log::begin();
    let scene = two_sessions().await;
    for secret in [TIM_SECRETS[0], TIM_SECRETS[1], "the-secret-of-nobody"] {
        for session in ["seat", "elsewhere"] {
            order(&scene, "verify", "aino", json!(session), secret).await;
            order(&scene, "invalidate", "aino", json!(session), secret).await;
        }
    }
    let lines = log.lines();
    assert!(
        lines.iter().any(|line| line.contains("verify")),
        "{lines:#?}"
    );
    assert!(
        !lines.iter().any(|line| line.contains("the-secret")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_verify_of_a_session_elsewhere_puts_the_sessions_here_on_hold() {
    let scene = two_sessions().await;
    log_in(&scene, "bo", "bos").await;
    let reply = order(
        &scene,
        "verify",
        "aino",
        json!("8f3a-elsewhere"),
        TIM_SECRETS[0],
    )
    .await;
    assert_eq!(
        (reply.status, reply.text.as_str()),
        (200, r#"{"status":"ok"}"#)
    );
    let held = scene
        .get("auditor", "/v1/sessions?user=aino&state=held")
        .await;
    assert_eq!(held.body["sessions"].as_array().map(Vec::len), Some(2));
    for session in held.body["sessions"].as_array().expect("sessions") {
        assert_eq!(session["reason"], "superseded");
    }
    assert_eq!(in_state(&scene, "bo", "active").await, ["bos"]);
    let events = scene.get("auditor", "/v1/events?verb=verify").await;
    assert_eq!(events.body["events"][0]["session_id"], "8f3a-elsewhere");
    assert!(events.body["events"][0]["state"].is_null());

    // The id of somebody else's session is as unknown as any other.
    log_in(&scene, "aino", "new").await;
    order(&scene, "verify", "aino", json!("bos"), TIM_SECRETS[0]).await;
    assert!(in_state(&scene, "aino", "active").await.is_empty());
    assert_eq!(in_state(&scene, "bo", "active").await, ["bos"]);

    // Coming back: a verify of a session here lets it in again.
    order(&scene, "verify", "aino", json!("home"), TIM_SECRETS[0]).await;
    assert_eq!(in_state(&scene, "aino", "active").await, ["home"]);
}

#[tokio::test]
async fn an_id_that_was_verified_elsewhere_lets_no_later_login_in() {
    let scene = two_sessions().await;
    order(&scene, "verify", "aino", json!("foreign"), TIM_SECRETS[0]).await;
    let login = json!({"user": "aino", "session_id": "foreign"});
    let reply = scene.post("app", "/v1/login", login).await;
    assert_eq!((reply.status, reply.problem()), (409, "session_id_taken"));
}

#[tokio::test]
async fn unknown_sessions_are_ignored_or_rejected_when_that_is_set() {
    for (word, status) in [("ignore", 200), ("reject", 404)] {
        let mut scene = two_sessions().await;
        scene.set_tim(&[("tim.unknown_session", word)]);
        let before = scene.digest().await;
        for (user, session) in [
            ("aino", json!("elsewhere")),
            ("nobody", json!("home")),
            ("nobody", Value::Null),
        ] {
            let reply = order(&scene, "verify", user, session, TIM_SECRETS[0]).await;
            assert_eq!(reply.status, status, "{word}: {}", reply.text);
        }
        assert_eq!(scene.digest().await, before, "{word}");
        let reply = order(&scene, "verify", "aino", json!("seat"), TIM_SECRETS[0]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(in_state(&scene, "aino", "active").await, ["seat"]);
    }
}

#[tokio::test]
async fn who_is_not_here_is_nothing_to_verify_or_to_hold() {
    let scene = two_sessions().await;
    let before = scene.digest().await;
    for (verb, user, session) in [
        ("verify", "nobody", json!("x")),
        ("verify", "nobody", Value::Null),
        ("invalidate", "nobody", json!("x")),
        ("invalidate", "nobody", Value::Null),
        ("invalidate", "aino", json!("elsewhere")),
    ] {
        let reply = order(&scene, verb, user, session, TIM_SECRETS[0]).await;
        assert_eq!(reply.status, 200, "{verb} {user}: {}", reply.text);
    }
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn what_has_ended_is_verified_by_nobody() {
    let scene = two_sessions().await;
    scene
        .post("app", "/v1/end", json!({"session_id": "home"}))
        .await;
    let before = scene.digest().await;
    let reply = order(&scene, "verify", "aino", json!("home"), TIM_SECRETS[0]).await;
    assert_eq!((reply.status, reply.problem()), (409, "session_ended"));
    let reply = order(&scene, "invalidate", "aino", json!("home"), TIM_SECRETS[0]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn fields_that_tims_hosts_send_besides_are_passed_over() {
    let scene = two_sessions().await;
    let body = json!({"username": "aino", "session_id": "seat", "secret": TIM_SECRETS[0], "host": "tim2",
        "targets": ["a"], "extra": {"deep": [1, 2]}});
    let reply = scene.post("", "/user/sessions/verify", body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let reply = scene
        .get("admin", "/user/sessions/all?state=active&_=1")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test]
async fn a_number_is_an_id_as_its_digits_are() {
    let scene = Scene::new(policy(1)).await;
    for session in ["17", "-4611686018427387904"] {
        log_in(&scene, "aino", session).await;
    }
    let reply = order(
        &scene,
        "verify",
        "aino",
        json!(-4_611_686_018_427_387_904_i64),
        TIM_SECRETS[0],
    )
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        in_state(&scene, "aino", "active").await,
        ["-4611686018427387904"]
    );
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_and_the_secret_is_asked_for_first() {
    let scene = two_sessions().await;
    let before = scene.digest().await;
    for (body, problem) in [
        (json!([]), "invalid"),
        (json!("x"), "invalid"),
        (json!({}), "no_secret"),
        (json!({"secret": 1}), "wrong_secret"),
        (json!({"secret": "wrong", "username": ""}), "wrong_secret"),
        (json!({"secret": TIM_SECRETS[0]}), "invalid"),
        (
            json!({"secret": TIM_SECRETS[0], "username": "aino", "session_id": true}),
            "invalid",
        ),
        (json!({"secret": TIM_SECRETS[0], "username": ""}), "invalid"),
        (
            json!({"secret": TIM_SECRETS[0], "username": "a\u{202e}b"}),
            "invalid",
        ),
        (
            json!({"secret": TIM_SECRETS[0], "username": "aino", "session_id": "a b"}),
            "invalid",
        ),
    ] {
        let reply = scene.post("", "/user/sessions/verify", body.clone()).await;
        assert_eq!(reply.problem(), problem, "{body}");
        assert!(!reply.text.contains("the-secret"), "{}", reply.text);
    }
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn administrators_name_the_user_in_the_address() {
    let scene = two_sessions().await;
    let post = async |path: &str| {
        scene
            .send(scene.request(Method::POST, path, "admin", None))
            .await
    };
    assert_eq!(
        post("/user/sessions/aino/verify?session_id=seat")
            .await
            .status,
        200
    );
    assert_eq!(in_state(&scene, "aino", "active").await, ["seat"]);
    assert_eq!(
        post("/user/sessions/aino/invalidate?session_id=seat")
            .await
            .status,
        200
    );
    assert!(in_state(&scene, "aino", "active").await.is_empty());
    assert_eq!(post("/user/sessions/aino/verify").await.status, 200);
    assert_eq!(in_state(&scene, "aino", "active").await, ["seat"]);
    assert_eq!(post("/user/sessions/aino/invalidate").await.status, 200);
    assert_eq!(
        post("/user/sessions/verifyAll").await.text,
        r#"{"status":"ok"}"#
    );
    assert_eq!(in_state(&scene, "aino", "active").await, ["seat"]);
    assert_eq!(post("/user/sessions/invalidateAll").await.status, 200);
    assert!(in_state(&scene, "aino", "active").await.is_empty());
}

#[tokio::test]
async fn nothing_is_changed_by_get_nor_by_a_cookie() {
    let scene = two_sessions().await;
    let token = log_in(&scene, "admin", "of-the-administrator").await;
    let before = scene.digest().await;
    for path in [
        "/user/sessions/verify",
        "/user/sessions/invalidate",
        "/user/sessions/verifyAll",
        "/user/sessions/invalidateAll",
        "/user/sessions/aino/verify",
        "/user/sessions/aino/invalidate",
    ] {
        let reply = scene.get("admin", path).await;
        assert_eq!(
            (reply.status, reply.header(header::ALLOW)),
            (405, "POST"),
            "{path}"
        );
        let body = json!({"username": "aino", "session_id": "seat"});
        let mut request = scene.request(Method::POST, path, "", Some(body));
        let cookie = format!("__Host-vahti={token}").parse().expect("a cookie");
        request.headers_mut().insert(header::COOKIE, cookie);
        let reply = scene.send(request).await;
        assert!(
            [401, 403].contains(&reply.status),
            "{path}: {}",
            reply.status
        );
    }
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn the_session_of_a_token_is_shown_with_whether_it_may_go_on() {
    let scene = Scene::new(policy(1)).await;
    let home = log_in(&scene, "aino", "home").await;
    let seat = log_in(&scene, "aino", "seat").await;
    let shown = async |token: &str| scene.get(token, "/user/sessions/current").await;
    assert_eq!(
        shown(&home).await.text,
        r#"{"sessionId":"home","valid":true}"#
    );
    assert_eq!(
        shown(&seat).await.text,
        r#"{"sessionId":"seat","valid":false}"#
    );
    let mut request = scene.request(Method::GET, "/user/sessions/current", "", None);
    let cookie = format!("__Host-vahti={home}").parse().expect("a cookie");
    request.headers_mut().insert(header::COOKIE, cookie);
    assert_eq!(
        scene.send(request).await.body,
        json!({"sessionId": "home", "valid": true})
    );
    for nobody in ["", "admin", "v1.home.AAAA", &home.replace("home", "seat")] {
        let reply = shown(nobody).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (403, "not_logged_in"),
            "{nobody}"
        );
    }
}

#[tokio::test]
async fn tims_addresses_are_not_there_unless_they_are_enabled() {
    let mut scene = two_sessions().await;
    scene.set_tim(&[("tim.enabled", "false")]);
    let mut seen = 0;
    for route in http::routes() {
        if !route.path.starts_with("/user/") {
            continue;
        }
        seen += 1;
        let (path, body) = sample(&route);
        for role in Role::ALL {
            let request = scene.request(route.method.clone(), &path, role.as_str(), body.clone());
            let reply = scene.send(request).await;
            assert_eq!(
                (reply.status, reply.problem()),
                (404, "no_such_address"),
                "{path}"
            );
        }
    }
    assert_eq!(seen, 8);
}

#[tokio::test]
async fn of_a_field_that_stands_twice_nothing_is_guessed() {
    let scene = two_sessions().await;
    let before = scene.digest().await;
    let secret = TIM_SECRETS[0];
    for body in [
        format!(r#"{{"username":"bo","username":"aino","secret":"{secret}"}}"#),
        format!(
            r#"{{"username":"aino","session_id":"home","session_id":null,"secret":"{secret}"}}"#
        ),
        format!(r#"{{"username":"aino","secret":"x","secret":"{secret}"}}"#),
        format!(r#"["aino",null,"{secret}"]"#),
    ] {
        let request = axum::http::Request::post("/user/sessions/invalidate")
            .header(header::CONTENT_TYPE, "application/json")
            .body(axum::body::Body::from(body.clone()));
        let reply = scene.send(request.expect("a request")).await;
        assert_eq!(
            (reply.status, reply.fields(), scene.digest().await),
            (400, vec!["body"], before.clone()),
            "{body}"
        );
    }
}
