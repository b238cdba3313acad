//! Connections: as many as the process has room for, each with a bound on how long a request's head may take.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How long the head of a request may take; also how long a connection may idle between two requests. Longer than the
/// minute for which proxies keep theirs, so that it is they who close first.
const HEAD: Duration = Duration::from_secs(75);
/// Connections at a time, if the operating system lets the process have as many files.
const MOST: u64 = 16_384;
/// Files that are left for the database and the rest.
const OTHER_FILES: u64 = 64;

/// The connections of one server, over all its listeners.
pub(crate) struct Connections {
    places: Arc<Semaphore>,
    graceful: GracefulShutdown,
    stop: CancellationToken,
}

impl Connections {
    /// None yet. `stop` ends the accepting of new ones.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        let places = usize::try_from(room()).unwrap_or(usize::MAX);
        Self {
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            graceful: GracefulShutdown::new(),
            stop,
        }
    }

    /// Starts to accept: every connection of `listener` is answered by `router`, until the stop.
    pub(crate) fn accept<L: Listener>(&self, mut listener: L, router: Router)
    where
        L::Io: 'static,
    {
        let mut builder = Builder::new(TokioExecutor::new()).http1_only();
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
        let service = TowerToHyperService::new(router);
        let (places, stop) = (Arc::clone(&self.places), self.stop.clone());
        let watcher = self.graceful.watcher();
        let accepting = async move {
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                let (io, _) = listener.accept().await;
                let connection = builder.serve_connection(TokioIo::new(io), service.clone());
                let connection = watcher.clone().watch(connection.into_owned());
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(error, "a connection ended early");
                    }
                    drop(place);
                });
            }
        };
        tokio::spawn(async move { stop.run_until_cancelled(accepting).await });
    }

    /// Waits, after the stop, until every request that was begun is answered; at most so long.
    pub(crate) async fn finish(self, within: Duration) {
        let open = self.graceful.count();
        if tokio::time::timeout(within, self.graceful.shutdown()).await.is_err() {
            tracing::warn!(open, "connections were cut: their requests took too long");
        }
    }
}

/// How many connections the process has files for. Asks the operating system for as many as it gives.
fn room() -> u64 {
    let limits = getrlimit(Resource::Nofile);
    let most = limits.maximum.unwrap_or(u64::MAX);
    let wanted = most.min(MOST + OTHER_FILES);
    let current = limits.current.unwrap_or(u64::MAX);
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limits.maximum,
    };
    let files = if current < wanted && setrlimit(Resource::Nofile, raised).is_ok() {
        wanted
    } else {
        current
    };
    files.saturating_sub(OTHER_FILES).clamp(16, MOST)
}
