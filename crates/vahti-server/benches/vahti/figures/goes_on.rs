//! `goes_on_alone`, `goes_on_crowd`: from a supervisor's verify to the answer that leads the waiting page on, over HTTP: the
//! commit, the hint on the page's stream, and the page asked for again. Alone, and while 500 other people wait and 20 supervisors
//! have the list open. `memory_stream`: what an open waiting page costs the server.

use std::{
    io::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};
use vahti::{Caller, LoginRequest, Vahti, VerifyRequest};
use vahti_core::{How, SessionId, SupervisorName};

use super::start::resident;
use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    measure::Start,
    options::Effort,
    server::Server,
    sessions,
};

/// People who are let in, one after the other.
const LET_IN: usize = 1_000;
/// People who wait meanwhile.
const WAITING: u64 = 500;
/// Supervisors who have the list of those who wait open meanwhile.
const CONSOLES: usize = 20;
/// Open pages whose memory is measured.
const PAGES: usize = 2_000;

/// A page waits for its answer no longer than this.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let runtime = host::runtime(2);
    runtime.block_on(async {
        let vahti = host::open(&folder.database("goes_on")).await;
        let logins = folder.database("goes_on_logins");
        let logins = host::open_with(vahti_server::http::console_policy(), &logins).await;
        let server = Server::with_console(&vahti, logins).await;
        let mut house = House {
            vahti,
            address: server.address(),
            people: 0,
            lists: Arc::default(),
        };
        let times = LET_IN / effort.divisor;
        let alone = house.times(times).await;
        let memory = house.memory().await;
        let crowd = house.crowd().await;
        let before = house.lists.load(Ordering::Relaxed);
        let start = Start::now();
        let crowded = house.times(times).await;
        let lists = house.lists.load(Ordering::Relaxed) - before;
        let seconds = start.elapsed().as_secs_f64();
        crowd.iter().for_each(JoinHandle::abort);
        house.vahti.close().await;
        vec![
            figure("goes_on_alone", &alone, 30.0, ""),
            figure(
                "goes_on_crowd",
                &crowded,
                100.0,
                &format!("; {lists} lists in {seconds:.1} s"),
            ),
            memory,
        ]
    })
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn figure(name: &'static str, times: &[Duration], most_ms: f64, more: &str) -> Figure {
    let mut sorted: Vec<_> = times
        .iter()
        .map(|time| time.as_micros() as f64 / 1_000.0)
        .collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: usize| sorted[(sorted.len() - 1) * share / 100];
    let remark = format!(
        "99 of 100; the middle {:.1} ms, the longest {:.1} ms{more}",
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
    /// Lists that consoles have been given.
    lists: Arc<AtomicUsize>,
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

    /// Everybody else: 500 open pages that wait, and 20 supervisors with the list open.
    async fn crowd(&mut self) -> Vec<JoinHandle<()>> {
        let mut cookies = Vec::new();
        for _ in 0..WAITING {
            cookies.push(cookie(&self.seat().await.token));
        }
        let pages = cookies
            .iter()
            .map(|cookie| self.stream("/vahti/gate/events", cookie));
        let consoles = join_all((0..CONSOLES).map(|number| self.console(number))).await;
        let read = |mut stream: TcpStream| {
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
            })
        };
        let pages = join_all(pages).await;
        pages.into_iter().map(read).chain(consoles).collect()
    }

    /// The browser of a supervisor who has the list open: as the script does, it asks for the page again whenever it hears that
    /// something has changed, and for one page at a time.
    async fn console(&self, number: usize) -> JoinHandle<()> {
        let login = self.console_login(number).await;
        let mut hints = self.stream("/vahti/console/events", &login).await;
        let mut page = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        let lists = Arc::clone(&self.lists);
        let by_itself = format!("{login}\r\nvahti-live: 1");
        tokio::spawn(async move {
            loop {
                until(&mut hints, "event: changed").await;
                ask(&mut page, "/vahti/console", &by_itself).await;
                let list = answer(&mut page).await;
                let rows = list.matches("<li id=\"row-").count();
                assert!(rows >= 500, "{rows} rows");
                lists.fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    /// The header of a supervisor who was invited.
    async fn console_login(&self, number: usize) -> String {
        let caller = Caller::named("bench", How::Cli);
        let name = SupervisorName::new(&format!("Supervisor {number}")).expect("a name");
        let day = Duration::from_secs(12 * 3600);
        let invited = self
            .vahti
            .invite_supervisor(&caller, name, day, Vec::new())
            .await
            .expect("an invitation");
        let form = format!("i={}", invited.secret);
        let mut stream = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        let request = format!(
            "POST /vahti/console/invitation HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        let sent = stream.write_all(request.as_bytes()).await;
        sent.expect("the server reads");
        let mut text = String::new();
        let read = stream.read_to_string(&mut text).await;
        read.expect("the server answers");
        let cookie = text.split("set-cookie: ").nth(1);
        let cookie = cookie.and_then(|rest| rest.split(';').next());
        format!("cookie: {}", cookie.expect("a login"))
    }

    /// What one more open page costs.
    #[expect(clippy::cast_precision_loss, reason = "an average is no exact number")]
    async fn memory(&mut self) -> Figure {
        let mut seats = Vec::new();
        for _ in 0..=PAGES {
            seats.push(self.seat().await);
        }
        let before = resident("VmRSS");
        // They are not read: what is sent to them stays in the kernel.
        let open = |seat: &Seat| {
            let request = text("/vahti/gate/events", &cookie(&seat.token));
            let mut stream = std::net::TcpStream::connect(self.address).expect("a connection");
            stream
                .write_all(request.as_bytes())
                .expect("the server reads");
            stream
        };
        let pages: Vec<_> = seats[1..].iter().map(open).collect();
        let mut last = self
            .stream("/vahti/gate/events", &cookie(&seats[0].token))
            .await;
        until(&mut last, "event: beat").await;
        let each = (resident("VmRSS") - before) / pages.len() as f64;
        drop(pages);
        // They stand in no list of the crowd.
        for seat in seats {
            let verified = self.vahti.verify(&host::supervisor(), seat.verify).await;
            verified.expect("let in");
        }
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

/// Reads one answer whole.
async fn answer(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut whole = None;
    let reading = async {
        while whole.is_none_or(|whole| read.len() < whole) {
            let count = stream.read_buf(&mut read).await.expect("an answer");
            assert!(count > 0, "the server breaks off");
            let text = String::from_utf8_lossy(&read);
            whole = whole.or_else(|| {
                let (head, _) = text.split_once("\r\n\r\n")?;
                assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                let length = head.split("content-length: ").nth(1)?;
                let length: usize = length.lines().next()?.parse().ok()?;
                Some(head.len() + 4 + length)
            });
        }
    };
    let done = tokio::time::timeout(PATIENCE, reading).await;
    done.expect("the answer did not come");
    String::from_utf8(read).expect("UTF-8")
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
