//! Names of people do nothing on a page but stand there: on every page where a supervisor acts.

use vahti::{
    Caller, LoginRequest,
    core::{How, Profile, SessionId, UserId},
};

use super::{CONSOLE, Hall, Seen, person::escaped};

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
