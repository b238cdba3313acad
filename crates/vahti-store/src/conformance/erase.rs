//! Promises about forgetting people and where they came from: the record stays whole, and holds no word about them.

use vahti_core::{Profile, UserId, decide};

use super::{Open, Stage, at, by, groups, id, login, session_id};
use crate::{EventQuery, EventRecord, SessionQuery, StoreError};

const HOUR: i64 = 3_600_000;

async fn events(stage: &Stage) -> Vec<EventRecord> {
    let all = EventQuery {
        limit: 1_000,
        ..EventQuery::default()
    };
    stage.store.events(&all).await.expect("events").items
}

async fn is_whole(stage: &Stage) {
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!(report.fault, None);
}

/// A login with all that can be known of a person.
async fn log_in(stage: &Stage, user: &str, session: &str, origin: &str) {
    let mut command = login(session);
    command.origin = Some(origin.to_owned());
    command.place = Some(format!("the place of {user}"));
    command.profile = Profile {
        name: Some(format!("the name of {user}")),
        email: Some(format!("{user}@example.org")),
        number: Some(format!("the number of {user}")),
        groups: groups(&["exam"]),
    };
    let done = stage.log_in(user, command).await.expect("a login");
    done.expect("not refused");
}

/// Sessions, lists, look-ups: nothing knows the person. The events stay, without the name and the texts; the erasure has
/// one of its own, with its reason.
pub async fn an_erased_person_is_known_no_more_and_the_chain_stays_whole(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "a2", "a3"] {
        log_in(&stage, "ann", session, "[192.0.2.1] Ann's browser").await;
    }
    stage.end("ann", "a1").await.expect("an end");
    let before = events(&stage).await;
    let ended = stage.erase("ann", "she asked for it").await;
    assert_eq!(ended, Ok(vec![session_id("a2"), session_id("a3")]));

    let store = &stage.store;
    assert_eq!(stage.account("ann").await, None);
    for session in ["a1", "a2", "a3"] {
        assert_eq!(store.account_of(&session_id(session)).await, Ok(None));
    }
    let all = SessionQuery {
        limit: 10,
        ..SessionQuery::default()
    };
    assert_eq!(store.sessions(&all).await.expect("a page").items, []);
    let open = store.users_with_open_sessions(0, 10).await;
    assert_eq!(open.expect("users"), []);
    let mut accounts = 0;
    let mut count = |_: &vahti_core::Account| accounts += 1;
    store.accounts(at(-1), &mut count).await.expect("accounts");
    assert_eq!(accounts, 0);
    assert_eq!(stage.witness.forgotten(), [id("ann")]);

    let after = events(&stage).await;
    assert!(after.iter().all(|event| event.erased));
    assert!(
        after
            .iter()
            .all(|event| event.user.is_none() && event.origin.is_none())
    );
    let kept = |events: &[EventRecord]| -> Vec<_> {
        let hash = |event: &EventRecord| (event.sequence, event.hash);
        events.iter().take(before.len()).map(hash).collect()
    };
    assert_eq!(kept(&after), kept(&before));
    let erasures: Vec<_> = after.iter().filter(|event| event.verb == "erase").collect();
    assert_eq!(erasures.len(), 1);
    assert_eq!(erasures[0].note.as_deref(), Some("she asked for it"));
    assert_eq!(erasures[0].actor, by().actor);
    is_whole(&stage).await;
    stage.store.close().await;
}

/// Nothing of before counts for them but the ids of the old sessions, which are used up.
pub async fn whoever_logs_in_under_the_name_of_an_erased_person_is_new(open: &Open) {
    let stage = Stage::new(open);
    log_in(&stage, "ann", "a1", "here").await;
    stage
        .invalidate_all("ann", true)
        .await
        .expect("an invalidate");
    stage.erase("ann", "a wish").await.expect("an erasure");
    let done = stage.login("ann", "a2").await.expect("a login");
    assert!(done.session.state.is_active());
    let account = stage.account("ann").await.expect("an account");
    assert_eq!((account.version, account.profile.name), (1, None));
    let of_ann = EventQuery {
        user: Some(id("ann")),
        limit: 10,
        ..EventQuery::default()
    };
    let page = stage.store.events(&of_ann).await.expect("events");
    let verbs: Vec<_> = page.items.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["login"]);
    stage
        .erase("ann", "another wish")
        .await
        .expect("an erasure");
    assert_eq!(stage.account("ann").await, None);
    is_whole(&stage).await;
    stage.store.close().await;
}

/// For the events of the erased person still name them: whoever got one would share these events.
pub async fn the_session_ids_of_an_erased_person_stay_taken(open: &Open) {
    let stage = Stage::new(open);
    for session in ["a1", "a2"] {
        log_in(&stage, "ann", session, "here").await;
    }
    stage.end("ann", "a1").await.expect("an end");
    stage.erase("ann", "a wish").await.expect("an erasure");
    stage.all_refused(&["ann", "bob"], &["a1", "a2"]).await;
    is_whole(&stage).await;
    stage.store.close().await;
}

/// Also if both came from the same place.
pub async fn an_erasure_of_one_person_touches_no_other(open: &Open) {
    let stage = Stage::new(open);
    log_in(&stage, "ann", "a1", "the same browser").await;
    log_in(&stage, "bob", "b1", "the same browser").await;
    let before = stage.account("bob").await;
    let told = stage.witness.told().len();
    stage.erase("ann", "a wish").await.expect("an erasure");
    assert_eq!(stage.account("bob").await, before);
    assert_eq!(stage.witness.told().len(), told);
    let of_bob: Vec<_> = events(&stage)
        .await
        .into_iter()
        .filter(|event| !event.erased)
        .collect();
    assert_eq!(of_bob.len(), 1);
    assert_eq!(of_bob[0].user.as_deref(), Some("bob"));
    assert_eq!(of_bob[0].origin.as_deref(), Some("the same browser"));
    stage.store.close().await;
}

/// One commit: all of it, or nothing.
pub async fn an_erasure_that_fails_erases_nothing(open: &Open) {
    let stage = Stage::new(open);
    log_in(&stage, "ann", "a1", "here").await;
    let before = stage.account("ann").await;
    let policy = std::sync::Arc::clone(&stage.policy);
    let broken = stage.run("ann", move |account, moment| {
        let mut decision = decide::erase(account, &policy, &by(), moment);
        decision.commit.account.sessions.clear();
        decision
    });
    assert!(matches!(broken.await, Err(StoreError::Corrupt(_))));
    assert_eq!(stage.account("ann").await, before);
    assert_eq!(stage.witness.forgotten(), Vec::<UserId>::new());
    let event = events(&stage).await.pop().expect("an event");
    assert_eq!(event.origin.as_deref(), Some("here"));
    stage.store.close().await;
}

/// In the sessions and in the events; whatever state the session is in.
pub async fn origins_are_forgotten_when_nobody_has_used_them_for_long(open: &Open) {
    let stage = Stage::new(open);
    log_in(&stage, "ann", "a1", "the old browser").await;
    stage.end("ann", "a1").await.expect("an end");
    log_in(&stage, "bob", "b1", "the old browser").await;
    stage.clock.set(10 * HOUR);
    log_in(&stage, "ann", "a2", "the new browser").await;
    assert_eq!(stage.store.forget_origins(at(0), 10).await, Ok(0));
    assert_eq!(stage.store.forget_origins(at(2 * HOUR), 10).await, Ok(2));
    assert_eq!(stage.store.forget_origins(at(2 * HOUR), 10).await, Ok(0));
    let origin = async |session: &str| {
        let account = stage.store.account_of(&session_id(session)).await;
        let account = account.expect("an answer").expect("an account");
        let mut sessions = account.sessions.into_iter();
        let found = sessions.find(|found| found.id.as_str() == session);
        found.expect("the session").login.origin
    };
    assert_eq!(origin("a1").await, None);
    assert_eq!(origin("b1").await, None);
    assert_eq!(origin("a2").await.as_deref(), Some("the new browser"));
    let events = events(&stage).await;
    let origins: Vec<_> = events
        .iter()
        .filter_map(|event| event.origin.as_deref())
        .collect();
    assert_eq!(origins, ["the new browser"]);
    is_whole(&stage).await;
    log_in(&stage, "ann", "a3", "the old browser").await;
    assert_eq!(origin("a3").await.as_deref(), Some("the old browser"));
    stage.store.close().await;
}

/// The latest login from there counts.
pub async fn an_origin_that_is_used_again_is_kept(open: &Open) {
    let stage = Stage::new(open);
    for n in 0..30 {
        stage.clock.set(n * HOUR / 2);
        log_in(&stage, "ann", &format!("a{n}"), "the same browser").await;
    }
    assert_eq!(stage.store.forget_origins(at(14 * HOUR), 10).await, Ok(0));
    assert_eq!(stage.store.forget_origins(at(16 * HOUR), 10).await, Ok(1));
    is_whole(&stage).await;
    stage.store.close().await;
}

/// Those that are unused for longest go first.
pub async fn as_many_origins_as_are_asked_for_are_forgotten(open: &Open) {
    let stage = Stage::new(open);
    for (n, user) in ["ann", "bob", "cem"].iter().enumerate() {
        stage.clock.set(2 * HOUR * i64::try_from(n).expect("few"));
        log_in(&stage, user, &format!("s{n}"), &format!("browser {n}")).await;
    }
    assert_eq!(stage.store.forget_origins(at(99 * HOUR), 2).await, Ok(2));
    let events = events(&stage).await;
    let origins: Vec<_> = events
        .iter()
        .filter_map(|event| event.origin.as_deref())
        .collect();
    assert_eq!(origins, ["browser 2"]);
    assert_eq!(stage.store.forget_origins(at(99 * HOUR), 2).await, Ok(1));
    stage.store.close().await;
}
