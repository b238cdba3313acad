//! A pause of the gate: everybody passes, nobody is let in or put out by it, and it ends by itself, also after a restart.

use std::time::Duration;

use vahti::{
    Caller, PAUSE_AT_MOST, Question,
    core::{Group, How, OnLimit, Policy},
    store::{EventQuery, EventRecord},
};

mod support;

use support::{Scene, app, clock, leave_before_it_is_told, log_in, open, policy};

const HOUR: Duration = Duration::from_secs(3_600);

fn admin() -> Caller {
    Caller::named("root", How::Api)
}

async fn events(vahti: &vahti::Vahti, verb: &str) -> Vec<EventRecord> {
    let query = EventQuery {
        verb: Some(verb.to_owned()),
        limit: 100,
        ..EventQuery::default()
    };
    vahti.events(&admin(), query).await.expect("events").items
}

#[tokio::test]
async fn why_the_gate_is_paused_is_known_until_it_is_over_also_after_a_restart() {
    let scene = Scene::new(policy(1)).await;
    assert_eq!(scene.vahti.paused(), None);
    let mut caller = admin();
    for reason in ["an old reason", "the room: wrong network"] {
        caller.by.note = Some(reason.to_owned());
        scene.vahti.pause(&caller, HOUR).await.expect("paused");
    }
    let paused = scene.vahti.paused().expect("a pause");
    assert_eq!(paused.reason.as_deref(), Some("the room: wrong network"));
    assert_eq!(Some(paused.until), scene.vahti.paused_until());
    let scene = scene.restart(policy(1)).await;
    assert_eq!(scene.vahti.paused(), Some(paused));
    scene.clock.advance(HOUR);
    assert_eq!(scene.vahti.paused(), None);
    scene.vahti.pause(&admin(), HOUR).await.expect("paused");
    let scene = scene.restart(policy(1)).await;
    let reason = scene.vahti.paused().map(|paused| paused.reason);
    assert_eq!(reason, Some(None));
}

#[tokio::test]
async fn a_pause_lets_everybody_pass_and_its_end_lets_nobody_in() {
    for on_limit in OnLimit::ALL.iter().filter(|one| **one != OnLimit::Observe) {
        let policy = Policy {
            on_limit: *on_limit,
            ..policy(1)
        };
        let scene = Scene::new(policy).await;
        let first = log_in(&scene.vahti, "aino").await;
        scene.vahti.pause(&admin(), HOUR).await.expect("paused");
        let second = log_in(&scene.vahti, "aino").await;
        let third = log_in(&scene.vahti, "aino").await;
        for token in [&first.token, &second.token, &third.token, "v1.unknown.x"] {
            assert_eq!(
                scene.verdict(token).await,
                ("allow", "paused"),
                "{on_limit}"
            );
        }
        assert!(
            second.record.session.state.is_active(),
            "it goes on for now"
        );
        let question = Question::token(&second.token);
        let checked = scene.vahti.check(&app(), &question).await.expect("it");
        let would = checked.would.expect("what a gate that guards says");
        assert_eq!((would.as_str(), would.reason()), ("hold", "over_limit"));
        assert!(checked.valid_for.is_zero(), "nobody may keep this answer");
        scene.clock.advance(HOUR - Duration::from_millis(1));
        assert_eq!(scene.verdict(&third.token).await, ("allow", "paused"));
        scene.clock.advance(Duration::from_millis(1));
        assert_eq!(scene.verdict(&first.token).await, ("allow", "active"));
        for token in [&second.token, &third.token] {
            assert_eq!(
                scene.verdict(token).await,
                ("hold", "over_limit"),
                "{on_limit}"
            );
        }
        assert_eq!(scene.verdict("v1.unknown.x").await, ("deny", "no_session"));
    }
}

#[tokio::test]
async fn in_a_pause_no_session_that_waits_is_ended_for_another() {
    let policy = Policy {
        held_max_per_user: 1,
        ..policy(1)
    };
    let scene = Scene::new(policy).await;
    scene.vahti.pause(&admin(), HOUR).await.expect("paused");
    for _ in 0..5 {
        log_in(&scene.vahti, "aino").await;
    }
    assert!(events(&scene.vahti, "end").await.is_empty());
}

#[tokio::test]
async fn a_pause_and_its_end_are_recorded_with_who_and_why() {
    let scene = Scene::new(policy(1)).await;
    assert!(!scene.vahti.resume(&admin()).await.expect("nothing to end"));
    let mut caller = admin();
    caller.by.note = Some("wrong limit".to_owned());
    scene.vahti.pause(&caller, HOUR).await.expect("paused");
    scene.vahti.end_pause().await.expect("not yet");
    assert!(events(&scene.vahti, "resume").await.is_empty());
    assert!(scene.vahti.resume(&admin()).await.expect("ended"));
    assert_eq!(scene.vahti.paused_until(), None);
    scene.vahti.pause(&caller, HOUR).await.expect("paused");
    scene.clock.advance(HOUR);
    for _ in 0..2 {
        scene.vahti.end_pause().await.expect("recorded once");
    }
    let pauses = events(&scene.vahti, "pause").await;
    assert_eq!(pauses.len(), 2);
    assert_eq!(pauses[0].note.as_deref(), Some("for 3600 s: wrong limit"));
    let ends = events(&scene.vahti, "resume").await;
    let by: Vec<_> = ends.iter().map(|event| event.how.as_str()).collect();
    assert_eq!(by, ["api", "rule"]);
}

#[tokio::test]
async fn a_pause_lasts_over_a_restart_and_not_longer_than_it_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = clock();
    let first = open(folder.path(), policy(1), clock.clone()).await;
    log_in(&first, "aino").await;
    let held = log_in(&first, "aino").await;
    first.pause(&admin(), HOUR).await.expect("paused");
    first.close().await;
    drop(first);
    let second = open(folder.path(), policy(1), clock.clone()).await;
    let verdict = async |vahti: &vahti::Vahti| {
        let checked = vahti.check(&app(), &Question::token(&held.token)).await;
        checked.expect("an answer").verdict.reason()
    };
    assert_eq!(verdict(&second).await, "paused");
    second.close().await;
    drop(second);
    clock.advance(HOUR);
    let third = open(folder.path(), policy(1), clock.clone()).await;
    assert_eq!(verdict(&third).await, "over_limit");
    third.end_pause().await.expect("recorded");
    assert_eq!(events(&third, "resume").await.len(), 1);
    third.close().await;
}

#[tokio::test]
async fn a_pause_is_bounded_and_for_callers_of_all_groups() {
    let scene = Scene::new(policy(1)).await;
    let until = scene.vahti.pause(&admin(), HOUR * 100).await.expect("cut");
    assert_eq!(until, scene.vahti.now().plus(PAUSE_AT_MOST));
    let scoped = Caller {
        scope: vec![Group::new("a").expect("a group")],
        ..admin()
    };
    let refused = scene.vahti.pause(&scoped, HOUR).await;
    assert_eq!(refused, Err(vahti::Error::OutOfScope));
    assert_eq!(
        scene.vahti.resume(&scoped).await,
        Err(vahti::Error::OutOfScope)
    );
    assert!(scene.vahti.paused_until().is_some());
}

#[tokio::test]
async fn a_pause_whose_caller_left_is_taken_back_and_opens_no_later_start() {
    for resumed in [false, true] {
        let scene = Scene::new(policy(1)).await;
        let vahti = &scene.vahti;
        let is_kept = async || !events(vahti, "pause").await.is_empty();
        leave_before_it_is_told(vahti.pause(&admin(), HOUR), is_kept).await;
        if resumed {
            assert_eq!(vahti.resume(&admin()).await, Ok(true));
        } else {
            vahti.end_pause().await.expect("a turn of the sweep");
        }
        assert_eq!(events(vahti, "resume").await.len(), 1, "{resumed}");
        let scene = scene.restart(policy(1)).await;
        assert_eq!(scene.vahti.paused_until(), None, "{resumed}");
    }
}
