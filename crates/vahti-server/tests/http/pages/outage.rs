//! The pages while the database is in trouble.

use std::sync::atomic::Ordering;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;

use crate::{
    logs::Log,
    moody::{Mood, scene},
};

#[tokio::test]
async fn a_page_in_an_outage_says_what_was_not_done_and_is_logged_like_any_call() {
    let (scene, mood) = scene().await;
    let login = json!({"user": "eve", "session_id": "seat"});
    let login = scene.post("app", "/v1/login", login).await;
    let cookie = login.body["set_cookie"].as_str().expect("a cookie");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let page = async |method: Method, path: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &cookie);
        scene
            .send(request.body(Body::empty()).expect("a request"))
            .await
    };
    let log = Log::begin();
    mood.store(Mood::Failing as u8, Ordering::SeqCst);
    for _ in 0..10 {
        let out = page(Method::POST, "/vahti/logout").await;
        assert_eq!((out.status, out.header(header::RETRY_AFTER)), (503, "5"));
        assert!(
            out.text.contains("You are not logged out yet."),
            "{}",
            out.text
        );
        assert!(out.text.contains("<form method=\"post\""), "{}", out.text);
        assert!(!out.text.contains("http-equiv"), "{}", out.text);
        assert_eq!(out.header(header::SET_COOKIE), "", "the cookie is kept");
    }
    assert_eq!(log.lines().len(), 1, "{:#?}", log.lines());
    mood.store(Mood::Well as u8, Ordering::SeqCst);
    assert_eq!(page(Method::POST, "/vahti/logout").await.status, 200);
}
