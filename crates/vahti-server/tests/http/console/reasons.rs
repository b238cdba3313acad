//! Why somebody was let in, held or logged out: wherever a supervisor does it they can say so, and the record tells it.

use super::{CONSOLE, Hall, letting_in::SEAT};

/// The form of the page that can be sent to `path`.
#[track_caller]
fn form<'a>(page: &'a str, path: &str) -> &'a str {
    let target = format!("action=\"/vahti/console/{path}\"");
    let mut forms = page.split("<form ").skip(1);
    let form = forms.find(|form| {
        let (form, _) = form.split_once("</form>").expect("its end");
        form.contains(&target)
    });
    form.unwrap_or_else(|| panic!("{path} in {page}"))
}

#[tokio::test]
async fn every_form_that_acts_on_somebody_asks_for_a_reason() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    for (page, paths) in [
        (
            "/vahti/console/confirm?session=seat-17",
            &["let-in", "hold", "log-out"][..],
        ),
        (
            "/vahti/console/confirm?session=home",
            &["hold", "log-out"][..],
        ),
        (
            "/vahti/console/person?user=ahsuoran",
            &["hold", "log-out"][..],
        ),
        (CONSOLE, &["let-in-many"][..]),
    ] {
        let seen = hall.open(page, &cookie).await;
        for path in paths {
            let (form, _) = form(&seen.text, path)
                .split_once("</form>")
                .expect("an end");
            assert!(form.contains("name=\"other\""), "{page}, {path}: {form}");
            assert!(form.contains("Reason (optional)"), "{page}, {path}: {form}");
            assert!(form.contains("name=\"session\""), "{page}, {path}: {form}");
        }
    }
    let active = hall
        .open("/vahti/console/confirm?session=home", &cookie)
        .await;
    active.does_not_say("/vahti/console/let-in\"");
    let (tag, _) = form(&active.text, "hold").split_once('>').expect("a tag");
    assert!(
        tag.contains(" action=\"/vahti/console/hold\""),
        "the key Enter logs nobody out for good: {tag}"
    );
}

#[tokio::test]
async fn what_was_given_as_the_reason_is_in_the_record() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.aino().await;
    for (path, verb, how) in [
        ("hold", "invalidate", "list"),
        ("let-in-many", "verify", "bulk"),
        ("log-out", "end", "list"),
    ] {
        let reason = format!("{path}: two at one screen");
        let form = format!("{SEAT}&reason=Came+late&other={}", super::typed(&reason));
        let seen = hall
            .post(&format!("/vahti/console/{path}"), &cookie, &form)
            .await;
        assert!([200, 303].contains(&seen.status), "{}", seen.text);
        let recorded = hall.recorded().await;
        // What rules have made of it stands beside it.
        let mut events = recorded.iter().filter(|(word, ..)| word == verb);
        let event = events.find(|(_, _, way, _)| way != "rule");
        let (_, actor, way, note) = event.expect("an event");
        assert_eq!(
            (actor.as_deref(), way.as_str(), note.as_deref()),
            (Some("Maija K"), how, Some(reason.as_str()))
        );
    }
    let page = hall.open("/vahti/console/record", &cookie).await;
    page.says("<q><bdi>log-out: two at one screen</bdi></q>");
}
