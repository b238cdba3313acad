//! The application behind the proxy: it answers everything and notes what it saw, byte for byte.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A request that reached the application.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Which request of the test was under way.
    pub(crate) during: usize,
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The names by which an application knows who asks, as a lenient one reads them.
const IDENTITY: [&str; 6] = [
    "remote-user",
    "remote-groups",
    "remote-name",
    "remote-email",
    "vahti-session",
    "vahti-state",
];

/// What a WebSocket answers to the key `dGhlIHNhbXBsZSBub25jZQ==` (RFC 6455, 1.3). HAProxy looks whether it is right.
const ACCEPT: &str = "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

impl Seen {
    /// The first header of this name.
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim()))
    }

    /// Every header that an application could take for a part of the identity: CGI and its heirs fold everything that is
    /// no letter and no digit into one character.
    pub(crate) fn identity(&self) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let whole = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}"));
        let whole: Vec<_> = whole.collect();
        // A carriage return alone ends a line for some.
        let lines = whole.iter().flat_map(|line| line.split('\r'));
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let like = |c: char| match c {
                c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
                _ => '-',
            };
            let name: String = name.trim().chars().map(like).collect();
            if IDENTITY.contains(&name.as_str()) {
                found.entry(name).or_default().push(value.trim().to_owned());
            }
        }
        found
    }
}

/// The running application. It lives as long as the tests.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    during: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl App {
    pub(crate) fn start(address: IpAddr) -> Self {
        let listener = TcpListener::bind((address, 0)).expect("a free port");
        let app = Self {
            address: listener.local_addr().expect("an address"),
            during: Arc::default(),
            seen: Arc::default(),
        };
        let (during, seen) = (Arc::clone(&app.during), Arc::clone(&app.seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (during, seen) = (Arc::clone(&during), Arc::clone(&seen));
                thread::spawn(move || serve(&stream, &during, &seen));
            }
        });
        app
    }

    /// What it sees from now on belongs to this request of the test.
    pub(crate) fn during(&self, number: usize) {
        self.during.store(number, Ordering::SeqCst);
    }

    /// What it has seen since it was last asked.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().expect("no panic"))
    }
}

/// One connection: also what somebody managed to hide behind a request is a request. `/status/404` answers with that
/// status, `/hangup` with nothing. `/upgrade` takes every upgrade: a WebSocket says everything again, in any other protocol
/// there are requests.
fn serve(stream: &TcpStream, during: &AtomicUsize, seen: &Mutex<Vec<Seen>>) {
    let mut input = BufReader::new(stream);
    while let Some(request) = read(&mut input, during) {
        let status = request.line.split("/status/").nth(1);
        let status = status
            .and_then(|rest| rest.get(..3))
            .unwrap_or("200")
            .to_owned();
        if request.line.contains(" /hangup ") {
            return;
        }
        if request.line.contains(" /upgrade ")
            && let Some(to) = request.header("upgrade")
        {
            let switch = format!(
                "HTTP/1.1 101 As Asked\r\nconnection: upgrade\r\nupgrade: {to}\r\n{ACCEPT}\r\n\r\n"
            );
            let is_websocket = to == "websocket";
            seen.lock().expect("no panic").push(request);
            let mut output = stream;
            if output.write_all(switch.as_bytes()).is_err() {
                return;
            }
            if is_websocket {
                let _ = std::io::copy(&mut input, &mut output);
                return;
            }
            continue;
        }
        let (kind, page) = page(&request);
        let mut answer = format!(
            "HTTP/1.1 {status} As Asked\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            page.len()
        );
        if !request.line.starts_with("HEAD ") {
            answer.push_str(&page);
        }
        seen.lock().expect("no panic").push(request);
        let mut output = stream;
        if output.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// A form to write an answer in, what comes after it, or a line that names the user.
fn page(request: &Seen) -> (&'static str, String) {
    const FORM: &str = "<!doctype html><title>Exam</title><form method=post action=/form>\
        <textarea name=text></textarea><button>Send</button></form>";
    const SENT: &str = "<!doctype html><title>Sent</title><p>Thank you.";
    if request.line.starts_with("GET /form") {
        return ("text/html", FORM.to_owned());
    }
    if request.line.starts_with("GET /app") {
        let script = "<script type=module src=/vahti/vahti.js></script>";
        return ("text/html", format!("{FORM}{script}"));
    }
    if request.line.starts_with("POST /form") {
        return ("text/html", SENT.to_owned());
    }
    let user = request.identity().remove("remote-user").unwrap_or_default();
    (
        "text/plain",
        format!("the application, for {}\n", user.join(" and ")),
    )
}

fn read(input: &mut BufReader<&TcpStream>, during: &AtomicUsize) -> Option<Seen> {
    let line = read_line(input)?;
    let during = during.load(Ordering::SeqCst);
    let mut headers = Vec::new();
    loop {
        let line = read_line(input)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        headers.push((name.to_owned(), value.to_owned()));
    }
    let value = |wanted: &str| {
        let mut named = headers.iter();
        named.find_map(|(name, value)| {
            name.eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    let mut body = Vec::new();
    if value("transfer-encoding").is_some() {
        while let Ok(length @ 1..) = usize::from_str_radix(read_line(input)?.trim(), 16) {
            let start = body.len();
            body.resize(start + length, 0);
            input.read_exact(&mut body[start..]).ok()?;
            read_line(input)?;
        }
        read_line(input)?;
    } else if let Some(length) = value("content-length") {
        body.resize(length.parse().ok()?, 0);
        input.read_exact(&mut body).ok()?;
    }
    Some(Seen {
        during,
        line,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn read_line(input: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = Vec::new();
    let read = input.read_until(b'\n', &mut line).ok()?;
    (read > 0).then(|| {
        String::from_utf8_lossy(&line)
            .trim_end_matches(['\r', '\n'])
            .to_owned()
    })
}
