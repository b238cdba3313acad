//! What is different where somebody sits at a terminal: passwords are asked for and not shown, and an invitation is a picture,
//! too. The terminal is that of `script`, of the package bsdutils.

use std::{
    io::{Read as _, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread,
};

use crate::scene::{Folder, PATIENCE, clean};

/// A command at a terminal, and what the terminal shows.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    told: mpsc::Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    fn run(folder: &Folder, arguments: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_vahti");
        let mut script = Command::new("script");
        let mut child = clean(&mut script)
            .args(["--quiet", "--return", "--command"])
            .arg(format!("{program} {arguments}"))
            .arg("/dev/null")
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script, of the package bsdutils");
        let mut screen = child.stdout.take().expect("its output");
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut some) {
                drop(tell.send(some[..read].to_vec()));
            }
        });
        Self {
            keyboard: child.stdin.take().expect("its input"),
            child,
            told,
            shown: String::new(),
        }
    }

    /// Waits until the terminal shows this, and types.
    #[track_caller]
    fn answer(&mut self, question: &str, typed: &str) {
        while !self.shown.ends_with(question) {
            let more = self.told.recv_timeout(PATIENCE);
            let more = more.unwrap_or_else(|_| panic!("{question:?} in {:?}", self.shown));
            self.shown.push_str(&String::from_utf8_lossy(&more));
        }
        self.keyboard.write_all(typed.as_bytes()).expect("typed");
    }

    /// The exit code, and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        while let Ok(more) = self.told.recv_timeout(PATIENCE) {
            self.shown.push_str(&String::from_utf8_lossy(&more));
        }
        drop(self.keyboard);
        let ended = self.child.wait().expect("it ends");
        (ended.code(), self.shown)
    }
}

#[test]
fn a_password_is_asked_for_twice_and_never_shown() {
    let folder = Folder::new();
    let mut add = Terminal::run(&folder, "supervisor add Maija");
    add.answer("Password: ", "correct horse battery\n");
    add.answer("Once more: ", "correct horse buttery\n");
    let (code, shown) = add.end();
    assert_eq!(code, Some(2), "{shown}");
    assert!(
        shown.contains("The two passwords are not the same. Nothing was changed"),
        "{shown}"
    );
    assert!(!folder.join("vahti.db").exists(), "nothing was made");
    for (command, password) in [
        ("supervisor add Maija", "correct horse battery"),
        ("supervisor password Maija", "another horse battery"),
    ] {
        let mut asks = Terminal::run(&folder, command);
        asks.answer("Password: ", &format!("{password}\n"));
        asks.answer("Once more: ", &format!("{password}\n"));
        let (code, shown) = asks.end();
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains("horse"), "{shown}");
    }
    let server = folder.serve();
    for (password, status) in [("correct", "403"), ("another", "303")] {
        let form = format!("name=Maija&password={password}+horse+battery");
        let answer = server.post_form("/vahti/console/login", &form);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}

#[test]
fn a_password_that_is_broken_off_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let folder = Folder::new();
    for (typed, again) in [
        ("correct\x03", None),
        ("correct horse battery\n", Some("\x04")),
    ] {
        let mut add = Terminal::run(&folder, "supervisor add Maija; echo it was $?; stty -a");
        add.answer("Password: ", typed);
        if let Some(again) = again {
            add.answer("Once more: ", again);
        }
        let (_, shown) = add.end();
        assert!(
            shown.contains("No password was given. Nothing was changed."),
            "{shown}"
        );
        assert!(shown.contains("it was 2"), "{shown}");
        assert!(shown.contains("\nisig icanon iexten echo "), "{shown}");
        assert!(!shown.contains("correct"), "{shown}");
    }
    assert!(!folder.join("vahti.db").exists(), "nothing was made");
}

#[test]
fn an_invitation_is_a_picture_for_a_camera_at_a_terminal_and_nowhere_else() {
    let folder = Folder::new();
    let invite = "supervisor invite --name Eino --for 2h";
    let (code, shown) = Terminal::run(&folder, invite).end();
    assert_eq!(code, Some(0), "{shown}");
    let mut lines = shown.lines();
    let url = lines.next().unwrap_or_default();
    let link = "http://127.0.0.1:7300/vahti/console/invitation?i=";
    assert!(url.starts_with(link), "{shown}");
    let is_picture = |line: &&str| {
        let line = line.trim_end();
        line.chars().count() > 20 && line.chars().all(|c| "█▀▄ ".contains(c))
    };
    // Two rows of the code stand in one line, and it is as wide as it is high.
    let picture: Vec<&str> = lines.filter(is_picture).collect();
    let width = picture
        .iter()
        .map(|line| line.trim_end().chars().count())
        .max();
    let width = width.unwrap_or_default();
    assert!(
        width.abs_diff(2 * picture.len()) <= 2,
        "{width} and {}: {shown}",
        picture.len()
    );
    assert!(
        shown.contains("Whoever opens this link first is `Eino`"),
        "{shown}"
    );
}
