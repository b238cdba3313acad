//! The explanation says what is so, and what the next login would meet.

mod support;

use core::time::Duration;

use support::Gate;
use vahti_core::{OnLimit, explain};

fn sentence(gate: &Gate) -> String {
    explain(&gate.account, &gate.policy, gate.now).sentence
}

#[test]
fn places_that_were_taken_at_the_login_are_not_said_to_be_taken_now() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.login("a");
    gate.pass(1);
    gate.login("b");
    let told = sentence(&gate);
    assert!(told.contains("1 of 1 places were taken"), "{told}");
    gate.end("a");
    let told = sentence(&gate);
    assert!(
        told.contains("all places were taken when it logged in"),
        "{told}"
    );
}

#[test]
fn soon_after_an_end_the_next_login_is_said_to_wait() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.login("a");
    gate.pass(1);
    gate.end("a");
    let told = sentence(&gate);
    assert!(told.contains("A further login is held"), "{told}");
    assert!(!told.contains("A login makes one"), "{told}");
    gate.pass(600);
    let told = sentence(&gate);
    assert!(told.contains("A login makes one."), "{told}");
}

#[test]
fn who_has_come_to_their_deadline_is_not_said_to_wait_then() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.login("a");
    gate.pass(1);
    gate.policy.idle_timeout = Duration::from_secs(60);
    gate.login("b");
    gate.pass(59);
    let told = sentence(&gate);
    assert!(told.contains("waits because"), "{told}");
    assert!(!told.contains("would then wait"), "{told}");
}
