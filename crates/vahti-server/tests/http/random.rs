//! Random bodies, near to what calls expect: no call ever fails on its own side.

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;

use crate::inputs::scene;

/// JSON that is near to what calls expect: their own field names, with values of every kind.
fn any_body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "aino",
            "home",
            "",
            "-",
            "current",
            "v1.home.AAAA",
            "10m",
            "app",
            "waiting"
        ])
        .prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop_oneof![
            prop::sample::select(vec!["ip", "text", "user_agent", "x"]).prop_map(str::to_owned),
            any::<String>()
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let names = vec![
        "user",
        "session_id",
        "token",
        "name",
        "email",
        "place",
        "origin",
        "groups",
        "replaces",
        "actor",
        "reason",
        "touch",
        "path",
        "subject",
        "except",
        "users",
        "places",
        "only",
        "unseen_for",
        "dry_run",
        "role",
        "logged_in_before",
        "keep_others",
        "hold_logins",
    ];
    let name = prop_oneof![
        8 => prop::sample::select(names).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::btree_map(name, value, 0..6)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

#[test]
fn no_json_makes_a_call_fail_on_its_own_side() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let scene = runtime.block_on(scene());
    let calls = [
        ("app", "/v1/login"),
        ("app", "/v1/check"),
        ("supervisor", "/v1/verify"),
        ("supervisor", "/v1/invalidate"),
        ("app", "/v1/end"),
        ("admin", "/v1/invalidate-all"),
        ("admin", "/v1/keys"),
        ("admin", "/v1/supervisors"),
        ("admin", "/v1/invitations"),
    ];
    let cases = if vahti::store::conformance::is_long() {
        20_000
    } else {
        500
    };
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let checked = TestRunner::new(config).run(
        &(prop::sample::select(calls.to_vec()), any_body()),
        |((key, path), body)| {
            let reply = runtime.block_on(scene.post(key, path, body));
            prop_assert!(reply.status < 500 && reply.status != 422, "{}", reply.text);
            prop_assert!(
                reply.status != 400 || !reply.fields().is_empty(),
                "{}",
                reply.text
            );
            Ok(())
        },
    );
    checked.expect("no call fails");
}
