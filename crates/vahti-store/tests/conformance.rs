//! Every promise of the trait, on every backend.

#![cfg(all(feature = "conformance", feature = "sqlite"))]

use std::sync::Arc;

use tempfile::TempDir;
use vahti_store::{Host, conformance::Open, sqlite::SqliteStore};

fn sqlite_store() -> (TempDir, Box<Open>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let open = move |host: Host| Arc::new(SqliteStore::open(&path, host).expect("a store")) as _;
    (folder, Box::new(open))
}

mod sqlite {
    use super::sqlite_store;
    vahti_store::promises!(sqlite_store);
}
