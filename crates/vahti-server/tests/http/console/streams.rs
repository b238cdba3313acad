//! Hints for an open console, and what ends them.

use std::time::Duration;

use axum::http::Method;
use futures::StreamExt as _;
use serde_json::json;

use super::{CONSOLE, Hall, INVITE, LOGIN, by_itself, request};

#[tokio::test]
async fn a_disabled_supervisor_is_out_at_once_and_the_open_stream_ends() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let stream = request(Method::GET, "/vahti/console/events", &cookie, "");
    let stream = hall.raw(stream).await;
    assert_eq!(stream.status(), 200);
    let mut hints = stream.into_body().into_data_stream();
    let begin = hints.next().await.expect("a beginning").expect("bytes");
    assert_eq!(&begin[..], b"retry: 1000\n\n");
    hall.disable("Maija K").await;
    let more = tokio::time::timeout(Duration::from_secs(20), hints.next()).await;
    let more = more.expect("the stream goes on");
    assert!(more.is_none(), "who is out is told nothing: {more:?}");
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 303);
    assert_eq!(
        hall.post(INVITE, &cookie, "name=x&hours=2").await.status,
        401
    );
    let again = hall.send(by_itself(CONSOLE, &cookie)).await;
    assert_eq!(again.status, 401);
}

#[tokio::test]
async fn a_stream_ends_with_its_login_and_with_the_server() {
    let hall = Hall::new().await;
    for is_stopped in [false, true] {
        let cookie = hall.log_in().await;
        let stream = request(Method::GET, "/vahti/console/events", &cookie, "");
        let mut hints = hall.raw(stream).await.into_body().into_data_stream();
        hints.next().await.expect("a beginning").expect("bytes");
        if is_stopped {
            hall.scene.stop.cancel();
        } else {
            let out = hall.post("/vahti/console/logout", &cookie, "").await;
            assert_eq!((out.status, out.location()), (303, LOGIN));
        }
        let rest = async { while hints.next().await.is_some() {} };
        let ended = tokio::time::timeout(Duration::from_secs(20), rest).await;
        assert!(ended.is_ok(), "stopped: {is_stopped}");
    }
}

#[tokio::test]
async fn a_logout_ends_the_open_stream_at_once_and_not_when_it_would_be_heard_of_next() {
    let hall = Hall::new().await;
    let mut waited = Vec::new();
    // A machine that is busy may take longer, but not each time.
    for _ in 0..5 {
        let cookie = hall.log_in().await;
        let mut hints = hall.follow(&cookie).await;
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Ok(hint)) = hints.next().await {
                told.send(hint).expect("it is heard");
            }
        });
        while !heard
            .recv()
            .await
            .expect("it goes on")
            .starts_with(b"event: beat\n")
        {}
        // The next beat is two seconds away.
        let begun = tokio::time::Instant::now();
        assert_eq!(
            hall.post("/vahti/console/logout", &cookie, "").await.status,
            303
        );
        while heard.recv().await.is_some() {}
        if begun.elapsed() < Duration::from_secs(1) {
            return;
        }
        waited.push(begun.elapsed());
    }
    panic!("it goes on for {waited:?}");
}

#[tokio::test]
async fn an_open_console_is_told_of_changes_but_not_of_each() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let stream = request(Method::GET, "/vahti/console/events", &cookie, "");
    let mut hints = hall.raw(stream).await.into_body().into_data_stream();
    hints.next().await.expect("a beginning").expect("bytes");
    let begun = tokio::time::Instant::now();
    for number in 0..20 {
        let login = json!({"user": format!("user-{number}")});
        assert_eq!(hall.scene.post("app", "/v1/login", login).await.status, 201);
    }
    let mut changed = 0;
    while changed < 2 {
        let hint = tokio::time::timeout(Duration::from_secs(20), hints.next()).await;
        let hint = hint.expect("in time").expect("it goes on").expect("bytes");
        changed += u32::from(hint.starts_with(b"event: changed\n"));
        if changed == 1 {
            let login = json!({"user": "one-more"});
            hall.scene.post("app", "/v1/login", login).await;
        }
    }
    assert!(begun.elapsed() >= Duration::from_millis(500));
}
