//! Checks: every verdict, by token and by user, and what the status says of it.

use std::time::Duration;

use serde_json::{Value, json};
use vahti::core::{Bypass, Group, OnLimit, Policy, UserId};

use crate::scene::{Reply, Scene, policy};

async fn log_in(scene: &Scene, user: &str, session: &str) -> String {
    let login = json!({"user": user, "session_id": session});
    let reply = scene.post("app", "/v1/login", login).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.body["token"].as_str().expect("a token").to_owned()
}

async fn check(scene: &Scene, body: Value) -> Reply {
    let reply = scene.post("app", "/v1/check", body.clone()).await;
    assert_eq!(reply.status, 200, "{body}: {}", reply.text);
    reply
}

fn verdict(reply: &Reply) -> (&str, &str) {
    let text = |field: &str| reply.body[field].as_str().expect("a word");
    (text("verdict"), text("reason"))
}

#[tokio::test]
async fn every_verdict_and_its_status() {
    let scene = Scene::new(policy(1)).await;
    let home = log_in(&scene, "aino", "home").await;
    let seat = log_in(&scene, "aino", "seat-17").await;
    let gone = log_in(&scene, "bo", "gone").await;
    scene
        .post("app", "/v1/end", json!({"session_id": "gone"}))
        .await;
    for (body, status, word, reason) in [
        (json!({"token": home}), 200, "allow", "active"),
        (
            json!({"user": "aino", "session_id": "home"}),
            200,
            "allow",
            "active",
        ),
        (json!({"token": seat}), 401, "hold", "over_limit"),
        (
            json!({"user": "aino", "session_id": "seat-17"}),
            401,
            "hold",
            "over_limit",
        ),
        (json!({"token": gone}), 403, "deny", "logged_out"),
        (json!({"token": "nonsense"}), 403, "deny", "no_session"),
        (
            json!({"token": home.replace("home", "seat-17")}),
            403,
            "deny",
            "no_session",
        ),
        (
            json!({"user": "bo", "session_id": "home"}),
            403,
            "deny",
            "no_session",
        ),
        (json!({"user": "nobody"}), 403, "deny", "no_session"),
        (
            json!({"token": seat, "subject": "bo"}),
            200,
            "allow",
            "other_user",
        ),
    ] {
        let plain = check(&scene, body.clone()).await;
        assert_eq!(verdict(&plain), (word, reason), "{body}");
        let by_status = scene.post("app", "/v1/check?status=1", body.clone()).await;
        assert_eq!(
            (by_status.status, &by_status.body),
            (status, &plain.body),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_bypass_lifts_hold_and_mends_no_bad_token() {
    let bypass = Bypass {
        users: [UserId::new("vip").expect("a user")].into(),
        groups: [Group::new("staff").expect("a group")].into(),
        paths: ["/open".to_owned()].into(),
    };
    let scene = Scene::new(Policy {
        bypass,
        ..policy(1)
    })
    .await;
    log_in(&scene, "vip", "first").await;
    let held = log_in(&scene, "vip", "second").await;
    for (body, expected) in [
        (json!({"token": held}), ("allow", "bypass")),
        (json!({"user": "vip"}), ("allow", "bypass")),
        (
            json!({"user": "kai", "groups": ["staff"]}),
            ("allow", "bypass"),
        ),
        (
            json!({"user": "kai", "path": "/open?x"}),
            ("allow", "bypass_path"),
        ),
        (
            json!({"user": "kai", "path": "/open/../x"}),
            ("deny", "no_session"),
        ),
        (json!({"token": format!("{held}x")}), ("deny", "no_session")),
        (json!({"token": "v1.second.AAAA"}), ("deny", "no_session")),
    ] {
        assert_eq!(
            verdict(&check(&scene, body.clone()).await),
            expected,
            "{body}"
        );
    }
}

#[tokio::test]
async fn under_observe_everything_passes_and_would_says_what_would_be() {
    let scene = Scene::new(Policy {
        on_limit: OnLimit::Observe,
        ..policy(1)
    })
    .await;
    log_in(&scene, "aino", "home").await;
    let second = log_in(&scene, "aino", "seat").await;
    let reply = check(&scene, json!({"token": second})).await;
    assert_eq!(verdict(&reply), ("allow", "observe"));
    assert_eq!(
        reply.body["would"],
        json!({"verdict": "hold", "reason": "over_limit"})
    );
    assert_eq!(reply.body["state"], "active");
    let forged = scene
        .post("app", "/v1/check?status=1", json!({"token": "x"}))
        .await;
    assert_eq!(
        (forged.status, &forged.body["would"]["verdict"]),
        (200, &json!("deny"))
    );
}

#[tokio::test]
async fn with_tracking_off_a_login_is_nothing_and_a_check_allows() {
    let scene = Scene::new(Policy {
        enabled: false,
        ..policy(1)
    })
    .await;
    let login = scene
        .post("app", "/v1/login", json!({"user": "aino"}))
        .await;
    assert_eq!(login.status, 201);
    let nothing = json!({"session": null, "token": null, "set_cookie": null, "active": null, "limit": null, "tracked": false});
    assert_eq!(login.body, nothing);
    assert_eq!(
        verdict(&check(&scene, json!({"token": "x"})).await),
        ("allow", "tracking_off")
    );
}

#[tokio::test]
async fn an_answer_may_be_reused_for_as_long_as_the_policy_says_and_no_longer_than_the_session_lives()
 {
    let lasting = Policy {
        cache_for: Duration::from_secs(30),
        max_lifetime: Duration::from_secs(60),
        ..policy(1)
    };
    let scene = Scene::new(lasting).await;
    let home = log_in(&scene, "aino", "home").await;
    let held = log_in(&scene, "aino", "seat").await;
    assert_eq!(
        check(&scene, json!({"token": home})).await.body["valid_for_ms"],
        30_000
    );
    assert_eq!(
        check(&scene, json!({"token": held})).await.body["valid_for_ms"],
        0
    );
    scene.clock.advance(Duration::from_secs(45));
    assert_eq!(
        check(&scene, json!({"token": home})).await.body["valid_for_ms"],
        15_000
    );
    scene.clock.advance(Duration::from_secs(15));
    assert_eq!(
        verdict(&check(&scene, json!({"token": home})).await),
        ("deny", "lifetime")
    );
}

#[tokio::test]
async fn touch_false_is_no_use_of_the_session() {
    let scene = Scene::new(Policy {
        idle_timeout: Duration::from_secs(60),
        ..policy(1)
    })
    .await;
    let home = log_in(&scene, "aino", "home").await;
    scene.clock.advance(Duration::from_secs(40));
    check(&scene, json!({"token": home, "touch": false})).await;
    scene.clock.advance(Duration::from_secs(40));
    assert_eq!(
        verdict(&check(&scene, json!({"token": home})).await),
        ("deny", "idle")
    );
}
