//! Promises about API keys.

use vahti_core::{Role, Verb};

use super::{Open, Stage, at, by, groups};
use crate::{ApiKey, Constraint, EventQuery, StoreError};

fn key(name: &str) -> ApiKey {
    ApiKey {
        name: name.to_owned(),
        role: Role::Supervisor,
        groups: groups(&["exam"]),
        hash: [9; 32],
        created_at: at(0),
        revoked_at: None,
    }
}

/// The verb and the note of every event.
async fn events(stage: &Stage) -> Vec<(String, Option<String>)> {
    let all = EventQuery {
        limit: 100,
        ..EventQuery::default()
    };
    let page = stage.store.events(&all).await.expect("events");
    let said = page.items.into_iter();
    said.map(|event| (event.verb, event.note)).collect()
}

/// Keys are listed by name; a name is taken also when its key was revoked. Each has its event.
pub async fn a_key_comes_back_and_its_name_is_taken_for_good(open: &Open) {
    let stage = Stage::new(open);
    for name in ["lms", "desk"] {
        let made = stage.store.create_key(key(name), by()).await;
        made.expect("a key");
    }
    let revoked = stage.store.revoke_key("desk", by()).await;
    assert_eq!(revoked, Ok(true));
    for name in ["lms", "desk"] {
        let again = stage.store.create_key(key(name), by()).await;
        assert_eq!(again, Err(StoreError::Conflict(Constraint::KeyName)));
    }
    let keys = stage.store.keys().await.expect("keys");
    let desk = ApiKey {
        revoked_at: Some(at(0)),
        ..key("desk")
    };
    assert_eq!(keys, [desk, key("lms")]);
    let create = Verb::KeyCreate.as_str().to_owned();
    let revoke = Verb::KeyRevoke.as_str().to_owned();
    let expected = [
        (create.clone(), Some("lms".to_owned())),
        (create, Some("desk".to_owned())),
        (revoke, Some("desk".to_owned())),
    ];
    assert_eq!(events(&stage).await, expected);
    stage.store.close().await;
}

/// A second time, or for a name that no key has, nothing happens.
pub async fn a_key_is_revoked_once(open: &Open) {
    let stage = Stage::new(open);
    stage.store.create_key(key("lms"), by()).await.expect("it");
    stage.clock.set(5_000);
    for (name, expected) in [("lms", true), ("lms", false), ("nobody", false)] {
        let revoked = stage.store.revoke_key(name, by()).await;
        assert_eq!(revoked, Ok(expected), "{name}");
    }
    let keys = stage.store.keys().await.expect("keys");
    assert_eq!(keys[0].revoked_at, Some(at(5_000)));
    assert_eq!(events(&stage).await.len(), 2);
    stage.store.close().await;
}
