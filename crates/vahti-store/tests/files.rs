//! The database as a file: whose it is, what it refuses, and what a crash leaves of it.

#![cfg(all(feature = "conformance", feature = "sqlite"))]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use vahti_core::{Account, OnLimit, Policy};
use vahti_store::{
    Host,
    conformance::{Stage, id, login, session_id, stored},
    sqlite::{OpenError, SqliteStore},
};

fn stage(path: &Path, policy: Policy) -> Stage {
    let path = path.to_owned();
    let open = move |host| Arc::new(SqliteStore::open(&path, host).expect("a store")) as _;
    Stage::with(&open, policy)
}

fn new(path: &Path) -> Stage {
    stage(path, Policy::one_per_user())
}

/// What opening a file comes to, with a host of some store.
fn try_to_open(path: &Path) -> Result<SqliteStore, OpenError> {
    let kept: Arc<Mutex<Option<Host>>> = Arc::default();
    let slot = Arc::clone(&kept);
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.db");
    let open = move |host: Host| {
        *slot.lock().expect("no panic") = Some(host.clone());
        Arc::new(SqliteStore::open(&other, host).expect("a store")) as _
    };
    drop(Stage::new(&open));
    let host = kept.lock().expect("no panic").take().expect("a host");
    SqliteStore::open(path, host)
}

fn refusal(path: &Path) -> OpenError {
    match try_to_open(path) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[tokio::test]
async fn a_second_owner_is_refused_and_told_the_first_ones_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let first = new(&path);
    let link = folder.path().join("another-name.db");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    for name in [&path, &link] {
        let refused = refusal(name);
        let OpenError::Owned { pid, .. } = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(*pid, Some(std::process::id()));
        let said = refused.to_string();
        assert!(said.contains(&std::process::id().to_string()), "{said}");
    }
    first.store.close().await;
    drop(try_to_open(&path).expect("it is free"));
}

#[tokio::test]
async fn a_lock_that_was_left_behind_means_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    fs::write(beside(&path, ".lock"), "99999999 and more than that\n").expect("a file");
    let stage = new(&path);
    let pid = fs::read_to_string(beside(&path, ".lock")).expect("the lock");
    assert_eq!(pid, format!("{}\n", std::process::id()));
    stage.store.close().await;
}

#[tokio::test]
async fn nobody_else_can_read_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    fs::write(&path, "").expect("a file");
    // A file of nothing, and then a database.
    for session in ["a1", "a2"] {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("rights");
        let stage = new(&path);
        stage.login("ann", session).await.expect("a login");
        for suffix in ["", "-wal", "-shm", ".lock"] {
            assert_eq!(mode(&beside(&path, suffix)), 0o600, "{suffix}");
        }
        stage.store.close().await;
    }
}

/// The rights of a file.
fn mode(path: &Path) -> u32 {
    let found = fs::metadata(path).expect("a file");
    found.permissions().mode() & 0o777
}

#[test]
fn another_kind_of_file_is_refused_in_words_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let theirs = rusqlite::Connection::open(&path).expect("a database");
    theirs
        .execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);")
        .expect("theirs");
    drop(theirs);
    let text = folder.path().join("notes.txt");
    fs::write(&text, "These are my notes, and no database. ".repeat(50)).expect("a file");
    for path in [path, text] {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("rights");
        let before = fs::read(&path).expect("bytes");
        let refused = refusal(&path);
        assert!(matches!(refused, OpenError::NotVahti { .. }), "{refused:?}");
        let said = refused.to_string();
        assert!(said.contains("is not a database of Vahti"), "{said}");
        assert_eq!(
            (fs::read(&path).expect("bytes"), mode(&path)),
            (before, 0o644)
        );
        for suffix in ["-wal", "-shm", ".lock"] {
            assert!(!beside(&path, suffix).exists(), "{suffix}");
        }
    }
}

#[test]
fn a_lock_of_another_program_is_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("passwd");
    let lock = beside(&path, ".lock");
    fs::write(&lock, "theirs").expect("a file");
    let theirs = "PRAGMA application_id = 7; CREATE TABLE theirs (x)";
    for is_database in [false, true] {
        fs::write(&path, "root:x:0:0::/root:/bin/sh\n").expect("a file");
        if is_database {
            fs::remove_file(&path).expect("a file");
            let database = rusqlite::Connection::open(&path).expect("a database");
            database.execute_batch(theirs).expect("theirs");
        }
        for path in [&path, &folder.path().to_owned()] {
            let refused = refusal(path);
            assert!(matches!(refused, OpenError::NotVahti { .. }), "{refused:?}");
        }
        assert_eq!(fs::read(&lock).expect("bytes"), b"theirs");
    }
    assert!(!beside(folder.path(), ".lock").exists());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let refused = refusal(Path::new("/nowhere/at/all/vahti.db"));
    let said = refused.to_string();
    assert!(said.contains("/nowhere/at/all/vahti.db"), "{said}");
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    new(&path).store.close().await;
    let newer = rusqlite::Connection::open(&path).expect("a database");
    newer
        .execute_batch("INSERT INTO migration VALUES (99, '0099_future', x'00')")
        .expect("a row");
    drop(newer);
    let refused = refusal(&path);
    assert!(matches!(refused, OpenError::Newer { found: 99, .. }));
    assert!(refused.to_string().contains("newer"), "{refused}");
}

/// The files as a crash leaves them, with the write-ahead log cut at a length.
fn crashed(path: &Path, to: &Path, length: Option<usize>) -> PathBuf {
    let copy = to.join("copy.db");
    fs::copy(path, &copy).expect("a copy");
    let mut log = fs::read(beside(path, "-wal")).expect("the log");
    log.truncate(length.unwrap_or(log.len()));
    fs::write(beside(&copy, "-wal"), log).expect("the log");
    copy
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_at_that_moment() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let stage = new(&path);
    for n in 0..8 {
        let user = format!("user{n}");
        stage.login(&user, &format!("s{n}")).await.expect("a login");
        let to = tempfile::tempdir().expect("a folder");
        let after = new(&crashed(&path, to.path(), None));
        let account = after.account(&user).await.expect("an account");
        assert_eq!(account, stored(stage.witness.newest(&user).expect("it")));
        let report = after.store.check_chain().await.expect("a report");
        assert_eq!((report.events, report.fault), (n + 1, None));
        after.store.close().await;
    }
    stage.store.close().await;
}

#[tokio::test]
async fn a_log_that_was_cut_anywhere_gives_whole_commits_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let stage = new(&path);
    for n in 0..6 {
        stage.login("ann", &format!("a{n}")).await.expect("a login");
    }
    let log = fs::metadata(beside(&path, "-wal")).expect("the log").len();
    let log = usize::try_from(log).expect("small");
    let mut versions = Vec::new();
    for length in (0..=log).step_by(3_001).chain([log]) {
        let to = tempfile::tempdir().expect("a folder");
        // The log holds the schema too: what is left may be a database without it, which is made anew.
        let after = new(&crashed(&path, to.path(), Some(length)));
        let account = after.account("ann").await;
        let version = account.as_ref().map_or(0, |account| account.version);
        let sessions = account.map_or(0, |account| account.sessions.len());
        assert_eq!(sessions as u64, version);
        let report = after.store.check_chain().await.expect("a report");
        assert_eq!((report.events, report.fault), (version, None));
        versions.push(version);
        after.store.close().await;
    }
    assert!(versions.is_sorted(), "{versions:?}");
    assert_eq!(versions.last(), Some(&6));
    stage.store.close().await;
}

/// A command of a random history.
#[derive(Clone, Debug)]
enum Act {
    Login {
        user: u8,
        group: Option<u8>,
        note: bool,
    },
    End(u8),
    Verify(u8),
    InvalidateAll(u8, bool),
    See(u8),
    Wait(u16),
    Reopen,
    Forget,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..4_u8, proptest::option::of(0..3_u8), any::<bool>())
            .prop_map(|(user, group, note)| Act::Login { user, group, note }),
        2 => any::<u8>().prop_map(Act::End),
        2 => any::<u8>().prop_map(Act::Verify),
        1 => (0..4_u8, any::<bool>()).prop_map(|(user, hold)| Act::InvalidateAll(user, hold)),
        1 => any::<u8>().prop_map(Act::See),
        2 => (1..5_000_u16).prop_map(Act::Wait),
        1 => Just(Act::Reopen),
        1 => Just(Act::Forget),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    (0..4_u32, 0..OnLimit::ALL.len(), any::<bool>(), 1..4_u32).prop_map(
        |(max_per_user, on_limit, deadlines, held_max_per_user)| {
            let mut policy = Policy {
                max_per_user,
                on_limit: OnLimit::ALL[on_limit],
                held_max_per_user,
                ..Policy::one_per_user()
            };
            if deadlines {
                policy.idle_timeout = core::time::Duration::from_secs(60);
                policy.max_lifetime = core::time::Duration::from_secs(300);
            }
            policy
        },
    )
}

/// The account but for its last-seen times, which are written apart from commits.
fn unseen(account: Account) -> Account {
    let mut account = stored(account);
    for session in &mut account.sessions {
        session.last_seen.at = session.login.at;
    }
    account
}

/// Does a history; after each time the store is opened again, every account is as the last commit left it.
async fn run(path: &Path, policy: Policy, acts: Vec<Act>) {
    let mut stage = stage(path, policy.clone());
    let (mut sessions, mut time) = (Vec::new(), 0);
    let mut told: BTreeMap<String, Account> = Default::default();
    for act in acts.into_iter().chain([Act::Reopen]) {
        match act {
            Act::Login { user, group, note } => {
                let user = format!("user{user}");
                let session = format!("s{}", sessions.len());
                let mut command = login(&session);
                command.profile.name = note.then(|| format!("Name of {session}"));
                command.origin = note.then(|| format!("[192.0.2.{}] b", sessions.len() % 3));
                let named = group.map(|group| format!("g{group}"));
                let named: Vec<_> = named.iter().map(String::as_str).collect();
                command.profile.groups = vahti_store::conformance::groups(&named);
                let answer = stage.log_in(&user, command).await.expect("an answer");
                if answer.is_ok() {
                    sessions.push((user, session));
                }
            }
            Act::End(n) if !sessions.is_empty() => {
                let (user, session) = &sessions[usize::from(n) % sessions.len()];
                stage.end(user, session).await.expect("an end");
            }
            Act::Verify(n) if !sessions.is_empty() => {
                let (user, session) = &sessions[usize::from(n) % sessions.len()];
                let user = user.clone();
                let _refused = stage
                    .try_to_verify(&user, session)
                    .await
                    .expect("an answer");
            }
            Act::InvalidateAll(user, hold_logins) => {
                let user = format!("user{user}");
                let done = stage.invalidate_all(&user, hold_logins).await;
                done.expect("an invalidate");
            }
            Act::See(n) if !sessions.is_empty() => {
                let (_, session) = &sessions[usize::from(n) % sessions.len()];
                stage.witness.see(session, stage.now());
            }
            Act::Wait(seconds) => {
                time += i64::from(seconds) * 100;
                stage.clock.set(time);
            }
            Act::Forget => {
                let forgotten = stage.store.forget_ended(stage.now(), 3).await;
                forgotten.expect("an answer");
            }
            Act::Reopen => {
                for account in stage.witness.told() {
                    told.insert(account.user.to_string(), unseen(account));
                }
                stage.store.close().await;
                stage = self::stage(path, policy.clone());
                stage.clock.set(time);
                for (user, account) in &told {
                    assert_eq!(
                        stage.account(user).await.map(unseen).as_ref(),
                        Some(account)
                    );
                }
            }
            Act::End(_) | Act::Verify(_) | Act::See(_) => {}
        }
    }
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!(report.fault, None);
    for (user, session) in sessions {
        let found = stage.store.account_of(&session_id(&session)).await;
        let account = found.expect("an answer");
        assert!(account.is_none_or(|account| account.user == id(&user)));
    }
    stage.store.close().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one setting of the long tests"
)]
fn histories() -> u32 {
    if std::env::var_os("VAHTI_LONG").is_some() {
        500
    } else {
        40
    }
}

#[test]
fn every_history_reads_back_as_its_last_commit_left_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut runner = TestRunner::new(Config {
        cases: histories(),
        failure_persistence: None,
        ..Config::default()
    });
    let histories = (policy(), proptest::collection::vec(act(), 1..40));
    let outcome = runner.run(&histories, |(policy, acts)| {
        let folder = tempfile::tempdir().expect("a folder");
        runtime.block_on(run(&folder.path().join("vahti.db"), policy, acts));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
