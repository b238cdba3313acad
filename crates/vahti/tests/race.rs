//! The limit holds when logins race: 64 logins of a user are set free at once, for many users and limits.

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::sync::Barrier;
use vahti::{
    Vahti,
    core::{Policy, SessionId, StateWord},
    store::{SessionQuery, conformance::is_long},
};

use support::{app, clock, log_in, open, user};

const LOGINS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_logins_never_pass_the_limit() {
    let users = if is_long() { 500 } else { 100 };
    for limit in [1, 2, 3, 5] {
        let overlapped = race(limit, users).await;
        println!(
            "limit {limit}: {users} users x {LOGINS} logins at once, {overlapped} decisions overlapped"
        );
        assert!(
            overlapped > 0,
            "the logins were not at the same time, so nothing was shown"
        );
    }
}

/// Lets all logins of all users loose; returns how many began while another of the same user was under way.
async fn race(limit: u32, users: usize) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy {
        max_per_user: limit,
        held_max_per_user: 100,
        ..Policy::one_per_user()
    };
    let vahti = Arc::new(open(folder.path(), policy, clock()).await);
    let done = Arc::new(AtomicBool::new(false));
    let watcher = tokio::spawn(watch(Arc::clone(&vahti), limit, Arc::clone(&done)));
    let overlapped = Arc::new(AtomicUsize::new(0));
    let mut races = Vec::new();
    for name in (0..users).map(|number| format!("user-{number}")) {
        races.extend(loose(&vahti, &name, limit, &overlapped));
    }
    for login in races {
        login.await.expect("no login panics");
    }
    done.store(true, Ordering::SeqCst);
    assert!(
        watcher.await.expect("the watcher lives") > 0,
        "nobody looked while the race was on"
    );
    for number in 0..users {
        let active = active_of(&vahti, &format!("user-{number}")).await.len();
        assert_eq!(active, (limit as usize).min(LOGINS), "user-{number}");
    }
    vahti.close().await;
    overlapped.load(Ordering::SeqCst)
}

fn loose(
    vahti: &Arc<Vahti>,
    name: &str,
    limit: u32,
    overlapped: &Arc<AtomicUsize>,
) -> impl Iterator<Item = tokio::task::JoinHandle<()>> {
    let barrier = Arc::new(Barrier::new(LOGINS));
    let under_way = Arc::new(AtomicUsize::new(0));
    let (vahti, name, overlapped) = (Arc::clone(vahti), name.to_owned(), Arc::clone(overlapped));
    (0..LOGINS).map(move |_| {
        let (vahti, name, overlapped) = (Arc::clone(&vahti), name.clone(), Arc::clone(&overlapped));
        let (barrier, under_way) = (Arc::clone(&barrier), Arc::clone(&under_way));
        tokio::spawn(async move {
            barrier.wait().await;
            if under_way.fetch_add(1, Ordering::SeqCst) > 0 {
                overlapped.fetch_add(1, Ordering::SeqCst);
            }
            let session = log_in(&vahti, &name).await;
            under_way.fetch_sub(1, Ordering::SeqCst);
            assert!(
                session.active <= limit,
                "{name} was told of {} active sessions",
                session.active
            );
        })
    })
}

/// Looks at the committed truth again and again, and counts how often.
async fn watch(vahti: Arc<Vahti>, limit: u32, done: Arc<AtomicBool>) -> usize {
    let mut looked = 0;
    while !done.load(Ordering::SeqCst) {
        for number in 0..8 {
            let active = active_of(&vahti, &format!("user-{number}")).await;
            assert!(
                active.len() <= limit as usize,
                "user-{number} has {active:?}"
            );
            looked += 1;
        }
    }
    looked
}

async fn active_of(vahti: &Vahti, name: &str) -> Vec<SessionId> {
    let query = SessionQuery {
        user: Some(user(name)),
        state: Some(StateWord::Active),
        limit: 1_000,
        ..SessionQuery::default()
    };
    let page = vahti
        .sessions(&app(), query)
        .await
        .expect("the list is read");
    page.items
        .into_iter()
        .map(|record| record.session.id)
        .collect()
}
