//! What a host promises over restarts, deadlines and commands for many users.

mod support;

use std::{path::Path, sync::Arc, time::Duration};

use vahti::{
    Caller, EndRequest, Error, InvalidateRequest, LoginRequest, Question, Selection, Vahti,
    VerifyRequest, Who,
    core::{EndReason, Group, How, OnLimit, Policy, Profile, Refusal, State},
    store::{SessionQuery, SessionRecord, StateWord},
};

use support::{TestClock, app, id, log_in, open, supervisor, user};

const MINUTE: Duration = Duration::from_secs(60);

struct Scene {
    folder: tempfile::TempDir,
    clock: Arc<TestClock>,
    vahti: Vahti,
}

impl Scene {
    async fn new(policy: Policy) -> Self {
        let (folder, clock) = (tempfile::tempdir().expect("a folder"), TestClock::new());
        let vahti = open(folder.path(), policy, clock.clone()).await;
        Self {
            folder,
            clock,
            vahti,
        }
    }

    async fn restart(self, policy: Policy) -> Self {
        self.vahti.close().await;
        drop(self.vahti);
        let vahti = open(self.folder.path(), policy, self.clock.clone()).await;
        Self { vahti, ..self }
    }

    async fn sessions(&self, query: SessionQuery) -> Vec<SessionRecord> {
        self.vahti
            .sessions(
                &app(),
                SessionQuery {
                    limit: 1_000,
                    ..query
                },
            )
            .await
            .expect("a list")
            .items
    }

    async fn in_state(&self, state: StateWord) -> usize {
        self.sessions(SessionQuery {
            state: Some(state),
            ..SessionQuery::default()
        })
        .await
        .len()
    }

    async fn verdict(&self, token: &str) -> (&'static str, &'static str) {
        let answer = self
            .vahti
            .check(&app(), &Question::token(token))
            .await
            .expect("an answer");
        (answer.verdict.as_str(), answer.verdict.reason())
    }
}

fn policy(max_per_user: u32) -> Policy {
    Policy {
        max_per_user,
        ..Policy::one_per_user()
    }
}

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
        (forged.allows(), forged.would.map(|would| would.as_str())),
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
    scene.vahti.forget_ended().await.expect("a sweep");
    assert_eq!(
        scene.sessions(SessionQuery::default()).await.len(),
        2,
        "the retention has not passed"
    );
    scene.clock.advance(Duration::from_millis(1));
    scene.vahti.forget_ended().await.expect("a sweep");
    let left = scene.sessions(SessionQuery::default()).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].session.id, second.record.session.id);
    assert!(left[0].session.state.is_held());
}

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
        let question = Question {
            who,
            path: None,
            subject: None,
            touch: true,
        };
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
        unknown
    );
    let own = scene
        .vahti
        .login(&scoped, of_exam("onni"))
        .await
        .expect("a login")
        .expect("tracked");
    let verify = VerifyRequest {
        user: user("aino"),
        session_id: None,
        keep_others: false,
    };
    assert_eq!(scene.vahti.verify(&scoped, verify).await.err(), unknown);
    let invalidate = InvalidateRequest {
        user: user("aino"),
        session_id: None,
        hold_logins: true,
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
    let verify = VerifyRequest {
        user: user("aino"),
        session_id: None,
        keep_others: false,
    };
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

#[tokio::test]
async fn a_command_that_names_what_is_not_there_changes_nothing_and_says_what_it_meant() {
    let scene = Scene::new(policy(1)).await;
    let login = log_in(&scene.vahti, "aino").await;
    let verify = |session: &str| VerifyRequest {
        user: user("aino"),
        session_id: Some(id(session)),
        keep_others: false,
    };
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
    let nobody = InvalidateRequest {
        user: user("nobody"),
        session_id: None,
        hold_logins: false,
    };
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
