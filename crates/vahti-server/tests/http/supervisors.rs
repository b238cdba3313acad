//! The accounts of supervisors, as an administrator makes, lists and disables them.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    answers::snapshot,
    scene::{Reply, Scene, policy},
};

async fn create(scene: &Scene, body: Value) -> Reply {
    scene.post("admin", "/v1/supervisors", body).await
}

async fn invite(scene: &Scene, body: Value) -> Reply {
    scene.post("admin", "/v1/invitations", body).await
}

async fn change(scene: &Scene, key: &str, name: &str, body: Value) -> Reply {
    let path = format!("/v1/supervisors/{name}/password");
    scene.post(key, &path, body).await
}

async fn disable(scene: &Scene, key: &str, name: &str) -> Reply {
    let path = format!("/v1/supervisors/{name}");
    scene
        .send(scene.request(Method::DELETE, &path, key, None))
        .await
}

#[tokio::test]
async fn the_answers_about_supervisors() {
    let scene = Scene::new(policy(1)).await;
    let maija = json!({"name": "Maija K", "password": "correct horse battery"});
    snapshot("create_supervisor", &create(&scene, maija.clone()).await);
    snapshot("supervisor_name_taken", &create(&scene, maija).await);
    let made = create(&scene, json!({"name": "Eino", "groups": ["exam"]})).await;
    snapshot("create_supervisor_with_a_fresh_password", &made);
    let invited = invite(&scene, json!({"name": "Vieno", "length": "2h"})).await;
    snapshot("invite_supervisor", &invited);
    let another = json!({"password": "another horse battery"});
    let changed = change(&scene, "admin", "Maija%20K", another.clone()).await;
    snapshot("change_password", &changed);
    let invited = change(&scene, "admin", "Vieno", another).await;
    snapshot("change_password_of_who_was_invited", &invited);
    assert_eq!(disable(&scene, "admin", "Maija%20K").await.status, 204);
    let again = disable(&scene, "admin", "Maija%20K").await;
    snapshot("unknown_supervisor", &again);
    snapshot("supervisors", &scene.get("admin", "/v1/supervisors").await);
    scene.clock.advance(Duration::from_secs(2 * 3_600));
    let later = scene.get("admin", "/v1/supervisors").await;
    assert_eq!(later.body["supervisors"][2]["name"], "Vieno");
    assert_eq!(
        later.body["supervisors"][2]["is_invited"], false,
        "too late"
    );
}

#[tokio::test]
async fn what_opens_an_account_is_told_once_and_never_shown_again() {
    let scene = Scene::new(policy(1)).await;
    let made = create(&scene, json!({"name": "Eino"})).await;
    let password = made.body["password"].as_str().expect("a password");
    let invited = invite(&scene, json!({"name": "Vieno"})).await;
    let url = invited.body["url"].as_str().expect("a link");
    let (_, secret) = url.split_once("?i=").expect("a secret");
    assert!(password.len() >= 20 && secret.len() == 22);
    let changed = change(&scene, "admin", "Eino", json!({})).await;
    let second = changed.body["password"].as_str().expect("a password");
    assert_ne!(second, password);
    for path in ["/v1/supervisors", "/v1/events"] {
        let reply = scene.get("admin", path).await;
        assert_eq!(reply.status, 200);
        for secret in [password, second, secret, "argon2"] {
            assert!(!reply.text.contains(secret), "{path}: {}", reply.text);
        }
    }
    let events = scene.get("auditor", "/v1/events").await;
    let events = events.body["events"].as_array().expect("events").iter();
    let said: Vec<_> = events
        .filter(|event| {
            event["verb"]
                .as_str()
                .expect("a verb")
                .starts_with("supervisor")
        })
        .map(|event| json!([event["verb"], event["key"], event["note"]]))
        .collect();
    assert_eq!(
        said,
        [
            json!(["supervisor_create", "admin", "Eino"]),
            json!(["supervisor_invite", "admin", "Vieno"]),
            json!(["supervisor_password", "admin", "Eino"]),
        ]
    );
}

#[tokio::test]
async fn an_admin_of_a_group_reaches_only_supervisors_of_it() {
    let mut scene = Scene::new(policy(1)).await;
    scene.key("admin-a", vahti::core::Role::Admin, &["a"]).await;
    assert_eq!(invite(&scene, json!({"name": "Maija"})).await.status, 201);
    for groups in [json!([]), json!(["b"]), json!(["a", "b"])] {
        let body = json!({"name": "Eino", "groups": groups});
        for path in ["/v1/invitations", "/v1/supervisors"] {
            let reply = scene.post("admin-a", path, body.clone()).await;
            assert_eq!((reply.status, reply.problem()), (403, "out_of_scope"));
        }
    }
    let mine = json!({"name": "Eino", "groups": ["a"]});
    let mine = scene.post("admin-a", "/v1/invitations", mine).await;
    assert_eq!(mine.status, 201);
    let seen = scene.get("admin-a", "/v1/supervisors").await;
    let seen = seen.body["supervisors"].as_array().expect("a list");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["name"], "Eino");
    let other = disable(&scene, "admin-a", "Maija").await;
    assert_eq!((other.status, other.problem()), (404, "unknown_supervisor"));
    let other = change(&scene, "admin-a", "Maija", json!({})).await;
    assert_eq!((other.status, other.problem()), (404, "unknown_supervisor"));
    let short = change(&scene, "admin", "Eino", json!({"password": "too short"})).await;
    assert_eq!((short.status, short.fields()), (400, vec!["password"]));
    assert_eq!(disable(&scene, "admin-a", "Eino").await.status, 204);
    assert_eq!(disable(&scene, "admin", "Maija").await.status, 204);
}
