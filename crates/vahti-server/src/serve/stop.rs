//! What ends a server: a signal, or a database that can no longer be trusted.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use vahti::Vahti;

/// How often the host is asked whether it can still tell.
const LOOK: Duration = Duration::from_millis(200);

/// The signals that ask a server to stop.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes them; from now on they no longer end the process by themselves.
    pub(crate) fn take() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one and says its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Waits until the host can no longer tell, and says why.
pub(crate) async fn failure(vahti: &Vahti) -> String {
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        if let Some(cause) = vahti.failure() {
            return cause;
        }
    }
}
