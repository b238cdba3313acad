//! Addresses at which nothing lies, and those of buttons: people get a page that leads back, programs a problem.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use tower::ServiceExt as _;
use vahti_server::http;

use super::Room;
use crate::{
    scene::{Scene, policy},
    seen::Seen,
};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[tokio::test]
async fn an_address_that_is_none_is_told_to_people_on_a_page_that_leads_back() {
    let room = Room::new().await;
    for (path, back) in [
        ("/vahti/", "/vahti/gate"),
        ("/vahti/gates", "/vahti/gate"),
        ("/vahti/gate/", "/vahti/gate"),
        ("/vahti/console/", "/vahti/console"),
        ("/vahti/console/nothing?x=%3Cb%3E", "/vahti/console"),
        ("/vahti/s/", "/vahti/console"),
        ("/vahti/s/a/b", "/vahti/console"),
    ] {
        let page = room.send(Method::GET, path, "", &[BROWSER]).await;
        assert_eq!(page.status, 404, "{path}");
        page.says("<h1>There is no such page.</h1>");
        page.says(&format!("<a class=\"way main\" href=\"{back}\">Go on</a>"));
        page.does_not_say("nothing?");
        assert!(
            page.header(header::CONTENT_SECURITY_POLICY)
                .contains("default-src 'none'")
        );
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
        let finnish = room
            .send(Method::GET, path, "", &[BROWSER, ("accept-language", "fi")])
            .await;
        finnish.says("Tällaista sivua ei ole.");
        let problem = room.send(Method::GET, path, "", &[]).await;
        assert_eq!(problem.status, 404);
        problem.says("no_such_address");
    }
    // Calls are for programs, whoever asks.
    let call = room.send(Method::GET, "/v1/nothing", "", &[BROWSER]).await;
    call.says("no_such_address");
    let script = ("sec-fetch-mode", "cors");
    let script = room
        .send(Method::GET, "/vahti/nothing", "", &[BROWSER, script])
        .await;
    script.says("no_such_address");
}

#[tokio::test]
async fn the_address_of_a_button_that_is_opened_is_told_to_people_on_a_page_that_leads_back() {
    let scene = Scene::new(policy(1)).await;
    let open = async |method: Method, path: &str, accept: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::ACCEPT, accept);
        let request = request.body(Body::empty()).expect("a request");
        Seen::of(
            scene
                .router
                .clone()
                .oneshot(request)
                .await
                .expect("an answer"),
        )
        .await
    };
    let routes = http::page_routes();
    let of = |method: Method| -> BTreeSet<_> {
        let routes = routes.iter().filter(|route| route.method == method);
        routes.map(|route| route.path.clone()).collect()
    };
    let buttons: Vec<_> = of(Method::POST)
        .difference(&of(Method::GET))
        .cloned()
        .collect();
    assert_eq!(buttons.len(), 11, "{buttons:?}");
    for path in buttons {
        let page = open(Method::GET, &path, BROWSER.1).await;
        assert_eq!(
            (page.status, page.header(header::ALLOW)),
            (405, "POST"),
            "{path}"
        );
        page.says("<h1>This page belongs to a button.</h1>");
        let is_of_console = path.starts_with("/vahti/console");
        let back = if is_of_console {
            "/vahti/console"
        } else {
            "/vahti/gate"
        };
        page.says(&format!("<a class=\"way main\" href=\"{back}\">Go on</a>"));
        open(Method::GET, &path, "*/*").await.says("wrong_method");
    }
    let put = open(Method::PUT, "/vahti/console", BROWSER.1).await;
    assert_eq!((put.status, put.header(header::ALLOW)), (405, "GET,HEAD"));
}
