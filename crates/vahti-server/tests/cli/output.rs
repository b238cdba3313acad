//! What commands print: for people, for spreadsheets, for programs.

use std::io::Read as _;
use std::process::Stdio;

use crate::scene::{Folder, Outcome, command, without_times};

fn filled() -> Folder {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    for body in [
        r#"{"user":"aino","session_id":"home","name":"Aino Suoranta","number":"0412345",
            "origin":{"ip":"84.250.12.7","user_agent":"Firefox"},"groups":["exam-2026"]}"#,
        r#"{"user":"aino","session_id":"seat-17","place":"Hall A"}"#,
        r#"{"user":"eino","session_id":"seat-18","place":"Hall \"A\", row 2"}"#,
        r#"{"user":"ilona","session_id":"seat-19","place":"=1+1"}"#,
    ] {
        let (status, answer) = server.call(&key, "login", body);
        assert_eq!(status, 201, "{answer}");
    }
    folder.vahti(&["sessions", "end", "eino"]).done();
    assert!(server.stop().success());
    folder
}

#[test]
fn lists_for_spreadsheets_and_programs_keep_their_shape() {
    let folder = filled();
    let list = |format| {
        let arguments = ["sessions", "list", "--format", format];
        without_times(&folder.vahti(&arguments).done())
    };
    insta::assert_snapshot!("sessions_csv", list("csv"));
    insta::assert_snapshot!("sessions_json", list("json"));
}

#[test]
fn a_list_of_more_than_one_page_is_whole_and_a_cut_one_says_so() {
    const LOGINS: usize = 1_001;
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    std::thread::scope(|scope| {
        for part in 0..16 {
            let (server, key) = (&server, &key);
            scope.spawn(move || {
                for number in (part..LOGINS).step_by(16) {
                    server.login(key, &format!("user-{number}"), &format!("s-{number}"));
                }
            });
        }
    });
    let list = |arguments: &[&str]| folder.vahti(&[&["sessions", "list"], arguments].concat());
    let rows = |arguments: &[&str]| {
        let json = list(&[&["--format", "json"], arguments].concat()).done();
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
        rows.len()
    };
    assert_eq!((rows(&[]), rows(&["--limit", "7"])), (LOGINS, 7));
    assert_eq!(
        list(&["--format", "csv"]).done().lines().count(),
        LOGINS + 1
    );
    let cut = list(&["--limit", "1000"]);
    assert_eq!(cut.out.lines().count(), 1_001);
    assert!(cut.err.contains("There are more than 1000"), "{}", cut.err);
    assert!(list(&[]).err.contains("There are more than 100:"));
    assert_eq!(list(&["--limit", "1001"]).err, "");
    let events = folder.vahti(&["events", "--format", "json"]).done();
    let events: Vec<serde_json::Value> = serde_json::from_str(&events).expect("JSON");
    assert_eq!(events.len(), LOGINS + 1, "each login, and the key");
}

#[test]
fn a_table_has_colours_only_where_they_are_wanted() {
    let folder = filled();
    let list = |variables: &[(&str, &str)]| {
        let mut list = command(folder.path(), &["sessions", "list"]);
        Outcome::of(list.envs(variables.iter().copied())).done()
    };
    assert!(!list(&[]).contains('\u{1b}'), "a pipe gets none");
    assert!(list(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[33m"));
    assert!(!list(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}

#[test]
fn a_key_stands_alone_on_standard_output() {
    let folder = Folder::new();
    let made = folder.vahti(&[
        "key", "create", "--role", "app", "--name", "lms", "--group", "exam",
    ]);
    assert_eq!(made.out.lines().count(), 1);
    assert!(made.out.starts_with("vahti_app_"), "{made:?}");
    assert!(
        made.err
            .starts_with("vahti: The key `lms` has the role `app`."),
        "{made:?}"
    );
    assert!(
        !folder
            .vahti(&["key", "list", "--format", "json"])
            .done()
            .contains("vahti_app_")
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = filled();
    for arguments in [
        &["events", "--format", "json"][..],
        &["sessions", "list", "--format", "csv"],
        &["config", "print"],
        &["serve", "--help"],
    ] {
        let mut child = command(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("its standard error");
        stderr.read_to_string(&mut said).expect("UTF-8");
        let status = child.wait().expect("it ends");
        assert_eq!(
            (status.code(), said.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn help_looks_the_same_as_before() {
    let folder = Folder::new();
    let help = |arguments: &[&str]| folder.vahti(&[arguments, &["--help"]].concat()).done();
    let all = [help(&[]), help(&["serve"]), help(&["sessions", "list"])];
    insta::assert_snapshot!(all.join("\n========\n\n"));
}

#[test]
fn the_doctor_looks_at_everything_and_says_what_to_do() {
    let folder = filled();
    let text = "[http]\nlisten = \"127.0.0.1:1\"\npublic_url = \"https://exam.example.org\"\n[store]\nmin_free = \"0B\"\n";
    folder.write("vahti.toml", text);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it").to_string();
    let mut doctor = command(folder.path(), &["doctor"]);
    doctor.env("VAHTI__HTTP__LISTEN", &address);
    let taken = Outcome::of(&mut doctor);
    drop(listener);
    let well = Outcome::of(&mut doctor);
    let shown = format!("{}\n========\n\n{}", taken.shown(), well.shown());
    let line = |line: &str| match line.split_once("  disk  ") {
        Some((before, _)) => format!("{before}  disk  …\n"),
        None => format!("{line}\n"),
    };
    let shown: String = shown
        .replace(&address, "127.0.0.1:7300")
        .lines()
        .map(line)
        .collect();
    insta::assert_snapshot!(shown);
    let server = folder.serve();
    let mut beside = command(folder.path(), &["doctor"]);
    beside.env("VAHTI__HTTP__LISTEN", &server.address);
    let beside = Outcome::of(&mut beside).done();
    assert!(beside.contains("is answered by a server"), "{beside}");
    assert!(
        beside.contains("a server owns it and answers on its socket"),
        "{beside}"
    );
}
