//! The end of a server: in good order after a signal, at once after a second, by itself when its database fails.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::net::UnixDatagram,
    process::Command,
};

use rustix::process::Signal;
use serde_json::Value;

use crate::scene::{Folder, PATIENCE, Server, clean, command};

fn last_seen(folder: &Folder, user: &str) -> String {
    let arguments = ["sessions", "list", "--user", user, "--format", "json"];
    let list: Value = serde_json::from_str(&folder.vahti(&arguments).done()).expect("JSON");
    list[0]["last_seen_at"].as_str().expect("a time").to_owned()
}

#[test]
fn systemd_is_told_when_it_answers_and_when_it_stops() {
    let folder = Folder::new();
    let socket = folder.join("notify");
    let systemd = UnixDatagram::bind(&socket).expect("a socket");
    systemd.set_read_timeout(Some(PATIENCE)).expect("a limit");
    let hear = || {
        let mut text = [0; 64];
        let read = systemd.recv(&mut text).expect("it is told");
        String::from_utf8_lossy(&text[..read]).into_owned()
    };
    let start = |listen| {
        let mut serve = command(folder.path(), &["serve", "--listen", listen]);
        serve.env("NOTIFY_SOCKET", &socket);
        serve
    };
    let failed = start("192.0.2.1:7300").output().expect("it starts");
    assert_eq!(failed.status.code(), Some(3), "and nothing is told");
    let server = Server::start(start("127.0.0.1:0"));
    assert_eq!(hear(), "READY=1\n");
    assert!(TcpStream::connect(&server.address).is_ok());
    assert_eq!(server.stop().code(), Some(0));
    assert_eq!(hear(), "STOPPING=1\n");
}

#[test]
fn a_signal_ends_it_in_good_order_and_times_of_use_are_written() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = Folder::new();
        let key = folder.key("app", "lms");
        let server = folder.serve();
        server.login(&key, "aino", "home");
        let at_login = last_seen(&folder, "aino");
        let mut seen = at_login.clone();
        while seen == at_login {
            server.check(&key, "aino", "home");
            seen = last_seen(&folder, "aino");
        }
        let idle = TcpStream::connect(&server.address).expect("it answers");
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0));
        drop(idle);
        assert_eq!(last_seen(&folder, "aino"), seen);
        let left = folder.names(".");
        assert!(!left.contains(&"vahti.db.sock".to_owned()), "{left:?}");
    }
}

#[test]
fn a_client_that_never_finishes_its_head_does_not_keep_it_from_ending() {
    let server = Folder::new().serve();
    let mut slow = TcpStream::connect(&server.address).expect("it answers");
    slow.write_all(b"POST /v1/check HTTP/1.1\r\nhost: x\r\n")
        .expect("it reads");
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn open_streams_are_ended_in_good_order_read_or_not() {
    let folder = Folder::new();
    let key = folder.key("auditor", "desk");
    let server = folder.serve();
    let streams = [(); 3].map(|()| {
        let mut stream = TcpStream::connect(&server.address).expect("it answers");
        write!(
            stream,
            "GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\naccept: text/event-stream\r\n\r\n"
        )
        .expect("it reads");
        let mut head = [0; 12];
        stream.read_exact(&mut head).expect("it answers");
        assert_eq!(&head, b"HTTP/1.1 200");
        stream
    });
    assert_eq!(server.stop().code(), Some(0));
    for mut stream in streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).expect("an end");
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "the last chunk: {rest}");
    }
}

/// A stream that has begun.
fn follow(server: &Server, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).expect("it answers");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: x\r\n{headers}accept: text/event-stream\r\n\r\n"
    )
    .expect("it reads");
    let mut head = [0; 12];
    stream.read_exact(&mut head).expect("it answers");
    assert_eq!(&head, b"HTTP/1.1 200", "{path}");
    stream
}

#[test]
fn hundreds_of_open_pages_consoles_and_followers_are_ended_in_good_order_within_ten_seconds() {
    let folder = Folder::new();
    let (app, auditor) = (folder.key("app", "lms"), folder.key("auditor", "desk"));
    let admin = folder.key("admin", "admin");
    let server = folder.serve();
    let users: Vec<_> = (0..25).map(|number| format!("user-{number}")).collect();
    let seats = users.iter().map(|user| {
        assert_eq!(server.login(&app, user, &format!("{user}-home")), "active");
        let (_, seat) = server.call(&app, "login", &format!(r#"{{"user":"{user}"}}"#));
        let token = seat["token"].as_str().expect("a token");
        format!("cookie: vahti={token}\r\n")
    });
    let seats: Vec<_> = seats.collect();
    let made = r#"{"name":"Maija","password":"correct horse battery"}"#;
    assert_eq!(server.call(&admin, "supervisors", made).0, 201);
    let form = "name=Maija&password=correct+horse+battery";
    let answer = server.post_form("/vahti/console/login", form);
    let cookie = answer
        .split_once("set-cookie: ")
        .and_then(|(_, rest)| rest.split_once(';'));
    let console = format!("cookie: {}\r\n", cookie.expect("a cookie").0);
    let auditor = format!("authorization: Bearer {auditor}\r\n");
    // As many of each session as may stay open.
    let pages = seats.iter().map(|seat| ("/vahti/gate/events", seat, 8));
    let others = [
        ("/vahti/console/events", &console, 100),
        ("/v1/events", &auditor, 60),
    ];
    let mut streams = Vec::new();
    for (path, headers, number) in pages.chain(others) {
        streams.extend((0..number).map(|_| follow(&server, path, headers)));
    }
    // What is recorded now is on its way to all of them when the signal comes.
    let home = r#"{"user":"user-0","session_id":"user-0-home"}"#;
    assert_eq!(server.call(&admin, "invalidate", home).0, 200);
    assert_eq!(server.stop().code(), Some(0));
    for mut stream in streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).expect("an end");
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "the last chunk: {rest}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    let mut begun = TcpStream::connect(&server.address).expect("it answers");
    write!(
        begun,
        "POST /v1/check HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    )
    .expect("it reads");
    // The server has taken the connection once a later one is answered.
    server.check(&key, "nobody", "nothing");
    server.signal(Signal::TERM);
    let still_accepts = || TcpStream::connect(&server.address).is_ok();
    assert!((0..20_000).any(|_| !still_accepts()), "it stops accepting");
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code(), Some(3));
}

#[test]
fn a_database_that_fails_ends_it_and_the_next_start_knows_all_that_was_acknowledged() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    // Files may not grow beyond 400 KiB: a write error, as of a failing disk.
    let program = env!("CARGO_BIN_EXE_vahti");
    let script = format!("trap '' XFSZ; ulimit -f 400; exec {program} serve --listen 127.0.0.1:0");
    let mut limited = Command::new("bash");
    clean(&mut limited)
        .current_dir(folder.path())
        .args(["-c", &script]);
    let server = Server::start(limited);
    let mut acknowledged = Vec::new();
    let failed = (0..10_000).find_map(|number| {
        let user = format!("user-{number}");
        let (status, answer) = server.call(&key, "login", &format!(r#"{{"user":"{user}"}}"#));
        match status {
            201 => acknowledged.push(user),
            status => return Some((status, answer)),
        }
        None
    });
    let (status, problem) = failed.expect("the file is full at some time");
    assert_eq!(
        (status, &problem["type"]),
        (503, &Value::from("urn:vahti:problem:unavailable"))
    );
    assert_eq!(server.wait().code(), Some(3));
    assert!(!acknowledged.is_empty());
    for user in acknowledged {
        last_seen(&folder, &user);
    }
    folder.vahti(&["events", "check"]).done();
}
