//! `docs/integrate.md`: the code on the page, in applications that run, against the real server.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use tempfile::TempDir;

use crate::{
    page,
    scene::{Folder, Outcome, PATIENCE, Server, clean, command},
    tools,
};

const PAGE: &str = include_str!("../../../../docs/integrate.md");
const AXUM: &str = include_str!("../../../vahti-client/examples/integrate_axum/gate.rs");

/// The most lines that an application is asked to add, without imports.
const LINES: usize = 25;

fn code(language: &str) -> &'static str {
    let blocks = page::blocks(PAGE, language);
    assert_eq!(blocks.len(), 1, "{language}");
    blocks[0]
}

/// A gate, and an application that stands behind it.
struct Scene {
    folder: Folder,
    gate: Option<Server>,
    address: String,
    application: Application,
}

/// An application; killed when it is dropped.
struct Application {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl Application {
    /// Starts it, and waits until it says where it answers.
    #[track_caller]
    fn start(mut command: Command, folder: TempDir) -> Self {
        let mut child = clean(&mut command)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the application starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (tell, told) = mpsc::channel();
        // To the end, so that the application never waits for a reader.
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .for_each(|line| drop(tell.send(line)));
        });
        let mut said = String::new();
        let url = loop {
            let line = told
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("it starts: {said}"));
            if let Some(at) = line.find("http://127.0.0.1:") {
                break line[at..].trim_end_matches('/').to_owned();
            }
            said.push_str(&line);
        };
        Self {
            child,
            url,
            _folder: folder,
        }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser: curl with a jar of its own.
struct Browser<'a> {
    scene: &'a Scene,
    jar: PathBuf,
}

/// What a browser sees.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    place: String,
    state: String,
    text: String,
}

impl Scene {
    fn new(start: impl FnOnce(TempDir, &[(&str, &str)]) -> Application) -> Self {
        let folder = Folder::new();
        let key = folder.key("app", "shop");
        let gate = folder.serve();
        let address = gate.address.clone();
        let url = format!("http://{address}");
        let settings = [
            ("VAHTI_URL", url.as_str()),
            ("VAHTI_KEY", &key),
            ("VAHTI_COOKIE", "vahti"),
        ];
        let application = start(tools::folder(), &settings);
        Self {
            folder,
            gate: Some(gate),
            address,
            application,
        }
    }

    fn browser(&self, name: &str) -> Browser<'_> {
        Browser {
            scene: self,
            jar: self.folder.join(name),
        }
    }

    fn states(&self) -> Vec<String> {
        let listed = self
            .folder
            .vahti(&["sessions", "list", "--format", "json"])
            .done();
        let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
        let sessions = listed
            .as_array()
            .or(listed["sessions"].as_array())
            .expect("a list");
        let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        sessions
            .iter()
            .map(|session| format!("{} {}", word(&session["state"]), word(&session["reason"])))
            .collect()
    }
}

impl Browser<'_> {
    fn ask(&self, path: &str, more: &[&str]) -> Seen {
        let jar = self.jar.display().to_string();
        let url = format!("{}{path}", self.scene.application.url);
        let shown = "\n%{http_code} %{redirect_url} %header{vahti-state}";
        let arguments = ["-sS", "-m", "30", "-b", &jar, "-c", &jar, "-w", shown];
        let seen = Outcome::of(clean(
            Command::new("curl").args(arguments).args(more).arg(url),
        ))
        .done();
        let (text, facts) = seen.rsplit_once('\n').expect("the facts");
        let mut facts = facts.split(' ').map(str::to_owned);
        let mut next = || facts.next().unwrap_or_default();
        Seen {
            status: next().parse().expect("a status"),
            place: next().replace(&self.scene.application.url, ""),
            state: next(),
            text: text.to_owned(),
        }
    }

    /// How the first page answers: `hello`, or where it sends to.
    fn home(&self) -> String {
        let seen = self.ask("/", &[]);
        match seen.status {
            200 => seen.text,
            302 | 303 => format!("{} ({})", place(&seen.place), seen.state),
            status => status.to_string(),
        }
    }

    fn login(&self, user: &str, password: &str) -> Seen {
        let form = format!("user={user}&password={password}");
        self.ask("/login", &["--data", &form])
    }

    fn cookie(&self) -> Option<String> {
        let jar = fs::read_to_string(&self.jar).expect("a jar");
        let line = jar.lines().find(|line| line.contains("\tvahti\t"))?;
        line.split('\t').next_back().map(str::to_owned)
    }
}

/// The page, without the address of the gate.
fn place(url: &str) -> &str {
    let waits = url.ends_with("/vahti/gate");
    if waits { "waiting page" } else { url }
}

/// The story of the page: two devices, a supervisor, a logout, a gate that is down.
fn tells_the_story(scene: &Scene) {
    let (laptop, hall) = (scene.browser("laptop"), scene.browser("hall"));
    assert_eq!(laptop.home(), "/login (none)");
    assert_eq!(laptop.login("aino", "wrong").place, "/login");
    assert_eq!(laptop.home(), "/login (none)", "a wrong password");
    assert_eq!(laptop.login("aino", "right").place, "/");
    assert_eq!(laptop.home(), "Hello, aino.");
    hall.login("AINO", "right");
    assert_eq!(
        hall.home(),
        "waiting page (held)",
        "one account, however its name is typed"
    );
    let sent = hall.ask("/", &["--data", "text=long"]);
    assert_eq!(
        (sent.status, place(&sent.place)),
        (303, "waiting page"),
        "a form is not sent there again"
    );
    scene.folder.vahti(&["sessions", "verify", "aino"]).done();
    assert_eq!(hall.home(), "Hello, aino.");
    assert_eq!(laptop.home(), "waiting page (held)");
    hall.login("aino", "right");
    assert_eq!(
        scene.states(),
        ["held superseded", "ended replaced", "active -"]
    );
    assert_eq!(
        hall.home(),
        "Hello, aino.",
        "logged in again in the same browser"
    );
    assert_eq!(hall.ask("/logout", &["-X", "POST"]).place, "/login");
    assert_eq!(
        (hall.cookie(), hall.home().as_str()),
        (None, "/login (none)")
    );
    assert_eq!(
        scene.states(),
        ["held superseded", "ended replaced", "ended logged_out"]
    );
}

/// Stops the gate, and starts it at the same address with this setting.
fn restart(scene: &mut Scene, setting: (&str, &str)) {
    if let Some(gate) = scene.gate.take() {
        assert!(gate.stop().success());
    }
    let mut again = command(scene.folder.path(), &["serve", "--listen", &scene.address]);
    again.env(setting.0, setting.1);
    scene.gate = Some(Server::start(again));
}

fn is_closed_while_the_gate_is_down(scene: &mut Scene) {
    let seen = |scene: &Scene| {
        let browser = scene.browser("eino");
        (browser.home(), browser.cookie())
    };
    scene.browser("eino").login("eino", "right");
    let before = seen(scene);
    assert_eq!(before.0, "Hello, eino.");
    assert!(scene.gate.take().expect("a gate").stop().success());
    assert_eq!(
        seen(scene),
        ("503".to_owned(), before.1.clone()),
        "closed, and the cookie is kept"
    );
    assert_eq!(scene.browser("new").login("aino", "right").status, 503);
    restart(scene, ("VAHTI__SESSIONS__ON_LIMIT", "deny"));
    assert_eq!(seen(scene), before, "everybody goes on where they were");
}

fn a_full_house_and_a_bad_key_are_told_apart(scene: &Scene) {
    let second = scene.browser("second");
    assert_eq!(
        second.login("eino", "right").status,
        403,
        "the policy is `deny`"
    );
    scene.folder.vahti(&["key", "revoke", "shop"]).done();
    assert_eq!(second.home(), "503", "a bad key logs nobody out");
}

fn everything_passes_while_tracking_is_off(scene: &Scene) {
    let browser = scene.browser("untracked");
    assert_eq!(browser.ask("/", &[]).status, 200);
    assert_eq!(browser.login("eino", "right").place, "/");
    assert_eq!(browser.cookie(), None);
    assert_eq!(browser.ask("/logout", &["-X", "POST"]).place, "/login");
}

fn whole(mut scene: Scene) {
    tells_the_story(&scene);
    is_closed_while_the_gate_is_down(&mut scene);
    restart(&mut scene, ("VAHTI__SESSIONS__ENABLED", "false"));
    everything_passes_while_tracking_is_off(&scene);
    restart(&mut scene, ("VAHTI__SESSIONS__ON_LIMIT", "deny"));
    a_full_house_and_a_bad_key_are_told_apart(&scene);
}

fn write(folder: &TempDir, files: &[(&str, &str)]) {
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
}

/// With what it says on standard error among what it says.
fn together(
    program: &Path,
    arguments: &[&str],
    folder: &TempDir,
    settings: &[(&str, &str)],
) -> Command {
    let mut command = Command::new("bash");
    command
        .args(["-c", "exec \"$@\" 2>&1", "bash"])
        .arg(program)
        .args(arguments)
        .current_dir(folder.path())
        .envs(settings.iter().copied());
    command
}

const FLASK_YOURS: &str = "\
from flask import Flask, g
app = Flask(__name__)
def account(user, password): return user.lower() if password == 'right' else None
@app.get('/login')
def form(): return 'Log in.'
@app.route('/', methods=['GET', 'POST'])
def home(): return f'Hello, {g.user}.'
";

#[test]
fn flask_stands_behind_the_gate_as_the_page_shows() {
    whole(Scene::new(|folder, settings| {
        write(
            &folder,
            &[("gate.py", code("python")), ("yours.py", FLASK_YOURS)],
        );
        let arguments = ["--app", "gate", "run", "--port", "0"];
        let command = together(&tools::python("flask"), &arguments, &folder, settings);
        Application::start(command, folder)
    }));
}

const EXPRESS_APP: &str = "\
import express from 'express';
import { gate } from './gate.mjs';
const app = express().use(gate);
app.get('/login', (req, res) => res.send('Log in.'));
app.all('/', (req, res) => res.send(`Hello, ${req.vahti.user}.`));
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
";

#[test]
fn express_stands_behind_the_gate_as_the_page_shows() {
    whole(Scene::new(|folder, settings| {
        let yours = "export const account = (user, password) => password === 'right' && user.toLowerCase();\n";
        write(
            &folder,
            &[
                ("gate.mjs", code("js")),
                ("yours.mjs", yours),
                ("app.mjs", EXPRESS_APP),
            ],
        );
        let command = together(Path::new("node"), &["app.mjs"], &folder, settings);
        Application::start(command, folder)
    }));
}

#[test]
fn axum_stands_behind_the_gate_as_the_page_shows() {
    assert_eq!(
        code("rust"),
        AXUM,
        "the page shows the example as it stands"
    );
    whole(Scene::new(|folder, settings| {
        let command = together(&tools::example("integrate_axum"), &[], &folder, settings);
        Application::start(command, folder)
    }));
}

#[test]
fn what_an_application_adds_is_short() {
    for (language, import) in [
        ("python", &["import ", "from "][..]),
        ("js", &["import "]),
        ("rust", &["use "]),
    ] {
        let is_counted = |line: &&str| {
            !line.trim().is_empty()
                && !line.starts_with("//!")
                && !import.iter().any(|word| line.starts_with(word))
        };
        let lines = code(language).lines().filter(is_counted).count();
        assert!(lines <= LINES, "{language}: {lines} lines");
    }
}
