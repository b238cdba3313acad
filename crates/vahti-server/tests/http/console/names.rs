//! Names of people do nothing on a page but stand there: on every page where a supervisor acts.

use vahti::{
    Caller, LoginRequest,
    core::{How, Profile, SessionId, UserId},
};

use vahti_server::http;

use super::{CONSOLE, Hall, PASSWORD, Seen, person::escaped};

const NAMES: [&str; 5] = [
    "<script>alert(1)</script>\"'&",
    "Ai\u{202e}no\u{2066}\u{200f} Su\u{7}oranta",
    "\u{1F469}\u{200D}\u{1F393} \u{c4}ij\u{e4} \u{1F600}",
    "{name} {t} {by} {number} {n}",
    "", // 200 characters, made in the test
];

/// As the edge would not take it, but a program that embeds the library may give it.
async fn log_in(hall: &Hall, user: &str, session: &str, name: &str) {
    let request = LoginRequest {
        session_id: Some(SessionId::new(session).expect("an id")),
        place: Some(name.to_owned()),
        profile: Profile {
            name: Some(name.to_owned()),
            number: Some(name.to_owned()),
            ..Profile::default()
        },
        ..LoginRequest::of(UserId::new(user).expect("a user"))
    };
    let caller = Caller::named("embedded", How::Api);
    let made = hall.scene.vahti.login(&caller, request).await;
    made.expect("a login").expect("tracked");
}

fn fields(pairs: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

#[track_caller]
fn is_harmless(page: &Seen) {
    for bad in ["<script>alert", "\u{202e}", "\u{2066}", "\u{200f}", "\u{7}"] {
        page.does_not_say(bad);
    }
}

#[tokio::test]
async fn a_name_does_nothing_on_the_pages_where_supervisors_act() {
    let long = "W\u{e4}".repeat(100);
    for name in NAMES {
        let name = if name.is_empty() { &long } else { name };
        let deceives = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{7}'];
        let shown = escaped(&name.replace(deceives, "\u{fffd}"));
        let hall = Hall::new().await;
        let cookie = hall.log_in().await;
        for user in ["u1", "u2"] {
            for session in ["home", "seat"] {
                log_in(&hall, user, &format!("{user}-{session}"), name).await;
            }
        }
        let list = hall.open(CONSOLE, &cookie).await;
        assert_eq!(
            list.text
                .matches(&format!("<bdi>{shown}</bdi></strong>"))
                .count(),
            2
        );
        list.says("Another person of this name waits too.");
        let confirm = hall
            .open("/vahti/console/confirm?session=u1-seat", &cookie)
            .await;
        confirm.says(&format!(
            "The card says <strong class=\"name\"><bdi>{shown}</bdi>, <bdi>{shown}</bdi></strong>"
        ));
        confirm.says(&format!(
            "Another {shown} is waiting too ({shown}, {shown})."
        ));
        let done = hall
            .act("/vahti/console/let-in", &cookie, "session=u1-seat")
            .await;
        done.says(&format!("<h1 class=\"done\">{shown} is let in ("));
        hall.act("/vahti/console/log-out", &cookie, "session=u2-seat")
            .await;
        let many = hall
            .act("/vahti/console/let-in-many", &cookie, "session=u2-seat")
            .await;
        many.says(&format!("<bdi>{shown}</bdi></strong>"));
        let look = fields(&[("look", "1"), ("what", "hold"), ("reason", name)]);
        let everyone = hall
            .open(&format!("/vahti/console/everyone?{look}"), &cookie)
            .await;
        everyone.says(&shown);
        let said = fields(&[("text", name)]);
        let message = hall.act("/vahti/console/message", &cookie, &said).await;
        message.says(&shown);
        let asked = fields(&[("q", name.trim_matches(deceives))]);
        let export = hall
            .open(&format!("/vahti/console/export?{asked}"), &cookie)
            .await;
        export.does_not_say("<script>alert");
        for page in [list, confirm, done, many, message] {
            is_harmless(&page);
        }
    }
}

/// Where a page of the console shows something of the people in the hall.
fn path_of(route: &str) -> String {
    match route {
        "/vahti/console/confirm" | "/vahti/console/done" => format!("{route}?session=u1-seat"),
        "/vahti/console/person" => format!("{route}?user=u1"),
        "/vahti/console/many" => format!("{route}?done=1&left=u1-seat,u2-seat"),
        "/vahti/console/everyone" => format!("{route}?what=hold&look=1"),
        "/vahti/console/record" => format!("{route}?user=u"),
        _ => route.replace("{challenge}", "wrong"),
    }
}

#[tokio::test]
async fn no_name_does_anything_on_any_page_of_the_console() {
    let long = "W\u{e4}".repeat(100);
    for name in NAMES {
        let name = if name.is_empty() { &long } else { name };
        let hall = Hall::new().await;
        let supervisor: String = name.chars().take(30).collect();
        let body = serde_json::json!({"name": supervisor, "password": PASSWORD});
        let made = hall.scene.post("admin", "/v1/supervisors", body).await;
        // Names of supervisors are typed: those that deceive are refused.
        let cookie = if made.status == 201 {
            let form = fields(&[("name", &supervisor), ("password", PASSWORD)]);
            hall.post(super::LOGIN, "", &form).await.cookie()
        } else {
            assert!(name.contains('\u{202e}'), "{name}: {}", made.text);
            hall.log_in().await
        };
        for user in ["u1", "u2"] {
            for session in ["home", "seat"] {
                log_in(&hall, user, &format!("{user}-{session}"), name).await;
            }
        }
        let note = fields(&[("session", "u2-home"), ("other", name)]);
        hall.act("/vahti/console/log-out", &cookie, &note).await;
        let said = fields(&[("text", name)]);
        hall.act("/vahti/console/message", &cookie, &said).await;
        let routes = http::page_routes().into_iter();
        let pages = routes.filter(|route| {
            let is_page = route.path.starts_with(CONSOLE) && !route.path.ends_with("/events");
            route.method == "GET" && (is_page || route.path.contains("/s/"))
        });
        let mut looked_at = 0;
        for page in pages {
            let seen = hall.open(&path_of(&page.path), &cookie).await;
            assert!(seen.status < 500 && !seen.text.is_empty(), "{}", page.path);
            is_harmless(&seen);
            looked_at += 1;
        }
        assert_eq!(looked_at, 17);
        for (path, form) in [
            ("hold", fields(&[("session", "u1-seat"), ("other", name)])),
            (
                "let-in-many",
                "session=u1-seat&session=u2-seat&session=u2-home".to_owned(),
            ),
        ] {
            let seen = hall
                .act(&format!("/vahti/console/{path}"), &cookie, &form)
                .await;
            is_harmless(&seen);
        }
        let invite = fields(&[("name", &format!("{name} 2")), ("hours", "2")]);
        // What was typed stands in its field again, as it was typed.
        let invited = hall.post(super::INVITE, &cookie, &invite).await;
        let login = fields(&[("name", name), ("password", name), ("next", name)]);
        let refused = hall.post(super::LOGIN, "", &login).await;
        for page in [invited, refused] {
            page.does_not_say("<script>alert");
            page.does_not_say("\"'&\"");
        }
    }
}
