//! Counts what a check asks for memory, and prints the number for one check. A part of the benchmarks: the figure
//! `check_allocations`.

#[path = "../vahti/host.rs"]
#[expect(dead_code, reason = "the benchmarks of time use the rest")]
mod host;
#[path = "../vahti/sessions.rs"]
#[expect(dead_code, reason = "the benchmarks of time use the rest")]
mod sessions;

use std::hint::black_box;

use futures::FutureExt as _;
use vahti::Question;

const SESSIONS: u64 = 1_000;
const CHECKS: u64 = 100_000;

#[expect(clippy::cast_precision_loss, reason = "an average is no exact number")]
fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let runtime = host::runtime(1);
    let vahti = runtime.block_on(host::with_sessions(
        &folder.path().join("vahti.db"),
        SESSIONS,
    ));
    let keys = sessions::Keys::of(SESSIONS);
    let caller = host::app();
    let check = |place: usize| {
        let question = Question::token(keys.token(place));
        let checked = vahti
            .check(&caller, &question)
            .now_or_never()
            .expect("a check waits for nothing");
        assert!(checked.expect("an answer").allows());
    };
    // What a thread sets up for itself at its first check is no part of a check.
    check(0);
    let counted =
        allocation_counter::measure(|| (0..CHECKS).for_each(|place| check(place as usize)));
    assert!(
        allocation_counter::measure(|| drop(black_box(Box::new(7)))).count_total > 0,
        "the counter counts"
    );
    runtime.block_on(vahti.close());
    println!("{}", counted.count_total as f64 / CHECKS as f64);
}
