//! Commands beside a running server and without one: one way in, the same answers, at once.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Stdio,
};

use rustix::process::Signal;
use serde_json::Value;

use crate::scene::{Folder, Outcome, Server, command, without_times};

#[test]
fn the_check_after_an_invalidate_says_no_and_the_call_after_a_revoke_is_refused() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    for number in 0..20 {
        let user = format!("user-{number}");
        let id = format!("s-{number}");
        assert_eq!(server.login(&key, &user, &id), "active");
        assert_eq!(server.check(&key, &user, &id), "allow, active");
        folder.vahti(&["sessions", "invalidate", &user]).done();
        assert_eq!(server.check(&key, &user, &id), "hold, invalidated");
        folder.vahti(&["sessions", "verify", &user]).done();
        assert_eq!(server.check(&key, &user, &id), "allow, active");
        folder.vahti(&["sessions", "end", &user, &id]).done();
        assert_eq!(server.check(&key, &user, &id), "deny, ended_by_supervisor");
    }
    folder.vahti(&["key", "revoke", "lms"]).done();
    let (status, problem) = server.call(&key, "check", r#"{"user":"user-0"}"#);
    assert_eq!(status, 401, "{problem}");
    let fresh = folder.key("app", "lms-2");
    assert_eq!(server.login(&fresh, "aino", "home"), "active");
}

/// Every command that acts on data, in an order in which each finds something to do.
const EVERY: &[&[&str]] = &[
    &["sessions", "list", "--format", "csv"],
    &["sessions", "list", "--format", "json"],
    &["sessions", "list"],
    &["sessions", "list", "--state", "held", "--limit", "1"],
    &["sessions", "list", "--place", "nowhere"],
    &["sessions", "list", "--reason", "nonsense"],
    &["explain", "aino"],
    &["explain", "nobody"],
    &[
        "sessions",
        "verify",
        "aino",
        "seat-17",
        "--reason",
        "changed computer",
    ],
    &["sessions", "verify", "aino", "seat-71"],
    &["sessions", "verify", "nobody"],
    &["sessions", "invalidate", "aino", "--hold-logins"],
    &["sessions", "invalidate", "aino"],
    &["sessions", "verify", "aino", "home", "--keep-others"],
    &["sessions", "end", "eino", "home"],
    &["sessions", "end", "aino", "--except", "home"],
    &["sessions", "end", "aino", "seat-17"],
    &["sessions", "verify", "aino", "seat-17"],
    &["sessions", "invalidate-all", "--dry-run"],
    &["sessions", "invalidate-all", "--yes"],
    &[
        "sessions",
        "verify-all",
        "--user",
        "aino",
        "--user",
        "nobody",
        "--yes",
    ],
    &["sessions", "end-all", "--waiting", "--yes"],
    &["sessions", "end-all"],
    &["key", "create", "--role", "auditor", "--name", "lms"],
    &["key", "create", "--role", "auditor", "--name", "a b"],
    &["key", "list"],
    &["key", "revoke", "nobody"],
    &["key", "revoke", "lms"],
    &["key", "list", "--format", "json"],
    &["supervisor", "add", "Maija K"],
    &["supervisor", "disable", "Maija K"],
    &["supervisor", "invite", "--name", "Maija K", "--for", "8d"],
    &["supervisor", "list"],
    &["sessions", "end", "aino"],
    &["sessions", "list"],
    &[
        "events",
        "list",
        "--verb",
        "verify",
        "--newest-first",
        "--limit",
        "2",
        "--format",
        "json",
    ],
    &["events", "--user", "nobody"],
    &["events", "check"],
];

fn filled() -> (Folder, Server) {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    for (user, session) in [("aino", "home"), ("eino", "desk"), ("aino", "seat-17")] {
        server.login(&key, user, session);
    }
    (folder, server)
}

fn answers(folder: &Folder) -> Vec<String> {
    let run = |arguments: &&[&str]| {
        let Outcome { code, out, err } = folder.vahti(arguments);
        let text = without_times(&format!(
            "$ vahti {}\n{out}{err}exit code {code}",
            arguments.join(" ")
        ));
        without_hashes(&without_ages(&text))
    };
    EVERY.iter().map(run).collect()
}

/// How long ago something was differs from run to run, and with it the width of a table's columns.
fn without_ages(text: &str) -> String {
    let is_age =
        |word: &str| ["now", "s", "min", "ago"].contains(&word) || word.parse::<u8>().is_ok();
    let mut told = String::new();
    let mut in_table = false;
    for line in text.lines() {
        in_table = line.starts_with("USER ")
            || line.starts_with("NAME ")
            || (in_table && !line.is_empty());
        in_table &= !line.starts_with("exit code") && !line.starts_with("vahti:");
        if in_table {
            let words: Vec<_> = line
                .split_whitespace()
                .filter(|word| !is_age(word))
                .collect();
            told.push_str(&words.join("  "));
        } else {
            told.push_str(line);
        }
        told.push('\n');
    }
    told
}

/// Hashes are salted.
fn without_hashes(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match line.split_once("\"hash\": ") {
            Some((before, _)) => format!("{before}\"hash\": …\n"),
            None => format!("{line}\n"),
        });
    lines.collect()
}

#[test]
fn commands_answer_the_same_beside_a_server_and_without_one() {
    let (served, server) = filled();
    let beside = answers(&served);
    drop(server);
    let (alone, server) = filled();
    assert!(server.stop().success());
    for (with, without) in beside.iter().zip(answers(&alone)) {
        assert_eq!(*with, without);
    }
    insta::assert_snapshot!(beside.join("\n"));
}

#[test]
fn a_second_server_refuses_and_names_the_process_that_owns_the_database() {
    let folder = Folder::new();
    let server = folder.serve();
    let said = folder.vahti(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, 3, "{said:?}");
    let owner = format!("is in use by process {}.", server.pid());
    assert!(said.err.contains(&owner), "{said:?}");
    assert!(server.stop().success());
}

#[test]
fn what_a_killed_server_leaves_behind_does_not_matter() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    assert_eq!(server.login(&key, "aino", "home"), "active");
    server.signal(Signal::KILL);
    assert!(!server.wait().success());
    let left = folder.names(".");
    for name in ["vahti.db.lock", "vahti.db.sock"] {
        assert!(left.iter().any(|left| left == name), "{left:?}");
    }
    folder.vahti(&["sessions", "invalidate", "aino"]).done();
    let again = folder.serve();
    assert_eq!(again.check(&key, "aino", "home"), "hold, invalidated");
    folder.vahti(&["sessions", "verify", "aino", "home"]).done();
    assert_eq!(again.check(&key, "aino", "home"), "allow, active");
}

#[test]
fn many_commands_at_a_time_without_a_server_take_turns() {
    let (folder, server) = filled();
    assert!(server.stop().success());
    let run = || {
        folder
            .vahti(&["sessions", "list", "--format", "csv"])
            .done()
    };
    let all = std::thread::scope(|scope| {
        let started: Vec<_> = (0..6).map(|_| scope.spawn(run)).collect();
        started
            .into_iter()
            .map(|one| one.join().expect("it answers").lines().count())
            .collect::<Vec<_>>()
    });
    assert_eq!(all, [4; 6]);
}

#[test]
fn following_writes_each_event_as_it_is_recorded_until_the_server_ends() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let alone = folder.vahti(&["events", "--follow"]);
    assert!(alone.refused(3).contains("No server runs"));
    let server = folder.serve();
    let begin = ["--follow", "--since", "2020-01-01T00:00:00Z"];
    let mut follow = command(folder.path(), &["events"]);
    let mut follow = follow
        .args(begin)
        .args(["--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(follow.stdout.take().expect("its output")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a line").expect("text");
        serde_json::from_str(&line).expect("JSON")
    };
    assert_eq!(next()["verb"], "key_create");
    for user in ["aino", "bo"] {
        server.login(&key, user, user);
        let event = next();
        assert_eq!(
            (&event["verb"], &event["user"]),
            (&"login".into(), &user.into())
        );
    }
    assert_eq!(server.stop().code(), Some(0));
    assert_eq!(follow.wait().expect("its end").code(), Some(3));
    let mut said = String::new();
    let mut errors = follow.stderr.take().expect("its remarks");
    errors.read_to_string(&mut said).expect("text");
    assert!(said.contains("The server has ended."), "{said}");
}

#[test]
fn a_pause_counts_at_once_is_told_by_the_doctor_and_outlives_the_server() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    server.login(&key, "aino", "home");
    server.login(&key, "aino", "phone");
    assert_eq!(server.check(&key, "aino", "phone"), "hold, over_limit");
    let pause = ["pause", "--for", "2h", "--reason", "wrong limit"];
    let said = folder.vahti(&pause).done();
    assert!(said.contains("every check allows"), "{said}");
    assert_eq!(server.check(&key, "aino", "phone"), "allow, paused");
    assert_eq!(server.stop().code(), Some(0));
    let doctor = folder.vahti(&["doctor"]).out;
    assert!(doctor.contains("THE GATE IS PAUSED until"), "{doctor}");
    let server = folder.serve();
    assert_eq!(server.check(&key, "aino", "phone"), "allow, paused");
    assert_eq!(folder.vahti(&["resume"]).done(), "The gate guards again.\n");
    assert_eq!(server.check(&key, "aino", "phone"), "hold, over_limit");
    let again = folder.vahti(&["resume"]).done();
    assert_eq!(again, "The gate was not paused. It guards.\n");
    let doctor = folder.vahti(&["doctor"]).out;
    assert!(!doctor.contains("PAUSED"), "{doctor}");
    assert!(
        folder
            .vahti(&["pause", "--for", "13h", "--reason", "x"])
            .refused(2)
            .contains("12 hours")
    );
}

#[test]
fn figures_are_told_without_a_key_on_a_listener_of_their_own() {
    let folder = Folder::new();
    let mut command = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("VAHTI__HTTP__METRICS_LISTEN", "127.0.0.1:0");
    let server = Server::start(command);
    let address = server
        .said
        .split("key: http://")
        .nth(1)
        .expect("it is told");
    let (address, _) = address.split_once("/metrics").expect("a path");
    let mut stream = TcpStream::connect(address).expect("it answers");
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut told = String::new();
    stream.read_to_string(&mut told).expect("an answer");
    assert!(
        told.starts_with("HTTP/1.1 200") && told.contains("vahti_ready 1"),
        "{told}"
    );
    assert_eq!(server.stop().code(), Some(0));
}
