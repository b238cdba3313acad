//! Every promise of the trait, on every backend.

#![cfg(all(feature = "conformance", feature = "sqlite"))]

mod sqlite {
    use std::sync::Arc;

    use tempfile::TempDir;
    use vahti_store::{Host, conformance::Open, sqlite::SqliteStore};

    fn make() -> (TempDir, Box<Open>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vahti.db");
        let open =
            move |host: Host| Arc::new(SqliteStore::open(&path, host).expect("a store")) as _;
        (folder, Box::new(open))
    }

    vahti_store::promises!(make);
}

mod memory {
    use std::sync::{Arc, Mutex};

    use vahti_store::{Host, conformance::Open, memory::MemoryStore};

    /// The store that is opened again is another node on the data of the first.
    fn make() -> ((), Box<Open>) {
        let first: Mutex<Option<MemoryStore>> = Mutex::new(None);
        let open = move |host: Host| {
            let mut first = first.lock().expect("no panic");
            let first = first.get_or_insert_with(|| MemoryStore::new(host.clone()));
            Arc::new(first.node(host)) as _
        };
        ((), Box::new(open))
    }

    vahti_store::promises!(make);
}
