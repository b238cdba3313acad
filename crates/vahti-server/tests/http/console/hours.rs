//! The chart of the last hours.

use std::time::Duration;

use serde_json::json;

use super::Hall;

#[tokio::test]
async fn the_chart_says_what_it_draws() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let open = async |hours: &str| {
        hall.open(&format!("/vahti/console/hours{hours}"), &cookie)
            .await
    };
    open("").await.says("Nothing has been counted yet.");
    let count = || {
        hall.scene.clock.advance(Duration::from_secs(60));
        hall.scene.app.count();
    };
    count();
    for n in 0..12 {
        let login = json!({"user": format!("u{}", n / 3), "session_id": format!("s{n}")});
        hall.scene.post("app", "/v1/login", login).await;
        count();
    }
    count();
    for user in ["u0", "u1", "u2"] {
        hall.scene
            .post("app", "/v1/end", json!({"user": user}))
            .await;
    }
    count();
    let page = open("?hours=1").await;
    page.says("<strong>Going on</strong> 1 now, at most 4 since ");
    page.says("<strong>Waiting</strong> 2 now, at most 8 at 14:27:20.");
    page.says("<polyline points=\"0.0,60.0 17.1,60.0 34.3,54.0 ");
    page.says("<polyline points=\"0.0,60.0 17.1,48.0 34.3,48.0 ");
    page.says("222.9,12.0 240.0,48.0\" ");
    page.says(r#"role="img" aria-labelledby="chart-waits""#);
    page.says(
        r#"<a class="way" href="/vahti/console/hours?hours=1" aria-current="true">1 hour</a>"#,
    );
    page.does_not_say("style=");
    hall.scene.clock.advance(Duration::from_secs(3 * 3600));
    let cookie = hall.log_in().await;
    let open = async |hours: &str| {
        hall.open(&format!("/vahti/console/hours{hours}"), &cookie)
            .await
    };
    open("?hours=1").await.says("Nothing has been counted yet.");
    open("?hours=4").await.says("at most 8 at");
    open("?hours=7").await.says("at most 8 at");
}

#[tokio::test]
async fn a_supervisor_of_some_groups_is_not_told_how_many_others_there_are() {
    let hall = Hall::new().await;
    let body = json!({"name": "Eino", "password": super::PASSWORD, "groups": ["exam"]});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    let cookie = hall.try_password("Eino", super::PASSWORD).await.cookie();
    for _ in 0..3 {
        hall.scene.clock.advance(Duration::from_secs(60));
        hall.scene.app.count();
    }
    let page = hall.open("/vahti/console/hours", &cookie).await;
    page.does_not_say("<svg");
    assert_eq!(page.status, 200);
}
