//! What was acknowledged survives `kill -9` and the loss of whatever the disk had not confirmed.
//!
//! A client in a process of its own writes down each acknowledgement before its next request. The server is killed,
//! mostly while a commit is open; the part of its write-ahead log that was not synced is cut off, as a power cut might;
//! and the restarted server has to know everything that stands in the client's file.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use vahti_store::conformance::is_long;

/// Acknowledgements before a kill.
const ENOUGH: u64 = 4_000;
/// Looks at the mark before a kill falls wherever it falls.
const MOST_LOOKS: u32 = 3_000_000;

/// The steps of a commit, as the mark counts them.
#[derive(Clone, Copy)]
enum Step {
    /// The batch has begun.
    Begun = 1,
    /// COMMIT is next.
    Next = 2,
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, plant: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vahti"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(folder.join("vahti.toml"))
            .env("VAHTI_TEST_PLANT", plant)
            .env("VAHTI_TEST_MARK", folder.join("mark"))
            .env("VAHTI_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("a line");
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split(',').next());
        let address = address
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        Self { child, address }
    }

    fn kill(self) {
        drop(self);
    }

    /// The states of a user's sessions, by id.
    fn sessions(&self, key: &str, user: &str) -> BTreeMap<String, String> {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        let request = format!(
            "GET /v1/sessions?user={user} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let body = &answer[answer
            .find('{')
            .unwrap_or_else(|| panic!("no JSON: {answer}"))
            ..=answer.rfind('}').expect("an end")];
        let page: vahti_client::SessionsPage =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        page.sessions
            .into_iter()
            .map(|session| (session.id, session.state))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

struct Scene {
    folder: tempfile::TempDir,
    plant: &'static str,
    app: String,
    supervisor: String,
}

/// What one or more kills came to.
#[derive(Default)]
struct Tally {
    kills: u32,
    in_commit: u32,
    acknowledged: usize,
    lost: Vec<String>,
}

impl Scene {
    fn new(plant: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(
            folder.path().join("vahti.toml"),
            "[sessions]\nheld_max_per_user = 50\n",
        )
        .expect("a file");
        fs::write(folder.path().join("mark"), [0; 9]).expect("a file");
        let key = |role: &str| {
            let made = Command::new(env!("CARGO_BIN_EXE_vahti"))
                .args(["key", "create", "--role", role, "--name", role, "--config"])
                .arg(folder.path().join("vahti.toml"))
                .output()
                .expect("the command runs");
            assert!(
                made.status.success(),
                "{}",
                String::from_utf8_lossy(&made.stderr)
            );
            String::from_utf8(made.stdout)
                .expect("text")
                .trim()
                .to_owned()
        };
        let (app, supervisor) = (key("app"), key("supervisor"));
        Self {
            folder,
            plant,
            app,
            supervisor,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One life of the server: work, death at a step of a commit, restart, and a look at what it still knows.
    fn round(&self, number: u32, step: Step, tally: &mut Tally) {
        let server = Server::start(self.folder.path(), self.plant);
        let notes = self.path(&format!("notes-{number}"));
        File::create(&notes).expect("a file");
        let mut client = self.client(&server, &notes, number);
        self.wait_for(step, &notes, &mut client);
        server.kill();
        tally.kills += 1;
        tally.in_commit += u32::from(self.mark().0 != 0);
        finish(client);
        self.cut_power();
        let server = Server::start(self.folder.path(), "");
        let notes = Notes::read(&notes);
        tally.acknowledged += notes.acknowledged;
        for (user, expected) in &notes.users {
            let known = server.sessions(&self.supervisor, user);
            if !expected.allows(&known) {
                tally
                    .lost
                    .push(format!("{user}: {known:?}, but {expected:?}"));
            }
        }
        server.kill();
    }

    fn client(&self, server: &Server, notes: &Path, round: u32) -> Child {
        let program = Path::new(env!("CARGO_BIN_EXE_vahti"))
            .with_file_name("examples")
            .join("crash_client");
        let mut client = Command::new(program);
        client
            .args([&server.address, &self.app, &self.supervisor])
            .arg(notes)
            .arg(round.to_string());
        client
            .stderr(Stdio::null())
            .spawn()
            .expect("the client starts")
    }

    /// Waits for enough acknowledgements and then for the next commit that is at this step.
    fn wait_for(&self, step: Step, notes: &Path, client: &mut Child) {
        while fs::metadata(notes).expect("the notes").len() < ENOUGH * 4 {
            let ended = client.try_wait().expect("a child");
            assert_eq!(ended, None, "the client goes on until the server dies");
            std::thread::yield_now();
        }
        (0..MOST_LOOKS).find(|_| self.mark().0 >= step as u8);
    }

    /// The step of the commit that is open, and how much of the write-ahead log is known to be on the disk.
    fn mark(&self) -> (u8, u64) {
        let mut mark = [0; 9];
        let read = File::open(self.path("mark")).and_then(|file| file.read_exact_at(&mut mark, 0));
        read.expect("the mark");
        let synced = mark[1..].try_into().expect("eight bytes");
        (mark[0], u64::from_le_bytes(synced))
    }

    /// Takes away what a power cut might take: the part of the write-ahead log that was not synced.
    fn cut_power(&self) {
        let log = self.path("vahti.db-wal");
        if let Ok(log) = OpenOptions::new().write(true).open(log) {
            let length = log.metadata().expect("the log").len();
            log.set_len(length.min(self.mark().1))
                .expect("a shorter log");
        }
    }

    /// Whether the chain of events is whole.
    fn check_events(&self) {
        let checked = Command::new(env!("CARGO_BIN_EXE_vahti"))
            .args(["events", "check", "--config"])
            .arg(self.path("vahti.toml"))
            .output()
            .expect("the command runs");
        assert!(
            checked.status.success(),
            "{}",
            String::from_utf8_lossy(&checked.stdout)
        );
    }
}

fn finish(mut client: Child) {
    client
        .wait()
        .expect("the client ends when the server is gone");
}

/// What the file of acknowledgements says.
#[derive(Default)]
struct Notes {
    users: BTreeMap<String, Expected>,
    acknowledged: usize,
}

/// What a user's sessions must be after what was acknowledged, and what they may be if the one command that was under way
/// was done too.
#[derive(Clone, Debug, Default)]
struct Expected {
    sure: Vec<(String, &'static str)>,
    maybe: Option<Vec<(String, &'static str)>>,
}

impl Notes {
    fn read(path: &Path) -> Self {
        let mut notes = Self::default();
        for line in fs::read_to_string(path).expect("the notes").lines() {
            let words: Vec<_> = line.split(' ').collect();
            let [kind, command, user, session] = words[..] else {
                continue;
            };
            let expected = notes.users.entry(user.to_owned()).or_default();
            match kind {
                "try" => expected.maybe = Some(after(&expected.sure, command, session)),
                // Somebody was told of the session, so the login that made it has been done.
                "saw" if expected.sure.is_empty() => expected.sure = after(&[], command, session),
                "ack" => {
                    notes.acknowledged += 1;
                    if let Some(done) = expected.maybe.take() {
                        expected.sure = done;
                    }
                }
                _ => {}
            }
        }
        notes
    }
}

/// The seed's own rules, limit 1: what a command makes of a user's sessions.
fn after(
    before: &[(String, &'static str)],
    command: &str,
    session: &str,
) -> Vec<(String, &'static str)> {
    let mut states = before.to_vec();
    let has_active = states.iter().any(|(_, state)| *state == "active");
    if command == "login" && !states.iter().any(|(id, _)| id == session) {
        states.push((
            session.to_owned(),
            if has_active { "held" } else { "active" },
        ));
    }
    for (id, state) in states.iter_mut().filter(|(_, state)| *state != "ended") {
        match command {
            "verify" => *state = if id == session { "active" } else { "held" },
            "invalidate" => *state = "held",
            "end" if id == session => *state = "ended",
            _ => {}
        }
    }
    states
}

impl Expected {
    fn allows(&self, known: &BTreeMap<String, String>) -> bool {
        let is = |states: &[(String, &'static str)]| {
            states.len() == known.len()
                && states
                    .iter()
                    .all(|(id, state)| known.get(id).is_some_and(|known| known == state))
        };
        is(&self.sure) || self.maybe.as_deref().is_some_and(is)
    }
}

#[test]
fn what_was_acknowledged_survives_kills_and_power_cuts() {
    let scene = Scene::new("");
    let mut tally = Tally::default();
    for number in 0..if is_long() { 200 } else { 20 } {
        let step = if number % 2 == 0 {
            Step::Begun
        } else {
            Step::Next
        };
        scene.round(number, step, &mut tally);
    }
    println!(
        "{} kills, {} in an open commit, {} acknowledgements",
        tally.kills, tally.in_commit, tally.acknowledged
    );
    assert!(tally.lost.is_empty(), "lost: {:#?}", tally.lost);
    assert!(
        tally.in_commit * 2 >= tally.kills,
        "too few kills fell into an open commit to show anything"
    );
    scene.check_events();
}

/// Kills until the planted fault shows.
fn is_caught(plant: &'static str) -> bool {
    let scene = Scene::new(plant);
    let mut tally = Tally::default();
    (0..60).any(|number| {
        scene.round(number, Step::Next, &mut tally);
        !tally.lost.is_empty()
    })
}

#[test]
fn an_answer_before_the_commit_is_caught() {
    assert!(is_caught("answer_before_commit"));
}

#[test]
fn an_index_that_knows_before_the_commit_is_caught() {
    assert!(is_caught("witness_before_commit"));
}

#[test]
fn a_commit_that_does_not_wait_for_the_disk_is_caught() {
    assert!(is_caught("synchronous_off"));
}
