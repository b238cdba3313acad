//! While the gate is paused, no page of the console lets a supervisor overlook it.

use axum::http::Method;
use serde_json::json;
use vahti_server::http;

use super::{CONSOLE, Hall, INVITATION, LOGIN};

/// What is no page that a supervisor looks at: streams, files, and the pages of nobody.
const OTHERS: [&str; 4] = [
    "/vahti/console.js",
    "/vahti/console/events",
    LOGIN,
    INVITATION,
];

#[tokio::test]
async fn every_page_says_until_when_the_gate_is_paused_and_why_in_each_language() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    let pages: Vec<_> = http::page_routes()
        .into_iter()
        .filter(|route| route.method == Method::GET && route.path.starts_with(CONSOLE))
        .map(|route| match route.path.as_str() {
            "/vahti/console/confirm" | "/vahti/console/done" => {
                format!("{}?session=seat-17&", route.path)
            }
            "/vahti/console/person" => format!("{}?user=ahsuoran&", route.path),
            path => format!("{path}?"),
        })
        .filter(|path| OTHERS.iter().all(|other| !path.starts_with(other)))
        .collect();
    assert!(pages.len() >= 11, "{pages:?}");
    let pause = json!({"length": "2h", "reason": "wrong <limit>"});
    let paused = hall.scene.post("admin", "/v1/pause", pause).await;
    assert_eq!(paused.status, 200);
    for (language, sentence) in [
        (
            "en",
            "The guard is paused until 16:18:20: everybody goes on. Reason: <bdi>wrong &#60;limit&#62;</bdi>",
        ),
        ("fi", "Vartiointi on keskeytetty klo 16:18:20 asti"),
        ("sv", "Vakten är pausad till kl. 16:18:20"),
    ] {
        for page in &pages {
            let seen = hall.open(&format!("{page}lang={language}"), &cookie).await;
            assert!(seen.status < 500 && seen.status != 303, "{page}");
            seen.says(sentence);
        }
    }
    let resumed = hall.scene.post("admin", "/v1/resume", json!({})).await;
    assert_eq!(resumed.status, 200);
    let after = hall.open(CONSOLE, &cookie).await;
    after.does_not_say("The guard is paused");
    after.says("<div class=\"paused\" id=\"paused\" data-piece></div>");
}
