//! A host in the test itself, with a clock that goes on when a story wants it: what takes half an hour elsewhere takes none here.
//! Browsers come to it without a proxy.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};
use vahti::{
    Caller, LoginRequest, Vahti,
    core::{How, Policy, Role, SessionId, Timestamp, UserId},
    store::{Clock, StoreError, sqlite::SqliteStore},
};
use vahti_server::{
    config::{Config, Source},
    http::{self, App, Logins},
};

/// A clock that moves only when it is told to.
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Hall {
    _runtime: Runtime,
    clock: Arc<HandClock>,
    here: Arc<Vahti>,
    /// Another host, of the same people.
    elsewhere: Arc<Vahti>,
    /// What a story is told.
    pub(crate) told: Vec<(&'static str, String)>,
    pub(crate) folder: tempfile::TempDir,
}

impl Hall {
    /// With this policy.
    pub(crate) fn new(policy: &Policy) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(HandClock(AtomicI64::new(1_790_000_000_000)));
        let open = async |name: &str, policy: Policy| {
            let path = folder.path().join(name);
            open(&path, policy, clock.clone(), name).await
        };
        let (here, elsewhere, told) = runtime.block_on(async {
            let here = open("here.db", policy.clone()).await;
            let elsewhere = open("elsewhere.db", Policy::one_per_user()).await;
            for session in ["home", "seat-17"] {
                let login = LoginRequest {
                    session_id: Some(SessionId::new(session).expect("an id")),
                    ..LoginRequest::of(UserId::new("aino").expect("a user"))
                };
                let lms = Caller::named("lms", How::Api);
                elsewhere.login(&lms, login).await.expect("a login");
            }
            let logins = open("logins.db", http::console_policy()).await;
            let mut told = keys(&here).await;
            let site = serve(Arc::clone(&here), logins).await;
            told.extend([("SITE", site.clone()), ("GATE", site)]);
            (here, elsewhere, told)
        });
        Self {
            _runtime: runtime,
            clock,
            here,
            elsewhere,
            told,
            folder,
        }
    }

    /// Does what only the test can do, and answers.
    pub(crate) fn obey(&self, wish: &str) -> String {
        match wish.split(' ').collect::<Vec<_>>()[..] {
            [seconds, "seconds", "pass"] => {
                let seconds: u64 = seconds.parse().expect("a number");
                let by = Duration::from_secs(seconds).as_millis();
                let by = i64::try_from(by).expect("a short time");
                self.clock.0.fetch_add(by, Ordering::SeqCst);
                String::new()
            }
            ["the", "code", "of", session] => code(&self.here, session),
            ["the", "code", "of", session, "elsewhere"] => code(&self.elsewhere, session),
            _ => panic!("nobody can do this: {wish}"),
        }
    }
}

/// What the picture on the screen of this session holds, after the address of the site.
fn code(vahti: &Vahti, session: &str) -> String {
    let shown = vahti.challenge(&SessionId::new(session).expect("an id"));
    shown.expect("it waits").text
}

async fn open(path: &Path, policy: Policy, clock: Arc<HandClock>, home: &str) -> Arc<Vahti> {
    let open = async |host| {
        SqliteStore::open(path, host).map_err(|error| StoreError::Unavailable(error.to_string()))
    };
    let opened = Vahti::open(Arc::new(policy), clock, home, open).await;
    Arc::new(opened.expect("the database opens"))
}

async fn keys(vahti: &Vahti) -> Vec<(&'static str, String)> {
    let caller = Caller::named("test", How::Cli);
    let mut keys = Vec::new();
    for (name, role) in [
        ("APP", Role::App),
        ("SUPERVISOR", Role::Supervisor),
        ("ADMIN", Role::Admin),
    ] {
        let text = vahti.create_key(&caller, name, role, Vec::new()).await;
        keys.push((name, text.expect("a key")));
    }
    keys
}

/// Answers browsers, and says where.
async fn serve(here: Arc<Vahti>, logins: Arc<Vahti>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    let site = format!("http://{}", listener.local_addr().expect("an address"));
    let config = Config::load(Source {
        flags: &[("http.public_url".to_owned(), site.clone())],
        ..Source::default()
    });
    let logins = Logins::new(Some(logins));
    let app = App::with_console(here, logins, &config.expect("a configuration"));
    let router = http::router(app).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, router).await });
    site
}
