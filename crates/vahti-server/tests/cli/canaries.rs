//! Whatever is secret is found nowhere but with whom it was given to: not in the log at its most talkative, not in an
//! answer that refuses, not in the database, its log or a backup (abuse case 23).

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use crate::scene::{Folder, Server, clean};

/// A text that stands for a secret, in the shape that its place asks for.
const IDEMPOTENCY: &str = "canary-idempotency-4f1c";
const PASSWORD: &str = "canary-password-of-maija-5b";
const MADE_UP_PASSWORD: &str = "canary-wrong-password-91e";
const TIM: &str = "canary-tim-secret-93ab";
const OLD_TIM: &str = "canary-old-tim-secret-77de";
const MADE_UP_KEY: &str = "vahti_admin_canarycanarycanarycanarycanarycanary0";
const MADE_UP_TOKEN: &str = "v1.canary-session.canarycanarycanarycanarycanarycanarycanary0";
const MADE_UP_TIM: &str = "canary-wrong-tim-secret-10cc";

/// A request to an address that is not there.
const NOWHERE: &str = "GET /nowhere";

/// A server that logs everything into a file, and all that it answered but for what it gave away on purpose.
struct Scene {
    folder: Folder,
    server: Server,
    told: String,
}

impl Scene {
    fn new(folder: Folder) -> Self {
        let program = env!("CARGO_BIN_EXE_vahti");
        let script = format!("exec {program} serve --listen 127.0.0.1:0 2>log");
        let mut talkative = Command::new("bash");
        clean(&mut talkative)
            .current_dir(folder.path())
            .env("VAHTI_LOG", "trace")
            .args(["-c", &script]);
        Self {
            server: Server::start(talkative),
            folder,
            told: String::new(),
        }
    }

    /// One request as it goes over the wire; the whole answer.
    fn ask(&self, first: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut stream = TcpStream::connect(&self.server.address).expect("it answers");
        let mut request = format!(
            "{first} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.server.address
        );
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!(
                "content-type: application/json\r\ncontent-length: {}\r\n",
                body.len()
            );
        }
        write!(stream, "{request}\r\n{body}").expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The same, kept for the search. An address that is not there would prove nothing, so there is only one.
    fn try_out(&mut self, first: &str, headers: &[(&str, &str)], body: &str) {
        let answer = self.ask(first, headers, body);
        let is_there = !["HTTP/1.1 405 ", "no_such_address"]
            .iter()
            .any(|no| answer.contains(no));
        assert_eq!(is_there, first != NOWHERE, "{first}: {answer}");
        self.told.push_str(&answer);
    }
}

fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

/// The text of a field of a JSON answer.
fn field(answer: &str, name: &str) -> String {
    let after = answer.split(&format!("\"{name}\":\"")).nth(1);
    let value = after.and_then(|rest| rest.split('"').next());
    value
        .unwrap_or_else(|| panic!("no {name} in {answer}"))
        .to_owned()
}

/// Gives every secret to every place that takes one, right and wrong; returns those that are real.
fn use_all(scene: &mut Scene, keys: &[String; 3]) -> Vec<String> {
    let [app, hall, admin] = keys.each_ref().map(|key| bearer(key));
    let headers = [
        ("authorization", app.as_str()),
        ("idempotency-key", IDEMPOTENCY),
    ];
    let login =
        r#"{"user":"aino","session_id":"home","origin":{"ip":"192.0.2.1","user_agent":"b"}}"#;
    let first = field(&scene.ask("POST /v1/login", &headers, login), "token");
    let second = field(&scene.ask("POST /v1/login", &headers, login), "token");
    let replaces = format!(r#"{{"user":"aino","session_id":"next","replaces":"{second}"}}"#);
    let app_only = [("authorization", app.as_str())];
    let third = field(&scene.ask("POST /v1/login", &app_only, &replaces), "token");
    let new_key = r#"{"name":"made","role":"admin"}"#;
    let made = scene.ask("POST /v1/keys", &[("authorization", &admin)], new_key);
    let made = field(&made, "key");
    for token in [first.as_str(), &second, &third, MADE_UP_TOKEN] {
        let (said, cookie) = (bearer(token), format!("vahti={token}"));
        let body = format!(r#"{{"token":"{token}"}}"#);
        scene.try_out("POST /v1/check", &app_only, &body);
        scene.try_out(
            "POST /v1/check",
            &app_only,
            &body.replace('}', ",\"oops\":1}"),
        );
        scene.try_out("GET /v1/sessions/current", &[("authorization", &said)], "");
        scene.try_out("GET /v1/sessions/current", &[("cookie", &cookie)], "");
        scene.try_out("GET /user/sessions/current", &[("cookie", &cookie)], "");
        scene.try_out("GET /vahti/gate", &[("cookie", &cookie)], "");
        scene.try_out("GET /v1/policy", &[("authorization", &said)], "");
        scene.try_out(
            "GET /authz/auth-request",
            &[
                ("cookie", &cookie),
                ("x-original-method", "GET"),
                ("x-original-url", "http://127.0.0.1:7300/a"),
            ],
            "",
        );
    }
    for secret in [TIM, OLD_TIM, MADE_UP_TIM] {
        let body = format!(r#"{{"username":"aino","session_id":null,"secret":"{secret}"}}"#);
        scene.try_out("POST /user/sessions/verify", &[], &body);
        scene.try_out("POST /user/sessions/invalidate", &[], &body);
    }
    for key in [&app, &hall, &admin, &bearer(&made), &bearer(MADE_UP_KEY)] {
        let headers = [("authorization", key.as_str())];
        for call in [
            "/v1/keys",
            "/v1/events",
            "/v1/sessions?user=aino",
            "/v1/policy",
            "/metrics",
        ] {
            scene.try_out(&format!("GET {call}"), &headers, "");
        }
        scene.try_out(NOWHERE, &headers, "");
        scene.try_out("POST /v1/verify", &headers, r#"{"user":"aino"}"#);
        scene.try_out("POST /v1/backup", &headers, "");
        scene.try_out(
            "POST /v1/end",
            &headers,
            &format!(r#"{{"token":"{first}"}}"#),
        );
    }
    for token in [third.as_str(), MADE_UP_TOKEN] {
        let cookie = format!("vahti={token}");
        scene.try_out("POST /vahti/logout", &[("cookie", &cookie)], "");
    }
    let mut given = use_console(scene, &admin);
    scene.try_out("DELETE /v1/keys/made", &[("authorization", &admin)], "");
    given.extend([first, second, third, made]);
    given
}

/// Uses a password, an invitation and the login that each gives, right and wrong; returns them.
fn use_console(scene: &mut Scene, admin: &str) -> Vec<String> {
    let admin = [("authorization", admin)];
    let body = format!(r#"{{"name":"Maija","password":"{PASSWORD}"}}"#);
    scene.try_out("POST /v1/supervisors", &admin, &body);
    let fresh = scene.ask("POST /v1/supervisors", &admin, r#"{"name":"Aatu"}"#);
    let fresh = field(&fresh, "password");
    let invited = scene.ask("POST /v1/invitations", &admin, r#"{"name":"Eino"}"#);
    let link = field(&invited, "url");
    let (_, secret) = link.split_once("?i=").expect("a secret");
    let (invitation, login) = ("/vahti/console/invitation", "/vahti/console/login");
    scene.ask(&format!("GET {invitation}?i={secret}"), &[], "");
    let logins = [
        scene.server.post_form(invitation, &format!("i={secret}")),
        scene
            .server
            .post_form(login, &format!("name=Maija&password={PASSWORD}")),
        scene
            .server
            .post_form(login, &format!("name=Aatu&password={fresh}")),
    ];
    for said in [
        format!("name=Maija&password={MADE_UP_PASSWORD}"),
        format!("name={MADE_UP_PASSWORD}&password={PASSWORD}"),
        format!("name={PASSWORD}&password=Maija"),
    ] {
        scene.server.post_form(login, &said);
    }
    let tokens = logins.map(|answer| {
        let cookie = answer.split("vahti-console=").nth(1).expect("a cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    });
    for token in &tokens {
        let cookie = format!("vahti-console={token}");
        let cookie = [("cookie", cookie.as_str())];
        scene.try_out("GET /vahti/console", &cookie, "");
        scene.try_out("POST /vahti/console/logout", &cookie, "");
        scene.try_out("GET /vahti/console?late=1", &cookie, "");
    }
    scene.try_out(&format!("GET {invitation}?i={secret}x"), &[], "");
    for call in ["GET /v1/supervisors", "DELETE /v1/supervisors/Maija"] {
        scene.try_out(call, &admin, "");
    }
    let given = [PASSWORD, MADE_UP_PASSWORD, &fresh, secret];
    given.map(str::to_owned).into_iter().chain(tokens).collect()
}

/// Of a token and of a key, the half that nobody may know.
fn hidden_half(secret: &str) -> &str {
    let parts = match secret.split_once('.') {
        Some(("v1", rest)) => rest.split_once('.').map(|(_, half)| half),
        _ if secret.starts_with("vahti_") => secret.splitn(3, '_').nth(2),
        _ => None,
    };
    parts.unwrap_or(secret)
}

#[test]
fn no_secret_is_found_where_it_was_not_given() {
    let folder = Folder::new();
    folder.write(
        "vahti.toml",
        &format!("[tim]\nenabled = true\nsecrets = [\"{TIM}\", \"{OLD_TIM}\"]\n"),
    );
    let keys = [("app", "lms"), ("supervisor", "hall"), ("admin", "root")];
    let keys = keys.map(|(role, name)| folder.key(role, name));
    let mut scene = Scene::new(folder);
    let given = use_all(&mut scene, &keys);
    let made_up = [
        IDEMPOTENCY,
        TIM,
        OLD_TIM,
        MADE_UP_KEY,
        MADE_UP_TOKEN,
        MADE_UP_TIM,
    ];
    let secrets: Vec<String> = given
        .into_iter()
        .chain(keys)
        .chain(made_up.map(str::to_owned))
        .collect();
    let Scene {
        folder,
        server,
        told,
    } = scene;
    folder.vahti(&["backup", "copy.db"]).done();
    let printed = folder.vahti(&["config", "print"]).done();
    let mut places = vec![
        ("answers".to_owned(), told.into_bytes()),
        ("config print".to_owned(), printed.into_bytes()),
    ];
    for name in [
        "log",
        "vahti.db",
        "vahti.db-wal",
        "vahti-console.db",
        "vahti-console.db-wal",
        "copy.db",
    ] {
        let bytes = fs::read(folder.join(name)).expect(name);
        assert!(
            !bytes.is_empty(),
            "{name} is empty, so nothing would be found in it"
        );
        places.push((name.to_owned(), bytes));
    }
    assert!(server.stop().success());
    for (place, bytes) in &places {
        for secret in &secrets {
            let hidden = hidden_half(secret);
            assert!(hidden.len() > 10, "{secret}");
            let is_there = bytes
                .windows(hidden.len())
                .any(|part| part == hidden.as_bytes());
            assert!(!is_there, "{secret} stands in {place}");
        }
    }
}
