//! A clean start: after an invalidate of everybody nobody's next login is held because an earlier one has just ended.

mod support;

use core::time::Duration;

use support::{Scene, app, log_in, policy, supervisor, user};
use vahti::{EndRequest, Selection, core::EndReason, core::Policy};

const HOUR: Duration = Duration::from_secs(3_600);

/// As an exam sets it.
async fn scene() -> Scene {
    Scene::new(Policy {
        hold_after_end: 8 * HOUR,
        max_lifetime: 10 * HOUR,
        ..policy(1)
    })
    .await
}

async fn begin_anew(scene: &Scene, selection: Selection) -> (u64, u64) {
    let (vahti, by) = (&scene.vahti, supervisor());
    let look = vahti.invalidate_all(&by, selection.clone(), true);
    let look = look.await.expect("a look");
    let done = vahti.invalidate_all(&by, selection, false);
    let done = done.await.expect("an invalidate of all");
    assert_eq!((look.users, look.sessions), (done.users, done.sessions));
    scene.clock.advance(Duration::from_secs(1));
    (done.users, done.sessions)
}

async fn log_out(scene: &Scene, name: &str) {
    let request = EndRequest::User {
        user: user(name),
        except: None,
    };
    let by = app();
    let ended = scene.vahti.end(&by, request, EndReason::LoggedOut);
    ended.await.expect("an end");
}

/// Whether the next login goes on.
async fn goes_on(scene: &Scene, name: &str) -> bool {
    log_in(&scene.vahti, name)
        .await
        .record
        .session
        .state
        .is_active()
}

#[tokio::test]
async fn whoever_is_logged_in_begins_anew() {
    let scene = scene().await;
    log_in(&scene.vahti, "aino").await;
    assert_eq!(begin_anew(&scene, Selection::default()).await, (1, 1));
    assert!(goes_on(&scene, "aino").await);
}

#[tokio::test]
async fn whoever_logged_out_or_ran_out_before_begins_anew_and_is_not_counted() {
    let scene = scene().await;
    log_in(&scene.vahti, "ran-out").await;
    scene.clock.advance(9 * HOUR);
    log_in(&scene.vahti, "logged-out").await;
    log_out(&scene, "logged-out").await;
    scene.clock.advance(HOUR + Duration::from_secs(1));
    assert_eq!(begin_anew(&scene, Selection::default()).await, (0, 0));
    assert!(goes_on(&scene, "ran-out").await);
    assert!(goes_on(&scene, "logged-out").await);
}

#[tokio::test]
async fn whoever_is_not_meant_does_not_begin_anew() {
    for selection in [
        Selection {
            users: vec![user("somebody-else")],
            ..Selection::default()
        },
        Selection {
            places: vec!["Hall A".to_owned()],
            ..Selection::default()
        },
        Selection {
            halls: vec!["Hall A".to_owned()],
            ..Selection::default()
        },
        Selection {
            only_waiting: true,
            ..Selection::default()
        },
        Selection {
            groups: vec![vahti::core::Group::new("exam").expect("a group")],
            ..Selection::default()
        },
    ] {
        let scene = scene().await;
        log_in(&scene.vahti, "aino").await;
        log_out(&scene, "aino").await;
        scene.clock.advance(HOUR);
        begin_anew(&scene, selection).await;
        assert!(!goes_on(&scene, "aino").await);
    }
}

#[tokio::test]
async fn a_look_at_those_who_were_logged_in_by_then_is_a_clean_start_for_them() {
    let scene = scene().await;
    log_in(&scene.vahti, "aino").await;
    log_in(&scene.vahti, "onni").await;
    log_out(&scene, "onni").await;
    scene.clock.advance(HOUR);
    let selection = Selection {
        logged_in_before: Some(scene.vahti.now()),
        ..Selection::default()
    };
    assert_eq!(begin_anew(&scene, selection).await, (1, 1));
    assert!(goes_on(&scene, "aino").await);
    assert!(goes_on(&scene, "onni").await);
}

#[tokio::test]
async fn an_end_after_the_clean_start_holds_the_next_login_again() {
    let scene = scene().await;
    log_in(&scene.vahti, "aino").await;
    log_out(&scene, "aino").await;
    begin_anew(&scene, Selection::default()).await;
    assert!(goes_on(&scene, "aino").await);
    log_out(&scene, "aino").await;
    assert!(!goes_on(&scene, "aino").await);
}
