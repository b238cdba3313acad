//! Promises about the record and its chains.

use vahti_core::{By, Verb};

use super::{Open, Stage, by, login};
use crate::{EventQuery, EventRecord};

async fn events(stage: &Stage) -> Vec<EventRecord> {
    let all = EventQuery {
        limit: 100,
        ..EventQuery::default()
    };
    stage.store.events(&all).await.expect("events").items
}

/// Whatever was done, the walk finds every event and no fault.
pub async fn the_chain_of_what_was_written_is_whole(open: &Open) {
    let stage = Stage::new(open);
    for n in 0..5 {
        for user in ["ann", "bob"] {
            let session = format!("{user}-{n}");
            stage.login(user, &session).await.expect("a login");
        }
    }
    stage.verify("ann", "ann-3").await.expect("a verify");
    stage.end("bob", "bob-0").await.expect("an end");
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!((report.chains, report.fault), (2, None));
    assert_eq!(report.events, events(&stage).await.len() as u64);
    stage.store.close().await;
}

/// What the witness is told of the chain is what stands in the record.
pub async fn an_account_knows_the_end_of_its_chain(open: &Open) {
    let stage = Stage::new(open);
    stage.login("ann", "a1").await.expect("a login");
    stage.login("bob", "b1").await.expect("a login");
    stage.login("ann", "a2").await.expect("a login");
    let newest = events(&stage).await.pop().expect("an event");
    let account = stage.account("ann").await.expect("an account");
    assert_eq!(account.chain.events, 2);
    assert_eq!(account.chain.hash, newest.hash);
    let told = stage.witness.newest("ann").expect("the witness was told");
    assert_eq!(told.chain, account.chain);
    stage.store.close().await;
}

/// An event says who, how, from where and why, in the words that were given.
pub async fn texts_come_back_with_their_events(open: &Open) {
    let stage = Stage::new(open);
    let mut command = login("a1");
    command.origin = Some("[2001:db8::7] Browser/1 \"x'; --".to_owned());
    let done = stage.log_in("ann", command).await.expect("a login");
    done.expect("not refused");
    let event = events(&stage).await.pop().expect("an event");
    assert_eq!(event.user.as_deref(), Some("ann"));
    assert_eq!(event.session.as_deref(), Some("a1"));
    assert_eq!(event.verb, "login");
    assert_eq!(event.state.as_deref(), Some("active"));
    assert_eq!(event.key, "lms");
    assert_eq!(event.actor.as_deref(), Some("Ms. Supervisor"));
    assert_eq!(event.how, "api");
    assert_eq!(
        event.origin.as_deref(),
        Some("[2001:db8::7] Browser/1 \"x'; --")
    );
    assert_eq!((event.limit, event.policy.as_str()), (1, "hold"));
    stage.store.close().await;
}

/// A record about no user stands among the others, in a chain that no account shares.
pub async fn events_about_no_user_have_a_chain_of_their_own(open: &Open) {
    let stage = Stage::new(open);
    let reasoned = By {
        note: Some("the clock went back".to_owned()),
        ..by()
    };
    for session in ["a1", "a2"] {
        let recorded = stage.store.record(Verb::ClockAlarm, reasoned.clone()).await;
        recorded.expect("recorded");
        stage.login("ann", session).await.expect("a login");
    }
    let events = events(&stage).await;
    assert_eq!(events[0].user, None);
    assert_eq!(events[0].verb, "clock_alarm");
    assert_eq!(events[0].note, reasoned.note);
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!((report.chains, report.fault), (2, None));
    assert_eq!(stage.witness.told().len(), 2);
    stage.store.close().await;
}
