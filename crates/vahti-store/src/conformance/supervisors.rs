//! Promises about the accounts of supervisors.

use vahti_core::{SupervisorName, Verb};

use super::{Open, Stage, at, by, groups, id};
use crate::{Constraint, EventQuery, StoreError, Supervisor};

fn supervisor(number: u8, name: &str) -> Supervisor {
    Supervisor {
        id: id(&format!("supervisor-{number}")),
        name: SupervisorName::new(name).expect("a name"),
        password: Some("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        invitation: None,
        expires_at: None,
        groups: groups(&["exam"]),
        created_at: at(0),
        disabled_at: None,
    }
}

fn invited(number: u8, name: &str, until: i64) -> Supervisor {
    Supervisor {
        password: None,
        invitation: Some([number; 32]),
        expires_at: Some(at(until)),
        ..supervisor(number, name)
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

fn event(verb: Verb, name: &str) -> (String, Option<String>) {
    (verb.as_str().to_owned(), Some(name.to_owned()))
}

/// All of an account comes back, by name; no second valid one has the name of a valid one.
pub async fn a_supervisor_outlives_the_host_and_the_name_is_taken(open: &Open) {
    let stage = Stage::new(open);
    for new in [supervisor(1, "Maija K"), invited(2, "Eino", 5_000)] {
        let made = stage.store.create_supervisor(new, by()).await;
        made.expect("a supervisor");
    }
    for taken in [invited(3, "Maija K", 5_000), supervisor(4, "Eino")] {
        let again = stage.store.create_supervisor(taken, by()).await;
        assert_eq!(again, Err(StoreError::Conflict(Constraint::SupervisorName)));
    }
    let expected = [
        event(Verb::SupervisorCreate, "Maija K"),
        event(Verb::SupervisorInvite, "Eino"),
    ];
    assert_eq!(events(&stage).await, expected);
    stage.store.close().await;
    let again = Stage::new(open);
    let kept = again.store.supervisors().await.expect("supervisors");
    assert_eq!(kept, [invited(2, "Eino", 5_000), supervisor(1, "Maija K")]);
    again.store.close().await;
}

/// A person who comes again next week has the same name and another account.
pub async fn the_name_of_one_who_is_no_longer_valid_can_be_taken_again(open: &Open) {
    let stage = Stage::new(open);
    let create = async |new| stage.store.create_supervisor(new, by()).await;
    create(supervisor(1, "Maija")).await.expect("the first");
    assert_eq!(
        stage.store.disable_supervisor("Maija", by()).await,
        Ok(true)
    );
    create(invited(2, "Maija", 1_000)).await.expect("again");
    stage.clock.set(999);
    let early = create(supervisor(3, "Maija")).await;
    assert_eq!(early, Err(StoreError::Conflict(Constraint::SupervisorName)));
    stage.clock.set(1_000);
    create(supervisor(3, "Maija"))
        .await
        .expect("once it is over");
    let kept = stage.store.supervisors().await.expect("supervisors");
    let valid = kept.iter().filter(|one| one.is_valid(at(1_000)));
    let valid: Vec<_> = valid.map(|one| one.id.as_str()).collect();
    assert_eq!((kept.len(), valid), (3, vec!["supervisor-3"]));
    stage.store.close().await;
}

/// Whoever was invited, is disabled or unknown has none that could be changed.
pub async fn a_changed_password_comes_with_another_id_and_only_where_there_was_one(open: &Open) {
    let stage = Stage::new(open);
    for new in [
        supervisor(1, "Maija"),
        invited(2, "Eino", 9_000),
        supervisor(3, "Over"),
        supervisor(4, "Olli"),
    ] {
        let made = stage.store.create_supervisor(new, by()).await;
        made.expect("a supervisor");
    }
    let over = stage.store.disable_supervisor("Over", by()).await;
    assert_eq!(over, Ok(true));
    let anew = Supervisor {
        password: Some("another proof".to_owned()),
        ..supervisor(5, "Maija")
    };
    for (name, expected) in [
        ("Eino", false),
        ("Over", false),
        ("nobody", false),
        ("Maija", true),
    ] {
        let proof = "another proof".to_owned();
        let changed = stage
            .store
            .change_password(name, anew.id.clone(), proof, by());
        assert_eq!(changed.await, Ok(expected), "{name}");
    }
    assert_eq!(
        events(&stage).await[5..],
        [event(Verb::SupervisorPassword, "Maija")]
    );
    stage.store.close().await;
    let again = Stage::new(open);
    let mut kept = again.store.supervisors().await.expect("supervisors");
    kept.retain(|one| one.disabled_at.is_none());
    assert_eq!(
        kept,
        [invited(2, "Eino", 9_000), anew, supervisor(4, "Olli")]
    );
    again.store.close().await;
}

/// A second time, or for a name that nobody has, nothing happens.
pub async fn a_supervisor_is_disabled_once_and_nothing_that_proved_them_is_kept(open: &Open) {
    let stage = Stage::new(open);
    let create = async |new| stage.store.create_supervisor(new, by()).await;
    create(supervisor(1, "Maija")).await.expect("a supervisor");
    create(invited(2, "Eino", 9_000)).await.expect("another");
    create(invited(3, "Over", 10)).await.expect("a third");
    stage.clock.set(5_000);
    for (name, expected) in [
        ("Maija", true),
        ("Eino", true),
        ("Maija", false),
        ("Over", false),
        ("nobody", false),
    ] {
        let disabled = stage.store.disable_supervisor(name, by()).await;
        assert_eq!(disabled, Ok(expected), "{name}");
    }
    let kept = stage.store.supervisors().await.expect("supervisors");
    for one in kept.iter().filter(|one| one.name.as_str() != "Over") {
        assert_eq!(one.disabled_at, Some(at(5_000)));
        assert_eq!((&one.password, &one.invitation), (&None, &None));
    }
    assert_eq!(
        events(&stage).await[3..],
        ["Maija", "Eino"].map(|name| event(Verb::SupervisorDisable, name))
    );
    stage.store.close().await;
}

/// Of sixty-four at once, one.
pub async fn an_invitation_is_accepted_once_however_many_try(open: &Open) {
    let stage = Stage::new(open);
    let new = invited(7, "Eino", 9_000);
    let made = stage.store.create_supervisor(new, by()).await;
    made.expect("a supervisor");
    let foreign = stage.store.accept_invitation([8; 32], by()).await;
    assert_eq!(foreign, Ok(false));
    let tries: Vec<_> = (0..64)
        .map(|_| {
            let store = std::sync::Arc::clone(&stage.store);
            tokio::spawn(async move { store.accept_invitation([7; 32], by()).await })
        })
        .collect();
    let mut accepted = 0;
    for one in tries {
        accepted += u32::from(one.await.expect("no panic").expect("an answer"));
    }
    assert_eq!(accepted, 1);
    let kept = stage.store.supervisors().await.expect("supervisors");
    let expected = Supervisor {
        invitation: None,
        ..invited(7, "Eino", 9_000)
    };
    assert_eq!(kept, [expected]);
    let verbs = [Verb::SupervisorInvite, Verb::SupervisorAccept];
    assert_eq!(events(&stage).await, verbs.map(|verb| event(verb, "Eino")));
    stage.store.close().await;
}

/// Neither after its time nor after the account was disabled.
pub async fn an_invitation_of_one_who_is_no_longer_valid_is_not_accepted(open: &Open) {
    let stage = Stage::new(open);
    for new in [invited(1, "Eino", 1_000), invited(2, "Maija", 9_000)] {
        let made = stage.store.create_supervisor(new, by()).await;
        made.expect("a supervisor");
    }
    let disabled = stage.store.disable_supervisor("Maija", by()).await;
    assert_eq!(disabled, Ok(true));
    stage.clock.set(1_000);
    for hash in [[1; 32], [2; 32]] {
        let accepted = stage.store.accept_invitation(hash, by()).await;
        assert_eq!(accepted, Ok(false));
    }
    stage.store.close().await;
}
