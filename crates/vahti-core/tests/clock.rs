//! A clock that jumps by a day, either way: nothing panics, stamps rise, and a session is judged all the same.

mod support;

use core::time::Duration;

use proptest::prelude::*;
use support::{Gate, START, runner};
use vahti_core::{OnLimit, Stamp, Timestamp, verdict::state_now};

const DAY: i64 = 86_400_000;
const STEPS: usize = 10_000;

#[test]
fn ten_thousand_jumps_of_up_to_a_day_do_no_harm() {
    let jumps = proptest::collection::vec(-DAY..=DAY, STEPS);
    runner(file!(), 2, 20)
        .run(&jumps, |jumps| {
            let mut gate = Gate::with(2, OnLimit::EvictOldest);
            gate.policy.idle_timeout = Duration::from_secs(3_600);
            gate.policy.max_lifetime = Duration::from_secs(14 * 86_400);
            gate.policy.hold_after_end = Duration::from_secs(60);
            let mut newest = Stamp::NEVER;
            for (number, jump) in jumps.into_iter().enumerate() {
                let now = gate.now.as_millis().saturating_add(jump);
                gate.now = Timestamp::from_millis(now);
                step(&mut gate, number);
                prop_assert!(gate.account.newest > newest, "stamps rise");
                newest = gate.account.newest;
                gate.forget_ended();
            }
            prop_assert_eq!(gate.account.version, STEPS as u64);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// A login, and a check of every session there is.
fn step(gate: &mut Gate, number: usize) {
    gate.login(&format!("s{number}"));
    for session in &gate.account.sessions {
        let lifetime = gate.policy.lifetime_deadline(session.login.at);
        let idle = gate.policy.idle_deadline(session.last_seen.at);
        let state = state_now(session.state, lifetime, idle, gate.now);
        assert_eq!(state.is_ended(), session.state.is_ended());
    }
}

#[test]
fn a_clock_at_either_end_of_time_does_no_harm() {
    for now in [i64::MIN, -1, 0, 1, i64::MAX - 1, i64::MAX] {
        let mut gate = Gate::with(1, OnLimit::EvictIdle);
        gate.policy.idle_timeout = Duration::MAX;
        gate.policy.hold_after_end = Duration::MAX;
        gate.login("first");
        gate.now = Timestamp::from_millis(now);
        gate.login("second");
        gate.now = START;
        gate.settle();
        assert!(gate.account.active() <= 1);
    }
}
