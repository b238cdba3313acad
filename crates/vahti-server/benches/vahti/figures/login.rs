//! `login_group_commit` and `login_http`: durable logins by 64 callers at once, against the same statements with one
//! commit a login. The writer commits for all that wait, so many callers share one wait for the disk.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use axum::body::Bytes;
use tokio::runtime::Runtime;
use vahti::{LoginRequest, Vahti};

use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    load::{self, Connection, Load},
    machine,
    measure::{Pairs, Start},
    options::Effort,
    references::Logins,
    server::{Server, Twin},
    sessions,
};

const CALLERS: usize = 64;

/// Where logins come from. One user, one origin: the text is new each time.
const ORIGIN: &str =
    "[192.0.2.17] Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub(crate) fn in_the_process(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let mut logins = Logins::open(&folder.database("login_reference"));
    let runtime = host::runtime(2);
    let vahti = runtime.block_on(host::open(&folder.database("login")));
    let next = Arc::new(AtomicU64::new(0));
    let reference = || one_commit_a_login(&mut logins, effort);
    let subject = || callers(&runtime, &vahti, &next, effort);
    let pairs = Pairs::measure(effort, reference, subject);
    runtime.block_on(vahti.close());
    vec![
        Figure::beside("login_group_commit", "1/s", &pairs)
            .reach(Reach::RatioAtLeast(5.0))
            .remark(fsync(folder)),
    ]
}

pub(crate) fn over_http(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let mut logins = Logins::open(&folder.database("login_http_reference"));
    let runtime = host::runtime(2);
    let vahti = runtime.block_on(host::open(&folder.database("login_http")));
    let server = runtime.block_on(Server::start(&vahti, Twin::Check(Bytes::new())));
    let next = AtomicU64::new(0);
    let request = || {
        let user = sessions::user(next.fetch_add(1, Ordering::Relaxed));
        let body = format!(r#"{{"user":"{user}","origin":{{"text":"{ORIGIN}"}}}}"#);
        load::request("/v1/login", server.key(), &body)
    };
    let reference = || one_commit_a_login(&mut logins, effort);
    let connect = |_| {
        let mut connection = Connection::open(server.address());
        connection.first(&request());
        connection
    };
    let log_in = |connection: &mut Connection| connection.ask(&request());
    let load = Load {
        threads: CALLERS,
        lasts: effort.round,
        core: None,
    };
    let subject = || load.drive(connect, log_in);
    let pairs = Pairs::measure(effort, reference, subject);
    runtime.block_on(vahti.close());
    vec![
        Figure::beside("login_http", "1/s", &pairs)
            .reach(Reach::RatioAtLeast(3.0))
            .remark(fsync(folder)),
    ]
}

fn one_commit_a_login(logins: &mut Logins, effort: Effort) -> f64 {
    let (start, mut count) = (Start::now(), 0);
    while start.elapsed() < effort.round {
        logins.log_in(ORIGIN).expect("a login");
        count += 1;
    }
    start.rate(count)
}

fn callers(runtime: &Runtime, vahti: &Arc<Vahti>, next: &Arc<AtomicU64>, effort: Effort) -> f64 {
    let over = Arc::new(AtomicBool::new(false));
    let start = Start::now();
    let done = runtime.block_on(async {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                tokio::spawn(caller(
                    Arc::clone(vahti),
                    Arc::clone(next),
                    Arc::clone(&over),
                ))
            })
            .collect();
        tokio::time::sleep(effort.round).await;
        over.store(true, Ordering::Relaxed);
        let counts = futures::future::join_all(callers).await;
        counts
            .into_iter()
            .map(|count| count.expect("no caller panics"))
            .sum()
    });
    start.rate(done)
}

async fn caller(vahti: Arc<Vahti>, next: Arc<AtomicU64>, over: Arc<AtomicBool>) -> u64 {
    let (app, mut count) = (host::app(), 0);
    while !over.load(Ordering::Relaxed) {
        let mut request = LoginRequest::of(sessions::user(next.fetch_add(1, Ordering::Relaxed)));
        request.origin = Some(ORIGIN.to_owned());
        let login = vahti.login(&app, request).await;
        login
            .expect("the login is recorded")
            .expect("sessions are tracked");
        count += 1;
    }
    count
}

fn fsync(folder: &Folder) -> String {
    format!(
        "fsync {:.0} µs",
        machine::fsync(folder.path()).as_secs_f64() * 1e6
    )
}
