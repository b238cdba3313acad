//! What slow clients come to. The time of these tests stands still unless everybody waits; then it leaps.

use std::io;

use axum::body::{Body, Bytes};
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use vahti::{Caller, LoginRequest, SystemClock, Vahti};
use vahti_core::{How, Policy, Role, SupervisorName, UserId};
use vahti_store::{StoreError, memory::MemoryStore};

use super::*;
use crate::config::{Config, Source};
use crate::http::{self, Logins};

/// A listener to whom the test brings its connections.
struct Brought(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for Brought {
    type Io = DuplexStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (DuplexStream, Self::Addr) {
        match self.0.recv().await {
            Some(io) => (io, ([127, 0, 0, 1], 1).into()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(([127, 0, 0, 1], 2).into())
    }
}

/// A server of these routes, to which one connects within the process.
struct Place {
    bring: mpsc::UnboundedSender<DuplexStream>,
    _connections: Connections,
}

impl Place {
    fn of(router: Router) -> Self {
        let (bring, brought) = mpsc::unbounded_channel();
        let mut connections = Connections::new(CancellationToken::new());
        connections.accept(Brought(brought), router, 64);
        Self {
            bring,
            _connections: connections,
        }
    }

    /// A connection on which this was written.
    async fn begin(&self, text: &str) -> DuplexStream {
        let (mut client, server) = tokio::io::duplex(4096);
        self.bring.send(server).expect("it accepts");
        client.write_all(text.as_bytes()).await.expect("it reads");
        client
    }

    /// The whole answer to a request that asks for the end of the connection.
    async fn ask(&self, text: &str) -> String {
        rest(self.begin(text).await).await
    }
}

async fn rest(client: DuplexStream) -> String {
    let mut answer = String::new();
    let mut all = client.take(1 << 20);
    all.read_to_string(&mut answer).await.expect("an end");
    answer
}

async fn pass(time: Duration) {
    // waits: the time of the test, which stands still otherwise
    tokio::time::sleep(time).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_of_its_answer_for_half_a_minute_is_cut() {
    let endless = || async {
        let more = || async { Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 1024])) };
        let parts = futures::stream::repeat_with(|| ());
        Body::from_stream(futures::StreamExt::then(parts, move |()| more()))
    };
    let place = Place::of(Router::new().route("/", get(endless)));
    let mut client = place.begin("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let begun = Instant::now();
    // A slow reader goes on as long as it takes something.
    for _ in 0..10 {
        pass(UNREAD - Duration::from_secs(1)).await;
        let mut some = [0; 4096];
        client.read_exact(&mut some).await.expect("more");
    }
    assert_eq!(begun.elapsed(), (UNREAD - Duration::from_secs(1)) * 10);
    pass(UNREAD + Duration::from_secs(1)).await;
    let rest = rest(client).await;
    assert!(rest.len() <= 4096, "what was ready for it, and no more");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_arrive_is_waited_for_75_seconds() {
    let place = Place::of(Router::new());
    let mut client = place.begin("GET / HTTP/1.1\r\nhost: x\r\nx: ").await;
    let begun = Instant::now();
    while client.write_all(b"x").await.is_ok() {
        assert!(begun.elapsed() <= HEAD, "it is cut");
        pass(Duration::from_secs(1)).await;
    }
    let elapsed = begun.elapsed();
    assert!(
        (HEAD..HEAD + Duration::from_secs(2)).contains(&elapsed),
        "{elapsed:?}"
    );
}

/// A host that keeps nothing: the threads of a database would answer in a time that is not that of the test.
async fn host(policy: Policy) -> Arc<Vahti> {
    let store = async |host| Ok::<_, StoreError>(MemoryStore::new(host));
    let clock = Arc::new(SystemClock::start());
    let host = Vahti::open(Arc::new(policy), clock, "here", store).await;
    Arc::new(host.expect("it opens"))
}

fn config() -> Config {
    Config::load(Source::default()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The API, and the head of a POST of JSON to it, up to how long the body is.
async fn api() -> (Place, impl Fn(&str) -> String) {
    let vahti = host(Policy::one_per_user()).await;
    let caller = Caller::named("cli", How::Cli);
    let key = vahti.create_key(&caller, "lms", Role::App, Vec::new());
    let key = key.await.expect("a key");
    let place = Place::of(http::router(http::App::new(vahti, &config())));
    let head = move |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
        )
    };
    (place, head)
}

/// How long it took until the connection was cut, and the answer.
async fn trickle(mut client: DuplexStream, piece: &[u8]) -> (Duration, String) {
    let begun = Instant::now();
    let mut answer = Vec::new();
    loop {
        let mut some = [0; 4096];
        let second = tokio::time::timeout(Duration::from_secs(1), client.read(&mut some)).await;
        match second {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(read)) => answer.extend_from_slice(&some[..read]),
            // A client that is cut cannot write; it will read that next.
            Err(_) => drop(client.write_all(piece).await),
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it is cut");
    }
    let answer = String::from_utf8(answer).expect("text");
    (begun.elapsed(), answer)
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_byte_by_byte_or_never_ends_is_cut_after_ten_seconds_and_nobody_else_waits()
 {
    let (place, head) = api().await;
    let mut slow = Vec::new();
    for (path, length, piece) in [
        ("/v1/check", "content-length: 1000", &b" "[..]),
        ("/v1/login", "content-length: 1000", b""),
        ("/v1/login", "transfer-encoding: chunked", b"1\r\n \r\n"),
        ("/v1/check", "transfer-encoding: chunked", b""),
    ] {
        let client = place
            .begin(&format!("{}{length}\r\n\r\n", head(path)))
            .await;
        slow.push(tokio::spawn(trickle(client, piece)));
    }
    let question = r#"{"user":"aino"}"#;
    let check = format!(
        "{}connection: close\r\ncontent-length: {}\r\n\r\n{question}",
        head("/v1/check"),
        question.len()
    );
    for _ in 0..12 {
        let begun = Instant::now();
        let answer = place.ask(&check).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert_eq!(begun.elapsed(), Duration::ZERO);
        pass(Duration::from_secs(1)).await;
    }
    for client in slow {
        let (elapsed, answer) = client.await.expect("it ends");
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("urn:vahti:problem:too_slow"), "{answer}");
        assert_eq!(elapsed.as_secs(), 10);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_body_of_a_request_that_is_refused_before_it() {
    let (place, head) = api().await;
    let nobody = head("/v1/login").replace("Bearer ", "Bearer x");
    for (head, status) in [(nobody, "401"), (head("/v1/nothing"), "404")] {
        let request = format!("{head}transfer-encoding: chunked\r\n\r\n");
        let client = place.begin(&request).await;
        let (elapsed, answer) = trickle(client, b"1\r\n \r\n").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(elapsed <= Duration::from_secs(1), "{elapsed:?}");
    }
}

/// A server with a console, and the requests that begin a stream of hints of somebody who waits, and of a supervisor.
async fn streams() -> (Place, http::App, [String; 2]) {
    let vahti = host(Policy::one_per_user()).await;
    let logins = host(http::console_policy()).await;
    let caller = Caller::named("cli", How::Cli);
    let aino = || LoginRequest::of(UserId::new("aino").expect("a name"));
    let token = async |host: &Vahti, request| {
        let new = host.login(&caller, request).await.expect("logged in");
        new.expect("tracked").token
    };
    token(&vahti, aino()).await;
    let waits = token(&vahti, aino()).await;
    let name = SupervisorName::new("Maija").expect("a name");
    let maija = vahti.add_supervisor(&caller, name, "a proof".to_owned(), Vec::new());
    let maija = maija.await.expect("an account");
    let maija = token(&logins, LoginRequest::of(maija.id.clone())).await;
    let stream = |path: &str, cookie: String| {
        format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncookie: {cookie}\r\n\r\n"
        )
    };
    let requests = [
        stream("/vahti/gate/events", format!("vahti={waits}")),
        stream("/vahti/console/events", format!("vahti-console={maija}")),
    ];
    let app = http::App::with_console(vahti, Logins::new(Some(logins)), &config());
    (Place::of(http::router(app.clone())), app, requests)
}

#[tokio::test(start_paused = true)]
async fn who_never_reads_the_hints_of_a_page_or_of_a_console_is_cut_and_the_place_is_free_again() {
    let (place, app, requests) = streams().await;
    for request in &requests {
        let mut reads = place.begin(request).await;
        let never = place.begin(request).await;
        pass(Duration::from_millis(1)).await;
        assert_eq!(app.hinted(), 2, "both have begun");
        let mut head = [0; 12];
        reads.read_exact(&mut head).await.expect("it begins");
        assert_eq!(&head, b"HTTP/1.1 200");
        let reading = tokio::spawn(async move {
            let mut some = [0; 4096];
            while reads.read(&mut some).await.is_ok_and(|read| read > 0) {}
        });
        let begun = Instant::now();
        // Hints are small: first the ways between are filled, then it takes nothing for half a minute.
        while app.hinted() == 2 {
            assert!(begun.elapsed() < Duration::from_secs(1800), "it is cut");
            pass(Duration::from_secs(5)).await;
        }
        assert!(begun.elapsed() > UNREAD, "not earlier");
        assert_eq!(app.hinted(), 1, "and who reads goes on");
        assert!(!reading.is_finished());
        reading.abort();
        drop((reading.await, never));
        while app.hinted() > 0 {
            pass(Duration::from_secs(1)).await;
        }
    }
}
