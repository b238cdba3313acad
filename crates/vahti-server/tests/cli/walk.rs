//! Pages that are walked along: their commands are run as they stand, in order, and say what the page says that they say.
//!
//! In a block of `console`, a line after `$` is a command, up to a remark behind three spaces and `#`. A line that is
//! set in by two spaces is a part of what the command before it says.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    page,
    scene::{Folder, Outcome, Server, clean, command},
};

/// A page, and the folder in which it is walked along.
struct Walk {
    page: &'static str,
    folder: Folder,
    server: Option<Server>,
    key: String,
    walked: usize,
}

impl Walk {
    fn new(page: &'static str) -> Self {
        Self {
            page,
            folder: Folder::new(),
            server: None,
            key: String::new(),
            walked: 0,
        }
    }

    /// Runs the commands under this heading.
    #[track_caller]
    fn along(&mut self, heading: &str) {
        let mut said = String::new();
        for block in page::blocks(page::part(self.page, heading), "console") {
            for line in block.lines().map(str::trim_end) {
                let shown = line.trim_start();
                if let Some(command) = shown.strip_prefix("$ ") {
                    let command = command.split("   #").next().unwrap_or(command).trim_end();
                    said = self.run(command);
                    self.walked += 1;
                } else if !shown.is_empty() {
                    let (said, shown) = (spaced(&said), spaced(shown));
                    assert!(
                        said.contains(&shown),
                        "{heading}: `{shown}` is not in:\n{said}"
                    );
                }
            }
        }
    }

    /// What a command says. A server runs until the next one is started.
    #[track_caller]
    fn run(&mut self, line: &str) -> String {
        if line.starts_with("vahti serve ") {
            if let Some(server) = self.server.take() {
                assert!(server.stop().success());
            }
            let arguments: Vec<_> = line.split_whitespace().skip(1).collect();
            let listen = ["--listen", "127.0.0.1:0"];
            let start = command(self.folder.path(), &[&arguments[..], &listen].concat());
            let server = Server::start(start);
            let said = server.said.clone();
            self.server = Some(server);
            return said;
        }
        let programs = Path::new(env!("CARGO_BIN_EXE_vahti"))
            .parent()
            .expect("a folder");
        let script = format!(
            "set -eo pipefail; PATH={}:$PATH; {line}",
            programs.display()
        );
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(self.folder.path());
        let Outcome { code, out, err } = Outcome::of(clean(&mut shell));
        // The doctor finds that a server of a test answers somewhere else than its configuration says.
        assert!(
            code == 0 || line == "vahti doctor",
            "`{line}` ended with {code}: {out}{err}"
        );
        out + &err
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("a server")
    }

    /// A login of the application; its state.
    #[track_caller]
    fn login(&self, body: &Value) -> String {
        let (status, answer) = self.server().call(&self.key, "login", &body.to_string());
        assert_eq!(status, 201, "{answer}");
        answer["session"]["state"]
            .as_str()
            .unwrap_or("untracked")
            .to_owned()
    }

    fn check(&self, user: &str, session: &str) -> String {
        self.server().check(&self.key, user, session)
    }

    /// That as many commands were run as stand on the page.
    #[track_caller]
    fn end(self) {
        let blocks = page::blocks(self.page, "console");
        let lines = blocks.iter().flat_map(|block| block.lines());
        let shown = lines
            .filter(|line| line.trim_start().starts_with("$ "))
            .count();
        assert_eq!(self.walked, shown, "every command of the page was run");
        assert!(shown > 10, "{shown}");
    }
}

/// Columns are as wide as what stands in them.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const TURNING_IT_ON: &str = include_str!("../../../../docs/turning-it-on.md");

#[test]
fn it_is_turned_on_as_the_page_says_and_off_again() {
    let mut walk = Walk::new(TURNING_IT_ON);
    walk.along("## Prepare");
    let key = std::fs::read_to_string(walk.folder.join("lms.key")).expect("a key");
    key.trim().clone_into(&mut walk.key);
    walk.along("## Observe");
    for (user, session) in [("aino", "home"), ("aino", "seat-17"), ("eino", "desk")] {
        let body = json!({"user": user, "session_id": session});
        assert_eq!(walk.login(&body), "active", "nothing is refused");
    }
    assert_eq!(walk.check("aino", "seat-17"), "allow, observe");
    walk.along("## Read");
    walk.along("## Hold");
    assert_eq!(walk.check("aino", "seat-17"), "allow, active");
    assert_eq!(walk.check("aino", "home"), "hold, superseded");
    assert_eq!(
        walk.check("eino", "desk"),
        "allow, active",
        "nobody is logged out by the switch"
    );
    walk.along("## Take it back");
    assert_eq!(walk.check("aino", "home"), "allow, tracking_off");
    assert_eq!(walk.login(&json!({"user": "aino"})), "untracked");
    walk.end();
}

const EXAM_DAY: &str = include_str!("../../../../docs/exam-day.md");

#[test]
fn an_exam_day_goes_as_the_page_says() {
    let mut walk = Walk::new(EXAM_DAY);
    let config = walk.folder.join("vahti.toml").display().to_string();
    walk.folder
        .vahti(&["init", "--profile", "exam", "--output", &config])
        .done();
    walk.key = walk.folder.key("app", "lms");
    walk.run("vahti serve --config vahti.toml");
    for session in ["test-1", "test-2"] {
        walk.login(&json!({"user": "test-account", "session_id": session}));
    }
    walk.along("## The evening before");
    walk.login(&json!({"user": "aino", "session_id": "yesterday"}));
    walk.along("## The morning");
    assert_eq!(walk.check("aino", "yesterday"), "hold, invalidated");
    let at = |seat: &str| json!({"user": "aino", "session_id": seat, "place": "Hall A"});
    let home = json!({"user": "aino", "session_id": "home"});
    assert_eq!(
        walk.login(&home),
        "active",
        "after the clean start a new login goes on"
    );
    assert_eq!(walk.login(&at("seat-17")), "held");
    walk.along("## The start");
    assert_eq!(walk.check("aino", "seat-17"), "allow, active");
    assert_eq!(walk.check("aino", "home"), "hold, superseded");
    walk.along("## While it runs");
    assert_eq!(walk.check("aino", "seat-17"), "deny, ended_by_supervisor");
    assert_eq!(
        walk.login(&at("seat-18")),
        "held",
        "who went home and comes back waits"
    );
    let slow = json!({"user": "eino", "session_id": "slow", "groups": ["extra-time"]});
    assert_eq!(walk.login(&slow), "active");
    assert_eq!(
        walk.login(&json!({"user": "liisa", "session_id": "quick"})),
        "active"
    );
    walk.along("## Extra time");
    assert_eq!(walk.check("eino", "slow"), "allow, active");
    assert_eq!(walk.check("liisa", "quick"), "deny, ended_by_supervisor");
    walk.along("## The end");
    assert_eq!(walk.login(&slow_again()), "held", "nobody goes on at home");
    walk.along("## The evening after");
    walk.along("## When the gate is down");
    assert_eq!(walk.check("eino", "again"), "hold, after_end");
    walk.end();
}

fn slow_again() -> Value {
    json!({"user": "eino", "session_id": "again"})
}
