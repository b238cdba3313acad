//! `goes_on_alone`, `goes_on_crowd`: from a supervisor's verify to the answer that leads the waiting page on, over HTTP: the
//! commit, the hint on the page's stream, and the page asked for again. Alone, and while 500 other people wait and 20 follow the
//! record. `memory_stream`: what an open waiting page costs the server.

use std::{io::Write as _, net::SocketAddr, sync::Arc, time::Duration};

use axum::http::HeaderMap;
use futures::future::join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};
use vahti::{Caller, LoginRequest, Vahti, VerifyRequest};
use vahti_core::{How, Role, SessionId};

use super::start::resident;
use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    measure::Start,
    options::Effort,
    server::{Server, Twin},
    sessions,
};

/// People who are let in, one after the other.
const LET_IN: usize = 1_000;
/// People who wait meanwhile.
const WAITING: u64 = 500;
/// Who follows the record meanwhile.
const FOLLOWERS: usize = 20;
/// Open pages whose memory is measured.
const PAGES: usize = 2_000;

/// A page waits for its answer no longer than this.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let runtime = host::runtime(2);
    runtime.block_on(async {
        let vahti = host::open(&folder.database("goes_on")).await;
        let server = Server::start(&vahti, Twin::Authz(HeaderMap::new())).await;
        let mut house = House {
            vahti,
            address: server.address(),
            people: 0,
        };
        let times = LET_IN / effort.divisor;
        let alone = house.times(times).await;
        let memory = house.memory().await;
        let crowd = house.crowd().await;
        let crowded = house.times(times).await;
        crowd.iter().for_each(JoinHandle::abort);
        house.vahti.close().await;
        vec![
            figure("goes_on_alone", &alone, 30.0),
            figure("goes_on_crowd", &crowded, 100.0),
            memory,
        ]
    })
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn figure(name: &'static str, times: &[Duration], most_ms: f64) -> Figure {
    let mut sorted: Vec<_> = times
        .iter()
        .map(|time| time.as_micros() as f64 / 1_000.0)
        .collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: usize| sorted[(sorted.len() - 1) * share / 100];
    let remark = format!(
        "99 of 100; the middle {:.1} ms, the longest {:.1} ms",
        at(50),
        at(100)
    );
    Figure::alone(name, at(99), "ms")
        .reach(Reach::AtMost(most_ms))
        .remark(remark)
}

/// A server, and people who come to it.
struct House {
    vahti: Arc<Vahti>,
    address: SocketAddr,
    people: u64,
}

/// A session that waits: its token, and what lets it in.
struct Seat {
    token: String,
    verify: VerifyRequest,
}

impl House {
    /// Somebody who is logged in at home, and whose seat waits.
    async fn seat(&mut self) -> Seat {
        let user = sessions::user(self.people);
        let session = SessionId::new(&format!("seat-{}", self.people)).expect("an id");
        self.people += 1;
        let log_in = |request| async {
            let made = self.vahti.login(&host::app(), request).await;
            made.expect("a login").expect("tracked")
        };
        log_in(LoginRequest::of(user.clone())).await;
        let seat = LoginRequest {
            session_id: Some(session.clone()),
            ..LoginRequest::of(user.clone())
        };
        Seat {
            token: log_in(seat).await.token,
            verify: VerifyRequest::of(user, session),
        }
    }

    /// How long it took each of so many to go on.
    async fn times(&mut self, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..count {
            let seat = self.seat().await;
            let mut hints = self
                .stream("/vahti/gate/events", &cookie(&seat.token))
                .await;
            until(&mut hints, "retry:").await;
            let mut page = TcpStream::connect(self.address)
                .await
                .expect("a connection");
            let start = Start::now();
            let verified = self.vahti.verify(&host::supervisor(), seat.verify).await;
            verified.expect("let in");
            until(&mut hints, "event: go").await;
            ask(&mut page, "/vahti/gate?rd=%2Fexam", &cookie(&seat.token)).await;
            until(&mut page, "303 See Other").await;
            times.push(start.elapsed());
        }
        times
    }

    /// A stream of hints or events, begun.
    async fn stream(&self, path: &str, header: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        ask(&mut stream, path, header).await;
        stream
    }

    /// Everybody else: 500 open pages that wait, and 20 who follow the record; all read what they are sent.
    async fn crowd(&mut self) -> Vec<JoinHandle<()>> {
        let caller = Caller::named("bench", How::Cli);
        let key = self
            .vahti
            .create_key(&caller, "desk", Role::Supervisor, Vec::new())
            .await;
        let key = format!(
            "authorization: Bearer {}\r\naccept: text/event-stream",
            key.expect("a key")
        );
        let mut cookies = Vec::new();
        for _ in 0..WAITING {
            cookies.push(cookie(&self.seat().await.token));
        }
        let pages = cookies
            .iter()
            .map(|cookie| self.stream("/vahti/gate/events", cookie));
        let follow = (0..FOLLOWERS).map(|_| self.stream("/v1/events", &key));
        let (pages, followers) = (join_all(pages).await, join_all(follow).await);
        let read = |mut stream: TcpStream| {
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
            })
        };
        pages.into_iter().chain(followers).map(read).collect()
    }

    /// What one more open page costs.
    #[expect(clippy::cast_precision_loss, reason = "an average is no exact number")]
    async fn memory(&mut self) -> Figure {
        let seat = self.seat().await;
        let request = text("/vahti/gate/events", &cookie(&seat.token));
        let before = resident("VmRSS");
        // They are not read: what is sent to them stays in the kernel.
        let open = || {
            let mut stream = std::net::TcpStream::connect(self.address).expect("a connection");
            stream
                .write_all(request.as_bytes())
                .expect("the server reads");
            stream
        };
        let pages: Vec<_> = (0..PAGES).map(|_| open()).collect();
        let mut last = self
            .stream("/vahti/gate/events", &cookie(&seat.token))
            .await;
        until(&mut last, "event: beat").await;
        let each = (resident("VmRSS") - before) / pages.len() as f64;
        Figure::alone("memory_stream", each, "B").remark(format!("{PAGES} open pages"))
    }
}

fn cookie(token: &str) -> String {
    format!("cookie: vahti={token}")
}

fn text(path: &str, header: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{header}\r\n\r\n")
}

async fn ask(stream: &mut TcpStream, path: &str, header: &str) {
    stream.set_nodelay(true).expect("a connection");
    let request = text(path, header);
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads");
}

/// Reads until this was sent.
async fn until(stream: &mut TcpStream, word: &str) {
    let mut read = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&read).contains(word) {
            let mut more = [0; 4096];
            let count = stream.read(&mut more).await.expect("the server answers");
            assert!(
                count > 0,
                "no {word:?} in {}",
                String::from_utf8_lossy(&read)
            );
            read.extend_from_slice(&more[..count]);
        }
    };
    let done = tokio::time::timeout(PATIENCE, reading).await;
    done.unwrap_or_else(|_| panic!("{word:?} did not come"));
}
