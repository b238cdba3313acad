//! Opens the host on its database. The one file of the server that names a concrete store.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use vahti::{Caller, Restored, SystemClock, Vahti};
use vahti_client::Time;
use vahti_core::{By, Timestamp};
use vahti_store::sqlite::{OpenError, Restore, SqliteStore};
use vahti_store::{Clock as _, Host, StoreError};

use crate::config::Config;
use crate::console;

use super::logins::{put_aside, put_back};
use super::owner;
use super::policy::policy;

/// How often a database that another process has is tried, and how long apart: a short command lets go of it soon, and
/// a server that starts or stops answers or lets go.
const TRIES: u32 = 30;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// What the logins at the console are called after a restore.
const BEFORE_RESTORE: &str = ".before-restore";

/// Why a host could not be opened.
#[derive(Debug)]
pub(crate) enum Closed {
    /// Another process owns the database.
    Owned {
        /// Its id, if it said so.
        pid: Option<u32>,
    },
    /// Another program reads the database, which has to be let go of.
    Read,
    /// Another program's database is there, which is not replaced.
    Foreign,
    /// The database cannot be used: why, without a full stop.
    Unusable(String),
    /// The same, and it lies in the file itself.
    Broken(String),
}

impl From<OpenError> for Closed {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Owned { pid, .. } => Self::Owned { pid },
            OpenError::Read { .. } => Self::Read,
            OpenError::Foreign { .. } => Self::Foreign,
            OpenError::Io { path, cause } => Self::Unusable(match cause.kind() {
                ErrorKind::NotFound => "its folder is not there".to_owned(),
                ErrorKind::PermissionDenied => format!(
                    "this user may not use {}; give the command as its owner, or as root",
                    path.display()
                ),
                _ => cause.to_string(),
            }),
            other if other.is_lasting() => Self::Broken(other.to_string()),
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl From<StoreError> for Closed {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(_) => Self::Broken(error.to_string()),
            _ => Self::Unusable(error.to_string()),
        }
    }
}

impl Closed {
    /// What an operator is told.
    pub(crate) fn sentence(&self, database: &Path) -> String {
        let database = database.display();
        match self {
            Self::Owned { pid: Some(pid) } => format!(
                "{database} is in use by process {pid}. One process owns a database: stop that one first, or name another \
                 in `store.url`."
            ),
            Self::Owned { pid: None } => {
                format!("{database} is in use by another process. One process owns a database.")
            }
            Self::Read => {
                format!("Somebody else reads the database {database}: that has to end first.")
            }
            Self::Foreign => format!(
                "{database} is of another program, and is not replaced. Mend `store.url`; or move it away first, if it may go."
            ),
            Self::Unusable(cause) | Self::Broken(cause) => {
                format!("The database {database} cannot be used: {cause}.")
            }
        }
    }
}

/// Opens the host, and makes the database if it is not there. While another process has it, but does not answer on
/// the owner's socket, it is tried again for three seconds.
pub(crate) async fn open(config: &Config) -> Result<Arc<Vahti>, Closed> {
    for _ in 1..TRIES {
        match try_open(config).await {
            Err(Closed::Owned { .. }) if !owner::answers(&config.store.path).await => {
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            outcome => return outcome,
        }
    }
    try_open(config).await
}

/// As [`open`], for a program that serves: what its policy means for open sessions is recorded. A command that only wants to
/// know must not do that, for its configuration may be another.
pub(crate) async fn open_to_serve(config: &Config) -> Result<Arc<Vahti>, Closed> {
    let vahti = open(config).await?;
    vahti.enforce_policy().await?;
    Ok(vahti)
}

/// Opens the host of the supervisors' logins, on a database that nobody else has at this moment.
pub(crate) async fn open_logins(path: &Path) -> Result<Arc<Vahti>, Closed> {
    let clock = Arc::new(SystemClock::start());
    let path = path.to_owned();
    let store = async |host| {
        tokio::task::spawn_blocking(move || SqliteStore::open(&path, host))
            .await
            .map_err(|never| Closed::Unusable(never.to_string()))?
            .map_err(Closed::from)
    };
    let vahti = Vahti::open(Arc::new(console::policy()), clock, "console", store).await?;
    Ok(Arc::new(vahti))
}

async fn try_open(config: &Config) -> Result<Arc<Vahti>, Closed> {
    open_after(config, 0).await
}

/// Opens the host; the events that it records are numbered after `sequence`.
async fn open_after(config: &Config, sequence: i64) -> Result<Arc<Vahti>, Closed> {
    let policy = policy(config).map_err(Closed::Unusable)?;
    let clock = Arc::new(SystemClock::start());
    let home = config.http.public_url.as_str();
    let home = home
        .split_once("://")
        .map_or(home, |(_, authority)| authority);
    let path = config.store.path.clone();
    let store = async |host| {
        let store = tokio::task::spawn_blocking(move || open_store(&path, host))
            .await
            .map_err(|never| Closed::Unusable(never.to_string()))??;
        store.number_after(sequence).await?;
        Ok::<_, Closed>(store)
    };
    let vahti = Vahti::open(Arc::new(policy), clock, home, store).await?;
    Ok(Arc::new(vahti.keep_free(config.store.min_free_bytes)))
}

/// What came of a restore.
pub(crate) struct Restoration {
    /// What the restored copy is.
    pub(crate) restored: Restored,
    /// Where the database is kept that was there.
    pub(crate) kept: Option<PathBuf>,
    /// Whether its events are numbered after all those of the database that was there, so that followers go on.
    pub(crate) goes_on: bool,
}

/// Puts a copy of an earlier time in the place of the database. Only when its sessions have ended, in the copy, does it
/// take the place.
pub(crate) async fn restore(
    config: &Config,
    from: &Path,
    by: By,
    keep_sessions: bool,
) -> Result<Restoration, Closed> {
    let stopped = |never: tokio::task::JoinError| Closed::Unusable(never.to_string());
    let (database, source) = (config.store.path.clone(), from.to_owned());
    let prepare = move || Restore::prepare(&database, &source);
    let restore = tokio::task::spawn_blocking(prepare)
        .await
        .map_err(stopped)??;
    let mut copied = config.clone();
    restore.copy().clone_into(&mut copied.store.path);
    let last = restore.last_event();
    let vahti = open_after(&copied, last.unwrap_or_default()).await?;
    let caller = Caller {
        by,
        scope: Vec::new(),
    };
    let note = |newest: Option<Timestamp>| {
        let of = newest.map_or_else(
            || "without an event".to_owned(),
            |newest| format!("whose newest event is of {}", Time::from(newest)),
        );
        format!("{}, {of}", from.display())
    };
    let restored = vahti.take_over(&caller, keep_sessions, note).await;
    vahti.close().await;
    drop(vahti);
    let restored = restored.map_err(|error| Closed::Unusable(error.to_string()))?;
    // Accounts of supervisors are those of the copy from now on: nobody goes on under one who has not logged in to it.
    let logins = console::beside(&config.store.path);
    put_aside(&logins, BEFORE_RESTORE).map_err(|cause| {
        Closed::Unusable(format!("{} cannot be put aside: {cause}", logins.display()))
    })?;
    let finish = move || restore.finish();
    let finished = tokio::task::spawn_blocking(finish).await.map_err(stopped);
    let finished = finished.and_then(|finished| finished.map_err(Closed::from));
    if finished.is_err()
        && let Err(error) = put_back(&logins, BEFORE_RESTORE)
    {
        tracing::warn!(%error, "the logins at the console stay aside; all log in again");
    }
    let kept = finished?;
    Ok(Restoration {
        restored,
        kept,
        goes_on: last.is_some(),
    })
}

#[cfg(not(feature = "faults"))]
fn open_store(path: &Path, host: Host) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, host)
}

#[cfg(feature = "faults")]
fn open_store(path: &Path, host: Host) -> Result<SqliteStore, OpenError> {
    SqliteStore::open_with(path, host, super::plant::faults())
}

/// Now, for a command that has no host.
pub(crate) fn now() -> Timestamp {
    SystemClock::start().now()
}
