//! Promises about the end of a store.

use std::sync::Arc;

use super::{Open, Stage, by, id};
use crate::{StoreError, Verb};

fn is_unavailable<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

/// Whoever asks a closed store is told that it cannot be used; closing it again does nothing.
pub async fn after_the_end_everything_is_unavailable(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.store.close().await;
    stage.store.close().await;
    assert!(is_unavailable(&stage.login("ann", "a2").await));
    assert!(is_unavailable(&stage.store.stamp().await));
    assert!(is_unavailable(&stage.store.account(&id("ann")).await));
    assert!(is_unavailable(&stage.store.keys().await));
    assert!(is_unavailable(
        &stage.store.record(Verb::ClockAlarm, by()).await
    ));
    assert!(is_unavailable(&stage.store.check_chain().await));
    assert_eq!(stage.store.failure(), None);
}

/// A command that was accepted is carried out and answered, or it is not carried out at all.
pub async fn what_was_under_way_is_finished(open: &Open) {
    let stage = Arc::new(Stage::new(open));
    let logins: Vec<_> = (0..20)
        .map(|n| {
            let stage = Arc::clone(&stage);
            let (user, session) = (format!("user{n}"), format!("s{n}"));
            tokio::spawn(async move { stage.login(&user, &session).await.is_ok() })
        })
        .collect();
    stage.store.close().await;
    let mut answered = Vec::new();
    for login in logins {
        answered.push(login.await.expect("no panic"));
    }
    let stage = Stage::new(open);
    for (n, ok) in answered.into_iter().enumerate() {
        let account = stage.account(&format!("user{n}")).await;
        assert_eq!(account.is_some(), ok, "{n}");
    }
    stage.store.close().await;
}
