//! What commands promise: whom they meet, whom they do not, and what they say of what is not there.

mod support;

use std::{path::Path, pin::pin};

use futures::FutureExt as _;
use vahti::{
    Caller, EndRequest, Error, InvalidateRequest, LoginRequest, Question, Selection, VerifyRequest,
    Who,
    core::{EndReason, Group, How, Profile, Refusal},
    store::SessionQuery,
};

use support::{MINUTE, Scene, app, id, log_in, policy, supervisor, user};

#[tokio::test]
async fn who_logs_in_at_a_browser_of_somebody_else_ends_that_session() {
    let scene = Scene::new(policy(1)).await;
    let aino = log_in(&scene.vahti, "aino").await;
    let request = LoginRequest {
        replaces: Some(aino.token.clone()),
        ..LoginRequest::of(user("onni"))
    };
    scene.vahti.login(&app(), request).await.expect("a login");
    assert_eq!(scene.verdict(&aino.token).await, ("deny", "replaced"));
    let onni = log_in(&scene.vahti, "onni").await;
    let forged = format!("v1.{}.{}", onni.record.session.id, "A".repeat(43));
    let request = LoginRequest {
        replaces: Some(forged),
        ..LoginRequest::of(user("eino"))
    };
    scene.vahti.login(&app(), request).await.expect("a login");
    assert_eq!(scene.verdict(&onni.token).await.0, "hold");
}

#[tokio::test]
async fn unknown_wrong_and_foreign_are_one_answer() {
    let scene = Scene::new(policy(1)).await;
    let login = log_in(&scene.vahti, "aino").await;
    let session = login.record.session.id.as_str();
    for token in [
        String::new(),
        "v1.x.y".to_owned(),
        format!("v1.{session}.{}", "A".repeat(43)),
        format!("v1.no.{}", "A".repeat(43)),
    ] {
        assert_eq!(
            scene.verdict(&token).await,
            ("deny", "no_session"),
            "{token}"
        );
    }
    for (name, session) in [
        ("onni", Some(session)),
        ("aino", Some("no")),
        ("aino", None),
    ] {
        let who = Who::User {
            user: name,
            session,
            groups: &[],
        };
        let question = Question::of(who);
        let answer = scene
            .vahti
            .check(&app(), &question)
            .await
            .expect("an answer");
        assert_eq!(answer.verdict.reason(), "no_session", "{name} {session:?}");
    }
}

#[tokio::test]
async fn a_caller_with_groups_acts_on_and_sees_only_users_of_them() {
    let scene = Scene::new(policy(1)).await;
    let exam = Group::new("exam").expect("a group");
    let scoped = Caller {
        scope: vec![exam.clone()],
        ..supervisor()
    };
    let foreign = log_in(&scene.vahti, "aino").await;
    let of_exam = |name: &str| LoginRequest {
        profile: Profile {
            groups: vec![exam.clone()],
            ..Profile::default()
        },
        ..LoginRequest::of(user(name))
    };
    assert_eq!(
        scene
            .vahti
            .login(&scoped, LoginRequest::of(user("onni")))
            .await
            .err(),
        Some(Error::OutOfScope)
    );
    let unknown = Some(Error::Refused(Refusal::UnknownUser));
    assert_eq!(
        scene.vahti.login(&scoped, of_exam("aino")).await.err(),
        Some(Error::OutOfScope)
    );
    let own = scene
        .vahti
        .login(&scoped, of_exam("onni"))
        .await
        .expect("a login")
        .expect("tracked");
    let verify = VerifyRequest::latest(user("aino"));
    assert_eq!(scene.vahti.verify(&scoped, verify).await.err(), unknown);
    let invalidate = InvalidateRequest {
        hold_logins: true,
        ..InvalidateRequest::all(user("aino"))
    };
    assert_eq!(
        scene.vahti.invalidate(&scoped, invalidate).await.err(),
        unknown
    );
    let foreign_id = foreign.record.session.id.clone();
    let refused = Some(Error::Refused(Refusal::UnknownSession(foreign_id.clone())));
    let end = EndRequest::Session(foreign_id.clone());
    assert_eq!(
        scene
            .vahti
            .end(&scoped, end, EndReason::LoggedOut)
            .await
            .err(),
        refused
    );
    assert_eq!(
        scene.vahti.session(&scoped, &foreign_id).await.err(),
        refused
    );
    let answer = scene
        .vahti
        .check(&scoped, &Question::token(&foreign.token))
        .await
        .expect("an answer");
    assert_eq!(answer.verdict.reason(), "no_session");
    assert!(
        scene
            .vahti
            .check(&scoped, &Question::token(&own.token))
            .await
            .expect("an answer")
            .allows()
    );
    let seen = scene
        .vahti
        .sessions(
            &scoped,
            SessionQuery {
                limit: 10,
                ..SessionQuery::default()
            },
        )
        .await
        .expect("a list");
    assert_eq!(seen.items.len(), 1);
    let bulk = scene
        .vahti
        .end_all(&scoped, Selection::default(), false)
        .await
        .expect("a bulk");
    assert_eq!((bulk.users, bulk.sessions), (1, 1));
    assert_eq!(scene.verdict(&foreign.token).await, ("allow", "active"));
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let scene = Scene::new(policy(1)).await;
    for name in ["aino", "onni"] {
        log_in(&scene.vahti, name).await;
        log_in(&scene.vahti, name).await;
    }
    let waiting = Selection {
        only_waiting: true,
        ..Selection::default()
    };
    let dry = scene
        .vahti
        .verify_all(&supervisor(), waiting.clone(), true)
        .await
        .expect("a dry run");
    assert_eq!((dry.users, dry.sessions), (2, 2));
    let first = scene
        .sessions(SessionQuery {
            user: Some(user("aino")),
            ..SessionQuery::default()
        })
        .await;
    assert!(first[0].session.state.is_active() && first[1].session.state.is_held());
    let real = scene
        .vahti
        .verify_all(&supervisor(), waiting, false)
        .await
        .expect("a command");
    assert_eq!(real, dry);
    let after = scene
        .sessions(SessionQuery {
            user: Some(user("aino")),
            ..SessionQuery::default()
        })
        .await;
    assert!(after[0].session.state.is_held() && after[1].session.state.is_active());
}

#[tokio::test]
async fn a_command_for_many_users_meets_only_what_is_selected() {
    let scene = Scene::new(policy(0)).await;
    let at = |name: &str, place: &str| LoginRequest {
        place: Some(place.to_owned()),
        ..LoginRequest::of(user(name))
    };
    scene
        .vahti
        .login(&app(), at("aino", "Hall A"))
        .await
        .expect("a login");
    scene.clock.advance(MINUTE);
    let before = scene.vahti.now();
    scene
        .vahti
        .login(&app(), at("onni", "Hall A"))
        .await
        .expect("a login");
    scene
        .vahti
        .login(&app(), at("eino", "Hall B"))
        .await
        .expect("a login");
    let count = async |selection: Selection| {
        scene
            .vahti
            .invalidate_all(&supervisor(), selection, true)
            .await
            .expect("a dry run")
            .sessions
    };
    assert_eq!(count(Selection::default()).await, 3);
    assert_eq!(
        count(Selection {
            places: vec!["Hall A".to_owned()],
            ..Selection::default()
        })
        .await,
        2
    );
    assert_eq!(
        count(Selection {
            logged_in_before: Some(before),
            ..Selection::default()
        })
        .await,
        1
    );
    assert_eq!(
        count(Selection {
            unseen_for: Some(MINUTE),
            ..Selection::default()
        })
        .await,
        1
    );
    assert_eq!(
        count(Selection {
            only_waiting: true,
            ..Selection::default()
        })
        .await,
        0
    );
    let named = Selection {
        users: vec![user("onni"), user("nobody")],
        ..Selection::default()
    };
    let bulk = scene
        .vahti
        .end_all(&supervisor(), named, false)
        .await
        .expect("a command");
    assert_eq!((bulk.users, bulk.sessions), (1, 1));
    assert_eq!(bulk.unprocessed[0].user, user("nobody"));
}

#[tokio::test]
async fn a_revoked_key_is_no_key() {
    let scene = Scene::new(policy(1)).await;
    let caller = Caller::named("root", How::Cli);
    let text = scene
        .vahti
        .create_key(&caller, "lms", vahti::core::Role::App, Vec::new())
        .await
        .expect("a key");
    assert_eq!(
        scene.vahti.key(&text).map(|key| key.name.clone()),
        Some("lms".to_owned())
    );
    let again = scene
        .vahti
        .create_key(&caller, "lms", vahti::core::Role::App, Vec::new())
        .await;
    assert_eq!(again.err(), Some(Error::KeyNameTaken("lms".to_owned())));
    scene
        .vahti
        .revoke_key(&caller, "lms")
        .await
        .expect("a revocation");
    assert!(scene.vahti.key(&text).is_none());
    assert_eq!(
        scene.vahti.revoke_key(&caller, "lms").await.err(),
        Some(Error::UnknownKey("lms".to_owned()))
    );
}

#[tokio::test]
async fn a_command_that_names_what_is_not_there_changes_nothing_and_says_what_it_meant() {
    let scene = Scene::new(policy(1)).await;
    let login = log_in(&scene.vahti, "aino").await;
    let verify = |session: &str| VerifyRequest::of(user("aino"), id(session));
    let unknown = scene
        .vahti
        .verify(&supervisor(), verify("seat-71"))
        .await
        .err();
    assert_eq!(
        unknown,
        Some(Error::Refused(Refusal::UnknownSession(id("seat-71"))))
    );
    let end = EndRequest::Session(login.record.session.id.clone());
    scene
        .vahti
        .end(&app(), end.clone(), EndReason::LoggedOut)
        .await
        .expect("an end");
    let ended = scene
        .vahti
        .verify(&supervisor(), verify(login.record.session.id.as_str()))
        .await
        .err();
    assert_eq!(
        ended,
        Some(Error::Refused(Refusal::SessionEnded(
            login.record.session.id.clone()
        )))
    );
    let again = scene
        .vahti
        .end(&app(), end, EndReason::LoggedOut)
        .await
        .expect("no error");
    assert!(again.ended.is_empty());
    let nobody = InvalidateRequest::all(user("nobody"));
    assert_eq!(
        scene.vahti.invalidate(&supervisor(), nobody).await.err(),
        Some(Error::Refused(Refusal::UnknownUser))
    );
}

#[tokio::test]
async fn the_folder_holds_no_secret() {
    let scene = Scene::new(policy(1)).await;
    let login = log_in(&scene.vahti, "aino").await;
    let secret = login.token.rsplit('.').next().expect("a secret").to_owned();
    scene.vahti.close().await;
    let holds = |path: &Path| {
        String::from_utf8_lossy(&std::fs::read(path).expect("a file")).contains(&secret)
    };
    for entry in std::fs::read_dir(scene.folder.path()).expect("a folder") {
        assert!(!holds(&entry.expect("an entry").path()));
    }
}

#[tokio::test]
async fn whoever_follows_the_record_learns_of_a_backup_at_once() {
    let scene = Scene::new(policy(1)).await;
    let mut recorded = pin!(scene.vahti.recorded());
    recorded.as_mut().enable();
    scene.vahti.backup(&supervisor()).await.expect("a copy");
    assert!(recorded.now_or_never().is_some());
}
