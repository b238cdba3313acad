//! The table of policies in `DESIGN.md`, the limit, and what a verify does to the others: a promise a test.

mod support;

use core::time::Duration;

use support::{Gate, a_login, a_verify, an_invalidate, group, policy, proof_of, sid};
use vahti_core::{
    EndReason, HeldReason, OnLimit, Refusal, State, Verb,
    decide::{End, Invalidate, LogIn, Verify, Which},
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
fn under_hold_the_new_session_waits_and_the_others_are_untouched() {
    let gate = gate(2, OnLimit::Hold, &["a", "b", "c"]);
    assert_eq!(gate.active(), ["a", "b"]);
    assert_eq!(gate.state("c"), held(HeldReason::OverLimit));
    assert_eq!(gate.expired_at("c"), Some(gate.session("c").login.at));
}

#[test]
fn under_deny_there_is_no_session_and_an_event_says_why() {
    let mut gate = gate(1, OnLimit::Deny, &["a"]);
    let refusal = gate.log_in(&a_login("b")).expect_err("refused");
    let (active, limit) = (1, 1);
    assert_eq!(refusal, Refusal::LimitReached { active, limit });
    assert_eq!(gate.account.sessions.len(), 1);
    assert_eq!(gate.events.len(), 1);
    assert_eq!(gate.events[0].verb, Verb::Refuse);
    assert_eq!(gate.events[0].remark, Some("limit_reached"));
}

#[test]
fn under_deny_a_refused_login_does_not_end_the_session_it_would_replace() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b"]);
    gate.policy.on_limit = OnLimit::Deny;
    let replaces = proof_of("b");
    let command = LogIn {
        replaces,
        ..a_login("c")
    };
    gate.log_in(&command).expect_err("refused");
    assert_eq!(gate.state("b"), held(HeldReason::OverLimit));
}

#[test]
fn a_refusal_names_the_limit_that_decided() {
    let mut gate = gate(3, OnLimit::Deny, &["a", "b"]);
    gate.policy.groups = [(group("exam"), 1)].into();
    let mut command = a_login("c");
    command.profile.groups = vec![group("exam")];
    let refusal = gate.log_in(&command).expect_err("refused");
    let (active, limit) = (2, 1);
    assert_eq!(refusal, Refusal::LimitReached { active, limit });
    assert_eq!(gate.events[0].limit, 1);
    assert!(
        gate.account.profile.groups.is_empty(),
        "nothing was recorded of it"
    );
}

#[test]
fn under_evict_oldest_the_longest_let_in_ends() {
    let mut gate = gate(2, OnLimit::EvictOldest, &["a", "b"]);
    gate.see("a", true);
    assert_eq!(gate.login("c"), State::Active);
    assert_eq!(gate.state("a"), ended(EndReason::Evicted));
    assert_eq!(gate.active(), ["b", "c"]);
}

#[test]
fn under_evict_idle_the_longest_unseen_ends() {
    let mut gate = gate(2, OnLimit::EvictIdle, &["a", "b"]);
    gate.see("a", true);
    assert_eq!(gate.login("c"), State::Active);
    assert_eq!(gate.state("b"), ended(EndReason::Evicted));
    assert_eq!(gate.active(), ["a", "c"]);
}

#[test]
fn as_many_are_evicted_as_are_needed() {
    let mut gate = gate(3, OnLimit::EvictOldest, &["a", "b", "c"]);
    gate.policy.groups = [(group("exam"), 1)].into();
    assert_eq!(gate.login_in("d", &["exam"]), State::Active);
    assert_eq!(gate.ids(State::is_ended), ["a", "b", "c"]);
}

#[test]
fn under_ask_the_new_session_awaits_the_choice() {
    let mut gate = gate(1, OnLimit::Ask, &["a", "b"]);
    assert_eq!(gate.state("b"), held(HeldReason::AwaitingChoice));
    let which = Which::These(vec![sid("a")]);
    let reason = EndReason::Chosen;
    gate.end_as(&End { which, reason });
    assert_eq!(gate.state("a"), ended(EndReason::Chosen));
}

#[test]
fn a_choice_ends_the_chosen_one_and_lets_the_chooser_in_by_one_commit() {
    let mut gate = gate(2, OnLimit::Ask, &["a", "b", "c"]);
    gate.choose("c", Some("a")).expect("a choice");
    assert_eq!(gate.active(), ["b", "c"]);
    assert_eq!(gate.state("a"), ended(EndReason::Chosen));
    let verbs: Vec<_> = gate.events.iter().map(|event| event.verb).collect();
    assert_eq!(verbs, [Verb::Choose, Verb::End]);
}

#[test]
fn a_choice_that_is_sent_twice_changes_nothing_the_second_time() {
    let mut gate = gate(2, OnLimit::Ask, &["a", "b", "c"]);
    gate.choose("c", Some("a")).expect("a choice");
    gate.choose("c", Some("b")).expect("it goes on already");
    assert!(gate.events.is_empty());
    assert_eq!(gate.active(), ["b", "c"]);
}

#[test]
fn a_place_that_became_free_needs_no_end_but_still_a_choice() {
    let mut gate = gate(1, OnLimit::Ask, &["a", "b"]);
    let full = Refusal::LimitReached {
        active: 1,
        limit: 1,
    };
    assert_eq!(gate.choose("b", None).expect_err("no place"), full);
    gate.end("a");
    assert_eq!(gate.state("b"), held(HeldReason::AwaitingChoice));
    gate.choose("b", None).expect("a place is free");
    assert_eq!(gate.active(), ["b"]);
}

#[test]
fn the_end_of_one_that_waits_frees_no_place_and_is_taken_back() {
    let mut gate = gate(1, OnLimit::Ask, &["a", "b", "c"]);
    let refusal = gate.choose("c", Some("b")).expect_err("no place");
    assert!(matches!(refusal, Refusal::LimitReached { .. }));
    assert_eq!(gate.held(), ["b", "c"]);
}

#[test]
fn only_what_waits_for_a_choice_may_choose_and_only_another_of_its_own() {
    let mut gate = gate(1, OnLimit::Ask, &["a", "b"]);
    let unknown = |id| Refusal::UnknownSession(sid(id));
    assert_eq!(
        gate.choose("b", Some("b")).expect_err("itself"),
        unknown("b")
    );
    assert_eq!(
        gate.choose("b", Some("x")).expect_err("unknown"),
        unknown("x")
    );
    assert_eq!(
        gate.choose("x", Some("a")).expect_err("unknown"),
        unknown("x")
    );
    gate.invalidate(Some("b"));
    let nothing = Refusal::NothingToChoose(sid("b"));
    assert_eq!(gate.choose("b", Some("a")).expect_err("on hold"), nothing);
    gate.verify("a");
    assert_eq!(
        gate.choose("b", Some("a")).expect_err("superseded"),
        nothing
    );
    gate.end("b");
    let over = Refusal::SessionEnded(sid("b"));
    assert_eq!(gate.choose("b", Some("a")).expect_err("ended"), over);
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn when_the_policy_no_longer_asks_there_is_nothing_to_choose() {
    let mut gate = gate(1, OnLimit::Ask, &["a", "b"]);
    gate.policy.on_limit = OnLimit::Hold;
    let refusal = gate.choose("b", Some("a")).expect_err("the policy is hold");
    assert_eq!(refusal, Refusal::NothingToChoose(sid("b")));
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn under_freeze_all_wait() {
    let gate = gate(2, OnLimit::Freeze, &["a", "b", "c"]);
    for id in ["a", "b", "c"] {
        assert_eq!(gate.state(id), held(HeldReason::Frozen), "{id}");
    }
}

#[test]
fn a_freeze_lasts_until_a_verify() {
    for keep_others in [false, true] {
        let mut gate = gate(1, OnLimit::Freeze, &["a", "b"]);
        gate.invalidate(None);
        gate.end("a");
        assert_eq!(gate.login("c"), held(HeldReason::Frozen));
        let command = Verify {
            keep_others,
            ..a_verify(Some("c"))
        };
        gate.let_in(&command).expect("verified");
        gate.end("c");
        assert_eq!(gate.login("d"), State::Active);
    }
}

#[test]
fn under_observe_nothing_is_refused_and_the_event_says_what_hold_would_do() {
    let gate = gate(1, OnLimit::Observe, &["a", "b", "c"]);
    assert_eq!(gate.active(), ["a", "b", "c"]);
    assert_eq!(gate.events[0].remark, Some("over_limit"));
    assert_eq!(gate.policy.enforced_limit(&[]), None);
}

#[test]
fn under_observe_there_is_no_cap() {
    let mut gate = gate(1, OnLimit::Observe, &["a", "b"]);
    gate.policy.held_max_per_user = 1;
    gate.login("c");
    gate.login("d");
    assert_eq!(gate.active().len(), 4);
}

#[test]
fn under_observe_would_counts_a_replaced_session_as_hold_had_it() {
    let mut gate = Gate::with(1, OnLimit::Observe);
    gate.policy.hold_after_end = Duration::from_secs(600);
    gate.login("a");
    gate.login("b");
    gate.end("a");
    gate.login_replacing("c", "b");
    assert_eq!(gate.events[0].remark, Some("after_end"));
}

#[test]
fn when_observing_ends_only_those_go_on_that_were_let_in() {
    let mut gate = gate(1, OnLimit::Observe, &["a", "b"]);
    gate.policy.on_limit = OnLimit::Hold;
    gate.settle();
    assert_eq!(gate.active(), ["a"]);
    assert_eq!(gate.state("b"), held(HeldReason::OverLimit));
}

#[test]
fn the_largest_limit_of_the_groups_counts() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.policy.groups = [(group("one"), 1), (group("two"), 2), (group("free"), 0)].into();
    assert_eq!(gate.login_in("a", &["one", "two"]), State::Active);
    assert_eq!(gate.login_in("b", &["one", "two"]), State::Active);
    assert_eq!(gate.login_in("c", &["two"]), held(HeldReason::OverLimit));
    assert_eq!(gate.login_in("d", &["two", "free"]), State::Active);
}

#[test]
fn a_login_that_names_no_groups_keeps_those_of_the_newest_that_did() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.policy.groups = [(group("two"), 2)].into();
    gate.login_in("a", &["two"]);
    assert_eq!(gate.login("b"), State::Active);
    assert_eq!(gate.login_in("c", &["none"]), held(HeldReason::OverLimit));
    assert_eq!(gate.active(), ["a"], "the limit fell with the groups");
}

#[test]
fn when_the_limit_falls_the_surplus_waits_from_the_next_commit_on() {
    let mut gate = gate(3, OnLimit::Hold, &["a", "b", "c"]);
    gate.policy.max_per_user = 2;
    gate.settle();
    assert_eq!(gate.active(), ["a", "b"]);
    assert_eq!(gate.state("c"), held(HeldReason::OverLimit));
    assert_eq!(gate.expired_at("c"), Some(gate.now));
}

#[test]
fn when_the_limit_rises_nobody_is_admitted() {
    let mut gate = gate(1, OnLimit::Hold, &["a", "b"]);
    gate.policy.max_per_user = 2;
    gate.settle();
    assert_eq!(gate.active(), ["a"]);
    gate.policy.max_per_user = 0;
    gate.end("a");
    assert!(gate.active().is_empty());
}

#[test]
fn surplus_that_was_put_out_stays_out_when_a_place_is_free() {
    let mut gate = gate(2, OnLimit::Hold, &["a", "b"]);
    gate.policy.max_per_user = 1;
    gate.end("a");
    assert!(gate.active().is_empty());
    assert_eq!(gate.state("b"), held(HeldReason::OverLimit));
}

#[test]
fn a_verify_of_the_surplus_lets_it_in_at_once() {
    for keep_others in [false, true] {
        let mut gate = gate(2, OnLimit::Hold, &["a", "b"]);
        gate.policy.max_per_user = 1;
        let command = Verify {
            keep_others,
            ..a_verify(Some("b"))
        };
        gate.let_in(&command).expect("verified");
        assert_eq!(gate.active(), ["b"]);
    }
}

#[test]
fn a_verify_supersedes_all_others_whatever_the_limit() {
    let mut gate = gate(3, OnLimit::Hold, &["a", "b", "c", "d"]);
    let answer = gate.let_in(&a_verify(Some("d"))).expect("verified");
    assert_eq!(answer.superseded, [sid("a"), sid("b"), sid("c")]);
    assert_eq!(gate.active(), ["d"]);
    assert_eq!(gate.state("a"), held(HeldReason::Superseded));
}

#[test]
fn a_verify_that_keeps_others_puts_out_the_longest_let_in() {
    let mut gate = gate(2, OnLimit::Hold, &["a", "b", "c"]);
    gate.verify_keeping_others("c");
    assert_eq!(gate.active(), ["b", "c"]);
    assert_eq!(gate.state("a"), held(HeldReason::Superseded));
    gate.verify_keeping_others("b");
    assert_eq!(
        gate.active(),
        ["b", "c"],
        "who is in already costs nobody a place"
    );
}

#[test]
fn a_command_with_an_older_stamp_leaves_later_logins_untouched() {
    let mut gate = gate(1, OnLimit::Hold, &["a"]);
    let at = Some(gate.take_stamp());
    gate.end("a");
    gate.login("b");
    gate.login("c");
    let invalidate = an_invalidate(None);
    gate.put_out(&Invalidate { at, ..invalidate });
    assert_eq!(gate.active(), ["b"]);
    for id in [None, Some("c")] {
        let command = Verify { at, ..a_verify(id) };
        gate.let_in(&command).expect_err("nobody was there then");
    }
    assert_eq!(gate.active(), ["b"]);
}

#[test]
fn the_policy_of_the_seed_is_one_active_session_and_the_rest_held() {
    let seeds = vahti_core::Policy::one_per_user();
    assert_eq!(seeds, policy(1, OnLimit::Hold));
}
