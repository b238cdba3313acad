//! `vahti supervisor`, beside a server and without one.

use std::{io::Write as _, process::Stdio};

use serde_json::Value;

use crate::scene::{Folder, Server, command, wait_until};

/// Adds a supervisor whose password is typed into standard input; gives the exit code and what was said.
fn add(folder: &Folder, name: &str, typed: &str) -> (Option<i32>, String) {
    type_to(folder, &["supervisor", "add", name], typed)
}

/// Runs a command that asks for a password.
fn type_to(folder: &Folder, arguments: &[&str], typed: &str) -> (Option<i32>, String) {
    let mut child = command(folder.path(), arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    stdin.write_all(typed.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, b"", "nothing is asked where nobody sits");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), said)
}

#[test]
fn a_password_is_one_line_of_standard_input_or_made_and_shown_alone() {
    let folder = Folder::new();
    let (code, said) = add(&folder, "Maija K", "too short\n");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("at least 12 characters"), "{said}");
    let (code, said) = add(&folder, "Maija K", "correct horse battery\nanother line\n");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("correct"), "{said}");
    let made = folder.vahti(&["supervisor", "add", "Eino", "--generate"]);
    assert_eq!((made.code, made.out.lines().count()), (0, 1), "{made:?}");
    assert_eq!(made.out.trim_end().len(), 23, "{made:?}");
    assert!(!made.err.contains(made.out.trim_end()), "{made:?}");
    let again = folder.vahti(&["supervisor", "add", "Eino", "--generate"]);
    assert!(
        again
            .refused(1)
            .contains("There is a supervisor `Eino` already.")
    );
    let list = folder.vahti(&["supervisor", "list"]).done();
    assert!(list.contains("Maija K") && list.contains("Eino"), "{list}");
}

fn try_password(server: &Server, name: &str, password: &str) -> String {
    let form = format!("name={name}&password={}", password.replace(' ', "+"));
    server.post_form("/vahti/console/login", &form)
}

/// Whether this password logs somebody in.
fn logs_in(server: &Server, name: &str, password: &str) -> bool {
    try_password(server, name, password).starts_with("HTTP/1.1 303 ")
}

/// The cookie of a login.
fn cookie_of(server: &Server, name: &str, password: &str) -> String {
    let answer = try_password(server, name, password);
    let cookie = answer
        .split_once("set-cookie: ")
        .and_then(|(_, rest)| rest.split_once(';'));
    cookie.expect("a cookie").0.to_owned()
}

#[test]
fn a_changed_password_is_typed_or_made_and_counts_beside_a_server_and_without_one() {
    let folder = Folder::new();
    let change = |typed: &str| type_to(&folder, &["supervisor", "password", "Maija"], typed);
    let (code, said) = change("correct horse battery\n");
    assert_eq!(code, Some(3), "there is no database yet: {said}");
    add(&folder, "Maija", "correct horse battery\n");
    let (code, said) = change("another horse battery\n");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("Whoever was logged in with the old one is out."),
        "{said}"
    );
    let server = folder.serve();
    assert!(!logs_in(&server, "Maija", "correct horse battery"));
    assert!(logs_in(&server, "Maija", "another horse battery"));
    let (code, said) = change("short\n");
    assert!(code == Some(2) && said.contains("at least 12"), "{said}");
    let made = folder.vahti(&["supervisor", "password", "Maija", "--generate"]);
    assert_eq!((made.code, made.out.lines().count()), (0, 1), "{made:?}");
    let made = made.out.trim_end();
    assert!(logs_in(&server, "Maija", made));
    assert!(!logs_in(&server, "Maija", "another horse battery"));
    let nobody = folder.vahti(&["supervisor", "password", "Eino", "--generate"]);
    let said = nobody.refused(1);
    assert!(
        said.contains("There is no valid supervisor `Eino`."),
        "{said}"
    );
    assert!(server.stop().success());
}

#[test]
fn a_console_whose_logins_cannot_be_opened_opens_by_itself_later_and_the_gate_serves_from_the_start()
 {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    add(&folder, "Maija", "correct horse battery\n");
    let lock = folder.join("vahti-console.db.lock");
    std::fs::create_dir(&lock).expect("what is no lock");
    let server = folder.serve();
    assert_eq!(server.login(&key, "aino", "home"), "active");
    let form = "name=Maija&password=correct+horse+battery";
    let answer = server.post_form("/vahti/console/login", form);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(
        answer.contains("The console is closed right now"),
        "{answer}"
    );
    let doctor = folder.vahti(&["doctor"]).out;
    assert!(
        doctor.contains("closed: the server could not make"),
        "{doctor}"
    );
    std::fs::remove_dir(&lock).expect("removed");
    let is_open = || {
        server
            .open("/vahti/console", "")
            .starts_with("HTTP/1.1 303 ")
    };
    wait_until(is_open);
    let cookie = cookie_of(&server, "Maija", "correct horse battery");
    assert_eq!(server.check(&key, "aino", "home"), "allow, active");
    let left = folder.names(".");
    assert!(
        !left.contains(&"vahti-console.db.broken".to_owned()),
        "{left:?}"
    );
    assert!(server.stop().success());

    // Once more, with somebody who is logged in.
    std::fs::remove_file(&lock).expect("removed");
    std::fs::create_dir(&lock).expect("what is no lock");
    let server = folder.serve();
    let open = || server.open("/vahti/console", &cookie);
    assert!(open().starts_with("HTTP/1.1 503 "));
    std::fs::remove_dir(&lock).expect("removed");
    wait_until(|| !open().starts_with("HTTP/1.1 503 "));
    assert!(open().starts_with("HTTP/1.1 200 "), "who was in goes on");
    assert!(server.stop().success());
}

#[test]
fn the_doctor_looks_at_the_logins_of_the_console() {
    let folder = Folder::new();
    add(&folder, "Maija", "correct horse battery\n");
    let server = folder.serve();
    assert!(logs_in(&server, "Maija", "correct horse battery"));
    let doctor = || folder.vahti(&["doctor"]).out;
    let said = doctor();
    assert!(
        said.contains("the server has the database of its logins"),
        "{said}"
    );
    assert!(server.stop().success());
    let said = doctor();
    assert!(
        said.contains("nobody owns its database; it opens and is whole"),
        "{said}"
    );
    assert!(
        said.contains("vahti-console.db is its owner's alone (0600)"),
        "{said}"
    );
    let whole = std::fs::read(folder.join("vahti-console.db")).expect("bytes");
    folder.write(
        "vahti-console.db",
        "not a database, but long enough to be read as one",
    );
    let said = doctor();
    assert!(
        said.contains("puts it aside, and all supervisors log in again"),
        "{said}"
    );
    std::fs::write(folder.join("vahti-console.db"), whole).expect("written");
    let lock = folder.join("vahti-console.db.lock");
    std::fs::remove_file(&lock).expect("removed");
    std::fs::create_dir(&lock).expect("what is no lock");
    let fails = folder.vahti(&["doctor"]);
    assert_eq!(fails.code, 1, "{fails:?}");
    assert!(
        fails.out.contains("Nobody can log in to the console"),
        "{fails:?}"
    );
}

#[test]
fn neither_a_backup_nor_a_restore_takes_the_logins_of_the_console_for_the_database() {
    let folder = Folder::new();
    add(&folder, "Maija", "correct horse battery\n");
    let server = folder.serve();
    assert!(logs_in(&server, "Maija", "correct horse battery"));
    for name in [
        "vahti-console.db",
        "./vahti-console.db-wal",
        "vahti-console.db.lock",
    ] {
        let refused = folder.vahti(&["backup", name, "--force"]).refused(2);
        assert!(
            refused.contains("the database of the console's logins"),
            "{name}: {refused}"
        );
    }
    assert!(server.stop().success());
    let refused = folder
        .vahti(&["restore", "vahti-console.db", "--yes"])
        .refused(2);
    assert!(
        refused.contains("is no backup. Nothing was changed."),
        "{refused}"
    );
}

#[test]
fn a_backup_holds_the_accounts_of_supervisors_and_a_restore_logs_all_of_them_out() {
    let folder = Folder::new();
    add(&folder, "Maija", "correct horse battery\n");
    let server = folder.serve();
    let cookie = cookie_of(&server, "Maija", "correct horse battery");
    assert!(
        server
            .open("/vahti/console", &cookie)
            .starts_with("HTTP/1.1 200 ")
    );
    folder.vahti(&["backup", "copy.db"]).done();
    type_to(
        &folder,
        &["supervisor", "password", "Maija"],
        "another horse battery\n",
    );
    assert!(server.stop().success());
    folder.write("vahti-console.db-wal", "what is not in the file yet");
    let restored = folder.vahti(&["restore", "copy.db", "--yes"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(
        restored.err.contains("all log in to the console again"),
        "{restored:?}"
    );
    let server = folder.serve();
    assert!(
        server
            .open("/vahti/console", &cookie)
            .starts_with("HTTP/1.1 303 ")
    );
    assert!(
        logs_in(&server, "Maija", "correct horse battery"),
        "as it was then"
    );
    assert!(server.stop().success());
    let kept = folder.names(".");
    for end in ["", "-wal"] {
        let name = format!("vahti-console.db.before-restore{end}");
        assert!(kept.contains(&name), "{name}: {kept:?}");
    }
}

#[test]
fn an_invitation_stands_alone_on_standard_output() {
    let folder = Folder::new();
    let server = folder.serve();
    let invite = ["supervisor", "invite", "--name", "Maija K", "--for", "2h"];
    let made = folder.vahti(&invite);
    assert_eq!((made.code, made.out.lines().count()), (0, 1), "{made:?}");
    let start = "http://127.0.0.1:7300/vahti/console/invitation?i=";
    assert!(made.out.starts_with(start), "{made:?}");
    let disabled = folder.vahti(&["supervisor", "disable", "Maija K"]).done();
    assert_eq!(disabled, "The supervisor `Maija K` is disabled.\n");
    assert_eq!(folder.vahti(&invite).code, 0, "the name is free again");
    let list = folder.vahti(&["supervisor", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&list.done()).expect("JSON");
    let invited = list.as_array().expect("a list").iter();
    let invited: Vec<_> = invited.map(|one| one["is_invited"].clone()).collect();
    assert_eq!(invited, [false, true]);
    assert!(server.stop().success());
}

#[test]
fn logins_that_cannot_be_used_are_put_aside_and_cost_no_account() {
    let folder = Folder::new();
    add(&folder, "Maija", "correct horse battery\n");
    folder.write(
        "vahti-console.db",
        "not a database, but long enough to be read as one",
    );
    folder.write("vahti-console.db-wal", "nor this");
    let server = folder.serve();
    let form = "name=Maija&password=correct+horse+battery";
    let answer = server.post_form("/vahti/console/login", form);
    assert!(answer.contains("303 See Other"), "{answer}");
    assert!(server.stop().success());
    let kept = std::fs::read_to_string(folder.join("vahti-console.db.broken"));
    assert!(kept.expect("it is kept").starts_with("not a database"));
    let again = folder.serve();
    assert!(again.stop().success());
}
