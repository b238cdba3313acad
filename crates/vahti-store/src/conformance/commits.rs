//! Promises of `transact`: whole, durable, ordered, told, and only then answered.

use std::sync::Arc;

use vahti_core::{
    Account, Commit, Decision, Moment, Policy, SecretHash, Window,
    decide::{self, LogIn},
};

use super::{Open, Stage, at, by, id, login, session_id, stored};
use crate::{Constraint, EventQuery, StoreError};

/// How many events there are in all.
async fn events(stage: &Stage) -> usize {
    let all = EventQuery {
        limit: 1_000,
        ..EventQuery::default()
    };
    let page = stage.store.events(&all).await.expect("events");
    page.items.len()
}

/// When a command is answered, every question finds what it did, and the witness holds it.
pub async fn what_was_answered_is_there_and_the_witness_holds_it(open: &Open) {
    let stage = Stage::new(open);
    let done = stage.login("ann", "a1").await.expect("a login");
    let account = stage.account("ann").await.expect("an account");
    assert_eq!(account.sessions.len(), 1);
    assert_eq!(account.sessions[0].id, done.session.id);
    assert_eq!(account.sessions[0].login, done.session.login);
    let told = stage.witness.newest("ann").expect("the witness was told");
    assert_eq!(told.version, account.version);
    assert_eq!(events(&stage).await, 1);
    stage.store.close().await;
}

/// A decision without events leaves nothing behind, whatever account it returns.
pub async fn an_empty_commit_writes_nothing(open: &Open) {
    let stage = Stage::new(open);
    let decide = |account: &Account, _| Decision {
        commit: Commit::nothing(account),
        answer: Ok(()),
    };
    let answer = stage.run("ann", decide).await.expect("an answer");
    assert_eq!(answer, Ok(()));
    assert_eq!(stage.account("ann").await, None);
    assert_eq!(events(&stage).await, 0);
    assert_eq!(stage.witness.told(), []);
    stage.store.close().await;
}

/// Of many commands at once, the one that fails takes no other with it.
pub async fn a_failed_command_fails_alone(open: &Open) {
    let stage = Arc::new(Stage::new(open));
    stage.login("owner", "taken").await.expect("a login");
    let mut running = Vec::new();
    for n in 0..40 {
        let stage = Arc::clone(&stage);
        running.push(tokio::spawn(async move {
            let session = if n % 8 == 3 {
                "taken".to_owned()
            } else {
                format!("s{n}")
            };
            stage.login(&format!("user{n}"), &session).await.map(drop)
        }));
    }
    for (n, command) in running.into_iter().enumerate() {
        let outcome = command.await.expect("no panic");
        let fails = n % 8 == 3;
        let refused = Err(StoreError::Conflict(Constraint::SessionId));
        assert_eq!(outcome, if fails { refused } else { Ok(()) }, "{n}");
        let account = stage.account(&format!("user{n}")).await;
        assert_eq!(account.is_none(), fails, "{n}");
    }
    assert_eq!(events(&stage).await, 36);
    assert_eq!(stage.witness.told().len(), 36);
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!(report.fault, None);
    stage.store.close().await;
}

/// An id is taken whoever has it.
pub async fn a_taken_session_id_is_refused_and_nothing_is_written(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.login("bob", "b1").await.expect("a login");
    stage.end("ann", "a1").await.expect("an end");
    let before = (stage.account("bob").await, events(&stage).await);
    for user in ["bob", "eve", "ann"] {
        let refused = stage.login(user, "a1").await.map(drop);
        assert_eq!(refused, Err(StoreError::Conflict(Constraint::SessionId)));
    }
    assert_eq!((stage.account("bob").await, events(&stage).await), before);
    assert_eq!(stage.account("eve").await, None);
    stage.login("bob", "b2").await.expect("all goes on");
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!(report.fault, None);
    stage.store.close().await;
}

/// The witness hears of the commits one after the other, as they were made.
pub async fn the_witness_is_told_in_the_order_of_the_commits(open: &Open) {
    let stage = Arc::new(Stage::new(open));
    let logins = (0..30).map(|n| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            let user = format!("user{}", n % 3);
            stage.login(&user, &format!("s{n}")).await.map(drop)
        })
    });
    for login in logins.collect::<Vec<_>>() {
        login.await.expect("no panic").expect("a login");
    }
    let told = stage.witness.told();
    assert_eq!(told.len(), 30);
    let stamps: Vec<_> = told.iter().map(|account| account.newest).collect();
    assert!(stamps.is_sorted_by(|a, b| a < b), "{stamps:?}");
    stage.store.close().await;
}

/// What the witness was told last is what is read.
pub async fn the_witness_is_told_what_can_be_read(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "a2", "a3"] {
        stage.login("ann", session).await.expect("a login");
    }
    stage.verify("ann", "a2").await.expect("a verify");
    stage.end("ann", "a1").await.expect("an end");
    let told = stage.witness.newest("ann").expect("the witness was told");
    let read = stage.account("ann").await.expect("an account");
    assert_eq!(stored(told), read);
    stage.store.close().await;
}

/// No stamp is given out twice, whoever asks.
pub async fn stamps_rise_over_all_accounts(open: &Open) {
    let stage = Stage::new(open);
    let mut stamps = Vec::new();
    for n in 0..6 {
        let user = if n % 2 == 0 { "ann" } else { "bob" };
        let done = stage.login(user, &format!("s{n}")).await.expect("a login");
        stamps.push(done.session.login.stamp);
        stamps.push(stage.store.stamp().await.expect("a stamp"));
    }
    assert!(stamps.is_sorted_by(|a, b| a < b), "{stamps:?}");
    stage.store.close().await;
}

/// The clock of the next process may be behind; its stamps are not.
pub async fn stamps_rise_after_the_store_was_opened_again_with_a_clock_gone_back(open: &Open) {
    let stage = Stage::new(open);
    stage.clock.set(3_600_000);
    let first = stage.login("ann", "a1").await.expect("a login");
    stage.store.close().await;

    let stage = Stage::new(open);
    let second = stage.store.stamp().await.expect("a stamp");
    let third = stage.login("bob", "b1").await.expect("a login");
    assert!(first.session.login.stamp < second);
    assert!(second < third.session.login.stamp);
    assert_eq!(third.session.login.at, at(0));
    stage.store.close().await;
}

/// A decision that panics is refused; the store goes on.
pub async fn a_decision_that_panics_fails_alone(open: &Open) {
    let stage = Stage::new(open);
    let panics = |_: &Account, _: Moment| -> Decision<()> {
        // Not `panic!`, which would print a trace into the output of a test that passes.
        std::panic::resume_unwind(Box::new("out of paper"))
    };
    let (panicked, fine) = tokio::join!(stage.run("ann", panics), stage.login("bob", "b1"));
    let Err(StoreError::Corrupt(why)) = panicked else {
        panic!("{panicked:?}");
    };
    assert!(why.contains("out of paper"), "{why}");
    fine.expect("a login");
    assert_eq!(stage.account("ann").await, None);
    stage.login("ann", "a1").await.expect("a login");
    assert_eq!(stage.store.failure(), None);
    stage.store.close().await;
}

/// A session stays in its account until it is forgotten; a decision that returns without it is a mistake.
pub async fn a_decision_that_loses_a_session_is_refused(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    let before = stage.account("ann").await;
    let policy = Policy::one_per_user();
    let loses = move |account: &Account, moment: Moment| {
        let mut decision = decide::login(account, &policy, &by(), &login("a2"), moment);
        decision.commit.account.sessions.remove(0);
        decision
    };
    let lost = stage.run("ann", loses).await.map(drop);
    assert!(matches!(lost, Err(StoreError::Corrupt(_))), "{lost:?}");
    assert_eq!(stage.account("ann").await, before);
    stage.store.close().await;
}

/// A version counts the commits of an account.
pub async fn a_version_rises_by_one(open: &Open) {
    let stage = Stage::new(open);
    for expected in 1..5 {
        let session = format!("a{expected}");
        stage.login("ann", &session).await.expect("a login");
        let account = stage.account("ann").await.expect("an account");
        assert_eq!(account.version, expected);
    }
    stage.store.close().await;
}

/// Nothing of an account is lost between two processes.
pub async fn what_was_written_is_there_after_the_store_was_opened_again(open: &Open) {
    let policy = Policy {
        max_per_user: 2,
        ..Policy::one_per_user()
    };
    let stage = Stage::with(open, policy.clone());
    let mut command = login("a1");
    command.profile.name = Some("Ann Ääkkönen".to_owned());
    command.profile.email = Some("ann@example.org".to_owned());
    command.profile.number = Some("0042".to_owned());
    command.profile.groups = super::groups(&["exam", "cn:staff/x"]);
    command.place = Some("seat 1".to_owned());
    command.idempotency = Some([3; 32]);
    let again = LogIn {
        secret: SecretHash::from_bytes([8; 32]),
        ..command.clone()
    };
    for command in [command, again] {
        let done = stage.log_in("ann", command).await.expect("a login");
        done.expect("not refused");
    }
    for session in ["a2", "a3", "a4"] {
        stage.login("ann", session).await.expect("a login");
    }
    let window = Some(Window::from_number(59_666_667));
    let verified = stage.verify_by_code("ann", "a3", window).await;
    verified.expect("a verify").expect("not refused");
    stage.end("ann", "a4").await.expect("an end");
    stage.invalidate_all("ann", true).await.expect("it");
    let before = stored(stage.witness.newest("ann").expect("the witness was told"));
    assert_eq!(before.sessions[0].secret, SecretHash::from_bytes([8; 32]));
    assert_eq!(Some(before.sessions[2].marks.redeemed), window);
    let command = before.command.expect("what can be taken back").stamp;
    assert_eq!(before.sessions[2].turned, command);
    stage.store.close().await;

    let stage = Stage::with(open, policy);
    assert_eq!(stage.account("ann").await, Some(before));
    let ended = stage.store.account_of(&session_id("a4")).await;
    assert_eq!(ended.expect("an answer").expect("it").user, id("ann"));
    stage.store.close().await;
}
