//! A database of an earlier version opens: everything reads, and a copy of it as it was lies beside it.

#![cfg(all(feature = "conformance", feature = "sqlite"))]

use std::{fs, path::Path, sync::Arc};

use rusqlite::Connection;
use vahti_core::{Timestamp, Verb};
use vahti_store::{
    EventQuery, SessionQuery,
    conformance::{Stage, by, id},
    sqlite::SqliteStore,
};

/// The databases that each earlier schema wrote, by the number of its last migration.
const EARLIER: &[(u32, &str)] = &[(1, include_str!("databases/0001.sql"))];

fn stage(path: &Path) -> Stage {
    let path = path.to_owned();
    Stage::new(&move |host| Arc::new(SqliteStore::open(&path, host).expect("it opens")) as _)
}

async fn everything(stage: &Stage) -> Vec<String> {
    let sessions = SessionQuery {
        limit: 100,
        ..SessionQuery::default()
    };
    let events = EventQuery {
        limit: 100,
        ..EventQuery::default()
    };
    let sessions = stage.store.sessions(&sessions).await.expect("sessions");
    let events = stage.store.events(&events).await.expect("events");
    let keys = stage.store.keys().await.expect("keys");
    let sessions = sessions.items.iter().map(|row| format!("{row:?}"));
    let events = events.items.iter().map(|row| format!("{row:?}"));
    let keys = keys.iter().map(|row| format!("{row:?}"));
    sessions.chain(events).chain(keys).collect()
}

#[tokio::test]
async fn a_database_of_every_earlier_version_opens_and_its_copy_is_there() {
    for (number, sql) in EARLIER {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vahti.db");
        let old = Connection::open(&path).expect("a database");
        old.execute_batch(sql).expect("what the old version wrote");
        drop(old);

        let stage = stage(&path);
        let read = everything(&stage).await;
        assert_eq!(read.len(), 5 + 14 + 3, "{read:#?}");
        let aino = stage.account("aino").await.expect("an account");
        assert_eq!(aino.profile.name.as_deref(), Some("Aino Suoranta"));
        assert_eq!(aino.active(), 1);
        let ilona = stage.account("ilona").await.expect("an account");
        assert!(ilona.registers.hold_logins.on);
        let report = stage.store.check_chain().await.expect("a report");
        assert_eq!((report.events, report.chains, report.fault), (14, 4, None));

        stage.clock.set(9_000_000_000);
        stage.login("eino", "new").await.expect("it goes on");
        let recorded = stage.store.record(Verb::ClockAlarm, by()).await;
        recorded.expect("an event");
        let late = Timestamp::from_millis(i64::MAX / 2);
        assert_eq!(stage.store.forget_origins(late, 9).await, Ok(4), "{number}");
        stage.erase("aino", "a wish").await.expect("an erasure");
        assert_eq!(stage.store.account(&id("aino")).await, Ok(None));
        let report = stage.store.check_chain().await.expect("a report");
        assert_eq!(report.fault, None);
        stage.store.close().await;

        let copy = folder
            .path()
            .join(format!("vahti.db.before-{:04}", number + 1));
        let copy = Connection::open(&copy).expect("the copy");
        let sum = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM session)";
        let rows: i64 = copy.query_row(sum, [], |row| row.get(0)).expect("rows");
        assert_eq!(rows, 14 + 5);
        let applied = "SELECT max(number) FROM migration";
        let applied: u32 = copy.query_row(applied, [], |row| row.get(0)).expect("it");
        assert_eq!(applied, *number);
    }
}

/// Whether a file of the folder holds the text.
fn is_held(folder: &Path, text: &str) -> bool {
    let mut files = fs::read_dir(folder).expect("a folder");
    files.any(|file| {
        let bytes = fs::read(file.expect("a file").path()).expect("bytes");
        let mut windows = bytes.windows(text.len());
        windows.any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn no_byte_of_a_forgotten_origin_is_left_in_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = stage(&folder.path().join("vahti.db"));
    let mut command = vahti_store::conformance::login("home");
    command.origin = Some("[192.0.2.7] secret-origin".to_owned());
    let done = stage.log_in("aino", command).await.expect("a login");
    done.expect("not refused");
    assert!(is_held(folder.path(), "secret-origin"));
    let late = Timestamp::from_millis(i64::MAX / 2);
    assert_eq!(stage.store.forget_origins(late, 9).await, Ok(1));
    assert!(!is_held(folder.path(), "secret-origin"));
    stage.store.close().await;
}

/// What a person was known by is in no file any more once an erasure is answered: not in the database, not in its log.
#[tokio::test]
async fn no_byte_about_an_erased_person_is_left_in_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let stage = stage(&path);
    for n in (0..400).map(|n| n * 7 % 400) {
        let mut command = vahti_store::conformance::login(&format!("s{n}"));
        command.origin = Some(format!("[192.0.2.{}] secret-origin-{n}-", n % 250));
        command.place = Some(format!("secret-place-{n}-"));
        command.profile.name = Some(format!("secret-name-{n}-"));
        command.profile.email = Some(format!("secret-mail-{n}-"));
        command.profile.number = Some(format!("secret-number-{n}-"));
        let user = format!("secret-user-{n}-");
        let done = stage.log_in(&user, command).await.expect("a login");
        done.expect("not refused");
    }
    let held = |n: usize| {
        let names = ["origin", "place", "name", "mail", "number", "user"];
        let mut secrets: Vec<_> = names.map(|name| format!("secret-{name}-{n}-")).into();
        secrets.retain(|secret| is_held(folder.path(), secret));
        secrets
    };
    assert_eq!(held(7).len(), 6, "the test can see what is there");
    for n in (7..400).step_by(13) {
        let user = format!("secret-user-{n}-");
        stage.erase(&user, "a wish").await.expect("an erasure");
        assert_eq!(held(n), Vec::<String>::new());
    }
    assert_eq!(held(8).len(), 6, "others are untouched");
    stage.store.close().await;
}
