//! The policies and the sentences of the rules in `DESIGN.md`, a promise a test.

mod support;

use core::time::Duration;

use support::{
    Gate, START, a_login, a_verify, an_invalidate, group, policy, proof_of, secret, sid,
};
use vahti_core::{
    EndReason, HeldReason, HoldLogins, LastSeen, OnLimit, Refusal, Register, State, Timestamp,
    Verb,
    decide::{End, Invalidate, LogIn, Replaces, Verify, Which},
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

#[test]
fn the_policy_of_the_seed_is_one_active_session_and_the_rest_held() {
    let seeds = vahti_core::Policy::one_per_user();
    assert_eq!(seeds, policy(1, OnLimit::Hold));
}
