//! Where two rules, two users or two moments meet: each of these once went wrong.

mod support;

use std::{future::Future as _, pin::pin, sync::Arc, task::Context, time::Duration};

use vahti::{
    Caller, EndRequest, Error, LoginRequest, VerifyRequest,
    core::{EndReason, Group, How, Policy, Profile, Refusal, Role, StateWord},
    store::SessionQuery,
};

use support::{MINUTE, Scene, app, id, log_in, open, policy, supervisor, user};

#[tokio::test]
async fn a_program_that_only_reads_changes_nothing_by_its_own_policy() {
    let scene = Scene::new(policy(3)).await;
    for _ in 0..3 {
        log_in(&scene.vahti, "aino").await;
    }
    scene.vahti.close().await;
    let reader = open(scene.folder.path(), policy(1), scene.clock.clone()).await;
    reader
        .sessions(
            &app(),
            SessionQuery {
                limit: 10,
                ..SessionQuery::default()
            },
        )
        .await
        .expect("a list");
    reader.close().await;
    let scene = scene.restart(policy(3)).await;
    assert_eq!(scene.in_state(StateWord::Active).await, 3);
}

#[tokio::test]
async fn a_verify_of_a_session_that_is_over_by_its_deadline_is_refused_and_nobody_loses_a_place() {
    let idle = Policy {
        idle_timeout: MINUTE,
        ..policy(2)
    };
    let scene = Scene::new(idle.clone()).await;
    let late = log_in(&scene.vahti, "aino").await;
    let scene = scene.restart(idle).await;
    scene.clock.advance(MINUTE / 2);
    let live = log_in(&scene.vahti, "aino").await;
    scene.clock.advance(MINUTE / 2 + Duration::from_secs(2));
    assert_eq!(scene.verdict(&late.token).await, ("deny", "idle"));
    let request = VerifyRequest::of(user("aino"), late.record.session.id.clone());
    let refused = scene.vahti.verify(&supervisor(), request).await.err();
    assert_eq!(
        refused,
        Some(Error::Refused(Refusal::SessionEnded(
            late.record.session.id.clone()
        )))
    );
    assert_eq!(scene.verdict(&live.token).await, ("allow", "active"));
}

#[tokio::test]
async fn a_login_under_a_lasting_key_is_ended_by_its_own_lifetime_alone_also_after_a_restart() {
    let lasting = Policy {
        idle_timeout: MINUTE,
        max_lifetime: 2 * MINUTE,
        lasting: [(app().by.key, 10 * MINUTE)].into(),
        ..policy(2)
    };
    let scene = Scene::new(lasting.clone()).await;
    let rests = log_in(&scene.vahti, "aino").await;
    let scene = scene.restart(lasting).await;
    scene.clock.advance(10 * MINUTE - Duration::from_secs(1));
    scene.vahti.end_overdue().await.expect("a sweep");
    assert_eq!(scene.verdict(&rests.token).await, ("allow", "active"));
    scene.clock.advance(Duration::from_secs(1));
    scene.vahti.end_overdue().await.expect("a sweep");
    assert_eq!(scene.verdict(&rests.token).await, ("deny", "lifetime"));
    assert_eq!(scene.in_state(StateWord::Ended).await, 1);
}

#[tokio::test]
async fn an_id_names_one_session_for_good_also_when_that_was_forgotten() {
    let scene = Scene::new(Policy {
        retention: MINUTE,
        ..policy(1)
    })
    .await;
    let named = |name: &str| LoginRequest {
        session_id: Some(id("seat-1")),
        ..LoginRequest::of(user(name))
    };
    scene
        .vahti
        .login(&app(), named("aino"))
        .await
        .expect("a login");
    for _ in 0..4 {
        log_in(&scene.vahti, "aino").await;
    }
    scene
        .vahti
        .end(
            &app(),
            EndRequest::Session(id("seat-1")),
            EndReason::LoggedOut,
        )
        .await
        .expect("an end");
    scene.clock.advance(MINUTE * 2);
    scene.vahti.forget_old().await.expect("a sweep");
    for name in ["aino", "onni"] {
        let refused = scene.vahti.login(&app(), named(name)).await;
        let taken = Refusal::SessionIdTaken(id("seat-1"));
        assert_eq!(refused.err(), Some(Error::Refused(taken)), "{name}");
    }
}

#[tokio::test]
async fn a_key_whose_revocation_was_cut_off_is_refused_and_can_be_revoked_again() {
    let scene = Scene::new(policy(1)).await;
    let root = Caller::named("root", How::Cli);
    for number in 0..20 {
        let name = format!("key-{number}");
        let text = scene
            .vahti
            .create_key(&root, &name, Role::App, Vec::new())
            .await
            .expect("a key");
        {
            let mut revoking = pin!(scene.vahti.revoke_key(&root, &name));
            let mut context = Context::from_waker(std::task::Waker::noop());
            for _ in 0..number {
                if revoking.as_mut().poll(&mut context).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        if number > 0 {
            assert!(scene.vahti.key(&text).is_none(), "{name} goes on");
        }
        let again = scene.vahti.revoke_key(&root, &name).await;
        assert!(
            matches!(again, Ok(()) | Err(Error::UnknownKey(_))),
            "{again:?}"
        );
        assert!(scene.vahti.key(&text).is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_key_never_comes_back_with_another_that_is_made() {
    let scene = Arc::new(Scene::new(policy(1)).await);
    let one = |lane: usize| {
        let scene = Arc::clone(&scene);
        tokio::spawn(async move {
            let root = Caller::named("root", How::Cli);
            for number in 0..20 {
                let name = format!("key-{lane}-{number}");
                let text = scene
                    .vahti
                    .create_key(&root, &name, Role::App, Vec::new())
                    .await
                    .expect("a key");
                assert!(scene.vahti.key(&text).is_some());
                scene
                    .vahti
                    .revoke_key(&root, &name)
                    .await
                    .expect("a revocation");
                assert!(scene.vahti.key(&text).is_none(), "{name} goes on");
            }
        })
    };
    let lanes: Vec<_> = (0..6).map(one).collect();
    for lane in lanes {
        lane.await.expect("no lane fails");
    }
}

#[tokio::test]
async fn a_caller_of_some_groups_gives_no_others_away() {
    let scene = Scene::new(policy(1)).await;
    let group = |name: &str| Group::new(name).expect("a group");
    let scoped = Caller {
        scope: vec![group("exam")],
        ..app()
    };
    let login = |name: &str, groups: &[&str]| LoginRequest {
        profile: Profile {
            groups: groups.iter().map(|name| group(name)).collect(),
            ..Profile::default()
        },
        ..LoginRequest::of(user(name))
    };
    for groups in [&[][..], &["staff"], &["exam", "staff"]] {
        let refused = scene
            .vahti
            .login(&scoped, login("aino", groups))
            .await
            .err();
        assert_eq!(refused, Some(Error::OutOfScope), "{groups:?}");
    }
    scene
        .vahti
        .login(&scoped, login("aino", &["exam"]))
        .await
        .expect("a login");
    log_in(&scene.vahti, "onni").await;
    let refused = scene
        .vahti
        .login(&scoped, login("onni", &["exam"]))
        .await
        .err();
    assert_eq!(
        refused,
        Some(Error::OutOfScope),
        "somebody of another group is there already"
    );
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_the_key_that_used_it() {
    let scene = Scene::new(policy(0)).await;
    let request = || LoginRequest {
        idempotency_key: Some("1".to_owned()),
        ..LoginRequest::of(user("aino"))
    };
    let first = scene
        .vahti
        .login(&Caller::named("a", How::Api), request())
        .await
        .expect("a login")
        .expect("tracked");
    let other = scene
        .vahti
        .login(&Caller::named("b", How::Api), request())
        .await
        .expect("a login")
        .expect("tracked");
    assert_ne!(first.record.session.id, other.record.session.id);
    assert_eq!(scene.verdict(&first.token).await, ("allow", "active"));
    let again = scene
        .vahti
        .login(&Caller::named("a", How::Api), request())
        .await
        .expect("a login")
        .expect("tracked");
    assert_eq!(first.record.session.id, again.record.session.id);
    assert_eq!(scene.verdict(&first.token).await, ("deny", "no_session"));
}

#[tokio::test]
async fn to_keep_a_session_that_is_not_there_ends_nothing() {
    let scene = Scene::new(policy(1)).await;
    let login = log_in(&scene.vahti, "aino").await;
    let end = EndRequest::User {
        user: user("aino"),
        except: Some(id("seat-71")),
    };
    let refused = scene
        .vahti
        .end(&app(), end, EndReason::LoggedOut)
        .await
        .err();
    assert_eq!(
        refused,
        Some(Error::Refused(Refusal::UnknownSession(id("seat-71"))))
    );
    assert_eq!(scene.verdict(&login.token).await, ("allow", "active"));
}

#[tokio::test]
async fn a_caller_of_some_groups_makes_and_revokes_keys_of_those_only() {
    let scene = Scene::new(policy(1)).await;
    let group = |name: &str| Group::new(name).expect("a group");
    let root = Caller::named("root", How::Cli);
    let scoped = Caller {
        scope: vec![group("exam")],
        ..Caller::named("exams", How::Api)
    };
    let create = |caller, name, groups| scene.vahti.create_key(caller, name, Role::App, groups);
    for groups in [
        vec![],
        vec![group("staff")],
        vec![group("exam"), group("staff")],
    ] {
        let refused = create(&scoped, "lms", groups).await;
        assert_eq!(refused, Err(Error::OutOfScope));
    }
    create(&scoped, "mine", vec![group("exam")])
        .await
        .expect("a key");
    let others = create(&root, "other", vec![]).await.expect("a key");
    let unknown = Err(Error::UnknownKey("other".to_owned()));
    assert_eq!(scene.vahti.revoke_key(&scoped, "other").await, unknown);
    assert!(scene.vahti.key(&others).is_some());
    let seen = scene.vahti.keys(&scoped).await.expect("keys");
    assert_eq!(
        seen.iter().map(|key| &key.name).collect::<Vec<_>>(),
        ["mine"]
    );
    assert_eq!(scene.vahti.revoke_key(&scoped, "mine").await, Ok(()));
}

#[tokio::test]
async fn no_key_has_a_name_under_which_events_without_a_key_are_recorded() {
    let scene = Scene::new(policy(1)).await;
    let root = Caller::named("root", How::Cli);
    for name in ["", "cli", "console", "demo", "dev", "own", "page", "tim"] {
        let refused = scene
            .vahti
            .create_key(&root, name, Role::App, Vec::new())
            .await;
        assert_eq!(refused, Err(Error::KeyNameTaken(name.to_owned())));
    }
}
