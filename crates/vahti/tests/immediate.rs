//! Revocation is immediate: no check that begins after an invalidate was acknowledged says allow.

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use vahti::{
    InvalidateRequest, NewSession, Question, Vahti, VerifyRequest,
    core::Policy,
    store::sqlite::{SqliteStore, faults},
};

use support::{MINUTE, app, clock, log_in, open, open_store, supervisor};

const USERS: usize = 64;
const CHECKS: usize = 1_000_000;
const INVALIDATES: usize = 10_000;

/// A user's session, and how often it was put out or let in: odd means that an invalidate was acknowledged and no
/// verify has been sent since.
struct Subject {
    session: NewSession,
    turn: AtomicU64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_check_after_an_acknowledged_invalidate_says_allow() {
    let folder = tempfile::tempdir().expect("a folder");
    let vahti = open(folder.path(), Policy::one_per_user(), clock()).await;
    let outcome = duel(vahti, CHECKS, INVALIDATES).await;
    println!(
        "{} checks, {} of them of a session put out, {INVALIDATES} invalidates",
        outcome.checks, outcome.decisive
    );
    assert!(
        outcome.checks >= CHECKS && outcome.decisive > CHECKS / 100,
        "too little was tried to show anything"
    );
    assert_eq!(
        outcome.wrong, 0,
        "checks that began after the acknowledgement said allow"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_told_after_the_answer_is_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vahti.db");
    let planted = faults::Faults {
        plant: Some(faults::Plant::WitnessAfterAnswer),
        ..faults::Faults::default()
    };
    let store = |host| SqliteStore::open_with(&path, host, planted);
    let vahti = open_store(Policy::one_per_user(), clock(), store).await;
    let outcome = duel(vahti, CHECKS / 10, INVALIDATES / 10).await;
    assert!(outcome.wrong > 0, "the planted fault was not seen");
}

struct Outcome {
    checks: usize,
    decisive: usize,
    wrong: usize,
}

/// Two threads check without a pause while every user's session is put out and let in again and again.
async fn duel(vahti: Vahti, checks: usize, invalidates: usize) -> Outcome {
    let vahti = Arc::new(vahti);
    let mut subjects = Vec::new();
    for number in 0..USERS {
        let session = log_in(&vahti, &format!("user-{number}")).await;
        subjects.push(Subject {
            session,
            turn: AtomicU64::new(0),
        });
    }
    let subjects = Arc::new(subjects);
    let commanding = Arc::new(AtomicBool::new(true));
    let done = Arc::new(AtomicUsize::new(0));
    let checkers: Vec<_> = (0..2)
        .map(|_| {
            let (vahti, subjects) = (Arc::clone(&vahti), Arc::clone(&subjects));
            let (commanding, done) = (Arc::clone(&commanding), Arc::clone(&done));
            let runtime = tokio::runtime::Handle::current();
            std::thread::spawn(move || {
                let goes_on =
                    || commanding.load(Ordering::SeqCst) || done.load(Ordering::SeqCst) < checks;
                runtime.block_on(check_without_pause(&vahti, &subjects, goes_on, &done))
            })
        })
        .collect();
    let commands = (0..USERS).map(|number| {
        put_out_and_let_in(&vahti, &subjects[number], invalidates / USERS + 1, &done)
    });
    futures::future::join_all(commands).await;
    commanding.store(false, Ordering::SeqCst);
    let joined = tokio::task::spawn_blocking(|| {
        checkers
            .into_iter()
            .map(|checker| checker.join().expect("no checker panics"))
            .collect::<Vec<_>>()
    });
    let results = joined.await.expect("the checkers end");
    vahti.close().await;
    let (decisive, wrong) = results
        .iter()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    Outcome {
        checks: done.load(Ordering::SeqCst),
        decisive,
        wrong,
    }
}

/// Each time the session stays put out until every subject has been checked once more.
async fn put_out_and_let_in(vahti: &Vahti, subject: &Subject, times: usize, done: &AtomicUsize) {
    let record = &subject.session.record;
    for _ in 0..times {
        let request = InvalidateRequest::all(record.user.clone());
        vahti
            .invalidate(&supervisor(), request)
            .await
            .expect("an invalidate is acknowledged");
        subject.turn.fetch_add(1, Ordering::SeqCst);
        let checked = done.load(Ordering::SeqCst);
        let checks = async {
            while done.load(Ordering::SeqCst) < checked + 2 * USERS {
                tokio::task::yield_now().await;
            }
        };
        let checks = tokio::time::timeout(MINUTE, checks).await;
        checks.expect("the checks go on");
        subject.turn.fetch_add(1, Ordering::SeqCst);
        let request = VerifyRequest::latest(record.user.clone());
        vahti
            .verify(&supervisor(), request)
            .await
            .expect("a verify is acknowledged");
    }
}

/// Returns how many checks were of a session that was put out all the while, and how many of these said allow.
async fn check_without_pause(
    vahti: &Vahti,
    subjects: &[Subject],
    goes_on: impl Fn() -> bool,
    done: &AtomicUsize,
) -> (usize, usize) {
    let (mut decisive, mut wrong, caller) = (0, 0, app());
    while goes_on() {
        for subject in subjects {
            let before = subject.turn.load(Ordering::SeqCst);
            let answer = vahti
                .check(&caller, &Question::token(&subject.session.token))
                .await
                .expect("an answer");
            let after = subject.turn.load(Ordering::SeqCst);
            let put_out_throughout = before == after && before % 2 == 1;
            decisive += usize::from(put_out_throughout);
            wrong += usize::from(put_out_throughout && answer.allows());
        }
        done.fetch_add(subjects.len(), Ordering::SeqCst);
    }
    (decisive, wrong)
}
