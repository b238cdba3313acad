//! Promises about last-seen times.

use vahti_core::Timestamp;

use super::{Open, Stage, at, session_id};

async fn last_seen(stage: &Stage, session: &str) -> (Timestamp, bool) {
    let found = stage.store.account_of(&session_id(session)).await;
    let account = found.expect("an answer").expect("an account");
    let mut sessions = account.sessions.into_iter();
    let found = sessions.find(|found| found.id.as_str() == session);
    let seen = found.expect("the session").last_seen;
    (seen.at, seen.here)
}

/// An older time than the one that is known changes nothing; nor does an unknown session.
pub async fn a_last_seen_only_rises(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.login("bob", "b1").await.expect("a login");
    for (time, expected) in [(-5, 0), (5_000, 5_000), (4_000, 5_000), (6_000, 6_000)] {
        let seen = vec![
            (session_id("a1"), at(time)),
            (session_id("nobody"), at(time)),
        ];
        stage.store.write_last_seen(seen).await.expect("written");
        assert_eq!(last_seen(&stage, "a1").await, (at(expected), false));
    }
    assert_eq!(last_seen(&stage, "b1").await, (at(0), false));
    let events = stage.store.check_chain().await.expect("a report").events;
    assert_eq!(events, 2);
    stage.store.close().await;
}

/// What has ended stays as it ended.
pub async fn a_last_seen_never_reopens_what_has_ended(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.end("ann", "a1").await.expect("an end");
    let seen = vec![(session_id("a1"), at(5_000))];
    stage.store.write_last_seen(seen).await.expect("an answer");
    assert_eq!(last_seen(&stage, "a1").await, (at(0), false));
    let account = stage.account("ann").await.expect("an account");
    assert_eq!(account.sessions, []);
    stage.store.close().await;
}

/// A decision and a reader see the later of what is written and what this process has seen.
pub async fn what_the_witness_has_seen_counts(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.witness.see("a1", at(9_000));
    assert_eq!(last_seen(&stage, "a1").await, (at(9_000), true));
    let seen = vec![(session_id("a1"), at(10_000))];
    stage.store.write_last_seen(seen).await.expect("written");
    assert_eq!(last_seen(&stage, "a1").await, (at(10_000), true));
    stage.witness.see("a1", at(11_000));
    stage.login("ann", "a2").await.expect("a login");
    let told = stage.witness.newest("ann").expect("the witness was told");
    let seen = told.sessions[0].last_seen;
    assert_eq!((seen.at, seen.here), (at(11_000), true));
    stage.store.close().await;
}
