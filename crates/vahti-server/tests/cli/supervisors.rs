//! `vahti supervisor`, beside a server and without one.

use std::{io::Write as _, process::Stdio};

use serde_json::Value;

use crate::scene::{Folder, command};

/// Adds a supervisor whose password is typed into standard input; gives the exit code and what was said.
fn add(folder: &Folder, name: &str, typed: &str) -> (Option<i32>, String) {
    let mut child = command(folder.path(), &["supervisor", "add", name])
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
