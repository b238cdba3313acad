//! Promises about the limit: the store itself keeps it, whatever a decision says.

use std::sync::Arc;

use vahti_core::{Account, Commit, Decision, Moment, OnLimit, Policy, Stamp, State, decide};

use super::{Open, Stage, by, login};
use crate::{Constraint, StoreError};

fn limit(max_per_user: u32) -> Policy {
    Policy {
        max_per_user,
        ..Policy::one_per_user()
    }
}

/// A login that is let in whatever the limit says, as a mistake in the rules would do it.
async fn barge_in(stage: &Stage, user: &str, session: &str) -> Result<(), StoreError> {
    let lax = Policy {
        max_per_user: 0,
        ..Policy::clone(&stage.policy)
    };
    let command = login(session);
    let decide = move |account: &Account, moment: Moment| {
        decide::login(account, &lax, &by(), &command, moment)
    };
    stage.run(user, decide).await.map(drop)
}

/// The database alone would refuse more (abuse case 2).
pub async fn sixty_four_logins_at_once_leave_as_many_active_as_the_limit(open: &Open) {
    let mut policy = limit(3);
    policy.held_max_per_user = 100;
    let stage = Arc::new(Stage::with(open, policy));
    let logins: Vec<_> = (0..64)
        .map(|n| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { stage.login("ann", &format!("s{n}")).await.map(drop) })
        })
        .collect();
    for login in logins {
        login.await.expect("no panic").expect("a login");
    }
    let account = stage.account("ann").await.expect("an account");
    assert_eq!(account.sessions.len(), 64);
    assert_eq!(account.active(), 3);
    stage.store.close().await;
}

/// Only the command that makes too many active fails, and nothing of it is kept.
pub async fn a_decision_that_forgets_the_limit_is_refused_alone(open: &Open) {
    let stage = Stage::with(open, limit(2));
    barge_in(&stage, "ann", "a1").await.expect("the first");
    barge_in(&stage, "ann", "a2").await.expect("the second");
    let before = stage.account("ann").await;
    let (third, other) =
        tokio::join!(barge_in(&stage, "ann", "a3"), barge_in(&stage, "bob", "b1"),);
    assert_eq!(third, Err(StoreError::Conflict(Constraint::Slot)));
    assert_eq!(other, Ok(()));
    assert_eq!(stage.account("ann").await, before);
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!((report.events, report.fault), (3, None));
    stage.store.close().await;
}

/// Whoever gives a place up frees it in the same commit in which another takes it.
pub async fn a_place_that_is_given_up_can_be_taken(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("active");
    stage.login("ann", "a2").await.expect("held");
    for session in ["a2", "a1", "a2"] {
        stage.verify("ann", session).await.expect("a verify");
    }
    stage.end("ann", "a2").await.expect("an end");
    stage.login("ann", "a3").await.expect("active");
    let account = stage.account("ann").await.expect("an account");
    let active = |name: &str| {
        let session = account.sessions.iter().find(|s| s.id.as_str() == name);
        session.is_some_and(|session| session.state == State::Active)
    };
    assert!(active("a3") && !active("a1"));
    assert_eq!(
        barge_in(&stage, "ann", "a4").await,
        Err(StoreError::Conflict(Constraint::Slot))
    );
    stage.store.close().await;
}

/// The limit is the store's own, from the configuration of this process.
pub async fn a_lower_limit_holds_from_the_next_commit_on(open: &Open) {
    let stage = Stage::with(open, limit(3));
    for session in ["a1", "a2", "a3"] {
        barge_in(&stage, "ann", session).await.expect("active");
    }
    stage.store.close().await;

    let stage = Stage::with(open, limit(2));
    assert_eq!(
        barge_in(&stage, "ann", "a4").await,
        Err(StoreError::Conflict(Constraint::Slot))
    );
    stage.login("ann", "a5").await.expect("held");
    let account = stage.account("ann").await.expect("an account");
    assert_eq!((account.active(), account.sessions.len()), (2, 4));
    stage.store.close().await;

    let stage = Stage::with(open, limit(4));
    barge_in(&stage, "ann", "a6").await.expect("the third");
    barge_in(&stage, "ann", "a7").await.expect("the fourth");
    assert_eq!(
        barge_in(&stage, "ann", "a8").await,
        Err(StoreError::Conflict(Constraint::Slot))
    );
    stage.store.close().await;
}

/// Whoever holds the third place of three holds a place of two when the limit falls.
pub async fn a_place_beyond_a_lower_limit_is_no_free_place_below_it(open: &Open) {
    let stage = Stage::with(open, limit(3));
    for session in ["a1", "a2", "a3"] {
        barge_in(&stage, "ann", session).await.expect("active");
    }
    stage.end("ann", "a1").await.expect("an end");
    stage.store.close().await;

    let stage = Stage::with(open, limit(2));
    assert_eq!(
        barge_in(&stage, "ann", "a4").await,
        Err(StoreError::Conflict(Constraint::Slot))
    );
    let account = stage.account("ann").await.expect("an account");
    assert_eq!(account.active(), 2);
    stage.store.close().await;
}

/// No limit, or a policy that only observes: nothing is refused, and the limit that comes back counts again.
pub async fn without_a_limit_there_are_no_places(open: &Open) {
    let observe = Policy {
        on_limit: OnLimit::Observe,
        ..Policy::one_per_user()
    };
    for policy in [limit(0), observe] {
        let name = policy.on_limit.as_str();
        let stage = Stage::with(open, policy);
        for n in 0..4 {
            let session = format!("{name}-{n}");
            barge_in(&stage, name, &session).await.expect("active");
        }
        stage.store.close().await;
    }
    let stage = Stage::new(open);
    let decide = |account: &Account, moment: Moment| {
        let mut commit = Commit::nothing(account);
        let policy = Policy::one_per_user();
        let settled = decide::settle(account, &policy, moment);
        commit.events = settled.events;
        commit.account.newest = moment.stamp.max(Stamp::NEVER);
        Decision {
            commit,
            answer: Ok(()),
        }
    };
    let left_active = stage.run("hold", decide).await.map(drop);
    assert_eq!(left_active, Err(StoreError::Conflict(Constraint::Slot)));
    stage.store.close().await;
}
