//! The database of the supervisors' logins in trouble: nobody comes in without a check, the gate goes on, and all is well again by
//! itself.

use std::sync::atomic::Ordering;

use axum::http::header;
use serde_json::json;
use vahti::{
    Caller,
    core::{How, StateWord},
    store::SessionQuery,
};

use super::{CONSOLE, Hall, INVITE, PASSWORD, Seen};
use crate::moody::{Mood, scene_with_moody_logins};

/// The page of a closed console, and nothing else.
#[track_caller]
fn is_closed(seen: &Seen) {
    assert_eq!((seen.status, seen.cookie().as_str()), (503, ""), "{seen:?}");
    assert_eq!(seen.header(header::RETRY_AFTER), "5");
    seen.says("The console is closed right now");
    seen.says("It opens again by itself");
    seen.does_not_say("Maija K");
}

async fn gate_goes_on(hall: &Hall, user: &str) {
    let login = hall
        .scene
        .post("app", "/v1/login", json!({"user": user}))
        .await;
    assert_eq!(login.status, 201);
    let check = hall.scene.post(
        "app",
        "/v1/check",
        json!({"user": user, "session_id": login.body["session"]["id"]}),
    );
    assert_eq!(check.await.body["verdict"], "allow");
}

#[tokio::test]
async fn an_invitation_that_cannot_be_used_up_leaves_no_login_behind() {
    let (scene, [mood, _]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    let secret = hall.invite("Eino", "2h").await;
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    let failed = hall.accept(&secret).await;
    assert_eq!((failed.status, failed.cookie().as_str()), (503, ""));
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    let active = SessionQuery {
        state: Some(StateWord::Active),
        limit: 10,
        ..SessionQuery::default()
    };
    let caller = Caller::named("test", How::Cli);
    let logins = hall.scene.host_of_logins();
    let left = logins.sessions(&caller, active).await.expect("a list");
    assert_eq!(left.items, []);
    assert_eq!(hall.accept(&secret).await.status, 303, "it is not used up");
}

#[tokio::test]
async fn on_a_disk_that_is_almost_full_no_wrong_password_is_recorded() {
    let (scene, [mood, _]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    mood.store(Mood::Full as u8, Ordering::SeqCst);
    let wrong = async |name: &str| hall.try_password(name, "a wrong password").await;
    assert_eq!(wrong("Maija K").await.status, 403);
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    assert_eq!(wrong("nobody").await.status, 403);
    let recorded = hall.notes_of("supervisor_refuse", 1).await;
    assert_eq!(
        recorded,
        [serde_json::Value::Null],
        "nobody's, and no other"
    );
}

#[tokio::test]
async fn logins_that_cannot_be_written_let_nobody_in_and_put_nobody_out() {
    let (scene, [_, mood]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    let maija = hall.log_in().await;
    let secret = hall.invite("Eino", "2h").await;
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    is_closed(&hall.try_password("Maija K", PASSWORD).await);
    is_closed(&hall.accept(&secret).await);
    assert_eq!(hall.open(CONSOLE, &maija).await.status, 200, "in memory");
    let wrong = hall.try_password("Maija K", "a wrong password").await;
    assert_eq!(wrong.status, 403, "who is wrong is told so");
    gate_goes_on(&hall, "aino").await;
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    assert!(!hall.log_in().await.is_empty());
    assert_eq!(hall.accept(&secret).await.status, 303, "it is not used up");
}

#[tokio::test]
async fn a_changed_password_counts_also_where_no_login_can_begin_with_it() {
    let (scene, [_, mood]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    let maija = hall.log_in().await;
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    let form = "old=correct+horse+battery&new=another+horse+battery&again=another+horse+battery";
    let changed = hall.post("/vahti/console/password", &maija, form).await;
    assert_eq!((changed.status, changed.cookie().as_str()), (200, ""));
    changed.says("Your password is changed");
    changed.says(r#"href="/vahti/console/login""#);
    assert_eq!(hall.open(CONSOLE, &maija).await.status, 303);
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    let again = hall.try_password("Maija K", "another horse battery").await;
    assert_eq!(again.status, 303);
}

#[tokio::test]
async fn a_password_that_cannot_be_written_stays_as_it_was() {
    let (scene, [mood, _]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    let maija = hall.log_in().await;
    let form = "old=correct+horse+battery&new=another+horse+battery&again=another+horse+battery";
    for trouble in [Mood::Failing, Mood::Sealed] {
        mood.store(trouble as u8, Ordering::SeqCst);
        let changed = hall.post("/vahti/console/password", &maija, form).await;
        assert_eq!((changed.status, changed.cookie().as_str()), (503, ""));
        mood.store(Mood::Well as u8, Ordering::SeqCst);
        assert_eq!(hall.open(CONSOLE, &maija).await.status, 200);
        assert_eq!(hall.try_password("Maija K", PASSWORD).await.status, 303);
    }
}

#[tokio::test]
async fn logins_that_have_failed_close_the_console_until_others_are_in_their_place_and_not_the_gate()
 {
    let (scene, [_, mood]) = scene_with_moody_logins().await;
    let hall = Hall::of(scene).await;
    let maija = hall.log_in().await;
    let mut open = hall.follow(&maija).await;
    let host = hall.scene.host_of_logins();
    for is_gone in [false, true] {
        if is_gone {
            hall.scene.logins.set(None);
        } else {
            mood.store(Mood::Failed as u8, Ordering::SeqCst);
        }
        for cookie in [maija.as_str(), "", "__Host-vahti-console=v1.nobody.nothing"] {
            is_closed(&hall.open(CONSOLE, cookie).await);
            is_closed(&hall.post(INVITE, cookie, "name=x&hours=2").await);
            is_closed(&hall.open("/vahti/console/events", cookie).await);
        }
        is_closed(&hall.try_password("Maija K", PASSWORD).await);
        gate_goes_on(&hall, if is_gone { "eino" } else { "aino" }).await;
        let metrics = hall.scene.get("auditor", "/metrics").await.text;
        assert!(metrics.contains("vahti_console_open 0\n"), "{metrics}");
    }
    let rest = async { while futures::StreamExt::next(&mut open).await.is_some() {} };
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), rest).await;
    assert!(ended.is_ok(), "the stream goes on");
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    hall.scene.logins.set(Some(host));
    assert_eq!(hall.open(CONSOLE, &maija).await.status, 200);
    assert_eq!(hall.open(CONSOLE, "").await.status, 303);
    let metrics = hall.scene.get("auditor", "/metrics").await.text;
    assert!(metrics.contains("vahti_console_open 1\n"), "{metrics}");
}
