//! The host of the supervisors' own logins, open as long as the server runs. The gate never depends on it: as long as its
//! database cannot be used, the console is closed, and it is tried again.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vahti::Vahti;

use crate::console::Logins;
use crate::path::beside;

use super::open::{Closed, open_logins};
use super::stop::failure;

/// How long apart a database that cannot be used is tried.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// Opens them, if they can be opened now. A database that never can be is put aside: it costs logins, and never an account.
pub(crate) async fn open_or_begin_anew(database: &Path) -> Result<Arc<Vahti>, Closed> {
    let vahti = match open_logins(database).await {
        Err(Closed::Broken(cause)) => {
            let shown = database.display();
            tracing::error!(database = %shown, cause, "the logins of supervisors cannot be used and are put aside; all have to log in again");
            put_aside(database, ".broken").map_err(|cause| {
                Closed::Unusable(format!("{shown} cannot be put aside: {cause}"))
            })?;
            open_logins(database).await?
        }
        outcome => outcome?,
    };
    vahti.enforce_policy().await?;
    Ok(vahti)
}

/// Gives the database a longer name, in the place of another that had it; one that is not there is no error.
pub(super) fn put_aside(database: &Path, end: &str) -> io::Result<()> {
    rename(database, &beside(database, end))
}

/// Takes back what [`put_aside`] did.
pub(super) fn put_back(database: &Path, end: &str) -> io::Result<()> {
    rename(&beside(database, end), database)
}

/// Renames a database with its write-ahead log, as far as they are there.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    for end in ["-wal", "-shm", ""] {
        match std::fs::rename(beside(from, end), beside(to, end)) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
    }
    Ok(())
}

/// Keeps them open until the server stops: a host whose database has failed is let go of, and another one opened.
pub(super) async fn keep(
    database: PathBuf,
    mut first: Option<Arc<Vahti>>,
    logins: Logins,
    stop: CancellationToken,
) {
    loop {
        let next = match first.take() {
            Some(vahti) => Some(vahti),
            None => stop.run_until_cancelled(try_on(&database)).await,
        };
        let Some(vahti) = next else { return };
        logins.set(Some(Arc::clone(&vahti)));
        let mut failed = None;
        let end = async { failed = stop.run_until_cancelled(failure(&vahti)).await };
        vahti.run(end).await;
        let Some(cause) = failed else { return };
        tracing::error!(
            cause,
            "the console is closed, because the database of its logins failed; the gate goes on"
        );
        logins.set(None);
        vahti.close().await;
    }
}

/// Tries until they are open.
async fn try_on(database: &Path) -> Arc<Vahti> {
    let mut tries = tokio::time::interval(BETWEEN_TRIES);
    let mut told = None;
    loop {
        tries.tick().await;
        let closed = match open_or_begin_anew(database).await {
            Ok(vahti) => {
                tracing::info!("the console is open");
                return vahti;
            }
            Err(closed) => closed.sentence(database),
        };
        if told.as_ref() != Some(&closed) {
            tracing::error!(
                cause = closed,
                "the console stays closed; it is tried again every second, and the gate goes on"
            );
            told = Some(closed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::logs::{LogFormat, tests::Paper};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_console_that_stays_closed_is_told_once_and_not_at_each_try() {
        let folder = tempfile::tempdir().expect("a folder");
        let (paper, _guard) = Paper::begin(LogFormat::Text, false);
        let said = |what: &str| paper.text().matches(what).count();
        let database = folder.path().join("to-come/console.db");
        let mut tries = Box::pin(try_on(&database));
        let minute = Duration::from_secs(60);
        assert!(tokio::time::timeout(minute, &mut tries).await.is_err());
        assert_eq!(said("the console stays closed"), 1);
        std::fs::create_dir(folder.path().join("to-come")).expect("a folder");
        tries.await.close().await;
        assert_eq!(said("the console stays closed"), 1);
        assert_eq!(said("the console is open"), 1);
    }
}
