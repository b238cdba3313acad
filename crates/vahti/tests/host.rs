//! What a host promises over restarts and deadlines.

mod support;

use std::{pin::pin, sync::Arc, time::Duration};

use futures::{future::join_all, poll};
use vahti::{
    EndRequest, Error, LoginRequest, Question, VerifyRequest,
    core::{EndReason, OnLimit, Policy, State, StateWord, verdict::Verdict},
    store::{EventQuery, SessionQuery, conformance::AstrayClock},
};

use support::{MINUTE, Scene, app, log_in, open, policy, supervisor, user};

#[tokio::test]
async fn when_the_limit_falls_the_surplus_waits_and_when_it_rises_nobody_is_let_in() {
    let mut scene = Scene::new(policy(3)).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(log_in(&scene.vahti, "aino").await.token);
    }
    scene = scene.restart(policy(1)).await;
    assert_eq!(scene.verdict(&tokens[0]).await, ("allow", "active"));
    assert_eq!(scene.verdict(&tokens[1]).await, ("hold", "over_limit"));
    scene = scene.restart(policy(3)).await;
    assert_eq!(scene.verdict(&tokens[1]).await, ("hold", "over_limit"));
    assert_eq!(
        (
            scene.in_state(StateWord::Active).await,
            scene.in_state(StateWord::Held).await
        ),
        (1, 2)
    );
}

#[tokio::test]
async fn the_work_in_the_background_follows_the_clock_of_the_host_and_ends_when_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let vahti = open(folder.path(), policy(1), Arc::new(AstrayClock)).await;
    let run = vahti.run(vahti.recorded());
    let ended = tokio::time::timeout(MINUTE, run).await;
    ended.expect("the alarm is recorded, and that ends the work");
    let query = EventQuery {
        limit: 10,
        ..EventQuery::default()
    };
    let events = vahti.events(&app(), query).await.expect("the record");
    let [alarm] = &*events.items else {
        panic!("one alarm: {:?}", events.items)
    };
    assert_eq!(alarm.verb, "clock_alarm");
    assert_eq!(
        alarm.note.as_deref(),
        Some("the wall clock differs by 86400 s")
    );
}

#[tokio::test]
async fn what_a_policy_means_that_was_not_recorded_to_the_end_is_recorded_at_the_next_call() {
    let scene = Scene::new(policy(2)).await;
    let names: Vec<_> = (0..60).map(|n| format!("user{n}")).collect();
    for _ in 0..2 {
        join_all(names.iter().map(|name| log_in(&scene.vahti, name))).await;
    }
    scene.vahti.close().await;
    let vahti = open(scene.folder.path(), policy(1), scene.clock.clone()).await;
    let _ = poll!(pin!(vahti.enforce_policy()));
    vahti.enforce_policy().await.expect("the rest");
    let scene = Scene { vahti, ..scene };
    assert_eq!(scene.in_state(StateWord::Active).await, 60);
    assert_eq!(scene.in_state(StateWord::Held).await, 60);
}

#[tokio::test]
async fn no_session_is_listed_in_a_state_that_its_deadline_has_ended() {
    let scene = Scene::new(Policy {
        idle_timeout: MINUTE,
        ..policy(1)
    })
    .await;
    for _ in 0..2 {
        log_in(&scene.vahti, "aino").await;
    }
    scene.clock.advance(MINUTE * 2);
    assert_eq!(scene.in_state(StateWord::Active).await, 0);
    assert_eq!(scene.in_state(StateWord::Held).await, 0);
    assert_eq!(scene.sessions(SessionQuery::default()).await.len(), 2);
    scene.vahti.end_overdue().await.expect("recorded");
    assert_eq!(scene.in_state(StateWord::Ended).await, 2);
}

#[tokio::test]
async fn a_switch_from_observe_to_hold_makes_true_what_would_said() {
    let observe = Policy {
        on_limit: OnLimit::Observe,
        ..policy(1)
    };
    let mut scene = Scene::new(observe).await;
    let first = log_in(&scene.vahti, "aino").await;
    let second = log_in(&scene.vahti, "aino").await;
    assert_eq!(second.record.session.state, State::Active);
    let answer = scene
        .vahti
        .check(&app(), &Question::token(&second.token))
        .await
        .expect("an answer");
    assert_eq!(
        (answer.verdict.reason(), answer.state),
        ("observe", Some(State::Active))
    );
    assert_eq!(
        answer.would.map(|would| (would.as_str(), would.reason())),
        Some(("hold", "over_limit"))
    );
    let forged = scene
        .vahti
        .check(&app(), &Question::token("nothing"))
        .await
        .expect("an answer");
    assert_eq!(
        (forged.allows(), forged.would.map(Verdict::as_str)),
        (true, Some("deny"))
    );
    scene = scene.restart(policy(1)).await;
    assert_eq!(scene.verdict(&first.token).await, ("allow", "active"));
    assert_eq!(scene.verdict(&second.token).await, ("hold", "over_limit"));
}

#[tokio::test]
async fn a_check_meets_a_deadline_to_the_millisecond_and_the_sweep_records_it_at_its_own_time() {
    let scene = Scene::new(Policy {
        idle_timeout: MINUTE,
        ..policy(1)
    })
    .await;
    let login = log_in(&scene.vahti, "aino").await;
    scene.clock.advance(
        MINUTE
            .checked_sub(Duration::from_millis(1))
            .expect("positive"),
    );
    let quiet = Question {
        touch: false,
        ..Question::token(&login.token)
    };
    assert!(
        scene
            .vahti
            .check(&app(), &quiet)
            .await
            .expect("an answer")
            .allows()
    );
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.verdict(&login.token).await, ("deny", "idle"));
    let deadline = scene.vahti.now();
    scene.clock.advance(MINUTE);
    scene.vahti.end_overdue().await.expect("a sweep");
    let ended = scene
        .vahti
        .session(&app(), &login.record.session.id)
        .await
        .expect("a session");
    assert_eq!(ended.session.expired_at, Some(deadline));
    assert_eq!(scene.in_state(StateWord::Ended).await, 1);
}

#[tokio::test]
async fn use_keeps_a_session_and_its_last_use_survives_an_orderly_stop() {
    let idle = Policy {
        idle_timeout: MINUTE,
        ..policy(1)
    };
    let mut scene = Scene::new(idle.clone()).await;
    let login = log_in(&scene.vahti, "aino").await;
    for _ in 0..5 {
        scene.clock.advance(MINUTE / 2);
        assert_eq!(scene.verdict(&login.token).await, ("allow", "active"));
    }
    scene = scene.restart(idle).await;
    scene.clock.advance(MINUTE / 2);
    assert_eq!(scene.verdict(&login.token).await, ("allow", "active"));
    scene.clock.advance(MINUTE);
    assert_eq!(scene.verdict(&login.token).await, ("deny", "idle"));
}

#[tokio::test]
async fn a_place_whose_last_use_may_be_lost_is_given_away_only_a_little_later() {
    let idle = Policy {
        idle_timeout: MINUTE,
        ..policy(1)
    };
    let mut scene = Scene::new(idle.clone()).await;
    log_in(&scene.vahti, "aino").await;
    scene = scene.restart(idle).await;
    scene.clock.advance(MINUTE + Duration::from_secs(19));
    assert!(
        log_in(&scene.vahti, "aino")
            .await
            .record
            .session
            .state
            .is_held()
    );
    scene.clock.advance(Duration::from_secs(1));
    assert!(
        log_in(&scene.vahti, "aino")
            .await
            .record
            .session
            .state
            .is_active()
    );
}

#[tokio::test]
async fn ended_sessions_are_forgotten_after_the_retention_and_nobody_else_is_touched() {
    let scene = Scene::new(Policy {
        retention: MINUTE,
        ..policy(1)
    })
    .await;
    let first = log_in(&scene.vahti, "aino").await;
    let second = log_in(&scene.vahti, "aino").await;
    let end = EndRequest::Token(first.token.clone());
    scene
        .vahti
        .end(&app(), end, EndReason::LoggedOut)
        .await
        .expect("an end");
    scene.clock.advance(MINUTE);
    scene.vahti.forget_old().await.expect("a sweep");
    assert_eq!(
        scene.sessions(SessionQuery::default()).await.len(),
        2,
        "the retention has not passed"
    );
    scene.clock.advance(Duration::from_millis(1));
    scene.vahti.forget_old().await.expect("a sweep");
    let left = scene.sessions(SessionQuery::default()).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].session.id, second.record.session.id);
    assert!(left[0].session.state.is_held());
}

#[tokio::test]
async fn logins_are_refused_while_the_disk_is_almost_full_and_the_rest_goes_on() {
    let scene = Scene::new(policy(1)).await;
    let login = log_in(&scene.vahti, "aino").await;
    let Scene { vahti, .. } = scene;
    let vahti = vahti.keep_free(u64::MAX);
    let refused = vahti.login(&app(), LoginRequest::of(user("onni"))).await;
    assert!(
        matches!(refused, Err(Error::DiskAlmostFull { .. })),
        "{refused:?}"
    );
    let verify = VerifyRequest::latest(user("aino"));
    vahti.verify(&supervisor(), verify).await.expect("a verify");
    assert!(
        vahti
            .check(&app(), &Question::token(&login.token))
            .await
            .expect("an answer")
            .allows()
    );
}

#[tokio::test]
async fn with_tracking_off_nothing_is_recorded_and_every_check_allows() {
    let scene = Scene::new(Policy {
        enabled: false,
        ..policy(1)
    })
    .await;
    assert!(
        scene
            .vahti
            .login(&app(), LoginRequest::of(user("aino")))
            .await
            .expect("an answer")
            .is_none()
    );
    let answer = scene
        .vahti
        .check(&app(), &Question::session("aino", "any"))
        .await
        .expect("an answer");
    assert_eq!(
        (answer.allows(), answer.verdict.reason()),
        (true, "tracking_off")
    );
    assert!(scene.sessions(SessionQuery::default()).await.is_empty());
}
