//! The client of the crash test: it works against a server that will be killed, and writes down every acknowledgement
//! before it sends its next request. A process of its own, so that nothing of the server's death touches its file.
//!
//! `crash_client ADDRESS APP_KEY SUPERVISOR_KEY FILE ROUND`
//!
//! Lines of the file, one a request, each written by one call: `try`, `ack` or `saw`, then the command, user and session.

use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::Arc,
};

/// Users that are worked on at the same time, each by a thread that commands and one that looks.
const USERS: usize = 6;
/// Logins of a user before the next user is taken.
const LOGINS: usize = 4;

type Anything = Box<dyn Error + Send + Sync>;

struct Client {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Client {
    fn connect(address: &str) -> Result<Self, Anything> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            address: address.to_owned(),
        })
    }

    fn post(&mut self, key: &str, call: &str, body: &str) -> Result<(u16, String), Anything> {
        let request = format!(
            "POST /v1/{call} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err("the server is gone".into());
            }
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok((status, String::from_utf8(answer)?))
    }
}

/// The file of acknowledgements. One write call a line, so that lines of several threads never mix.
struct Notes(File);

impl Notes {
    fn write(&self, line: &str) -> Result<(), Anything> {
        (&self.0).write_all(format!("{line}\n").as_bytes())?;
        Ok(())
    }
}

struct Work {
    address: String,
    app: String,
    supervisor: String,
    notes: Notes,
    round: String,
}

impl Work {
    /// Logs in, lets in, puts on hold and ends, until the server is gone.
    fn command(&self, lane: usize) -> Result<(), Anything> {
        let mut client = Client::connect(&self.address)?;
        for number in 0.. {
            let user = format!("r{}-l{lane}-u{number}", self.round);
            for login in 0..LOGINS {
                let session = format!("{user}-s{login}");
                self.send(&mut client, &self.app, "login", &user, Some(&session))?;
                if login == 2 {
                    self.send(
                        &mut client,
                        &self.supervisor,
                        "verify",
                        &user,
                        Some(&session),
                    )?;
                }
            }
            match number % 3 {
                0 => self.send(&mut client, &self.supervisor, "invalidate", &user, None)?,
                1 => self.send(
                    &mut client,
                    &self.app,
                    "end",
                    &user,
                    Some(&format!("{user}-s2")),
                )?,
                _ => self.send(
                    &mut client,
                    &self.supervisor,
                    "verify",
                    &user,
                    Some(&format!("{user}-s3")),
                )?,
            }
        }
        Ok(())
    }

    fn send(
        &self,
        client: &mut Client,
        key: &str,
        call: &str,
        user: &str,
        session: Option<&str>,
    ) -> Result<(), Anything> {
        let line = format!("{call} {user} {}", session.unwrap_or("-"));
        let body = match (call, session) {
            ("end", Some(session)) => format!(r#"{{"session_id":"{session}"}}"#),
            (_, Some(session)) => format!(r#"{{"user":"{user}","session_id":"{session}"}}"#),
            (_, None) => format!(r#"{{"user":"{user}"}}"#),
        };
        self.notes.write(&format!("try {line}"))?;
        let (status, answer) = client.post(key, call, &body)?;
        if !(200..300).contains(&status) {
            return Err(format!("{line}: {status} {answer}").into());
        }
        self.notes.write(&format!("ack {line}"))
    }

    /// Asks for sessions that the other thread of this lane is about to make. Whoever is told that a session goes on
    /// may rely on it, so the server must know it after a crash.
    fn look(&self, lane: usize) -> Result<(), Anything> {
        let mut client = Client::connect(&self.address)?;
        for number in 0.. {
            let user = format!("r{}-l{lane}-u{number}", self.round);
            let session = format!("{user}-s0");
            let body = format!(r#"{{"user":"{user}","session_id":"{session}","touch":false}}"#);
            loop {
                let (status, answer) = client.post(&self.app, "check", &body)?;
                if status != 200 {
                    return Err(format!("check: {status} {answer}").into());
                }
                if !answer.contains(r#""verdict":"deny""#) {
                    self.notes.write(&format!("saw login {user} {session}"))?;
                    break;
                }
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Anything> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || {
        arguments
            .next()
            .ok_or("crash_client ADDRESS APP_KEY SUPERVISOR_KEY FILE ROUND")
    };
    let (address, app, supervisor) = (next()?, next()?, next()?);
    let notes = Notes(OpenOptions::new().create(true).append(true).open(next()?)?);
    let work = Arc::new(Work {
        address,
        app,
        supervisor,
        notes,
        round: next()?,
    });
    let mut threads = Vec::new();
    for lane in 0..USERS {
        let (commanding, looking) = (Arc::clone(&work), Arc::clone(&work));
        threads.push(std::thread::spawn(move || commanding.command(lane)));
        threads.push(std::thread::spawn(move || looking.look(lane)));
    }
    for thread in threads {
        // Every thread ends when the server is gone; a refusal before that is a fault of the test.
        if let Ok(Err(error)) = thread.join() {
            eprintln!("{error}");
        }
    }
    Ok(())
}
