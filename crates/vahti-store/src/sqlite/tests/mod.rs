//! What only this backend promises, seen from inside: where a test has to hold the writer, fill its disk, or edit its
//! rows.

mod copy;
mod log;
mod tamper;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
};

use rusqlite::Connection;
use tempfile::TempDir;
use vahti_core::Policy;

use super::{SqliteStore, trouble::Trouble};
use crate::{StoreError, conformance::Stage};

/// A store in a folder of its own, also by its own type.
struct House {
    folder: TempDir,
    stage: Arc<Stage>,
    store: Arc<SqliteStore>,
}

impl House {
    fn new() -> Self {
        Self::with(Policy::one_per_user())
    }

    fn with(policy: Policy) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = path_in(folder.path());
        let (sender, opened) = mpsc::channel();
        let stage = Stage::with(
            &move |host| {
                let store = Arc::new(SqliteStore::open(&path, host).expect("a store"));
                sender.send(Arc::clone(&store)).expect("a test that waits");
                store
            },
            policy,
        );
        Self {
            folder,
            stage: Arc::new(stage),
            store: opened.recv().expect("a store"),
        }
    }

    /// Runs something on the writer's own connection.
    async fn on_the_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.store
            .write(move |desk| work(&mut desk.connection))
            .await
    }

    /// Keeps the writer busy until the answer is dropped or sent to; what is asked meanwhile is one batch.
    async fn hold_the_writer(&self) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            let work = store.write(move |_| {
                begun.send(()).expect("a test that waits");
                let (Ok(()) | Err(mpsc::RecvError)) = released.recv();
                Ok(())
            });
            work.await.expect("released");
        });
        has_begun.await.expect("begun");
        release
    }

    async fn close(self) -> TempDir {
        self.stage.store.close().await;
        self.folder
    }

    /// The number of rows of a table.
    async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        let count = self.store.ask(move |connection, _| {
            Ok(connection.query_row(&sql, [], |row| row.get::<_, i64>(0))?)
        });
        count.await.expect("a number")
    }
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join("vahti.db")
}
