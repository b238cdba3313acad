//! Logins with a password: who comes in, for how long, and what other sites can do to them.

use std::time::Duration;

use axum::http::{Method, header};
use futures::StreamExt as _;
use serde_json::json;
use vahti_server::http;

use super::{CONSOLE, Hall, INVITE, LOGIN, PASSWORD, by_itself, request, typed};

#[tokio::test]
async fn whoever_is_not_logged_in_logs_in_first_and_then_comes_back() {
    let hall = Hall::new().await;
    let away = hall.open("/vahti/console?q=a", "").await;
    let login = "/vahti/console/login?next=%2Fvahti%2Fconsole%3Fq%3Da";
    assert_eq!((away.status, away.location()), (303, login));
    let page = hall.open(login, "").await;
    assert_eq!(page.status, 200);
    let hidden = r#"<input type="hidden" name="next" value="/vahti/console?q=a">"#;
    assert!(page.text.contains(hidden), "{}", page.text);
    let form = format!(
        "name=Maija+K&password={}&next=/vahti/console%3Fq%3Da",
        typed(PASSWORD)
    );
    let come_in = hall.post(LOGIN, "", &form).await;
    assert_eq!(
        (come_in.status, come_in.location()),
        (303, "/vahti/console?q=a")
    );
    let cookie = come_in.header(header::SET_COOKIE);
    assert!(cookie.starts_with("__Host-vahti-console=v1."), "{cookie}");
    let attributes = "; Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Lax";
    assert!(cookie.ends_with(attributes), "{cookie}");
    let inside = hall.open(CONSOLE, &come_in.cookie()).await;
    assert_eq!(inside.status, 200);
    assert!(
        inside.text.contains("<bdi>Maija K</bdi>"),
        "{}",
        inside.text
    );
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/exam",
        "/vahti/../exam",
    ] {
        let form = format!("name=Maija+K&password={}&next={elsewhere}", typed(PASSWORD));
        assert_eq!(hall.post(LOGIN, "", &form).await.location(), CONSOLE);
    }
}

#[tokio::test]
async fn nobody_learns_from_a_wrong_password_which_names_there_are() {
    let hall = Hall::new().await;
    hall.invite("Eino", "2h").await;
    let mut answers = Vec::new();
    for name in ["Maija K", "Eino", "nobody", ""] {
        let seen = hall.try_password(name, "a wrong password").await;
        assert_eq!((seen.status, seen.cookie().as_str()), (403, ""), "{name}");
        answers.push(seen.text.replace(&format!("value=\"{name}\""), "value"));
    }
    hall.disable("Maija K").await;
    let seen = hall.try_password("Maija K", PASSWORD).await;
    assert_eq!(seen.status, 403);
    answers.push(seen.text.replace("value=\"Maija K\"", "value"));
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[tokio::test]
async fn wrong_passwords_are_recorded_under_names_that_there_are_and_what_else_was_typed_is_kept_nowhere()
 {
    let hall = Hall::new().await;
    hall.invite("Eino", "2h").await;
    for name in ["Maija K", "Eino", "my-real-password!", "Maija K"] {
        let seen = hall.try_password(name, "a wrong password").await;
        assert_eq!(seen.status, 403);
    }
    let mut notes = hall.notes_of("supervisor_refuse", 4).await;
    notes.sort_by_key(ToString::to_string);
    let expected = json!(["Eino", "Maija K", "Maija K", null]);
    assert_eq!(json!(notes), expected);
    let events = hall.scene.get("auditor", "/v1/events").await.text;
    for typed in ["my-real-password", "a wrong password"] {
        assert!(!events.contains(typed), "{typed}");
    }
    let cookie = hall.log_in().await;
    let record = hall.open("/vahti/console/record", &cookie).await;
    record.says("A supervisor was not let in to the console: wrong password");
    record.says("nobody has the name that was typed");
    hall.notes_of("supervisor_refuse", 4).await;
}

#[tokio::test]
async fn a_flood_of_wrong_passwords_is_recorded_so_often_that_it_fills_nothing() {
    let hall = Hall::new().await;
    for round in 0..3 {
        for number in 0..13 {
            let name = format!("guess {round} {number}");
            let seen = hall.try_password(&name, "a wrong password").await;
            assert_eq!(seen.status, 403);
        }
        for _ in 0..10 {
            hall.try_password("Maija K", "a wrong password").await;
        }
        // Ten each at once, and then one each time that a tenth of an hour has passed.
        hall.notes_of("supervisor_refuse", 20 + 2 * round).await;
        hall.scene.clock.advance(Duration::from_secs(360));
    }
}

#[tokio::test]
async fn a_thousand_wrong_passwords_stop_nobody_who_is_logged_in_and_nobody_else() {
    let hall = Hall::new().await;
    let maija = hall.log_in().await;
    let (mut wrong, mut refused) = (0, 0);
    for _ in 0..1_000 {
        match hall
            .try_password("Maija K", "a wrong password")
            .await
            .status
        {
            403 => wrong += 1,
            429 => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((wrong, refused), (9, 991), "ten tries, with the right one");
    let late = hall.try_password("Maija K", PASSWORD).await;
    assert_eq!((late.status, late.header(header::RETRY_AFTER)), (429, "6"));
    assert_eq!(hall.open(CONSOLE, &maija).await.status, 200);
    let eino = hall.accept(&hall.invite("Eino", "2h").await).await;
    assert_eq!(eino.status, 303);
    hall.scene.clock.advance(Duration::from_secs(60));
    assert!(!hall.log_in().await.is_empty());
}

#[tokio::test]
async fn who_guesses_at_a_name_keeps_out_neither_known_browsers_nor_who_is_logged_in() {
    let hall = Hall::new().await;
    let come_in = hall.try_password("Maija K", PASSWORD).await;
    let cookies: Vec<_> = come_in.headers.get_all(header::SET_COOKIE).iter().collect();
    let known = cookies[1].to_str().expect("ASCII");
    let (known, attributes) = known.split_once(';').expect("attributes");
    assert!(known.starts_with("__Host-vahti-known="), "{known}");
    assert_eq!(
        attributes,
        " Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    for _ in 0..20 {
        hall.try_password("Maija K", "a wrong password").await;
    }
    assert_eq!(hall.try_password("Maija K", PASSWORD).await.status, 429);
    let maija = come_in.cookie();
    let order = "what=hold&people=0&number=0&looked=1790000000000&password=";
    let everyone = "/vahti/console/everyone";
    let wrong = hall.post(everyone, &maija, &format!("{order}wrong")).await;
    wrong.says("The password was wrong.");
    let form = format!("name=Maija+K&password={}", typed(PASSWORD));
    assert_eq!(hall.post(LOGIN, known, &form).await.status, 303);
    // A known browser is no way around the limit, and not known to anybody else's account.
    let guess = "name=Maija+K&password=a+wrong+password";
    for _ in 0..8 {
        assert_eq!(hall.post(LOGIN, known, guess).await.status, 403);
    }
    assert_eq!(hall.post(LOGIN, known, &form).await.status, 429);
    let body = serde_json::json!({"name": "Olli", "password": PASSWORD});
    hall.scene.post("admin", "/v1/supervisors", body).await;
    for _ in 0..20 {
        hall.try_password("Olli", "a wrong password").await;
    }
    let form = format!("name=Olli&password={}", typed(PASSWORD));
    assert_eq!(hall.post(LOGIN, known, &form).await.status, 429);
}

#[tokio::test]
async fn a_login_that_nobody_uses_runs_out_and_what_scripts_do_is_no_use() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    hall.scene.clock.advance(Duration::from_secs(29 * 60));
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 200);
    hall.scene.clock.advance(Duration::from_secs(29 * 60));
    assert_eq!(hall.send(by_itself(CONSOLE, &cookie)).await.status, 200);
    let mut stream = request(Method::GET, "/vahti/console/events", &cookie, "");
    let kind = "text/event-stream".parse().expect("a value");
    stream.headers_mut().insert(header::ACCEPT, kind);
    let stream = hall.raw(stream).await;
    assert_eq!(stream.status(), 200);
    let mut hints = stream.into_body().into_data_stream();
    hints.next().await.expect("a beginning").expect("bytes");
    // It looks whether the login still holds, and waits for something to tell.
    assert!(futures::poll!(hints.next()).is_pending());
    hall.scene.clock.advance(Duration::from_secs(60));
    assert_eq!(hall.open(CONSOLE, &cookie).await.status, 303);
    let mut late = request(Method::POST, INVITE, &cookie, "name=x&hours=2");
    let from = "https://exam.example.org/vahti/console?q=a".parse();
    late.headers_mut()
        .insert(header::REFERER, from.expect("a value"));
    let late = hall.send(late).await;
    assert_eq!(late.status, 401);
    for said in [
        "Your login has run out",
        "Nothing was sent.",
        "login?next=%2Fvahti%2Fconsole%3Fq%3Da",
    ] {
        assert!(late.text.contains(said), "{said}: {}", late.text);
    }
}

#[tokio::test]
async fn a_login_at_the_same_browser_takes_the_place_of_the_one_before() {
    let hall = Hall::new().await;
    let before = hall.log_in().await;
    let form = format!("name=Maija+K&password={}", typed(PASSWORD));
    let again = hall.post(LOGIN, &before, &form).await;
    assert_eq!(hall.open(CONSOLE, &before).await.status, 303);
    assert_eq!(hall.open(CONSOLE, &again.cookie()).await.status, 200);
}

#[tokio::test]
async fn a_sixth_login_ends_the_oldest() {
    let hall = Hall::new().await;
    let mut cookies = Vec::new();
    for _ in 0..6 {
        hall.scene.clock.advance(Duration::from_secs(60));
        cookies.push(hall.log_in().await);
    }
    assert_eq!(hall.open(CONSOLE, &cookies[0]).await.status, 303);
    for cookie in &cookies[1..] {
        assert_eq!(hall.open(CONSOLE, cookie).await.status, 200);
    }
}

#[tokio::test]
async fn what_another_site_sends_has_no_effect() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    let secret = hall.invite("Eino", "2h").await;
    let right = format!("name=Maija+K&password={}", typed(PASSWORD));
    let before = hall.scene.digest().await;
    let posts: Vec<_> = http::page_routes()
        .into_iter()
        .filter(|route| route.method == Method::POST && route.path.starts_with(CONSOLE))
        .collect();
    assert!(posts.len() >= 9);
    for route in posts {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let form = format!("{right}&hours=2&i={secret}");
            let mut request = request(Method::POST, &route.path, &cookie, &form);
            request
                .headers_mut()
                .insert(name, value.parse().expect("a value"));
            request
                .headers_mut()
                .insert(header::HOST, "exam.example.org".parse().expect("it"));
            let seen = hall.send(request).await;
            assert_eq!(
                (seen.status, seen.cookie().as_str()),
                (403, ""),
                "{}",
                route.path
            );
            assert!(seen.text.contains("Nothing was changed."), "{}", seen.text);
        }
    }
    assert_eq!(hall.scene.digest().await, before);
    assert_eq!(
        hall.open(CONSOLE, &cookie).await.status,
        200,
        "still logged in"
    );
    assert_eq!(hall.accept(&secret).await.status, 303, "still unused");
}

#[tokio::test]
async fn every_page_of_the_console_is_kept_by_nobody_and_framed_by_nobody() {
    let hall = Hall::new().await;
    let cookie = hall.log_in().await;
    for route in http::page_routes() {
        let is_page = route.path.starts_with(CONSOLE) && !route.path.ends_with(".js");
        if !is_page || route.path.ends_with("/events") {
            continue;
        }
        for cookie in ["", &cookie] {
            let seen = hall
                .send(request(route.method.clone(), &route.path, cookie, ""))
                .await;
            let at = format!("{} {}: {}", route.method, route.path, seen.status);
            assert!(seen.status < 500, "{at}");
            assert_eq!(seen.header(header::CACHE_CONTROL), "no-store", "{at}");
            assert_eq!(seen.header(header::X_FRAME_OPTIONS), "DENY", "{at}");
            let csp = seen.header(header::CONTENT_SECURITY_POLICY);
            assert!(
                csp.starts_with("default-src 'none'") && !csp.contains("unsafe"),
                "{at}"
            );
            for inline in ["<script>", " style=", " onclick="] {
                assert!(!seen.text.contains(inline), "{at}");
            }
        }
    }
}
