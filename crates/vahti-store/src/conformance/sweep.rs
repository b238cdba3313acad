//! Promises about forgetting.

use super::{Open, Stage, at, session_id};
use crate::EventQuery;

async fn is_known(stage: &Stage, session: &str) -> bool {
    let found = stage.store.account_of(&session_id(session)).await;
    found.expect("an answer").is_some()
}

/// As many as are asked for, and never an open one.
pub async fn what_ended_first_is_forgotten_first(open: &Open) {
    let stage = Stage::new(open);
    for (n, user) in ["ann", "bob", "cem", "dag"].iter().enumerate() {
        let session = format!("{user}-1");
        stage.login(user, &session).await.expect("a login");
        stage
            .clock
            .set(1_000 * (4 - i64::try_from(n).expect("few")));
        if *user != "dag" {
            stage.end(user, &session).await.expect("an end");
        }
    }
    let store = &stage.store;
    assert_eq!(store.forget_ended(at(2_000), 10).await, Ok(0));
    assert_eq!(store.forget_ended(at(3_001), 1).await, Ok(1));
    assert!(!is_known(&stage, "cem-1").await);
    assert!(is_known(&stage, "bob-1").await && is_known(&stage, "ann-1").await);
    assert_eq!(store.forget_ended(at(99_000), 10).await, Ok(2));
    assert_eq!(store.forget_ended(at(99_000), 10).await, Ok(0));
    assert!(is_known(&stage, "dag-1").await);
    stage.store.close().await;
}

/// The registers, the events and the chain do not need the session.
pub async fn registers_and_events_outlive_a_session(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.verify("ann", "a1").await.expect("a verify");
    stage.end("ann", "a1").await.expect("an end");
    let before = stage.account("ann").await;
    assert_eq!(stage.store.forget_ended(at(1), 10).await, Ok(1));
    assert_eq!(stage.account("ann").await, before);
    let of_session = EventQuery {
        session: Some("a1".to_owned()),
        limit: 10,
        ..EventQuery::default()
    };
    let events = stage.store.events(&of_session).await.expect("events");
    assert_eq!(events.items.len(), 3);
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!((report.events, report.fault), (3, None));
    stage.store.close().await;
}

/// For its events stay. Nor is it free for an import.
pub async fn the_id_of_a_forgotten_session_stays_taken(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.end("ann", "a1").await.expect("an end");
    assert_eq!(stage.store.forget_ended(at(1), 10).await, Ok(1));
    assert!(!is_known(&stage, "a1").await);
    stage.all_refused(&["ann", "bob"], &["a1"]).await;
    stage.store.close().await;
}
