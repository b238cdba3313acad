//! `check_memory`: a check in the process, one million sessions, keys drawn at random, against the least that a check
//! of a token takes: one SHA-256 of 32 bytes and one look-up.

use std::hint::black_box;

use futures::FutureExt as _;
use vahti::Question;

use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    host,
    measure::{Pairs, Start},
    options::Effort,
    references,
    sessions::Keys,
};

const SESSIONS: u64 = 1_000_000;

pub(crate) fn run(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let runtime = host::runtime(1);
    let vahti = runtime.block_on(host::with_sessions(
        &folder.database("check_memory"),
        SESSIONS,
    ));
    let map = references::map(SESSIONS);
    let keys = Keys::of(SESSIONS);
    let count = keys.len() / effort.divisor;
    let caller = host::app();

    let (mut from, mut of) = (0, 0);
    let reference = || {
        from += count;
        nanoseconds(count, |place| {
            let (id, secret) = keys.parts(from + place);
            assert!(black_box(references::hash_and_look_up(&map, id, secret)));
        })
    };
    let subject = || {
        of += count;
        nanoseconds(count, |place| {
            let question = Question::token(keys.token(of + place));
            let checked = vahti
                .check(&caller, &question)
                .now_or_never()
                .expect("a check waits for nothing");
            assert!(black_box(checked.expect("an answer")).allows());
        })
    };
    let pairs = Pairs::measure(effort, reference, subject);
    runtime.block_on(vahti.close());
    vec![Figure::beside("check_memory", "ns", &pairs).reach(Reach::RatioAtMost(2.0))]
}

#[expect(clippy::cast_precision_loss, reason = "an average is no exact number")]
fn nanoseconds(count: usize, mut once: impl FnMut(usize)) -> f64 {
    let start = Start::now();
    for place in 0..count {
        once(place);
    }
    start.elapsed().as_nanos() as f64 / count as f64
}
