//! A folder, the program in it, and a server that ends with its test.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take that has to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The program, in a folder, with an environment that does not depend on who runs the tests.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vahti"));
    clean(&mut command).current_dir(folder).args(arguments);
    command
}

/// Takes from the environment whatever could change what is printed.
pub(crate) fn clean(command: &mut Command) -> &mut Command {
    for name in [
        "VAHTI_LOG",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "SUDO_USER",
        "NOTIFY_SOCKET",
    ] {
        command.env_remove(name);
    }
    command.env("USER", "maija").stdin(Stdio::null())
}

/// What a command came to.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// Of a command that has ended.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().expect("an exit code"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// What it printed, when it succeeded.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// What it said, when it ended with this code.
    #[track_caller]
    pub(crate) fn refused(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(
            self.out.is_empty() && self.err.starts_with("vahti: "),
            "{self:?}"
        );
        self.err
    }

    /// All of it, as a snapshot shows it.
    pub(crate) fn shown(&self) -> String {
        let Self { code, out, err } = self;
        format!("exit code {code}\n--- standard output\n{out}--- standard error\n{err}")
    }
}

/// A folder with a configuration of its own.
pub(crate) struct Folder {
    path: PathBuf,
    _own: Option<TempDir>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let own = TempDir::new().expect("a folder");
        Self {
            path: own.path().to_owned(),
            _own: Some(own),
        }
    }

    /// One that is there and stays.
    pub(crate) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            _own: None,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.join(name), text).expect("written");
    }

    pub(crate) fn names(&self, inside: &str) -> Vec<String> {
        let files = fs::read_dir(self.join(inside)).expect("a folder");
        let name = |file: std::io::Result<fs::DirEntry>| file.expect("a file").file_name();
        let mut names: Vec<_> = files
            .map(|file| name(file).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Runs the program with these arguments until it ends.
    pub(crate) fn vahti(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut command(self.path(), arguments))
    }

    /// A key of this role, made by the command line.
    pub(crate) fn key(&self, role: &str, name: &str) -> String {
        let made = self.vahti(&["key", "create", "--role", role, "--name", name]);
        made.done().trim_end().to_owned()
    }

    /// A server in this folder, ready.
    pub(crate) fn serve(&self) -> Server {
        Server::start(command(self.path(), &["serve", "--listen", "127.0.0.1:0"]))
    }
}

/// A server; killed when it is dropped.
pub(crate) struct Server {
    child: Option<Child>,
    pid: Pid,
    pub(crate) address: String,
    /// What it has printed when it was ready.
    pub(crate) said: String,
}

impl Server {
    /// Starts it, and waits until it says where it answers.
    pub(crate) fn start(command: Command) -> Self {
        Self::try_start(command).unwrap_or_else(|ended| panic!("it gets ready: {ended}"))
    }

    /// Starts it, and waits until it says where it answers, or has ended.
    pub(crate) fn try_start(mut command: Command) -> Result<Self, ExitStatus> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let pid = Pid::from_child(&child);
        let mut server = Self {
            child: Some(child),
            pid,
            address: String::new(),
            said: String::new(),
        };
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|read| read > 0) {
                let _ = tell.send(std::mem::take(&mut line));
            }
        });
        while !server.is_ready() {
            match told.recv_timeout(PATIENCE) {
                Ok(line) => server.said.push_str(&line),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(server.wait()),
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("it is not ready in time"),
            }
        }
        let address = server.said.split("http://").nth(1).unwrap_or_default();
        let end = address
            .find([',', '/'])
            .or(address.find(". "))
            .expect("an end");
        server.address = address[..end].to_owned();
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        let last = ["A user may", "What happened", "are not tracked"];
        last.iter().any(|last| self.said.contains(last)) && self.said.ends_with('\n')
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("it lives");
    }

    /// Waits until it has ended by itself; at most ten seconds.
    #[track_caller]
    pub(crate) fn wait(mut self) -> ExitStatus {
        let mut child = self.child.take().expect("a child");
        let (tell, told) = mpsc::channel();
        thread::spawn(move || tell.send(child.wait()));
        let Ok(ended) = told.recv_timeout(Duration::from_secs(10)) else {
            let _ = kill_process(self.pid, Signal::KILL);
            panic!("it did not end within ten seconds");
        };
        ended.expect("it can be waited for")
    }

    /// SIGTERM, and its end.
    #[track_caller]
    pub(crate) fn stop(self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// SIGTERM, if it has not ended by itself, and its end.
    #[track_caller]
    pub(crate) fn stop_or_wait(self) -> ExitStatus {
        let _ = kill_process(self.pid, Signal::TERM);
        self.wait()
    }

    pub(crate) fn pid(&self) -> String {
        self.pid.to_string()
    }

    /// A call of the API: the status and the answer.
    pub(crate) fn call(&self, key: &str, verb: &str, body: &str) -> (u16, Value) {
        let answer = self.try_call(key, verb, body);
        answer.unwrap_or_else(|error| panic!("it answers: {error}"))
    }

    /// The same, of a server that may have ended.
    pub(crate) fn try_call(&self, key: &str, verb: &str, body: &str) -> io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address)?;
        let length = body.len();
        write!(
            stream,
            "POST /v1/{verb} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}",
            self.address
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Ok((
            status.expect("a status"),
            serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}")),
        ))
    }

    /// A form, as a browser sends it; the whole answer.
    pub(crate) fn post_form(&self, path: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// A page, as a browser with this cookie opens it; the whole answer.
    pub(crate) fn open(&self, path: &str, cookie: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n",
            self.address
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// The login of a session; its state.
    #[track_caller]
    pub(crate) fn login(&self, key: &str, user: &str, session: &str) -> String {
        let body = format!(r#"{{"user":"{user}","session_id":"{session}"}}"#);
        let (status, answer) = self.call(key, "login", &body);
        assert_eq!(status, 201, "{answer}");
        answer["session"]["state"]
            .as_str()
            .expect("a state")
            .to_owned()
    }

    /// The check of a session: verdict and reason.
    #[track_caller]
    pub(crate) fn check(&self, key: &str, user: &str, session: &str) -> String {
        let body = format!(r#"{{"user":"{user}","session_id":"{session}"}}"#);
        let (status, answer) = self.call(key, "check", &body);
        assert_eq!(status, 200, "{answer}");
        let word = |name: &str| answer[name].as_str().expect("a word").to_owned();
        format!("{}, {}", word("verdict"), word("reason"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until something holds; to ask for it takes a while by itself.
#[track_caller]
pub(crate) fn wait_until(holds: impl Fn() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "how long a test has patience")]
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "it does not happen");
    }
}

/// The shapes of times in answers: each `0` stands for a digit.
const TIMES: [&str; 2] = ["0000-00-00T00:00:00.000Z", "00:00:00Z"];

/// A text in which every time is the word TIME, so that two runs can be compared.
pub(crate) fn without_times(text: &str) -> String {
    let like = |(byte, like): (u8, u8)| byte == like || (like == b'0' && byte.is_ascii_digit());
    let length_of_time = |rest: &str| {
        let fits = |shape: &&&str| {
            let part = rest.get(..shape.len());
            part.is_some_and(|part| part.bytes().zip(shape.bytes()).all(like))
        };
        TIMES.iter().find(fits).map(|shape| shape.len())
    };
    let mut told = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = length_of_time(rest);
        match length {
            Some(_) => told.push_str("TIME"),
            None => told.push(first),
        }
        rest = &rest[length.unwrap_or(first.len_utf8())..];
    }
    told
}
