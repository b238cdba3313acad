//! The writer's batches: what is kept together, what fails alone, and what happens when the disk does not take it.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rusqlite::{Error, ffi};
use vahti_core::Commit;

use super::{House, path_in};
use crate::{
    Constraint, Store, StoreError,
    conformance::{Stage, id},
    sqlite::trouble::Trouble,
};

fn unavailable<T>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Unavailable(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

fn sqlite_error(code: i32) -> Trouble {
    Trouble::Sqlite(Error::SqliteFailure(ffi::Error::new(code), None))
}

/// Waits until so many commands stand in the writer's queue.
async fn until_queued(house: &House, number: usize) {
    let queue = super::super::lock(&house.store.queue).clone().expect("it");
    let queued = async {
        while queue.max_capacity() - queue.capacity() < number {
            tokio::task::yield_now().await;
        }
    };
    let queued = tokio::time::timeout(Duration::from_secs(60), queued).await;
    queued.expect("the commands arrive");
}

fn spawn_login(
    stage: &Arc<Stage>,
    user: &str,
    session: &str,
) -> tokio::task::JoinHandle<Result<(), StoreError>> {
    let (stage, user, session) = (Arc::clone(stage), user.to_owned(), session.to_owned());
    tokio::spawn(async move { stage.login(&user, &session).await.map(drop) })
}

#[tokio::test]
async fn one_batch_is_one_commit_in_which_one_command_fails_alone() {
    let house = House::new();
    house.stage.login("owner", "taken").await.expect("a login");
    let commits = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&commits);
    let hook = move || {
        counter.fetch_add(1, Ordering::SeqCst);
        false
    };
    let hooked = house.on_the_writer(|connection| Ok(connection.commit_hook(Some(hook))?));
    hooked.await.expect("a hook");
    let release = house.hold_the_writer().await;
    let logins: Vec<_> = (0..20)
        .map(|n| {
            let session = format!("s{n}");
            let session = if n == 7 { "taken" } else { &session };
            spawn_login(&house.stage, &format!("user{}", n % 5), session)
        })
        .collect();
    until_queued(&house, 20).await;
    drop(release);
    for (n, login) in logins.into_iter().enumerate() {
        let refused = Err(StoreError::Conflict(Constraint::SessionId));
        let outcome = login.await.expect("no panic");
        assert_eq!(outcome, if n == 7 { refused } else { Ok(()) }, "{n}");
    }
    assert_eq!(commits.load(Ordering::SeqCst), 1);
    // Later commands of the batch saw what the earlier ones wrote.
    for n in 0..5 {
        let account = house.stage.account(&format!("user{n}")).await.expect("it");
        assert_eq!(account.active(), 1);
        assert_eq!(account.version, if n == 2 { 3 } else { 4 });
    }
    let report = house.store.check_chain().await.expect("a report");
    assert_eq!((report.events, report.fault), (20, None));
    house.close().await;
}

#[tokio::test]
async fn a_command_that_nobody_waits_for_is_not_run() {
    let house = House::new();
    let release = house.hold_the_writer().await;
    let abandoned = spawn_login(&house.stage, "ann", "a1");
    let kept = spawn_login(&house.stage, "bob", "b1");
    until_queued(&house, 2).await;
    abandoned.abort();
    assert!(abandoned.await.expect_err("aborted").is_cancelled());
    drop(release);
    kept.await.expect("no panic").expect("a login");
    assert_eq!(house.stage.account("ann").await, None);
    assert!(house.stage.account("bob").await.is_some());
    house.close().await;
}

#[tokio::test]
async fn a_batch_without_a_change_touches_no_disk() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let files = |folder: &std::path::Path| {
        let database = path_in(folder);
        let log = super::super::lock::beside(&database, "-wal");
        [database, log].map(|path| fs::read(path).expect("a file"))
    };
    let before = files(house.folder.path());
    for _ in 0..3 {
        let nothing = Box::new(|account: &_, _| Commit::nothing(account));
        let ann = id("ann");
        let done = house.store.transact(&ann, nothing);
        done.await.expect("an answer");
        house.store.stamp().await.expect("a stamp");
    }
    let refused = house.stage.login("bob", "a1").await.map(drop);
    assert_eq!(refused, Err(StoreError::Conflict(Constraint::SessionId)));
    assert!(files(house.folder.path()) == before);
    house.close().await;
}

#[tokio::test]
async fn a_full_disk_fails_the_command_and_all_goes_on_when_there_is_room() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let pages = house.on_the_writer(|connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        connection.pragma_update(None, "max_page_count", pages)?;
        Ok(pages)
    });
    let pages = pages.await.expect("a number");
    let (mut full, mut n) = (None, 0);
    while full.is_none() && n < 200 {
        let user = format!("{n}-{}", "u".repeat(200));
        full = house.stage.login(&user, &format!("s{n}")).await.err();
        n += 1;
    }
    let why = unavailable::<()>(Err(full.expect("a disk that is full")));
    assert!(why.contains("full"), "{why}");
    assert_eq!(house.store.failure(), None);
    let events = house.count("event").await;
    assert_eq!(events, n);

    // Room for a few, so that a batch is undone whose first commands were done.
    let a_little = house.on_the_writer(|connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        connection.pragma_update(None, "max_page_count", pages + 4)?;
        Ok(())
    });
    a_little.await.expect("a little room");
    let release = house.hold_the_writer().await;
    let many: Vec<_> = (0..30)
        .map(|m| {
            spawn_login(
                &house.stage,
                &format!("{m}{}", "v".repeat(200)),
                &format!("t{m}"),
            )
        })
        .collect();
    until_queued(&house, 30).await;
    drop(release);
    let mut done = 0;
    for login in many {
        match login.await.expect("no panic") {
            Ok(()) => done += 1,
            failed => drop(unavailable(failed)),
        }
    }
    assert!(done < 30);
    assert_eq!(house.count("event").await, events + done);
    assert_eq!(house.count("person").await, events + done);

    let more = house.on_the_writer(move |connection| {
        connection.pragma_update(None, "max_page_count", pages + 1_000)?;
        Ok(())
    });
    more.await.expect("room");
    house.stage.login("bob", "b1").await.expect("a login");
    assert_eq!(house.store.failure(), None);
    let report = house.store.check_chain().await.expect("a report");
    assert_eq!(
        (report.events, report.fault, report.gap),
        (u64::try_from(events + done + 1).expect("few"), None, None)
    );
    house.close().await;
}

#[tokio::test]
async fn after_a_commit_that_failed_nothing_is_trusted_any_more() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    // A hook that says no makes COMMIT fail after everything was written.
    let hooked = house.on_the_writer(|connection| Ok(connection.commit_hook(Some(|| true))?));
    hooked.await.expect("a hook");
    let told = house.stage.witness.told().len();
    let release = house.hold_the_writer().await;
    let logins = ["bob", "cem"].map(|user| spawn_login(&house.stage, user, &format!("{user}-1")));
    until_queued(&house, 2).await;
    drop(release);
    for login in logins {
        unavailable(login.await.expect("no panic"));
    }
    assert_eq!(house.stage.witness.told().len(), told);
    assert!(house.store.failure().is_some());
    unavailable(house.stage.login("dag", "d1").await);
    unavailable(house.store.account(&id("ann")).await);
    unavailable(house.store.stamp().await);
    let folder = house.close().await;

    let path = path_in(folder.path());
    let stage = Stage::new(&move |host| {
        Arc::new(super::SqliteStore::open(&path, host).expect("a store")) as _
    });
    assert!(stage.account("ann").await.is_some());
    assert_eq!(stage.account("bob").await, None);
    stage.store.close().await;
}

#[tokio::test]
async fn an_error_of_the_disk_is_the_end_and_a_full_one_is_not() {
    for (code, is_the_end) in [
        (ffi::SQLITE_FULL, false),
        (ffi::SQLITE_BUSY, false),
        (ffi::SQLITE_IOERR, true),
        (ffi::SQLITE_CORRUPT, true),
    ] {
        let house = House::new();
        let failed = house.on_the_writer(move |_| Err::<(), _>(sqlite_error(code)));
        assert!(failed.await.is_err());
        assert_eq!(house.store.failure().is_some(), is_the_end, "{code}");
        let next = house.stage.login("ann", "a1").await;
        assert_eq!(next.is_err(), is_the_end, "{code}");
        house.close().await;
    }
}

#[tokio::test]
async fn a_writer_that_panics_answers_nobody_with_yes() {
    let house = House::new();
    let panicked = house.on_the_writer(|_| -> Result<(), _> {
        std::panic::resume_unwind(Box::new("out of ink"));
    });
    unavailable(panicked.await);
    unavailable(house.stage.login("ann", "a1").await);
    house.close().await;
}

#[tokio::test]
async fn a_store_that_is_dropped_lets_go_of_the_database() {
    let House {
        folder,
        stage,
        store,
    } = House::new();
    stage.login("ann", "a1").await.expect("a login");
    drop((stage, store));
    let path = path_in(folder.path());
    let stage = Stage::new(&move |host| {
        Arc::new(super::SqliteStore::open(&path, host).expect("a store")) as _
    });
    assert!(stage.account("ann").await.is_some());
    stage.store.close().await;
}

#[tokio::test]
async fn an_orderly_end_empties_the_log_and_removes_it() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let folder = house.close().await;
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(
        !names.iter().any(|name| name == "vahti.db-wal"),
        "{names:?}"
    );
}

#[tokio::test]
async fn slots_are_written_only_when_they_change() {
    let house = House::new();
    let written = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&written);
    let hook = move |_: rusqlite::hooks::Action, _: &str, table: &str, _: i64| {
        if table == "slot" {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    };
    let hooked = house.on_the_writer(|connection| Ok(connection.update_hook(Some(hook))?));
    hooked.await.expect("a hook");
    house.stage.login("ann", "a1").await.expect("active");
    assert_eq!(written.load(Ordering::SeqCst), 1);
    house.stage.login("ann", "a2").await.expect("held");
    house.stage.end("ann", "a2").await.expect("an end");
    assert_eq!(written.load(Ordering::SeqCst), 1);
    house.stage.end("ann", "a1").await.expect("an end");
    assert_eq!(written.load(Ordering::SeqCst), 2);
    house.close().await;
}

#[tokio::test]
async fn a_database_that_somebody_else_holds_is_waited_for_and_then_unavailable() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let impatient = house.on_the_writer(|connection| {
        connection.busy_timeout(Duration::ZERO)?;
        Ok(())
    });
    impatient.await.expect("set");
    let backup = rusqlite::Connection::open(path_in(house.folder.path())).expect("another program");
    backup.execute_batch("BEGIN IMMEDIATE").expect("its lock");
    unavailable(house.stage.login("ann", "a2").await);
    assert_eq!(house.store.failure(), None);
    assert!(house.stage.account("ann").await.is_some());
    backup.execute_batch("ROLLBACK").expect("it ends");
    house.stage.login("ann", "a2").await.expect("a login");
    house.close().await;
}

#[tokio::test]
async fn a_statement_is_compiled_once() {
    let house = House::new();
    for n in 0..20 {
        let user = format!("user{}", n % 7);
        let session = format!("s{n}");
        house.stage.login(&user, &session).await.expect("a login");
    }
    let recompiled = house.on_the_writer(|connection| {
        let statement = connection.prepare_cached(super::super::load::OPEN_SESSIONS)?;
        Ok((
            statement.get_status(rusqlite::StatementStatus::Run),
            statement.get_status(rusqlite::StatementStatus::RePrepare),
        ))
    });
    assert_eq!(recompiled.await, Ok((13, 0)));
    house.close().await;
}
