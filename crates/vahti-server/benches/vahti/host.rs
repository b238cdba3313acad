//! Hosts in the process: a real `Vahti` on a real SQLite database.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::runtime::{Builder, Runtime};
use vahti::{
    Caller, SystemClock, Vahti,
    store::{Witness as _, sqlite::SqliteStore},
};
use vahti_core::{How, Policy};

use crate::sessions;

/// A runtime with this many threads that work.
pub(crate) fn runtime(workers: usize) -> Runtime {
    let built = Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build();
    built.expect("a runtime")
}

/// The default policy: one session a user, further ones held, and over after 14 days.
pub(crate) fn policy() -> Policy {
    Policy {
        max_lifetime: Duration::from_secs(14 * 24 * 3600),
        ..Policy::one_per_user()
    }
}

/// Opens the database, and makes it if it is not there.
pub(crate) async fn open(database: &Path) -> Arc<Vahti> {
    open_with(policy(), database).await
}

/// The same under another policy.
pub(crate) async fn open_with(policy: Policy, database: &Path) -> Arc<Vahti> {
    let open = async |host| Ok(SqliteStore::open(database, host)?);
    let clock = Arc::new(SystemClock::start());
    let opened: Result<Vahti, Box<dyn std::error::Error>> =
        Vahti::open(Arc::new(policy), clock, "here", open).await;
    Arc::new(opened.expect("the database opens"))
}

/// A host whose index holds `count` sessions, given to it as commits give them. The database stays empty: a check
/// never asks it.
pub(crate) async fn with_sessions(database: &Path, count: u64) -> Arc<Vahti> {
    let vahti = open(database).await;
    let now = vahti.now();
    for number in 0..count {
        vahti.index().apply(&sessions::account(number, now));
    }
    vahti
}

/// The host application.
pub(crate) fn app() -> Caller {
    Caller::named("lms", How::Api)
}

/// A supervisor.
pub(crate) fn supervisor() -> Caller {
    Caller::named("console", How::List)
}
