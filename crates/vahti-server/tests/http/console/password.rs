//! A password that is changed: by its owner in the console, or by an administrator. Whoever was logged in with the old one is out.

use std::time::Duration;

use axum::{body::BodyDataStream, http::header};
use futures::StreamExt as _;
use serde_json::json;

use super::{CONSOLE, Hall, LOGIN, PASSWORD, Seen, typed};

const PAGE: &str = "/vahti/console/password";
const CHANGED: &str = "/vahti/console/password?changed";
/// It counts as it is typed, also with a space at its end.
const ANOTHER: &str = "another horse battery ";

fn form(old: &str, new: &str, again: &str) -> String {
    format!(
        "old={}&new={}&again={}",
        typed(old),
        typed(new),
        typed(again)
    )
}

async fn ends(mut stream: BodyDataStream) {
    let rest = async { while stream.next().await.is_some() {} };
    let ended = tokio::time::timeout(Duration::from_secs(20), rest).await;
    assert!(ended.is_ok(), "the stream goes on");
}

#[tokio::test]
async fn whoever_changes_their_password_goes_on_and_all_their_other_logins_are_out_at_once() {
    let hall = Hall::new().await;
    let (here, elsewhere) = (hall.log_in().await, hall.log_in().await);
    let open = hall.follow(&elsewhere).await;
    let list = hall.open(CONSOLE, &here).await;
    list.says(r#"href="/vahti/console/password""#);
    hall.open(PAGE, &here)
        .await
        .says("All your other logins end at once");
    let changed = hall
        .post(PAGE, &here, &form(PASSWORD, ANOTHER, ANOTHER))
        .await;
    assert_eq!((changed.status, changed.location()), (303, CHANGED));
    ends(open).await;
    let fresh = changed.cookie();
    for old in [&here, &elsewhere] {
        assert_eq!(hall.open(CONSOLE, old).await.status, 303, "it is over");
    }
    assert_eq!(hall.open(CONSOLE, &fresh).await.status, 200);
    hall.open(CHANGED, &fresh)
        .await
        .says("Your password is changed");
    assert_eq!(hall.try_password("Maija K", PASSWORD).await.status, 403);
    assert_eq!(hall.try_password("Maija K", ANOTHER).await.status, 303);
    let events = hall
        .scene
        .get("auditor", "/v1/events?verb=supervisor_password");
    let events = events.await.body["events"].clone();
    assert_eq!(events.as_array().map(Vec::len), Some(1));
    let told = ["key", "actor", "note", "how"].map(|field| events[0][field].clone());
    assert_eq!(
        json!(told),
        json!(["console", "Maija K", "Maija K", "list"])
    );
}

/// The cookies of a login, and of its browser.
fn cookies(seen: &Seen) -> [String; 2] {
    let all = seen.headers.get_all(header::SET_COOKIE).iter();
    let all = all.map(|cookie| cookie.to_str().expect("ASCII"));
    let all: Vec<_> = all
        .filter_map(|cookie| cookie.split_once(';'))
        .map(|(cookie, _)| cookie.to_owned())
        .collect();
    all.try_into().expect("two cookies")
}

#[tokio::test]
async fn a_changed_password_leaves_no_browser_known_but_the_one_at_which_somebody_changed_their_own()
 {
    let hall = Hall::new().await;
    let log_in = async |known: &str, password: &str| {
        let form = format!("name=Maija+K&password={}", typed(password));
        hall.post(LOGIN, known, &form).await
    };
    let [here, known_before] = cookies(&log_in("", PASSWORD).await);
    let own = form(PASSWORD, ANOTHER, ANOTHER);
    let [_, known] = cookies(&hall.post(PAGE, &here, &own).await);
    // Strangers use the tries up.
    while log_in("", "a wrong password").await.status == 403 {}
    assert_eq!(log_in(&known_before, ANOTHER).await.status, 429);
    assert_eq!(log_in(&known, ANOTHER).await.status, 303);
    let path = "/v1/supervisors/Maija%20K/password";
    let changed = hall
        .scene
        .post("admin", path, json!({"password": "of the administrator"}));
    assert_eq!(changed.await.status, 200);
    for old in [&known_before, &known] {
        assert_eq!(log_in(old, "of the administrator").await.status, 429);
    }
}

#[tokio::test]
async fn a_browser_is_known_again_by_its_first_login_with_the_changed_password() {
    let hall = Hall::new().await;
    let log_in = async |known: &str, password: &str| {
        let form = format!("name=Maija+K&password={}", typed(password));
        hall.post(LOGIN, known, &form).await
    };
    let [_, known_before] = cookies(&log_in("", PASSWORD).await);
    let path = "/v1/supervisors/Maija%20K/password";
    let changed = hall.scene.post("admin", path, json!({"password": ANOTHER}));
    assert_eq!(changed.await.status, 200);
    let [_, known] = cookies(&log_in(&known_before, ANOTHER).await);
    // Strangers use the tries up.
    while log_in("", "a wrong password").await.status == 403 {}
    for (browser, status) in [
        ("", 429),
        (known_before.as_str(), 429),
        (known.as_str(), 303),
    ] {
        assert_eq!(log_in(browser, ANOTHER).await.status, status, "{browser}");
    }
}

#[tokio::test]
async fn whoever_does_not_know_the_old_password_changes_nothing_and_their_tries_are_counted() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let before = hall.scene.digest().await;
    for (form, status, said) in [
        (
            form(PASSWORD, ANOTHER, "another horse"),
            400,
            "are not the same",
        ),
        (
            form(PASSWORD, "short", "short"),
            400,
            "at least 12 characters",
        ),
        (String::from("x=y"), 400, "at least 12 characters"),
        (
            form("a wrong password", ANOTHER, ANOTHER),
            403,
            "now is another",
        ),
    ] {
        let refused = hall.post(PAGE, &cookie, &form).await;
        assert_eq!((refused.status, refused.cookie().as_str()), (status, ""));
        refused.says(said);
        refused.says("Nothing was changed.");
    }
    let right = form(PASSWORD, ANOTHER, ANOTHER);
    assert_eq!(hall.post(PAGE, "", &right).await.status, 401);
    hall.notes_of("supervisor_refuse", 1).await;
    let wrong = form("a wrong password", ANOTHER, ANOTHER);
    // One wrong password has been counted already.
    for _ in 1..10 {
        assert_eq!(hall.post(PAGE, &cookie, &wrong).await.status, 403);
    }
    assert_eq!(hall.post(PAGE, &cookie, &right).await.status, 429);
    let after = hall.scene.digest().await;
    let supervisors = |digest: &str| digest[digest.rfind("Supervisor {").unwrap_or(0)..].to_owned();
    assert_eq!(supervisors(&before), supervisors(&after));
    assert_eq!(hall.try_password("Maija K", PASSWORD).await.status, 303);
    hall.scene.clock.advance(Duration::from_secs(6));
    assert_eq!(hall.post(PAGE, &cookie, &right).await.status, 303);
}

#[tokio::test]
async fn whoever_was_invited_is_led_to_no_password_and_changes_none() {
    let hall = Hall::new().await;
    let eino = hall.accept(&hall.invite("Eino", "2h").await).await.cookie();
    let list = hall.open(CONSOLE, &eino).await;
    list.does_not_say("/vahti/console/password");
    let page = hall.open(PAGE, &eino).await;
    assert_eq!(page.status, 403);
    page.says("You have no password");
    let posted = hall.post(PAGE, &eino, &form("", ANOTHER, ANOTHER)).await;
    assert_eq!(posted.status, 403);
    assert_eq!(hall.open(CONSOLE, &eino).await.status, 200, "and stays in");
}

#[tokio::test]
async fn a_password_that_an_administrator_changes_ends_every_login() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let open = hall.follow(&cookie).await;
    let eino = hall.accept(&hall.invite("Eino", "2h").await).await.cookie();
    let path = "/v1/supervisors/Maija%20K/password";
    let changed = hall.scene.post("admin", path, json!({"password": ANOTHER}));
    assert_eq!(changed.await.status, 200);
    ends(open).await;
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 303);
    assert_eq!(hall.open(CONSOLE, &eino).await.status, 200, "others go on");
    assert_eq!(hall.try_password("Maija K", PASSWORD).await.status, 403);
    let again = hall.try_password("Maija K", ANOTHER).await;
    assert_eq!((again.status, again.location()), (303, CONSOLE));
}

#[tokio::test]
async fn of_two_changes_at_once_one_password_is_left_and_never_the_old_one() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let path = "/v1/supervisors/Maija%20K/password";
    let by_admin = hall
        .scene
        .post("admin", path, json!({"password": "of the administrator"}));
    let own = form(PASSWORD, ANOTHER, ANOTHER);
    let (own, by_admin) = futures::join!(hall.post(PAGE, &cookie, &own), by_admin);
    assert_eq!(by_admin.status, 200);
    assert!([303, 401, 403].contains(&own.status), "{own:?}");
    let status = async |password: &str| hall.try_password("Maija K", password).await.status;
    assert_eq!(status(PASSWORD).await, 403);
    let counts = [status(ANOTHER).await, status("of the administrator").await];
    let own_is_later = own.status == 303 && counts == [303, 403];
    assert!(own_is_later || counts == [403, 303], "{own:?} {counts:?}");
}
