//! `vahti serve`: one process that owns a database, answers the HTTP API, and stops in good order.
//!
//! It holds no routes and no rules. What it knows is when things begin and end: configuration, database, sweep, sockets;
//! then a signal, or a database that can no longer be trusted.

mod connections;
mod listen;
mod logins;
mod logs;
mod manager;
mod open;
mod owner;
#[cfg(feature = "faults")]
mod plant;
mod policy;
mod stop;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vahti::Vahti;

use crate::cli::exit::Failure;
use crate::cli::output;
use crate::cli::settings::{Environment, Settings};
use crate::config::Config;
use crate::console::{self, Logins};
use crate::http;

pub(crate) use self::listen::{address, listen};
pub(crate) use self::logs::{LogFormat, start as start_logs};
pub(crate) use self::open::{Closed, Restoration, now, open, open_logins, open_to_serve, restore};
pub(crate) use self::owner::{Address, answers, socket_of};

use self::connections::{Connections, METRICS_PLACES, OWNER_PLACES, network_places};
use self::listen::listen_now;
use self::owner::OwnerSocket;
use self::stop::Signals;

/// How long begun requests may take after a signal. With [`CLOSE`] it stays below the ten seconds of the promise.
const FINISH: Duration = Duration::from_secs(8);
/// How long the database may take to close.
const CLOSE: Duration = Duration::from_millis(1_500);
/// The same for both, once the database can no longer be trusted: every answer is *cannot tell* by then.
const AFTER_FAILURE: Duration = Duration::from_millis(300);

/// Run the server until it is told to stop
#[derive(Debug, clap::Args)]
#[command(after_help = "\
SIGTERM and Ctrl-C stop it in good order within ten seconds; a second one stops it at once.
The variable VAHTI_LOG says what is logged: error, warn, info, debug, or `info,vahti_store=debug`.

Example:
  vahti serve --config /etc/vahti/vahti.toml")]
pub(crate) struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// Answer on this address and port, not on the configured one; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// How log lines are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

impl Serve {
    /// Serves until a signal.
    pub(crate) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        start_logs(environment, self.log_format, "info")?;
        let flags: Vec<_> = self
            .listen
            .map(|address| ("http.listen".to_owned(), address))
            .into_iter()
            .collect();
        let config = self.settings.load_with(environment, &flags)?;
        for warning in config.warnings() {
            output::remark(format!("{}: {warning}", warning.key()));
        }
        let opened = open_to_serve(&config)
            .await
            .map_err(|closed| Failure::cannot_tell(closed.sentence(&config.store.path)))?;
        let listener = listen(config.http.listen, "vahti serve").await?;
        let server = Server::start(&config, opened, listener, http::router).await?;
        server.tell(&config.store.path, self.log_format);
        manager::ready();
        server.run().await
    }
}

/// A server that answers.
pub(crate) struct Server {
    vahti: Arc<Vahti>,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    connections: Connections,
    socket: OwnerSocket,
    /// The host of the supervisors' logins, and what keeps it open.
    logins: (Logins, JoinHandle<()>),
    sweep: JoinHandle<()>,
    signals: Signals,
    stop: CancellationToken,
}

impl Server {
    /// Starts the sweep, and to answer on `listener`, with these routes, and on the owner's socket.
    pub(crate) async fn start(
        config: &Config,
        vahti: Arc<Vahti>,
        listener: TcpListener,
        routes: fn(http::App) -> Router,
    ) -> Result<Self, Failure> {
        let broken =
            |cause: std::io::Error| Failure::cannot_tell(format!("Cannot start: {cause}."));
        let address = listener.local_addr().map_err(broken)?;
        let signals = Signals::take().map_err(broken)?;
        let (socket, owner): (_, UnixListener) = OwnerSocket::bind(&config.store.path)
            .map_err(|cause| cannot_bind(&config.store.path, &cause))?;
        let logins = Logins::default();
        let app = http::App::with_console(Arc::clone(&vahti), logins.clone(), config);
        let stop = app.stop().clone();
        let (host, over) = (Arc::clone(&vahti), stop.clone());
        let sweep = tokio::spawn(async move { host.run(over.cancelled()).await });
        let database = console::beside(&config.store.path);
        let first = logins::open_or_begin_anew(&database).await.ok();
        logins.set(first.clone());
        let keeping = logins::keep(database, first, logins.clone(), stop.clone());
        let keeping = tokio::spawn(keeping);
        // It ends with the host, and nothing is lost with it.
        drop(tokio::spawn(console::count_each_minute(app.clone())));
        let mut connections = Connections::new(stop.clone());
        let places = network_places();
        app.share(places);
        connections.accept(listener, routes(app.clone()), places);
        let mut metrics = None;
        if let Some(address) = config.http.metrics_listen {
            let listener = listen_now(address)?;
            metrics = Some(listener.local_addr().map_err(broken)?);
            connections.accept(listener, http::metrics_router(app.clone()), METRICS_PLACES);
        }
        connections.accept(owner, http::owner_router(app), OWNER_PLACES);
        Ok(Self {
            vahti,
            address,
            metrics,
            connections,
            socket,
            logins: (logins, keeping),
            sweep,
            signals,
            stop,
        })
    }

    /// The host that it serves.
    pub(crate) fn vahti(&self) -> &Vahti {
        &self.vahti
    }

    /// Says that it is ready: where it answers, which database it owns, what the limit is.
    fn tell(&self, database: &Path, format: LogFormat) {
        let (address, database) = (self.address, database.display());
        let policy = http::limit_in_words(self.vahti.policy()).join(" ");
        match format {
            LogFormat::Json => {
                let metrics = self.metrics.map(tracing::field::display);
                tracing::info!(%address, metrics, %database, policy, "ready");
            }
            LogFormat::Text => {
                let metrics = self.metrics.map_or_else(String::new, |metrics| {
                    format!("Figures without a key: http://{metrics}/metrics\n")
                });
                // Nobody has to read it: a server goes on when its standard output is closed.
                let _ = output::line(format!(
                    "Vahti answers on http://{address}, with the database {database}.\n{metrics}{policy}"
                ));
            }
        }
    }

    /// Serves until a signal, or until the database can no longer be trusted.
    ///
    /// # Errors
    /// The database can no longer be trusted, or a second signal came.
    pub(crate) async fn run(mut self) -> Result<(), Failure> {
        let failed = tokio::select! {
            name = self.signals.next() => {
                tracing::info!(signal = name, "stopping");
                None
            }
            cause = stop::failure(&self.vahti) => {
                tracing::error!(cause, "stopping, because the database failed");
                Some(cause)
            }
        };
        manager::stopping();
        let mut signals = self.signals;
        let (finish, close) = match failed {
            None => (FINISH, CLOSE),
            Some(_) => (AFTER_FAILURE, AFTER_FAILURE),
        };
        let ending = async {
            self.stop.cancel();
            self.connections.finish(finish).await;
            drop(self.socket);
            let (logins, keeping) = self.logins;
            let closing = async {
                drop(futures::join!(self.sweep, keeping));
                let logins = logins.host();
                let logins = async {
                    if let Some(logins) = logins {
                        logins.close().await;
                    }
                };
                futures::join!(self.vahti.close(), logins);
            };
            if tokio::time::timeout(close, closing).await.is_err() {
                tracing::warn!("the database did not close in time; what was acknowledged is safe");
            }
        };
        tokio::select! {
            () = ending => match failed {
                None => Ok(()),
                Some(cause) => Err(Failure::cannot_tell(format!(
                    "Stopped, because the database failed: {cause}. Start again: what was acknowledged is safe."
                ))),
            },
            name = signals.next() => Err(Failure::cannot_tell(format!(
                "Stopped at once by a second {name}. Times of use of the last 10 s may be lost."
            ))),
        }
    }
}

/// What the HTTP edge needs.
pub(crate) fn app(config: &Config, vahti: &Arc<Vahti>) -> http::App {
    http::App::new(Arc::clone(vahti), config)
}

fn cannot_bind(database: &Path, cause: &std::io::Error) -> Failure {
    Failure::cannot_tell(format!(
        "The owner's socket {} cannot be made: {cause}. The folder has to be writable.",
        socket_of(database).display()
    ))
}
