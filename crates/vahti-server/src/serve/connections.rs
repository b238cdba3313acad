//! Connections: as many as the process has room for, each with a bound on how long a request's head may take, and on how
//! long a client may take nothing of its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::Listener;
use futures::future::join_all;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

/// How long the head of a request may take; also how long a connection may idle between two requests. Longer than the
/// minute for which proxies keep theirs, so that it is they who close first.
const HEAD: Duration = Duration::from_secs(75);
/// How long a client may take nothing of an answer that is ready for it.
const UNREAD: Duration = Duration::from_secs(30);
/// Connections at a time, if the operating system lets the process have as many files.
const MOST: u64 = 16_384;
/// Connections at a time to the owner's socket.
pub(crate) const OWNER_PLACES: usize = 64;
/// Connections at a time to the figures.
pub(crate) const METRICS_PLACES: usize = 16;
/// Files that are left for the owner's socket, the database and the rest.
const OTHER_FILES: u64 = 128;

/// The connections of one server, over all its listeners.
pub(crate) struct Connections {
    stop: CancellationToken,
    accepting: Vec<JoinHandle<GracefulShutdown>>,
}

impl Connections {
    /// None yet. `stop` ends the accepting of new ones.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self {
            stop,
            accepting: Vec::new(),
        }
    }

    /// Starts to accept: every connection of `listener` is answered by `router`, which is told the peer's address, until
    /// the stop. Each listener has places of its own, so that a crowd on the network never keeps out whoever owns the database.
    pub(crate) fn accept<L>(&mut self, mut listener: L, router: Router, places: usize)
    where
        L: Listener<Addr: Clone + Sync + 'static>,
    {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
        let service = TowerToHyperService::new(router);
        let places = Arc::new(Semaphore::new(places));
        let stop = self.stop.clone();
        self.accepting.push(tokio::spawn(async move {
            let open = GracefulShutdown::new();
            let accepting = async {
                while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                    let (io, peer) = listener.accept().await;
                    let mut io = TimeoutStream::new(io);
                    io.set_write_timeout(Some(UNREAD));
                    let io = TokioIo::new(Box::pin(io));
                    let (service, peer) = (service.clone(), ConnectInfo(peer));
                    let service = service_fn(move |mut request: Request<Incoming>| {
                        request.extensions_mut().insert(peer.clone());
                        service.call(request.map(Body::new))
                    });
                    let connection = builder.serve_connection(io, service);
                    let connection = open.watch(connection);
                    tokio::spawn(async move {
                        if let Err(error) = connection.await {
                            tracing::debug!(%error, "a connection ended early");
                        }
                        drop(place);
                    });
                }
            };
            stop.run_until_cancelled(accepting).await;
            open
        }));
    }

    /// Waits, after the stop, until every request that was begun is answered; at most so long.
    pub(crate) async fn finish(self, within: Duration) {
        let all = join_all(self.accepting).await.into_iter().flatten();
        let answered = join_all(all.map(GracefulShutdown::shutdown));
        if tokio::time::timeout(within, answered).await.is_err() {
            tracing::warn!("connections were cut: their requests took too long");
        }
    }
}

/// How many connections from the network the process has files for. Asks the operating system for as many as it gives.
pub(crate) fn network_places() -> usize {
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
    let places = files.saturating_sub(OTHER_FILES).clamp(16, MOST);
    usize::try_from(places).map_or(Semaphore::MAX_PERMITS, |places| {
        places.min(Semaphore::MAX_PERMITS)
    })
}

#[cfg(test)]
mod tests;
