//! Promises about what a host reads when it starts and when it sweeps.

use core::time::Duration;
use std::sync::Arc;

use vahti_core::{
    Account, Policy, SecretHash, Timestamp,
    decide::{self, Import, Imported, ImportedState, VerifyElsewhere},
};

use super::{Open, Stage, at, by, id, session_id, stored};

async fn accounts(stage: &Stage, ended_after: Timestamp) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut take = |account: &Account| {
        let sessions = account.sessions.iter();
        let sessions = sessions.map(|session| session.id.to_string()).collect();
        found.push((account.user.to_string(), sessions));
    };
    let all = stage.store.accounts(ended_after, &mut take).await;
    all.expect("accounts");
    found.sort();
    found
}

/// Every account that matters comes once, with its sessions in the order of the logins.
pub async fn accounts_come_with_open_sessions_and_those_that_ended_lately(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "b1", "a2", "c1", "a3", "d1"] {
        let user = &session[..1];
        stage.login(user, session).await.expect("a login");
    }
    stage.end("c", "c1").await.expect("an end");
    stage.clock.set(1_000);
    stage.end("a", "a2").await.expect("an end");
    stage.end("d", "d1").await.expect("an end");

    let expected = |all: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        all.iter()
            .map(|(user, ids)| ((*user).to_owned(), owned(ids)))
            .collect()
    };
    let all = accounts(&stage, at(-1)).await;
    let users: Vec<_> = all.iter().map(|(user, _)| user.as_str()).collect();
    assert_eq!(users, ["a", "b", "c", "d"]);
    let lately = accounts(&stage, at(999)).await;
    let a: &[&str] = &["a1", "a2", "a3"];
    assert_eq!(
        lately,
        expected(&[("a", a), ("b", &["b1"]), ("d", &["d1"])])
    );
    let open_only = accounts(&stage, at(1_000)).await;
    assert_eq!(open_only, expected(&[("a", &["a1", "a3"]), ("b", &["b1"])]));
    let mut whole = Vec::new();
    let mut take = |account: &Account| whole.push(account.clone());
    let all = stage.store.accounts(at(1_000), &mut take).await;
    all.expect("accounts");
    for account in whole {
        let told = stage.witness.newest(account.user.as_str());
        assert_eq!(Some(account), told.map(stored));
    }
    stage.store.close().await;
}

/// The one session that was asked for comes with the open ones; others that ended do not.
pub async fn an_account_is_found_by_a_session_that_has_ended(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "a2", "a3", "a4"] {
        stage.login("ann", session).await.expect("a login");
    }
    for session in ["a1", "a2"] {
        stage.end("ann", session).await.expect("an end");
    }
    for (session, expected) in [("a2", vec!["a2", "a3", "a4"]), ("a4", vec!["a3", "a4"])] {
        let found = stage.store.account_of(&session_id(session)).await;
        let account = found.expect("an answer").expect("an account");
        assert_eq!(account.user, id("ann"));
        let ids: Vec<_> = account.sessions.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, expected);
    }
    let nobody = stage.store.account_of(&session_id("nobody")).await;
    assert_eq!(nobody, Ok(None));
    stage.store.close().await;
}

/// The place that comes with each user is where the next page begins.
pub async fn users_with_open_sessions_are_listed_in_pages(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "b1", "c1", "a2", "d1"] {
        let user = &session[..1];
        stage.login(user, session).await.expect("a login");
    }
    stage.end("b", "b1").await.expect("an end");
    for size in [1, 2, 3, 10] {
        let (mut users, mut after) = (Vec::new(), 0);
        loop {
            let page = stage.store.users_with_open_sessions(after, size).await;
            let page = page.expect("users");
            let Some((_, last)) = page.last() else { break };
            after = *last;
            assert!(page.len() <= size as usize);
            users.extend(page.into_iter().map(|(user, _)| user.to_string()));
        }
        assert_eq!(users, ["a", "c", "d"], "{size}");
    }
    stage.store.close().await;
}

/// Those of whom none is open any more, with the place at which the next page begins.
pub async fn users_whose_sessions_ended_lately_are_listed_in_pages(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "b1", "c1", "d1", "d2"] {
        let user = &session[..1];
        stage.login(user, session).await.expect("a login");
    }
    stage.end("a", "a1").await.expect("an end");
    stage.clock.set(1_000);
    for (user, session) in [("b", "b1"), ("c", "c1"), ("d", "d1")] {
        stage.end(user, session).await.expect("an end");
    }
    for (since, expected) in [
        (0, ["a", "b", "c"].as_slice()),
        (1_000, &["b", "c"]),
        (1_001, &[]),
    ] {
        for size in [1, 2, 10] {
            let (mut users, mut after) = (Vec::new(), 0);
            loop {
                let page = stage
                    .store
                    .users_stopped_since(at(since), after, size)
                    .await;
                let page = page.expect("users");
                let Some((_, last)) = page.last() else { break };
                after = *last;
                assert!(page.len() <= size as usize);
                users.extend(page.into_iter().map(|(user, _)| user.to_string()));
            }
            assert_eq!(users, expected, "{since} {size}");
        }
    }
    stage.store.close().await;
}

/// An id is taken whoever's session has it.
pub async fn ids_are_taken_by_open_and_by_ended_sessions(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a-1", "a-2"] {
        stage.login("ann", session).await.expect("a login");
    }
    stage.login("bob", "b-1").await.expect("a login");
    stage.end("ann", "a-1").await.expect("an end");
    assert_eq!(
        stage.taken(&["x", "b-1", "a-2", "a-1", "y"]).await,
        ["b-1", "a-2", "a-1"]
    );
    assert!(stage.taken(&[]).await.is_empty());
    stage.store.close().await;
}

/// For its events would be mixed with those of a session here.
pub async fn the_id_of_a_session_elsewhere_is_taken_once_an_event_names_it(open: &Open) {
    let stage = Stage::new(open);
    let policy = Arc::clone(&stage.policy);
    let command = VerifyElsewhere {
        session: session_id("far"),
        home: "there".to_owned(),
    };
    let done = stage.run("ann", move |account, moment| {
        decide::verify_elsewhere(account, &policy, &by(), &command, moment)
    });
    done.await.expect("an answer").expect("a verify");
    stage.all_refused(&["bob"], &["far"]).await;
    stage.store.close().await;
}

/// Its lifetime counts from the import, also after the store was opened again.
pub async fn an_imported_session_keeps_when_it_logged_in_and_when_it_was_imported(open: &Open) {
    let policy = Policy {
        max_lifetime: Duration::from_secs(300),
        ..Policy::one_per_user()
    };
    let stage = Stage::with(open, policy.clone());
    stage.clock.set(1_000);
    let logged_in_at = at(-3_600_000);
    let command = Import {
        profile: vahti_core::Profile::default(),
        sessions: vec![Imported {
            id: session_id("old"),
            secret: SecretHash::from_bytes([7; 32]),
            place: None,
            origin: None,
            app: None,
            logged_in_at,
            expired_at: None,
            state: ImportedState::Active,
        }],
        home: "here".to_owned(),
    };
    stage.import("ann", command).await.expect("an import");
    let before = stored(stage.account("ann").await.expect("an account"));
    let [session] = before.sessions.as_slice() else {
        panic!("{before:?}")
    };
    assert_eq!(
        (session.login.at, session.login.imported_at),
        (logged_in_at, Some(at(1_000)))
    );
    stage.store.close().await;
    let stage = Stage::with(open, policy);
    assert_eq!(
        stored(stage.account("ann").await.expect("an account")),
        before
    );
    stage.store.close().await;
}
