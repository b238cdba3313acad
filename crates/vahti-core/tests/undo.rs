//! Taking back a verify or an invalidate, and codes that are used once.

mod support;

use support::{Gate, a_verify, an_invalidate, sid};
use vahti_core::{
    HeldReason, OnLimit, Refusal, Stamp, State, Verb, Window,
    decide::{self, Invalidate, Undo, Verify},
};

/// A gate at which these have logged in, a minute apart.
fn gate(limit: u32, logins: &[&str]) -> Gate {
    let mut gate = Gate::with(limit, OnLimit::Hold);
    for id in logins {
        gate.pass(60);
        gate.login(id);
    }
    gate.pass(60);
    gate
}

fn newest(gate: &Gate) -> Stamp {
    decide::undoable(&gate.account, gate.now).expect("something to take back")
}

/// Takes the newest command back because this session was not the one in front of the supervisor.
fn alarm(gate: &Gate, session: &str) -> Undo {
    Undo {
        of: newest(gate),
        alarm: Some(sid(session)),
    }
}

#[test]
fn an_undone_verify_brings_back_who_was_active_and_nobody_else() {
    let mut gate = gate(1, &["home", "phone", "seat"]);
    gate.verify("seat");
    gate.pass(60);
    let undone = gate.undo().expect("taken back");
    assert_eq!(
        (undone.waiting, undone.active),
        (vec![sid("seat")], vec![sid("home")])
    );
    assert_eq!(gate.active(), ["home"]);
    assert_eq!(gate.state("seat"), State::Held(HeldReason::Invalidated));
    assert_eq!(gate.state("phone"), State::Held(HeldReason::Superseded));
    let verbs: Vec<_> = gate.events.iter().map(|event| event.verb).collect();
    assert_eq!(verbs, [Verb::Undo, Verb::Undo]);
}

#[test]
fn all_that_one_verify_put_out_come_back_together() {
    let mut gate = gate(2, &["a", "b", "c"]);
    gate.verify("c");
    gate.undo().expect("taken back");
    assert_eq!(gate.active(), ["a", "b"]);
}

#[test]
fn a_verify_that_put_nobody_out_is_taken_back_by_a_hold() {
    let mut gate = gate(1, &["a", "b"]);
    gate.end("a");
    gate.verify("b");
    let undone = gate.undo().expect("taken back");
    assert_eq!((undone.waiting, undone.active), (vec![sid("b")], vec![]));
    assert!(gate.active().is_empty());
}

#[test]
fn a_verify_of_one_that_was_active_already_leaves_it_active() {
    let mut gate = gate(2, &["a", "b"]);
    gate.verify("a");
    assert_eq!(gate.active(), ["a"]);
    gate.undo().expect("taken back");
    assert_eq!(gate.active(), ["a", "b"]);
}

#[test]
fn an_undone_hold_lets_those_go_on_that_went_on_before() {
    let mut gate = gate(1, &["a", "b"]);
    let command = Invalidate {
        hold_logins: true,
        ..an_invalidate(None)
    };
    gate.put_out(&command);
    gate.undo().expect("taken back");
    assert_eq!(gate.active(), ["a"]);
    assert!(gate.state("b").is_held());
    assert!(!gate.account.registers.holds_logins());
}

#[test]
fn what_ended_meanwhile_does_not_come_back() {
    let mut gate = gate(1, &["a", "b"]);
    gate.verify("b");
    gate.end("a");
    let undone = gate.undo().expect("taken back");
    assert_eq!((undone.waiting, undone.active), (vec![sid("b")], vec![]));
}

#[test]
fn a_command_can_be_taken_back_for_ten_minutes() {
    let mut gate = gate(1, &["a", "b"]);
    gate.verify("b");
    gate.pass(600);
    assert!(decide::undoable(&gate.account, gate.now).is_some());
    gate.pass(1);
    assert_eq!(decide::undoable(&gate.account, gate.now), None);
    assert_eq!(gate.undo().expect_err("too late"), Refusal::NothingToUndo);
    assert_eq!(gate.active(), ["b"]);
}

#[test]
fn nobody_takes_back_what_another_has_done_meanwhile() {
    let mut gate = gate(1, &["a", "b", "c"]);
    gate.verify("b");
    let of = newest(&gate);
    gate.pass(1);
    gate.verify("c");
    let command = Undo { of, alarm: None };
    let refusal = gate.undo_as(&command).expect_err("not the newest");
    assert_eq!(refusal, Refusal::NothingToUndo);
    assert_eq!(gate.active(), ["c"]);
}

#[test]
fn an_undo_that_is_sent_twice_changes_nothing_the_second_time() {
    let mut gate = gate(1, &["a", "b"]);
    gate.verify("b");
    let of = newest(&gate);
    gate.pass(1);
    let command = Undo { of, alarm: None };
    gate.undo_as(&command).expect("taken back");
    gate.pass(1);
    gate.undo_as(&command).expect_err("taken back already");
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn an_alarm_is_recorded_and_holds_further_logins() {
    let mut gate = gate(2, &["a", "b", "c"]);
    gate.verify_keeping_others("c");
    let command = alarm(&gate, "c");
    gate.undo_as(&command).expect("taken back");
    let alarms = gate.events.iter().filter(|event| event.verb == Verb::Alarm);
    let sessions: Vec<_> = alarms.map(|event| event.session.clone()).collect();
    assert_eq!(sessions, [Some(sid("c"))]);
    assert_eq!(gate.active(), ["a", "b"]);
    gate.end("a");
    gate.pass(1);
    assert!(gate.login("d").is_held(), "further logins wait");
}

#[test]
fn the_limit_holds_when_somebody_took_the_place_meanwhile() {
    let mut gate = gate(2, &["a", "b"]);
    gate.invalidate(Some("b"));
    gate.pass(1);
    assert!(gate.login("c").is_active());
    let undone = gate.undo().expect("taken back");
    assert_eq!(undone.active, []);
    assert_eq!(gate.active(), ["a", "c"]);
}

fn by_code(id: &str, window: i64) -> Verify {
    Verify {
        challenge: Some(Window::from_number(window)),
        ..a_verify(Some(id))
    }
}

#[test]
fn a_code_and_all_before_it_are_used_up_by_the_verify_they_came_with() {
    let mut gate = gate(1, &["a", "b"]);
    gate.let_in(&by_code("b", 7)).expect("the first time");
    gate.verify("a");
    for used in [7, 6] {
        let refusal = gate.let_in(&by_code("b", used)).expect_err("used");
        assert_eq!(refusal, Refusal::ChallengeUsed(sid("b")));
        assert_eq!(gate.active(), ["a"]);
    }
    gate.let_in(&by_code("b", 8)).expect("a newer one");
    assert_eq!(gate.active(), ["b"]);
}

#[test]
fn a_used_code_of_one_session_is_no_code_of_another() {
    let mut gate = gate(1, &["a", "b"]);
    gate.let_in(&by_code("b", 7)).expect("the first time");
    gate.let_in(&by_code("a", 7)).expect("its own first time");
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn a_second_tap_leaves_the_first_to_be_taken_back() {
    for keep_others in [false, true] {
        let mut gate = gate(1, &["home", "seat"]);
        let command = Verify {
            keep_others,
            ..a_verify(Some("seat"))
        };
        gate.let_in(&command).expect("the first tap");
        let of = newest(&gate);
        gate.pass(2);
        gate.let_in(&command).expect("the second tap");
        assert_eq!(newest(&gate), of);
        gate.undo().expect("taken back");
        assert_eq!(gate.active(), ["home"]);
    }
}

#[test]
fn a_second_hold_leaves_the_first_to_be_taken_back() {
    let mut gate = gate(1, &["a", "b"]);
    gate.put_out(&hold_all());
    gate.pass(2);
    gate.put_out(&hold_all());
    gate.undo().expect("taken back");
    assert_eq!(gate.active(), ["a"]);
}

fn hold_all() -> Invalidate {
    Invalidate {
        hold_logins: true,
        ..an_invalidate(None)
    }
}

#[test]
fn an_undone_hold_that_met_nobody_active_lets_further_logins_in_again() {
    let mut gate = gate(1, &["a", "b"]);
    gate.end("a");
    gate.put_out(&hold_all());
    gate.pass(1);
    let undone = gate.undo().expect("taken back");
    assert_eq!((undone.waiting, undone.active), (vec![], vec![]));
    let told: Vec<_> = gate
        .events
        .iter()
        .map(|event| (event.verb, &event.session))
        .collect();
    assert_eq!(told, [(Verb::Undo, &None)]);
    gate.pass(1);
    assert!(gate.login("c").is_active(), "further logins are let in");
}

#[test]
fn an_undone_hold_keeps_an_order_that_was_given_before_it() {
    let mut gate = gate(2, &["a", "b", "c"]);
    gate.verify_keeping_others("c");
    let command = alarm(&gate, "c");
    gate.undo_as(&command).expect("taken back");
    gate.pass(1);
    gate.put_out(&hold_all());
    gate.pass(1);
    gate.undo().expect("taken back");
    assert_eq!(gate.active(), ["a", "b"]);
    assert!(gate.account.registers.holds_logins(), "by the alarm");
}

#[test]
fn an_undone_hold_does_not_lift_a_freeze() {
    let mut gate = Gate::with(1, OnLimit::Freeze);
    gate.login("a");
    gate.pass(1);
    gate.put_out(&hold_all());
    gate.undo().expect("taken back");
    gate.pass(1);
    gate.login("b");
    assert!(gate.account.registers.is_frozen());
    gate.pass(1);
    gate.put_out(&hold_all());
    gate.pass(1);
    gate.undo().expect("taken back");
    assert!(gate.account.registers.is_frozen());
    assert!(gate.active().is_empty());
}

#[test]
fn nobody_comes_back_who_was_frozen_since() {
    let mut gate = gate(1, &["a", "b"]);
    gate.verify("b");
    gate.policy.on_limit = OnLimit::Freeze;
    gate.pass(1);
    gate.login("c");
    gate.pass(1);
    gate.undo().expect("taken back");
    assert!(gate.active().is_empty());
}

#[test]
fn after_an_alarm_waits_also_who_logged_in_anew_meanwhile() {
    let mut gate = gate(1, &["seat", "home"]);
    gate.verify("home");
    let command = alarm(&gate, "home");
    gate.pass(1);
    gate.end("home");
    assert!(gate.login("anew").is_active());
    gate.pass(1);
    gate.undo_as(&command).expect("taken back");
    assert_eq!(gate.active(), ["seat"]);
    assert!(gate.state("anew").is_held());
}

#[test]
fn a_choice_of_the_user_is_not_taken_back_and_hides_no_command_that_can_be() {
    let mut gate = Gate::with(1, OnLimit::Ask);
    gate.login("seat");
    gate.pass(1);
    gate.login("home");
    assert_eq!(decide::undoable(&gate.account, gate.now), None);
    gate.verify("home");
    let command = alarm(&gate, "home");
    gate.pass(1);
    gate.login("phone");
    gate.choose("phone", Some("home")).expect("a choice");
    assert_eq!(newest(&gate), command.of);
    gate.pass(1);
    gate.undo_as(&command).expect("taken back");
    assert_eq!(gate.active(), ["seat"]);
}
