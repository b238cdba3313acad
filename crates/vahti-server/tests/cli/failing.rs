//! A disk on which one write fails, whichever it is: the answer is right, or there is none, and the next start knows what
//! was acknowledged, whole. The fault is planted in front of the C library, so that nothing of the server knows of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rusqlite::Connection;
use serde_json::Value;

use crate::scene::{Folder, Server, command, wait_until};
use vahti_store::conformance::is_long;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/failing.c");

/// The errors of a broken and of a full disk.
const ERRORS: [i32; 2] = [
    rustix::io::Errno::IO.raw_os_error(),
    rustix::io::Errno::NOSPC.raw_os_error(),
];

/// The library that makes a write fail.
fn library(folder: &Path) -> PathBuf {
    let library = folder.join("failing.so");
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, Path::new(SOURCE)])
        .status();
    assert!(made.expect("a C compiler").success());
    library
}

/// The states that a session may be in. One that was never acknowledged may be absent.
type Possible = Vec<Option<&'static str>>;

/// What a client did and was told.
#[derive(Default)]
struct Told {
    sessions: BTreeMap<String, Possible>,
    refused: u32,
}

impl Told {
    /// Gives a command; what it came to if it was acknowledged, else both are possible.
    fn give(
        &mut self,
        server: &Server,
        key: &str,
        verb: &str,
        user: &str,
        done: &'static str,
    ) -> bool {
        let body = match verb {
            "end" => format!(r#"{{"session_id":"of-{user}"}}"#),
            _ => format!(r#"{{"user":"{user}","session_id":"of-{user}"}}"#),
        };
        let possible = self.sessions.entry(user.to_owned()).or_insert(vec![None]);
        match server.try_call(key, verb, &body) {
            Ok((200 | 201, _)) => *possible = vec![Some(done)],
            Ok((503, _)) | Err(_) => {
                possible.push(Some(done));
                self.refused += 1;
                return false;
            }
            Ok(other) => panic!("{verb} of {user}: {other:?}"),
        }
        true
    }

    /// What a check says is possible.
    fn check(&mut self, server: &Server, key: &str, user: &str) {
        let body = format!(r#"{{"user":"{user}","session_id":"of-{user}"}}"#);
        let Ok((status, answer)) = server.try_call(key, "check", &body) else {
            return;
        };
        if status == 503 {
            return;
        }
        let possible = self.sessions[user].iter().map(|state| match state {
            Some("active") => "allow",
            Some("held") => "hold",
            _ => "deny",
        });
        let verdict = answer["verdict"].as_str().unwrap_or_default();
        assert!(
            possible.into_iter().any(|state| state == verdict),
            "{user}: {answer}"
        );
    }

    /// A few users' ways through all commands; a way ends where it is not known how it goes on.
    fn work(&mut self, server: &Server, app: &str, supervisor: &str, users: u32) {
        for number in 0..users {
            let user = format!("user-{number}");
            let way = [
                ("login", app, "active"),
                ("invalidate", supervisor, "held"),
                ("verify", supervisor, "active"),
                ("end", app, "ended"),
            ];
            for (verb, key, done) in &way[..2 + number as usize % 3] {
                let known = self.give(server, key, verb, &user, done);
                self.check(server, app, &user);
                if !known {
                    break;
                }
            }
        }
    }
}

/// What every round begins with: a database with its keys.
struct Start {
    folder: Folder,
    library: PathBuf,
    app: String,
    supervisor: String,
}

impl Start {
    fn new() -> Self {
        let folder = Folder::new();
        let (app, supervisor) = (folder.key("app", "lms"), folder.key("supervisor", "hall"));
        let library = library(folder.path());
        Self {
            folder,
            library,
            app,
            supervisor,
        }
    }

    /// The server, in whose process the `n`-th write to this file fails.
    fn serve(&self, folder: &Folder, n: u32, error: i32, file: &str) -> Command {
        let mut serve = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
        serve
            .env("LD_PRELOAD", &self.library)
            .env("FAIL_AT", n.to_string())
            .env("FAIL_PATH", file)
            .env("FAIL_ERRNO", error.to_string())
            .env("FAIL_NOTE", folder.join("note"));
        serve
    }

    /// One life of a server in which the `n`-th write fails; says whether one did, and how many commands were refused.
    fn round(&self, n: u32, error: i32, users: u32) -> (bool, u32) {
        let folder = Folder::new();
        fs::copy(self.folder.join("vahti.db"), folder.join("vahti.db")).expect("a copy");
        let mut told = Told::default();
        let ended = match Server::try_start(self.serve(&folder, n, error, "vahti.db")) {
            Err(ended) => ended,
            Ok(server) => {
                told.work(&server, &self.app, &self.supervisor, users);
                server.stop_or_wait()
            }
        };
        assert!(matches!(ended.code(), Some(0 | 3)), "write {n}: {ended}");
        let failed = fs::read_to_string(folder.join("note"));
        look(
            &folder,
            &told,
            &format!("write {n}, error {error}, {failed:?}"),
        );
        (failed.is_ok(), told.refused)
    }
}

/// After the next start everything is as it was told, and whole.
fn look(folder: &Folder, told: &Told, what: &str) {
    let list = folder
        .vahti(&["sessions", "list", "--format", "json"])
        .done();
    let list: Vec<Value> = serde_json::from_str(&list).expect("JSON");
    let state = |session: &Value| session["state"].as_str().expect("a state").to_owned();
    let known: BTreeMap<_, _> = list
        .iter()
        .map(|session| {
            (
                session["user"].as_str().expect("a user").to_owned(),
                state(session),
            )
        })
        .collect();
    for (user, possible) in &told.sessions {
        let found = known.get(user).map(String::as_str);
        assert!(
            possible.contains(&found),
            "{what}: {user} is {found:?}, not one of {possible:?}"
        );
    }
    assert!(
        known.keys().all(|user| told.sessions.contains_key(user)),
        "{what}: {known:?}"
    );
    folder.vahti(&["events", "check"]).done();
    let connection = Connection::open(folder.join("vahti.db")).expect("a database");
    let pages: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("an answer");
    assert_eq!(pages, "ok", "{what}");
}

/// A login at the console: its cookie, if somebody was logged in.
fn log_in(server: &Server) -> Option<String> {
    let form = "name=Maija&password=correct+horse+battery";
    let answer = server.post_form("/vahti/console/login", form);
    let status = answer.split(' ').nth(1).unwrap_or_default();
    assert!(["303", "503"].contains(&status), "{answer}");
    let cookie = answer.split_once("set-cookie: ");
    let cookie = cookie.and_then(|(_, rest)| rest.split_once(';'));
    assert_eq!(cookie.is_some(), status == "303", "{answer}");
    cookie.map(|(cookie, _)| cookie.to_owned())
}

#[test]
fn whichever_write_of_the_logins_at_the_console_fails_it_opens_again_by_itself_and_the_gate_goes_on()
 {
    let start = Start::new();
    let made = r#"{"name":"Maija","password":"correct horse battery"}"#;
    let admin = start.folder.key("admin", "admin");
    let server = start.folder.serve();
    assert_eq!(server.call(&admin, "supervisors", made).0, 201);
    assert!(server.stop().success());
    let last = if is_long() { 60 } else { 14 };
    let (mut failed, mut closed) = (0, 0);
    // A database that is there already, and one that is made meanwhile.
    for (n, files) in (1..=last).flat_map(|n| [(n, 2), (n, 1)]) {
        let error = ERRORS[n as usize % 2];
        let folder = Folder::new();
        for file in &["vahti.db", "vahti-console.db"][..files] {
            fs::copy(start.folder.join(file), folder.join(file)).expect("a copy");
        }
        let server = Server::start(start.serve(&folder, n, error, "vahti-console.db"));
        assert_eq!(server.login(&start.app, "aino", "home"), "active");
        let mut cookies = Vec::new();
        for _ in 0..4 {
            match log_in(&server) {
                Some(cookie) => cookies.push(cookie),
                None => closed += 1,
            }
            assert_eq!(server.check(&start.app, "aino", "home"), "allow, active");
        }
        let is_open = || {
            server
                .open("/vahti/console", "")
                .starts_with("HTTP/1.1 303 ")
        };
        // One write fails, so of two logins one begins.
        let later = (0..2).find_map(|_| {
            wait_until(is_open);
            log_in(&server)
        });
        cookies.push(later.unwrap_or_else(|| panic!("write {n}: it stays closed")));
        wait_until(is_open);
        for cookie in &cookies {
            let page = server.open("/vahti/console", cookie);
            assert!(page.starts_with("HTTP/1.1 200 "), "write {n}: {page}");
        }
        failed += u32::from(folder.join("note").exists());
        assert!(server.stop().success(), "write {n}");
        let aside = folder.join("vahti-console.db.broken");
        assert!(!aside.exists(), "write {n}: no login is lost for that");
    }
    println!("{failed} writes failed, {closed} logins were refused");
    assert!(
        failed >= last * 2 * 8 / 10,
        "only {failed} of twice {last} writes were met"
    );
    assert!(closed > 0);
}

#[test]
fn whichever_write_fails_no_answer_is_wrong_and_nothing_acknowledged_is_lost() {
    let start = Start::new();
    let (last, users) = if is_long() { (400, 60) } else { (100, 14) };
    let (mut failed, mut refused) = (0, 0);
    for n in 1..=last {
        let both = ERRORS.iter().enumerate();
        // The short form takes the errors in turn.
        let errors = both.filter(|(place, _)| is_long() || n as usize % 2 == *place);
        for (_, error) in errors {
            let (did, commands) = start.round(n, *error, users);
            failed += u32::from(did);
            refused += commands;
        }
    }
    println!("{failed} writes failed, {refused} commands were refused");
    assert!(
        failed >= last * 9 / 10,
        "only {failed} of {last} writes were met"
    );
    assert!(refused > 0);
}
