//! Bodies whose fields are wrong: each is refused with its field and changes nothing.

use serde_json::{Value, json};

use crate::inputs::{long, scene};

/// Key, address, body, and the field that must be named.
fn bodies() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let mut cases = Vec::new();
    let mut add = |key, path, body, field| cases.push((key, path, body, field));
    // A list is no body, also if its elements are the fields in their order.
    add("app", "/v1/check", json!(["a token"]), "body");
    add(
        "supervisor",
        "/v1/verify",
        json!(["aino", null, false]),
        "body",
    );
    add("admin", "/v1/resume", json!([null, null]), "body");
    add("admin", "/v1/pause", json!(["1h", "why", null]), "body");
    for (path, key) in [
        ("/v1/login", "app"),
        ("/v1/verify", "supervisor"),
        ("/v1/invalidate", "supervisor"),
    ] {
        add(key, path, json!({}), "user");
        for user in [
            "",
            "-",
            "a\u{0}b",
            "a\nb",
            "a\u{202E}b",
            "a\u{2028}b",
            &long(257),
            &long(10_000),
        ] {
            add(key, path, json!({"user": user}), "user");
        }
        for user in [
            json!(null),
            json!(5),
            json!(["aino"]),
            json!({"name": "aino"}),
            json!(true),
        ] {
            add(key, path, json!({"user": user}), "user");
        }
        for id in ["", "current", "seat.17", "a b", "ä", &long(65)] {
            add(
                key,
                path,
                json!({"user": "aino", "session_id": id}),
                "session_id",
            );
        }
        add(key, path, json!({"username": "aino"}), "username");
        add(
            key,
            path,
            json!({"user": "aino", "actor": "a\u{202E}"}),
            "actor",
        );
        add(
            key,
            path,
            json!({"user": "aino", "session": "home"}),
            "session",
        );
    }
    for field in ["name", "email", "number", "place", "actor"] {
        for text in [
            long(257),
            long(10_000),
            "a\u{7}".to_owned(),
            "\u{2066}a".to_owned(),
            "a\u{85}".to_owned(),
        ] {
            add(
                "app",
                "/v1/login",
                json!({"user": "eino", field: text}),
                field,
            );
        }
        add("app", "/v1/login", json!({"user": "eino", field: 7}), field);
    }
    for groups in [json!(["a b"]), json!([""]), json!([long(65)])] {
        add(
            "app",
            "/v1/login",
            json!({"user": "eino", "groups": groups}),
            "groups[0]",
        );
    }
    add(
        "app",
        "/v1/login",
        json!({"user": "eino", "groups": "a"}),
        "groups",
    );
    add(
        "app",
        "/v1/login",
        json!({"user": "eino", "groups": null}),
        "groups",
    );
    add(
        "app",
        "/v1/login",
        json!({"user": "eino", "groups": ["a", 1]}),
        "groups[1]",
    );
    add(
        "app",
        "/v1/login",
        json!({"user": "eino", "origin": "home"}),
        "origin",
    );
    add(
        "app",
        "/v1/login",
        json!({"user": "eino", "origin": {"ip": 7}}),
        "origin.ip",
    );
    add(
        "app",
        "/v1/login",
        json!({"user": "eino", "origin": {"useragent": "x"}}),
        "origin.useragent",
    );
    add(
        "supervisor",
        "/v1/verify",
        json!({"user": "aino", "reason": long(1_025)}),
        "reason",
    );
    add(
        "supervisor",
        "/v1/verify",
        json!({"user": "aino", "keep_others": "yes"}),
        "keep_others",
    );
    add(
        "supervisor",
        "/v1/verify",
        json!({"user": "aino", "targets": ["exam-2"]}),
        "targets",
    );
    add(
        "supervisor",
        "/v1/invalidate",
        json!({"user": "aino", "hold_logins": null}),
        "hold_logins",
    );
    add("app", "/v1/check", json!({}), "token");
    add(
        "app",
        "/v1/check",
        json!({"token": "t", "user": "aino"}),
        "token",
    );
    add(
        "app",
        "/v1/check",
        json!({"token": "t", "session_id": "home"}),
        "session_id",
    );
    add(
        "app",
        "/v1/check",
        json!({"token": "t", "groups": ["a"]}),
        "groups",
    );
    add("app", "/v1/check", json!({"token": 5}), "token");
    add("app", "/v1/check", json!({"tokn": "t"}), "tokn");
    add(
        "app",
        "/v1/check",
        json!({"user": "", "session_id": "home"}),
        "user",
    );
    add(
        "app",
        "/v1/check",
        json!({"user": "aino", "session_id": "a.b"}),
        "session_id",
    );
    add(
        "app",
        "/v1/check",
        json!({"user": "aino", "groups": ["a b"]}),
        "groups[0]",
    );
    add(
        "app",
        "/v1/check",
        json!({"user": "aino", "touch": "no"}),
        "touch",
    );
    add(
        "app",
        "/v1/check",
        json!({"user": "aino", "no_request": true}),
        "no_request",
    );
    add("app", "/v1/end", json!({}), "session_id");
    add(
        "app",
        "/v1/end",
        json!({"session_id": "home", "user": "aino"}),
        "session_id",
    );
    add(
        "app",
        "/v1/end",
        json!({"token": "t", "user": "aino"}),
        "session_id",
    );
    add(
        "app",
        "/v1/end",
        json!({"session_id": "home", "except": "seat"}),
        "except",
    );
    add(
        "app",
        "/v1/end",
        json!({"user": "aino", "except": "a.b"}),
        "except",
    );
    for path in ["/v1/verify-all", "/v1/invalidate-all", "/v1/end-all"] {
        add("admin", path, json!({"users": ["aino", ""]}), "users[1]");
        add("admin", path, json!({"only": "held"}), "only");
        add(
            "admin",
            path,
            json!({"logged_in_before": "yesterday"}),
            "logged_in_before",
        );
        add("admin", path, json!({"unseen_for": "10"}), "unseen_for");
        add("admin", path, json!({"dryrun": true}), "dryrun");
        add(
            "admin",
            path,
            json!({"except_groups": ["a b"]}),
            "except_groups[0]",
        );
    }
    add("admin", "/v1/keys", json!({"name": "x"}), "role");
    add(
        "admin",
        "/v1/keys",
        json!({"name": "x", "role": "root"}),
        "role",
    );
    add(
        "admin",
        "/v1/keys",
        json!({"name": "a b", "role": "app"}),
        "name",
    );
    add(
        "admin",
        "/v1/keys",
        json!({"name": long(65), "role": "app"}),
        "name",
    );
    add(
        "admin",
        "/v1/keys",
        json!({"name": "x", "role": "app", "groups": ["a b"]}),
        "groups[0]",
    );
    for name in ["", " ", "Mai\nja", "Mai\u{202e}ja", "Maija "] {
        add("admin", "/v1/supervisors", json!({"name": name}), "name");
        add("admin", "/v1/invitations", json!({"name": name}), "name");
    }
    for password in ["elevenchars", &long(257)] {
        let body = json!({"name": "Maija K", "password": password});
        add("admin", "/v1/supervisors", body, "password");
    }
    for length in ["", "12", "59s", "8d", "-1h"] {
        let body = json!({"name": "Maija K", "length": length});
        add("admin", "/v1/invitations", body, "length");
    }
    let body = json!({"name": "Maija K", "groups": ["a b"]});
    add("admin", "/v1/invitations", body.clone(), "groups[0]");
    add("admin", "/v1/supervisors", body, "groups[0]");
    cases
}
#[tokio::test]
async fn a_bad_body_is_refused_with_its_field_and_changes_nothing() {
    let scene = scene().await;
    let before = scene.digest().await;
    for (key, path, body, field) in bodies() {
        let reply = scene.post(key, path, body.clone()).await;
        let at = format!(
            "{path} {}: {}",
            &body.to_string()[..body.to_string().len().min(90)],
            reply.text
        );
        assert_eq!((reply.status, reply.problem()), (400, "invalid"), "{at}");
        assert!(reply.fields().contains(&field), "{field}: {at}");
        assert!(reply.text.len() < 4_000, "{at}");
    }
    assert_eq!(scene.digest().await, before);
}
