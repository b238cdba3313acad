//! The headers of every page of the console, as browsers get them.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, header};
use vahti_server::http;

use super::{CONSOLE, Hall, request};

/// The headers in their order, without what differs from run to run.
fn told(headers: &HeaderMap) -> String {
    let value = |name: &HeaderName, value: &str| match *name {
        header::SET_COOKIE => {
            let (name, rest) = value.split_once('=').expect("a cookie");
            let (_, attributes) = rest.split_once(';').expect("attributes");
            format!("{name}=(a token);{attributes}")
        }
        // The code behind it is a new one with every run.
        header::LOCATION => value.split("%2E").next().unwrap_or_default().to_owned(),
        _ => value.to_owned(),
    };
    let mut lines: Vec<_> = headers
        .iter()
        .filter(|(name, _)| *name != header::CONTENT_LENGTH)
        .map(|(name, text)| format!("  {name}: {}", value(name, text.to_str().expect("ASCII"))))
        .collect();
    lines.sort();
    lines.join("\n")
}

/// An address at which a page has something to show.
fn path_of(route: &str, secret: &str) -> String {
    match route {
        "/vahti/console/confirm" | "/vahti/console/done" => format!("{route}?session=seat-17"),
        "/vahti/console/person" => format!("{route}?user=ahsuoran"),
        "/vahti/console/invitation" => format!("{route}?i={secret}"),
        _ => route.replace("{challenge}", "wrong"),
    }
}

#[tokio::test]
async fn the_headers_of_every_page_of_the_console_are_these() {
    let hall = Hall::new().await;
    hall.aino().await;
    let cookie = hall.log_in().await;
    let secret = hall.invite("Eino", "2h").await;
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut note = async |what: String, cookie: &str, method, path: &str, form: &str| {
        let answer = hall.raw(request(method, path, cookie, form)).await;
        let pages = all.entry(told(answer.headers())).or_default();
        pages.push(format!("{} {what}", answer.status().as_u16()));
    };
    let routes = http::page_routes().into_iter();
    let is_page =
        |path: &str| (path.starts_with(CONSOLE) && !path.ends_with(".js")) || path.contains("/s/");
    for route in routes.filter(|route| is_page(&route.path)) {
        let path = path_of(&route.path, &secret);
        let name = format!("{} {}", route.method, route.path);
        // That comes last.
        if !route.path.ends_with("/logout") {
            note(name.clone(), &cookie, route.method.clone(), &path, "").await;
        }
        note(format!("{name}, by nobody"), "", route.method, &path, "").await;
    }
    let [get, post] = [axum::http::Method::GET, axum::http::Method::POST];
    let link = hall
        .scene
        .vahti
        .challenge(&vahti::core::SessionId::new("seat-17").expect("an id"));
    let link = format!("/vahti/s/{}", link.expect("it waits").text);
    let login = format!("name=Maija+K&password={}", super::typed(super::PASSWORD));
    for (what, cookie, method, path, form) in [
        ("a right code, by nobody", "", &get, link.as_str(), ""),
        (
            "a table",
            &cookie,
            &get,
            "/vahti/console/export?format=csv",
            "",
        ),
        ("a right password", "", &post, super::LOGIN, login.as_str()),
        (
            "a right invitation",
            "",
            &post,
            super::INVITATION,
            &format!("i={secret}"),
        ),
        ("a way out", &cookie, &post, "/vahti/console/logout", ""),
    ] {
        note(what.to_owned(), cookie, method.clone(), path, form).await;
    }
    let blocks = all
        .into_iter()
        .map(|(headers, pages)| format!("{}\n{headers}\n", pages.join("\n")));
    let text = blocks.collect::<Vec<_>>().join("\n");
    crate::answers::settings().bind(|| insta::assert_snapshot!("console_headers", text));
}
