//! Forgetting people and origins, and the sweep that meets everybody whose deadline has passed.

mod support;

use std::time::Duration;

use futures::future::join_all;
use vahti::{
    Caller, EndRequest, Error, LoginRequest, Question, Vahti,
    core::{EndReason, Group, How, Policy, Refusal},
    store::{EventQuery, EventRecord, SessionQuery},
};

use support::{MINUTE, Scene, app, log_in, policy, supervisor, user};

async fn events(vahti: &Vahti, query: EventQuery) -> Vec<EventRecord> {
    let query = EventQuery {
        limit: 10_000,
        ..query
    };
    vahti.events(&app(), query).await.expect("events").items
}

fn idle() -> Policy {
    Policy {
        idle_timeout: MINUTE,
        ..policy(1)
    }
}

/// Logs in many at once, so that they share commits.
async fn log_in_all(vahti: &Vahti, users: usize) {
    let logins = (0..users).map(async |n| log_in(vahti, &format!("user-{n:05}")).await);
    join_all(logins).await;
}

async fn ends(vahti: &Vahti) -> usize {
    let query = EventQuery {
        verb: Some("end".to_owned()),
        ..EventQuery::default()
    };
    events(vahti, query).await.len()
}

#[tokio::test]
async fn the_check_after_an_erasure_knows_nobody_and_a_later_login_is_a_new_person() {
    let scene = Scene::new(policy(1)).await;
    let first = log_in(&scene.vahti, "aino").await;
    let other = log_in(&scene.vahti, "eino").await;
    assert_eq!(scene.verdict(&first.token).await, ("allow", "active"));
    let ended = scene.vahti.erase(&supervisor(), &user("aino")).await;
    assert_eq!(ended, Ok(vec![first.record.session.id.clone()]));
    assert_eq!(scene.verdict(&first.token).await, ("deny", "no_session"));
    assert_eq!(scene.verdict(&other.token).await, ("allow", "active"));
    let again = scene.vahti.erase(&supervisor(), &user("aino")).await;
    assert_eq!(again, Err(Error::Refused(Refusal::UnknownUser)));

    let second = log_in(&scene.vahti, "aino").await;
    assert_eq!(scene.verdict(&second.token).await, ("allow", "active"));
    let scene = scene.restart(policy(1)).await;
    assert_eq!(scene.verdict(&first.token).await, ("deny", "no_session"));
    assert_eq!(scene.verdict(&second.token).await, ("allow", "active"));
    let all = events(&scene.vahti, EventQuery::default()).await;
    let erased = all.iter().filter(|event| event.erased);
    let verbs: Vec<_> = erased.map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["login", "erase", "end"]);
    let report = scene.vahti.check_events().await.expect("a report");
    assert_eq!(report.fault, None);
}

#[tokio::test]
async fn why_a_session_ended_is_told_for_a_day_and_then_forgotten() {
    let scene = Scene::new(policy(1)).await;
    let gone = log_in(&scene.vahti, "aino").await;
    let open = log_in(&scene.vahti, "eino").await;
    let end = EndRequest::Token(gone.token.clone());
    let ended = scene.vahti.end(&app(), end, EndReason::LoggedOut).await;
    ended.expect("an end");
    for (hours, known, reason) in [(23, 2, "logged_out"), (2, 1, "no_session")] {
        scene.clock.advance(hours * 60 * MINUTE);
        scene.vahti.forget_old().await.expect("forgotten");
        assert_eq!(scene.vahti.index().len(), known);
        assert_eq!(scene.verdict(&gone.token).await, ("deny", reason));
        assert_eq!(scene.verdict(&open.token).await, ("allow", "active"));
    }
}

#[tokio::test]
async fn a_caller_of_some_groups_erases_nobody_else() {
    let scene = Scene::new(policy(1)).await;
    let aino = log_in(&scene.vahti, "aino").await;
    let scoped = Caller {
        scope: vec![Group::new("exam").expect("a group")],
        ..Caller::named("hall", How::Api)
    };
    let refused = scene.vahti.erase(&scoped, &user("aino")).await;
    assert_eq!(refused, Err(Error::Refused(Refusal::UnknownUser)));
    assert_eq!(scene.verdict(&aino.token).await, ("allow", "active"));
}

#[tokio::test]
async fn origins_are_forgotten_after_their_retention_and_sessions_go_on() {
    let day = 24 * 60 * MINUTE;
    let policy = Policy {
        origin_retention: 30 * day,
        ..policy(2)
    };
    let scene = Scene::new(policy).await;
    let from = async |origin: &str| {
        let mut request = LoginRequest::of(user("aino"));
        request.origin = Some(origin.to_owned());
        let login = scene.vahti.login(&app(), request).await.expect("a login");
        login.expect("sessions are tracked").token
    };
    let token = from("[192.0.2.1] Firefox").await;
    scene.clock.advance(20 * day);
    from("[192.0.2.2] Chromium").await;
    let origins = async || -> Vec<_> {
        let sessions = scene.sessions(SessionQuery::default()).await;
        let origin = |record: vahti::store::SessionRecord| record.session.login.origin;
        sessions.into_iter().map(origin).collect()
    };
    scene.vahti.forget_old().await.expect("a sweep");
    assert_eq!(origins().await.iter().flatten().count(), 2);
    scene.clock.advance(11 * day);
    scene.vahti.forget_old().await.expect("a sweep");
    let kept = Some("[192.0.2.2] Chromium".to_owned());
    assert_eq!(origins().await, [None, kept.clone()]);
    let recorded = events(&scene.vahti, EventQuery::default()).await;
    let recorded: Vec<_> = recorded.into_iter().map(|event| event.origin).collect();
    assert_eq!(recorded, [None, kept]);
    assert_eq!(scene.verdict(&token).await, ("allow", "active"));
    let report = scene.vahti.check_events().await.expect("a report");
    assert_eq!(report.fault, None);
}

/// Sessions whose last use may have been lost with a process are not ended for twenty seconds more. As many of them as
/// one turn of the sweep takes must not keep it from the others.
#[tokio::test]
async fn nobody_whose_session_is_still_in_use_stands_in_the_way_of_the_sweep() {
    let scene = Scene::new(idle()).await;
    log_in_all(&scene.vahti, 1_100).await;
    let last = log_in(&scene.vahti, "zoe").await;
    let scene = scene.restart(idle()).await;
    let question = Question::token(&last.token);
    let used = scene.vahti.check(&app(), &question).await;
    assert!(used.expect("a use").allows());
    scene.clock.advance(MINUTE + Duration::from_secs(1));
    scene.vahti.end_overdue().await.expect("a sweep");
    let of_zoe = EventQuery {
        user: Some(user("zoe")),
        verb: Some("end".to_owned()),
        ..EventQuery::default()
    };
    assert_eq!(events(&scene.vahti, of_zoe).await.len(), 1);
    assert_eq!(ends(&scene.vahti).await, 1, "the others wait for longer");
    scene.clock.advance(Duration::from_secs(19));
    for _ in 0..2 {
        scene.vahti.end_overdue().await.expect("a sweep");
    }
    assert_eq!(ends(&scene.vahti).await, 1_101);
}

#[tokio::test]
async fn the_sweep_meets_everybody_in_turns_and_those_who_come_meanwhile_too() {
    let scene = Scene::new(idle()).await;
    scene.vahti.end_overdue().await.expect("a sweep");
    log_in_all(&scene.vahti, 2_100).await;
    scene.clock.advance(MINUTE / 2);
    scene.vahti.end_overdue().await.expect("a sweep");
    log_in(&scene.vahti, "late").await;
    scene.clock.advance(MINUTE / 2 + Duration::from_secs(20));
    let mut told = Vec::new();
    for _ in 0..3 {
        scene.vahti.end_overdue().await.expect("a sweep");
        told.push(ends(&scene.vahti).await);
    }
    assert_eq!(told, [1_000, 2_000, 2_100]);
    scene.clock.advance(MINUTE / 2);
    scene.vahti.end_overdue().await.expect("a sweep");
    assert_eq!(ends(&scene.vahti).await, 2_101);
}
