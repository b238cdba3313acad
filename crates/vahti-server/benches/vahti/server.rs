//! The HTTP edge in this process: the real routes on a real socket of the loopback, and beside them the twin of the
//! check that the figures are compared with.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, body::Bytes, http::HeaderMap, serve::ListenerExt as _};
use rustix::{
    process::Pid,
    thread::{CpuSet, gettid, sched_setaffinity},
};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};
use vahti::{Caller, Vahti};
use vahti_core::{How, Role};
use vahti_server::{
    config::{Config, Source},
    http::{self, Logins},
};

use crate::references;

/// Where the twin answers.
pub(crate) const TWIN: &str = "/twin";

/// The twin beside the API, by the answer that it gives.
pub(crate) enum Twin {
    /// Of a check: this body.
    Check(Bytes),
    /// Of a proxy's question: these headers.
    Authz(HeaderMap),
}

/// A server that answers as long as its runtime lives.
pub(crate) struct Server {
    address: SocketAddr,
    key: String,
}

impl Server {
    /// Serves the API of `vahti`, with a twin.
    pub(crate) async fn start(vahti: &Arc<Vahti>, twin: Twin) -> Self {
        let app = http::App::new(Arc::clone(vahti), &configuration());
        let router = match twin {
            Twin::Check(body) => http::router_with_twin(app, TWIN, references::constant(body)),
            Twin::Authz(headers) => {
                http::router_with_authz_twin(app, TWIN, references::constant(headers))
            }
        };
        Self::serve(vahti, router).await
    }

    /// Serves `vahti` with the console, at which supervisors are logged in by `logins`.
    pub(crate) async fn with_console(vahti: &Arc<Vahti>, logins: Arc<Vahti>) -> Self {
        let logins = Logins::new(Some(logins));
        let app = http::App::with_console(Arc::clone(vahti), logins, &configuration());
        Self::serve(vahti, http::router(app)).await
    }

    async fn serve(vahti: &Arc<Vahti>, router: Router) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("its address");
        let name = format!("lms-{}", address.port());
        let key = vahti
            .create_key(
                &Caller::named("bench", How::Cli),
                &name,
                Role::App,
                Vec::new(),
            )
            .await;
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a connection"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            key: key.expect("a key"),
        }
    }

    /// Where it answers.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A key with the role `app`.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

fn configuration() -> Config {
    Config::load(Source::default()).expect("the default configuration")
}

/// A runtime whose one thread keeps to the first core; the load keeps to the second ([`keep_to`]).
pub(crate) struct FirstCore {
    pub(crate) runtime: Runtime,
    threads: Arc<Mutex<Vec<Pid>>>,
}

impl FirstCore {
    /// Starts it.
    pub(crate) fn start() -> Self {
        let threads = Arc::new(Mutex::new(Vec::new()));
        let begun = Arc::clone(&threads);
        let begin = move || {
            keep_to(0);
            let mut begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
            begun.push(gettid());
        };
        let mut builder = Builder::new_multi_thread();
        let built = builder
            .worker_threads(1)
            .enable_all()
            .on_thread_start(begin)
            .build();
        Self {
            runtime: built.expect("a runtime"),
            threads,
        }
    }

    /// How long its threads have worked until now, in seconds: whatever else runs on the core does not count.
    pub(crate) fn worked(&self) -> f64 {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let worked = |thread: &Pid| {
            let path = format!("/proc/self/task/{}/schedstat", thread.as_raw_nonzero());
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let nanoseconds = text
                .split(' ')
                .next()
                .and_then(|text| text.parse::<f64>().ok());
            nanoseconds.unwrap_or(0.0) / 1e9
        };
        threads.iter().map(worked).sum()
    }
}

/// Keeps this thread to one core, where there are several.
pub(crate) fn keep_to(core: usize) {
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > core.max(1)) {
        let mut only = CpuSet::new();
        only.set(core);
        sched_setaffinity(None, &only).expect("a thread may keep to a core");
    }
}
