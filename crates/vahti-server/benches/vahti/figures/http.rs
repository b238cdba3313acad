//! `check_http`, `authz_http` and `check_scale`: `POST /v1/check` by token, and a proxy's question by cookie. The server has one core for itself, the load
//! the other one; four connections keep the server busy all the time.

use std::{cell::Cell, path::Path, sync::Arc};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use vahti::Vahti;

use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    load::{self, Connection, Load},
    measure::{Pairs, Spread, Start},
    options::Effort,
    server::{FirstCore, Server, TWIN, Twin},
    sessions::{Keys, TOKEN_BYTES},
};

const CHECK: &str = "/v1/check";
const AUTHZ: &str = "/authz/forward-auth";
const CONNECTIONS: usize = 4;
const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;

/// The check against its twin: the same server, and the same reading of the same requests.
pub(crate) fn against_a_twin(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let core = FirstCore::start();
    let plain = Host::with(&core, &folder.database("check_http"), FEW, Asks::Check);
    let answer = plain.ask_once(CHECK);
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let host = plain.with_twin(Twin::Check(Bytes::copy_from_slice(body.as_bytes())));
    assert_eq!(
        host.ask_once(TWIN).len(),
        answer.len(),
        "both answers have the same size"
    );
    let figure = compare("check_http", effort, (&host, TWIN), (&host, CHECK));
    core.runtime.block_on(host.vahti.close());
    vec![figure.reach(Reach::RatioAtLeast(0.75))]
}

/// A proxy's question against its twin, in the same way.
pub(crate) fn questions(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let core = FirstCore::start();
    let plain = Host::with(&core, &folder.database("authz_http"), FEW, Asks::Authz);
    let answer = plain.ask_once(AUTHZ);
    let host = plain.with_twin(Twin::Authz(headers(&answer)));
    assert_eq!(
        host.ask_once(TWIN).len(),
        answer.len(),
        "both answers have the same size"
    );
    let figure = compare("authz_http", effort, (&host, TWIN), (&host, AUTHZ));
    core.runtime.block_on(host.vahti.close());
    vec![figure.reach(Reach::RatioAtLeast(0.85))]
}

/// The headers of an answer that its handler has made; the server adds the others by itself.
fn headers(answer: &str) -> HeaderMap {
    let lines = answer
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let named = lines.map(|(name, value)| {
        let name: HeaderName = name.parse().expect("a name");
        (name, HeaderValue::from_str(value).expect("a value"))
    });
    named
        .filter(|(name, _)| ![header::DATE, header::CONTENT_LENGTH].contains(name))
        .collect()
}

/// A million sessions against a thousand.
pub(crate) fn at_scale(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let core = FirstCore::start();
    let few = Host::with(&core, &folder.database("check_few"), FEW, Asks::Check);
    let many = Host::with(&core, &folder.database("check_many"), MANY, Asks::Check);
    let figure = compare("check_scale", effort, (&few, CHECK), (&many, CHECK));
    core.runtime
        .block_on(async { tokio::join!(few.vahti.close(), many.vahti.close()) });
    vec![figure.reach(Reach::RatioAtLeast(0.95))]
}

/// Requests a second of both. The remark compares what the server's thread worked for a request: the same ratio, if
/// nothing else had run on the machine.
fn compare(name: &'static str, effort: Effort, reference: Side<'_>, subject: Side<'_>) -> Figure {
    let (mut of_reference, mut of_subject) = (Vec::new(), Vec::new());
    let rates = Pairs::measure(
        effort,
        || reference.0.rate(reference.1, effort, &mut of_reference),
        || subject.0.rate(subject.1, effort, &mut of_subject),
    );
    // The first round of each does not count here either.
    let work = Pairs::of(&of_subject[1..], &of_reference[1..]);
    let Spread { median, min, max } = work.ratio();
    let (subject, reference) = (work.reference() * 1e6, work.subject() * 1e6);
    Figure::beside(name, "1/s", &rates).remark(format!(
        "by CPU time {median:.3} ({min:.3}..{max:.3}): {subject:.1} µs a request, reference {reference:.1} µs"
    ))
}

/// A host, and what it is asked for.
type Side<'a> = (&'a Host<'a>, &'a str);

/// What a host is asked.
#[derive(Clone, Copy)]
enum Asks {
    /// Checks by token, the token at the end of the body.
    Check,
    /// A proxy's questions, the token in the last header.
    Authz,
}

impl Asks {
    /// How many bytes stand behind the token.
    const fn behind_token(self) -> usize {
        match self {
            Self::Check => r#""}"#.len(),
            Self::Authz => "\r\n\r\n".len(),
        }
    }
}

/// A host, its server, and the keys of its sessions.
struct Host<'a> {
    core: &'a FirstCore,
    vahti: Arc<Vahti>,
    server: Server,
    keys: Arc<Keys>,
    asks: Asks,
    /// Where the next round goes on in the keys.
    round: Cell<usize>,
}

/// A connection, the request that it sends next, and where in the keys it goes on.
struct Asking {
    connection: Connection,
    request: Vec<u8>,
    place: usize,
}

impl<'a> Host<'a> {
    fn with(core: &'a FirstCore, database: &Path, count: u64, asks: Asks) -> Self {
        let vahti = core.runtime.block_on(host::with_sessions(database, count));
        let server = core
            .runtime
            .block_on(Server::start(&vahti, Twin::Check(Bytes::new())));
        let keys = Arc::new(Keys::of(count));
        Self {
            core,
            vahti,
            server,
            keys,
            asks,
            round: Cell::new(0),
        }
    }

    /// The same host behind another server, whose twin gives this answer.
    fn with_twin(&self, twin: Twin) -> Self {
        let (vahti, keys) = (Arc::clone(&self.vahti), Arc::clone(&self.keys));
        let server = self.core.runtime.block_on(Server::start(&vahti, twin));
        Self {
            core: self.core,
            vahti,
            server,
            keys,
            asks: self.asks,
            round: Cell::new(0),
        }
    }

    fn request(&self, path: &str, place: usize) -> Vec<u8> {
        let token = self.keys.token(place);
        match self.asks {
            Asks::Check => {
                let body = format!(r#"{{"token":"{token}"}}"#);
                load::request(path, self.server.key(), &body)
            }
            Asks::Authz => load::question(path, token),
        }
    }

    fn ask_once(&self, path: &str) -> String {
        Connection::open(self.server.address()).first(&self.request(path, 0))
    }

    /// Requests in a second; `worked` gets the time that the server worked for one.
    fn rate(&self, path: &str, effort: Effort, worked: &mut Vec<f64>) -> f64 {
        let (before, start) = (self.core.worked(), Start::now());
        self.round.set(self.round.get() + 1);
        let make = |number| {
            let place =
                (self.round.get() * CONNECTIONS + number) * self.keys.len() / (8 * CONNECTIONS);
            let request = self.request(path, place);
            let mut connection = Connection::open(self.server.address());
            connection.first(&request);
            Asking {
                connection,
                request,
                place,
            }
        };
        let (keys, behind) = (&self.keys, self.asks.behind_token());
        let ask = |asking: &mut Asking| {
            let end = asking.request.len() - behind;
            let token = keys.token(asking.place).as_bytes();
            asking.request[end - TOKEN_BYTES..end].copy_from_slice(token);
            asking.place += 1;
            asking.connection.ask(&asking.request);
        };
        let load = Load {
            threads: CONNECTIONS,
            lasts: effort.round,
            core: Some(1),
        };
        let rate = load.drive(make, ask);
        let requests = rate * start.elapsed().as_secs_f64();
        worked.push((self.core.worked() - before) / requests);
        rate
    }
}
