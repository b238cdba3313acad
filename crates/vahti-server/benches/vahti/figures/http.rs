//! `check_http` and `check_scale`: `POST /v1/check` by token, over HTTP. The server has one core for itself, the load
//! the other one; four connections keep the server busy all the time.

use std::{cell::Cell, path::Path, sync::Arc};

use axum::body::Bytes;
use tokio::runtime::Runtime;
use vahti::Vahti;

use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    load::{self, Connection, Load},
    measure::Pairs,
    options::Effort,
    server::{self, Server, TWIN},
    sessions::{Keys, TOKEN_BYTES},
};

const CONNECTIONS: usize = 4;
const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;

/// Against the same server, the same reading of the same requests, and a constant answer of the same bytes.
pub(crate) fn against_a_twin(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let runtime = server::runtime_on_first_core();
    let subject = Host::with(&runtime, &folder.database("check_http"), FEW);
    let answer = subject.ask_once("/v1/check");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let twin = subject.another(&runtime, Bytes::copy_from_slice(body.as_bytes()));
    assert_eq!(
        twin.ask_once(TWIN).len(),
        answer.len(),
        "both answers have the same size"
    );
    let pairs = Pairs::measure(
        effort,
        || twin.rate(TWIN, effort),
        || twin.rate("/v1/check", effort),
    );
    runtime.block_on(subject.vahti.close());
    vec![Figure::beside("check_http", "1/s", &pairs).reach(Reach::RatioAtLeast(0.75))]
}

/// A million sessions against a thousand.
pub(crate) fn at_scale(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let runtime = server::runtime_on_first_core();
    let few = Host::with(&runtime, &folder.database("check_few"), FEW);
    let many = Host::with(&runtime, &folder.database("check_many"), MANY);
    let pairs = Pairs::measure(
        effort,
        || few.rate("/v1/check", effort),
        || many.rate("/v1/check", effort),
    );
    runtime.block_on(async { tokio::join!(few.vahti.close(), many.vahti.close()) });
    vec![Figure::beside("check_scale", "1/s", &pairs).reach(Reach::RatioAtLeast(0.95))]
}

/// A host, its server, and the keys of its sessions.
struct Host {
    vahti: Arc<Vahti>,
    server: Server,
    keys: Arc<Keys>,
    /// Where the next round goes on in the keys.
    round: Cell<usize>,
}

/// A connection, the request that it sends next, and where in the keys it goes on.
struct Asking {
    connection: Connection,
    request: Vec<u8>,
    place: usize,
}

impl Host {
    fn with(runtime: &Runtime, database: &Path, count: u64) -> Self {
        let vahti = runtime.block_on(host::with_sessions(database, count));
        let server = runtime.block_on(Server::start(&vahti, Bytes::new()));
        Self {
            vahti,
            server,
            keys: Arc::new(Keys::of(count)),
            round: Cell::new(0),
        }
    }

    /// Another server of the same host, whose twin gives this answer.
    fn another(&self, runtime: &Runtime, constant: Bytes) -> Self {
        let (vahti, keys) = (Arc::clone(&self.vahti), Arc::clone(&self.keys));
        let server = runtime.block_on(Server::start(&vahti, constant));
        Self {
            vahti,
            server,
            keys,
            round: Cell::new(0),
        }
    }

    fn request(&self, path: &str, place: usize) -> Vec<u8> {
        let body = format!(r#"{{"token":"{}"}}"#, self.keys.token(place));
        load::request(path, self.server.key(), &body)
    }

    fn ask_once(&self, path: &str) -> String {
        Connection::open(self.server.address()).first(&self.request(path, 0))
    }

    /// Requests in a second.
    fn rate(&self, path: &str, effort: Effort) -> f64 {
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
        let keys = &self.keys;
        let ask = |asking: &mut Asking| {
            // The token stands before the last two bytes, `"}`.
            let end = asking.request.len() - 2;
            let token = keys.token(asking.place).as_bytes();
            asking.request[end - TOKEN_BYTES..end].copy_from_slice(token);
            asking.place += 1;
            asking.connection.ask(&asking.request);
        };
        Load {
            threads: CONNECTIONS,
            lasts: effort.round,
            core: Some(1),
        }
        .drive(make, ask)
    }
}
