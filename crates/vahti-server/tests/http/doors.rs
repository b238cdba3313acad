//! Who may call: read from the router, call by call.

use axum::http::{Method, header};
use serde_json::json;
use vahti::core::{Role, SupervisorName};
use vahti_server::http::{self, Access, Route};

use crate::{
    samples::sample,
    scene::{Scene, policy, send},
};

async fn scene() -> Scene {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("spare", Role::App, &[]).await;
    scene.key("revoked", Role::Admin, &[]).await;
    let caller = vahti::Caller::named("cli", vahti::core::How::Cli);
    let name = SupervisorName::new("Maija K").expect("a name");
    let maija = scene
        .vahti
        .add_supervisor(&caller, name, "proof".to_owned(), Vec::new());
    maija.await.expect("a supervisor");
    scene
        .vahti
        .revoke_key(&caller, "revoked")
        .await
        .expect("revoked");
    for session in ["home", "seat-17"] {
        let login = json!({"user": "aino", "session_id": session, "place": "Hall A"});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    }
    scene
}

fn keyed() -> Vec<(Route, &'static [Role])> {
    let roles = |route: Route| match route.access {
        Access::Key(roles) => Some((route, roles)),
        Access::Open
        | Access::Token
        | Access::Bearer
        | Access::Proxy
        | Access::Browser
        | Access::Supervisor
        | Access::TimSecret
        | Access::TimToken => None,
    };
    http::routes().into_iter().filter_map(roles).collect()
}

#[tokio::test]
async fn every_call_takes_the_roles_that_it_names_and_no_other() {
    for (route, roles) in keyed() {
        for role in Role::ALL {
            let scene = scene().await;
            let (path, body) = sample(&route);
            let request = scene.request(route.method.clone(), &path, role.as_str(), body);
            let reply = scene.send(request).await;
            let at = format!("{} {} by {role}: {}", route.method, route.path, reply.text);
            if roles.contains(role) {
                assert!(reply.status < 400, "{at}");
            } else {
                assert_eq!((reply.status, reply.problem()), (403, "wrong_role"), "{at}");
                let detail = reply.body["detail"].as_str().expect("a sentence");
                assert!(
                    detail.contains(&format!("`{} {}`", route.method, route.path)),
                    "{at}"
                );
            }
        }
    }
}

#[tokio::test]
async fn no_key_a_wrong_key_and_a_revoked_key_are_refused_alike_and_change_nothing() {
    let scene = scene().await;
    let before = scene.digest().await;
    let token = scene
        .post("app", "/v1/check", json!({"token": "v1.home.AAAA"}))
        .await;
    assert_eq!(token.body["reason"], "no_session");
    for (route, _) in keyed() {
        let (path, body) = sample(&route);
        let mut answers = Vec::new();
        for key in ["", "garbage", "revoked", "vahti_admin_AAAA", "v1.home.AAAA"] {
            let request = scene.request(route.method.clone(), &path, key, body.clone());
            let reply = scene.send(request).await;
            let at = format!("{} {} by {key:?}", route.method, route.path);
            assert_eq!((reply.status, reply.problem()), (401, "no_key"), "{at}");
            answers.push(reply.text);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn the_calls_that_are_open_to_everybody_are_these() {
    let open = http::routes()
        .into_iter()
        .chain(http::page_routes())
        .filter(|route| !matches!(route.access, Access::Key(_)));
    let lines: Vec<_> = open
        .map(|route| format!("{:?} {} {}", route.access, route.method, route.path))
        .collect();
    crate::answers::settings().bind(|| insta::assert_snapshot!("open_routes", lines.join("\n")));
}

#[tokio::test]
async fn the_roles_of_all_calls_are_these() {
    let line = |(route, roles): (Route, &[Role])| {
        let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        format!("{} {}: {}", route.method, route.path, roles.join(", "))
    };
    let lines: Vec<_> = keyed().into_iter().map(line).collect();
    crate::answers::settings().bind(|| insta::assert_snapshot!("roles", lines.join("\n")));
}

#[tokio::test]
async fn reading_changes_nothing_whatever_the_address() {
    let scene = scene().await;
    let before = scene.digest().await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for route in http::routes().into_iter().chain(http::page_routes()) {
            let (path, _) = sample(&route);
            for key in ["", "app", "supervisor", "admin", "auditor"] {
                let reply = scene
                    .send(scene.request(method.clone(), &path, key, None))
                    .await;
                assert!(reply.status < 500, "{method} {path}");
                if route.method == Method::GET && method != Method::OPTIONS {
                    assert_ne!(reply.status, 405, "{method} {path}");
                } else {
                    let allow = reply.header(header::ALLOW);
                    assert!(reply.status != 405 || !allow.is_empty(), "{method} {path}");
                }
            }
        }
    }
    assert_eq!(scene.digest().await, before);
}

#[tokio::test]
async fn the_owner_of_the_database_is_an_admin_by_the_name_cli() {
    let scene = scene().await;
    for (route, roles) in keyed() {
        let (path, body) = sample(&route);
        let request = scene.request(route.method.clone(), &path, "", body);
        let status = send(&scene.owner, request).await.status;
        let at = format!("{} {}", route.method, route.path);
        assert_eq!(
            status == 403,
            !roles.contains(&Role::Admin),
            "{at}: {status}"
        );
        assert_ne!(status, 401, "{at}");
    }
    let verify = json!({"user": "aino", "session_id": "seat-17", "actor": "maija"});
    let scene = self::scene().await;
    let request = scene.request(Method::POST, "/v1/verify", "", Some(verify));
    assert_eq!(send(&scene.owner, request).await.status, 200);
    let events = scene.get("auditor", "/v1/events?verb=verify").await;
    let event = &events.body["events"][0];
    assert_eq!(
        (&event["key"], &event["how"], &event["actor"]),
        (&json!("cli"), &json!("cli"), &json!("maija"))
    );
}

#[tokio::test]
async fn the_network_cannot_pass_for_the_owner() {
    let scene = scene().await;
    for name in ["owner", "x-vahti-owner", "cookie", "x-forwarded-user"] {
        let mut request = scene.request(Method::GET, "/v1/keys", "", None);
        request
            .headers_mut()
            .insert(name, "cli".parse().expect("a value"));
        assert_eq!(scene.send(request).await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn authorization_is_read_strictly() {
    let scene = scene().await;
    let key = scene.text_of("app").to_owned();
    let with = |values: &[String]| {
        let mut request = scene.request(Method::GET, "/v1/policy", "", None);
        for value in values {
            let value = value.parse().expect("a value");
            request.headers_mut().append(header::AUTHORIZATION, value);
        }
        request
    };
    for right in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(
            scene.send(with(&[format!("{right} {key}")])).await.status,
            200,
            "{right}"
        );
    }
    for wrong in [
        key.clone(),
        format!("Basic {key}"),
        format!("Bearer{key}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", &key[..key.len() - 1]),
        format!("Bearer {}", key.to_ascii_lowercase()),
        format!("Bearer {key}, Bearer {key}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
    ] {
        assert_eq!(scene.send(with(&[wrong])).await.status, 401);
    }
    let twice = scene
        .send(with(&[format!("Bearer {key}"), format!("Bearer {key}")]))
        .await;
    assert_eq!((twice.status, twice.fields()), (400, vec!["Authorization"]));
}

#[tokio::test]
async fn a_key_is_refused_from_the_request_after_its_revocation() {
    let scene = scene().await;
    assert_eq!(scene.get("spare", "/v1/policy").await.status, 200);
    let request = scene.request(Method::DELETE, "/v1/keys/spare", "admin", None);
    let reply = scene.send(request).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(scene.get("spare", "/v1/policy").await.status, 401);
    let again = scene.request(Method::DELETE, "/v1/keys/spare", "admin", None);
    let again = scene.send(again).await;
    assert_eq!((again.status, again.problem()), (404, "unknown_key"));
}

#[tokio::test]
async fn an_app_sees_the_sessions_of_a_user_it_names_only() {
    let scene = scene().await;
    let all = scene.get("app", "/v1/sessions").await;
    assert_eq!((all.status, all.problem()), (403, "wrong_role"));
    let one = scene.get("app", "/v1/sessions?user=aino").await;
    assert_eq!(one.body["sessions"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_method_are_problems_too() {
    let scene = scene().await;
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/logins",
        "/v1/login/",
        "/v2/login",
        "/v1/sessions/a/b",
        "/figures",
        "/authz/nginx",
        "/authz/ext-authz",
    ] {
        let reply = scene.get("admin", path).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (404, "no_such_address"),
            "{path}"
        );
    }
    for (method, path, allow) in [
        (Method::GET, "/v1/login", "POST"),
        (Method::PUT, "/v1/check", "POST"),
        (Method::POST, "/v1/policy", "GET,HEAD"),
        (Method::DELETE, "/v1/keys", "GET,HEAD,POST"),
        (Method::OPTIONS, "/v1/verify", "POST"),
    ] {
        let reply = scene
            .send(scene.request(method.clone(), path, "admin", None))
            .await;
        assert_eq!(
            (reply.status, reply.problem()),
            (405, "wrong_method"),
            "{method} {path}"
        );
        assert_eq!(reply.header(header::ALLOW), allow, "{method} {path}");
    }
}
