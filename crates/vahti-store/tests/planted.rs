//! Tests of the tests: each fault that can be planted in the writer is noticed by a promise.

#![cfg(all(feature = "conformance", feature = "sqlite", feature = "faults"))]

use std::{
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;
use vahti_store::{
    Host,
    conformance::{Open, Stage, commits},
    sqlite::{
        SqliteStore,
        faults::{Faults, Plant},
    },
};

/// How often a fault may go unnoticed: whether it shows depends on which thread is faster.
const TRIES: u32 = 50;

fn planted(folder: &Path, faults: &Faults) -> Box<Open> {
    let (path, faults) = (folder.join("vahti.db"), faults.clone());
    let open = move |host: Host| {
        Arc::new(SqliteStore::open_with(&path, host, faults.clone()).expect("a store")) as _
    };
    Box::new(open)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Whether the promise breaks in one of a few tries.
fn is_noticed(plant: Plant) -> bool {
    let faults = Faults {
        plant: Some(plant),
        ..Faults::default()
    };
    (0..TRIES).any(|_| {
        let promise = AssertUnwindSafe(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .build()
                .expect("a runtime");
            let folder = folder();
            let open = planted(folder.path(), &faults);
            runtime.block_on(commits::what_was_answered_is_there_and_the_witness_holds_it(&*open));
        });
        std::panic::catch_unwind(promise).is_err()
    })
}

#[test]
fn an_answer_before_the_commit_is_noticed() {
    assert!(is_noticed(Plant::AnswerBeforeCommit));
}

#[test]
fn a_witness_that_is_told_after_the_answer_is_noticed() {
    assert!(is_noticed(Plant::WitnessAfterAnswer));
}

#[test]
fn what_is_in_order_is_not_noticed() {
    let folder = folder();
    let open = planted(folder.path(), &Faults::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().build();
    runtime
        .expect("a runtime")
        .block_on(commits::what_was_answered_is_there_and_the_witness_holds_it(&*open));
}

fn log_of(folder: &Path) -> PathBuf {
    folder.join("vahti.db-wal")
}

#[tokio::test]
async fn the_mark_tells_how_much_of_the_log_is_on_the_disk() {
    for (plant, is_synced) in [(None, true), (Some(Plant::SynchronousOff), false)] {
        let folder = folder();
        let path = folder.path().join("mark");
        let mark = std::fs::File::create(&path).expect("a file");
        let faults = Faults {
            plant,
            mark: Some(Arc::new(mark)),
        };
        let stage = Stage::new(&*planted(folder.path(), &faults));
        for n in 0..3 {
            stage.login("ann", &format!("a{n}")).await.expect("a login");
        }
        let mark = std::fs::read(&path).expect("the mark");
        let log = std::fs::metadata(log_of(folder.path())).expect("the log");
        let expected = if is_synced {
            [&[0], log.len().to_le_bytes().as_slice()].concat()
        } else {
            vec![0]
        };
        assert_eq!(mark, expected);
        stage.store.close().await;
    }
}
