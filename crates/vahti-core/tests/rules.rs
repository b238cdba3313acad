//! The sentences of the rules in `DESIGN.md` beside its table of policies, a promise a test: what follows an end,
//! replaced sessions, the cap on held ones, deadlines and repeats.

mod support;

use core::time::Duration;

use support::{Gate, START, a_login, a_verify, an_invalidate, secret, sid};
use vahti_core::{
    EndReason, HeldReason, HoldLogins, LastSeen, OnLimit, Refusal, Register, State, Timestamp,
    Verb,
    decide::{Invalidate, LogIn, Replaces, Verify},
};

const fn held(reason: HeldReason) -> State {
    State::Held(reason)
}

const fn ended(reason: EndReason) -> State {
    State::Ended(reason)
}

/// A gate at which these have logged in, a minute apart.
fn gate(limit: u32, on_limit: OnLimit, logins: &[&str]) -> Gate {
    let mut gate = Gate::with(limit, on_limit);
    for id in logins {
        gate.pass(60);
        gate.login(id);
    }
    gate.pass(60);
    gate
}

#[test]
fn a_login_soon_after_an_end_is_held() {
    type Stop = fn(&mut Gate);
    let stops: [Stop; 3] = [
        |gate| drop(gate.end("a")),
        |gate| drop(gate.invalidate(Some("a"))),
        |gate| {
            gate.login("b");
            gate.verify("b");
            gate.end("b");
        },
    ];
    for stop in stops {
        let mut gate = gate(1, OnLimit::Hold, &["a"]);
        gate.policy.hold_after_end = Duration::from_secs(600);
        stop(&mut gate);
        gate.pass(599);
        assert_eq!(gate.login("c"), held(HeldReason::AfterEnd));
        gate.pass(1);
        assert_eq!(gate.login("d"), State::Active);
    }
}

#[test]
fn the_end_of_a_session_that_was_never_active_holds_nobody() {
    let mut gate = gate(2, OnLimit::Hold, &["a", "b", "c"]);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.end("c");
    gate.policy.max_per_user = 3;
    assert_eq!(gate.login("d"), State::Active);
}

#[test]
fn a_deadline_counts_as_an_end_from_its_own_time() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.policy.idle_timeout = Duration::from_secs(300);
    gate.pass(300 - 60 + 599);
    assert_eq!(gate.login("b"), held(HeldReason::AfterEnd));
    gate.pass(1);
    assert_eq!(gate.login("c"), State::Active);
}

#[test]
fn a_login_that_replaces_an_active_session_is_not_held_after_an_end() {
    let mut gate = gate(2, OnLimit::Hold, &["a", "b"]);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.end("a");
    assert_eq!(gate.login_replacing("c", "b"), State::Active);
    assert_eq!(gate.login("d"), held(HeldReason::AfterEnd));
    assert_eq!(gate.login_replacing("e", "d"), held(HeldReason::AfterEnd));
}

#[test]
fn an_invalidate_of_all_is_a_clean_start() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.end("a");
    gate.login("b");
    gate.verify("b");
    gate.invalidate(None);
    assert_eq!(gate.login("c"), State::Active);
    gate.end("c");
    assert_eq!(gate.login("d"), held(HeldReason::AfterEnd));
}

#[test]
fn a_clock_that_went_back_does_not_make_a_deadline_older_than_the_clean_start() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.policy.idle_timeout = Duration::from_secs(300);
    gate.invalidate(None);
    gate.now = START.minus(Duration::from_secs(3_600));
    gate.login("b");
    gate.pass(300);
    assert_eq!(gate.login("c"), held(HeldReason::AfterEnd));
    assert_eq!(gate.state("b"), ended(EndReason::Idle));
}

#[test]
fn hold_logins_holds_further_logins_until_a_verify() {
    for keep_others in [false, true] {
        let mut gate = gate(2, OnLimit::Hold, &["a"]);
        let command = Invalidate {
            hold_logins: true,
            ..an_invalidate(None)
        };
        gate.put_out(&command);
        assert_eq!(gate.login("b"), held(HeldReason::Invalidated));
        gate.invalidate(None);
        assert_eq!(gate.login("c"), held(HeldReason::Invalidated));
        let verify = Verify {
            keep_others,
            ..a_verify(Some("c"))
        };
        gate.let_in(&verify).expect("verified");
        assert_eq!(gate.login("d"), State::Active);
    }
}

#[test]
fn a_release_of_logins_that_arrives_late_does_not_undo_a_newer_order() {
    let mut gate = gate(2, OnLimit::Hold, &[]);
    let release = Register::HoldLogins(HoldLogins {
        stamp: gate.take_stamp(),
        on: false,
    });
    let command = Invalidate {
        hold_logins: true,
        ..an_invalidate(None)
    };
    gate.put_out(&command);
    gate.account.merge(&release);
    assert_eq!(gate.login("a"), held(HeldReason::Invalidated));
}

#[test]
fn a_login_that_replaces_a_held_session_is_judged_as_if_it_had_never_been() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b"]);
    assert_eq!(gate.login_replacing("c", "b"), held(HeldReason::OverLimit));
    assert_eq!(gate.state("b"), ended(EndReason::Replaced));
    gate.end("a");
    assert_eq!(gate.login_replacing("d", "c"), State::Active);
}

#[test]
fn a_wrong_or_unknown_proof_is_ignored() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    for (id, of, shown) in [("b", "a", "b"), ("c", "unknown", "unknown")] {
        let (session, secret) = (sid(of), secret(shown));
        let replaces = Some(Replaces { session, secret });
        let command = LogIn {
            replaces,
            ..a_login(id)
        };
        let answer = gate.log_in(&command).expect("recorded");
        assert_eq!(answer.session.state, held(HeldReason::OverLimit));
    }
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn beyond_the_cap_the_longest_unseen_of_the_held_is_displaced() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b", "c"]);
    gate.policy.held_max_per_user = 2;
    gate.see("b", true);
    gate.pass(1);
    gate.login("d");
    assert_eq!(gate.state("c"), ended(EndReason::Displaced));
    assert_eq!(gate.held(), ["b", "d"]);
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn the_newest_login_is_not_the_one_that_is_displaced() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b"]);
    gate.policy.held_max_per_user = 0;
    gate.now = START;
    gate.login("c");
    assert_eq!(gate.held(), ["c"]);
}

#[test]
fn a_session_that_this_process_has_not_seen_gives_its_place_free_two_intervals_later() {
    for (here, idle_at) in [(true, 60), (false, 80)] {
        let mut gate = Gate::with(1, OnLimit::Hold);
        gate.policy.idle_timeout = Duration::from_secs(60);
        gate.login("a");
        gate.see("a", here);
        gate.pass(idle_at - 1);
        gate.settle();
        assert_eq!(gate.state("a"), State::Active);
        gate.pass(1);
        gate.settle();
        assert_eq!(gate.state("a"), ended(EndReason::Idle));
        let deadline = START.plus(Duration::from_secs(60));
        assert_eq!(gate.expired_at("a"), Some(deadline));
        assert_eq!(gate.events[0].at, deadline);
    }
}

#[test]
fn a_lifetime_does_not_wait_for_an_idle_deadline_that_is_not_certain() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.policy.idle_timeout = Duration::from_secs(60);
    gate.policy.max_lifetime = Duration::from_secs(70);
    gate.login("a");
    gate.see("a", false);
    gate.pass(70);
    assert_eq!(gate.login("b"), State::Active);
    assert_eq!(gate.state("a"), ended(EndReason::Lifetime));
}

#[test]
fn a_later_last_seen_does_not_reopen_what_has_ended() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    gate.policy.idle_timeout = Duration::from_secs(60);
    gate.settle();
    assert_eq!(gate.state("a"), ended(EndReason::Idle));
    let at = Timestamp::from_millis(i64::MAX);
    gate.account.sessions[0].last_seen = LastSeen { at, here: true };
    gate.settle();
    assert_eq!(gate.state("a"), ended(EndReason::Idle));
}

#[test]
fn a_deadline_that_passed_is_recorded_also_when_a_command_names_its_session() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    gate.policy.idle_timeout = Duration::from_secs(60);
    gate.invalidate(Some("a"));
    let verbs: Vec<_> = gate.events.iter().map(|event| event.verb).collect();
    assert_eq!(verbs, [Verb::Invalidate, Verb::End]);
    assert_eq!(gate.events[1].by.key, "", "a deadline is nobody's");
}

/// A login with this idempotency key and a token of its own.
fn keyed(id: &str, key: u8, chosen_id: bool) -> LogIn {
    LogIn {
        idempotency: Some([key; 32]),
        chosen_id,
        ..a_login(id)
    }
}

#[test]
fn a_repeat_takes_the_place_of_the_first_with_a_new_token() {
    let mut gate = gate(1, OnLimit::Hold, &[]);
    gate.log_in(&keyed("a", 1, false)).expect("recorded");
    gate.pass(599);
    let answer = gate.log_in(&keyed("b", 1, false)).expect("recorded");
    assert_eq!(answer.session.id, sid("a"));
    assert_eq!(answer.session.secret, secret("b"));
    assert_eq!(gate.active(), ["a"]);
    assert_eq!(gate.account.sessions.len(), 1);
}

#[test]
fn after_ten_minutes_a_key_is_new_again() {
    let mut gate = gate(1, OnLimit::Hold, &[]);
    gate.log_in(&keyed("a", 1, false)).expect("recorded");
    gate.pass(600);
    let answer = gate.log_in(&keyed("b", 1, false)).expect("recorded");
    assert_eq!(answer.session.state, held(HeldReason::OverLimit));
}

#[test]
fn a_key_belongs_to_the_session_id_it_came_with() {
    let mut gate = gate(1, OnLimit::Hold, &[]);
    gate.log_in(&keyed("a", 1, true)).expect("recorded");
    let refusal = gate.log_in(&keyed("b", 1, true)).expect_err("refused");
    assert_eq!(refusal, Refusal::IdempotencyKeyReused(sid("a")));
    assert!(gate.log_in(&keyed("a", 1, true)).is_ok());
    let refusal = gate.log_in(&keyed("a", 2, true)).expect_err("refused");
    assert_eq!(refusal, Refusal::SessionIdTaken(sid("a")));
}

#[test]
fn a_session_id_that_a_register_still_names_is_taken() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b"]);
    gate.verify("b");
    gate.end("b");
    gate.forget_ended();
    let refusal = gate.log_in(&a_login("b")).expect_err("refused");
    assert_eq!(refusal, Refusal::SessionIdTaken(sid("b")));
}

#[test]
fn the_newest_cause_is_the_reason_that_a_session_waits() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b"]);
    assert_eq!(gate.state("b"), held(HeldReason::OverLimit));
    gate.invalidate(None);
    assert_eq!(gate.state("b"), held(HeldReason::Invalidated));
    gate.verify("a");
    assert_eq!(gate.state("b"), held(HeldReason::Superseded));
    gate.invalidate(Some("b"));
    assert_eq!(gate.state("b"), held(HeldReason::Invalidated));
}
