//! The second table of `SEED.md`: each row that concerns the rules, and what the seed does instead.

use vahti_core::{EndReason, HeldReason, OnLimit, Refusal, State, Verb, Verified};
use vahti_core::{Register, Token};

use crate::{
    USER,
    model::Model,
    support::{Gate, START, a_verify, sid},
};

fn both(logins: &[&str]) -> (Model, Gate) {
    let (mut model, mut gate) = (Model::new(Some(1)), Gate::with(1, OnLimit::Hold));
    for id in logins {
        gate.pass(60);
        model.add(USER, id);
        gate.login(id);
    }
    (model, gate)
}

#[test]
fn row_2_a_verify_of_an_unknown_session_changes_nothing() {
    let (mut model, mut gate) = both(&["first", "second"]);
    model.verify(USER, Some("nowhere"));
    assert!(model.sessions(USER, true).is_empty());

    let before = gate.account.clone();
    let refusal = gate
        .let_in(&a_verify(Some("nowhere")))
        .expect_err("refused");
    assert_eq!(refusal, Refusal::UnknownSession(sid("nowhere")));
    assert_eq!(gate.account, before);
    assert!(gate.events.is_empty());
}

#[test]
fn row_3_an_ended_session_is_never_verified_again() {
    let (mut model, mut gate) = both(&["first"]);
    model.expire(USER, "first");
    model.verify(USER, Some("first"));
    assert_eq!(model.sessions(USER, true), ["first"]);

    gate.end("first");
    let refusal = gate.let_in(&a_verify(Some("first"))).expect_err("refused");
    assert_eq!(refusal, Refusal::SessionEnded(sid("first")));
    assert_eq!(gate.state("first"), State::Ended(EndReason::LoggedOut));
}

#[test]
fn row_3_the_latest_is_the_latest_that_has_not_ended() {
    let (mut model, mut gate) = both(&["first", "second", "third"]);
    model.expire(USER, "third");
    model.verify(USER, None);
    assert_eq!(model.sessions(USER, true), ["third"]);

    gate.end("third");
    gate.let_in(&a_verify(None)).expect("verified");
    assert_eq!(gate.active(), ["second"]);
}

#[test]
fn row_4_a_later_command_does_not_rewrite_when_a_session_expired() {
    let (mut model, mut gate) = both(&["first"]);
    model.invalidate(USER, Some("first"));
    let by_seed = model.rows[0].expired;
    model.invalidate(USER, Some("first"));
    assert_ne!(model.rows[0].expired, by_seed);

    gate.invalidate(Some("first"));
    let expired_at = Some(gate.now);
    assert_eq!(gate.expired_at("first"), expired_at);
    gate.pass(60);
    gate.invalidate(Some("first"));
    gate.invalidate(None);
    assert_eq!(gate.expired_at("first"), expired_at);
    gate.pass(60);
    gate.end("first");
    assert_eq!(gate.expired_at("first"), expired_at);
}

#[test]
fn row_4_a_verify_clears_when_a_session_expired_and_the_events_keep_it() {
    let (_, mut gate) = both(&["first"]);
    gate.invalidate(Some("first"));
    let [event] = gate.events.as_slice() else {
        panic!("one event: {:?}", gate.events)
    };
    assert_eq!((event.verb, event.at), (Verb::Invalidate, gate.now));
    gate.pass(60);
    gate.verify("first");
    assert_eq!(gate.expired_at("first"), None);
}

#[test]
fn row_5_a_crashed_browser_gives_its_place_free() {
    let (mut model, mut gate) = both(&["first"]);
    gate.policy.idle_timeout = core::time::Duration::from_secs(600);
    gate.pass(600);
    assert!(!model.add(USER, "second"));
    assert_eq!(gate.login("second"), State::Active);
    assert_eq!(gate.state("first"), State::Ended(EndReason::Idle));
}

#[test]
fn row_5_a_session_does_not_outlast_its_lifetime() {
    let (mut model, mut gate) = both(&["first"]);
    gate.policy.max_lifetime = core::time::Duration::from_secs(600);
    gate.pass(600);
    gate.see("first", true);
    assert!(!model.add(USER, "second"));
    assert_eq!(gate.login("second"), State::Active);
    assert_eq!(gate.state("first"), State::Ended(EndReason::Lifetime));
    assert_eq!(
        gate.expired_at("first"),
        Some(START.plus(core::time::Duration::from_secs(660)))
    );
}

#[test]
fn row_6_a_session_id_proves_nothing() {
    let (_, gate) = both(&["first"]);
    let session = gate.session("first");
    let right = vahti_core::Secret::new(core::array::from_fn(|place| {
        b"first".get(place).copied().unwrap_or(0)
    }));
    let token = |session, secret| Token { session, secret };
    let wrong = vahti_core::Secret::new([1; 32]);
    assert!(session.is_proven_by(&token("first", right)));
    assert!(!session.is_proven_by(&token("first", wrong)));
    assert!(!session.is_proven_by(&token("second", right)));
}

#[test]
fn row_7_logging_in_again_in_the_same_browser_keeps_the_place() {
    let (mut model, mut gate) = both(&["first"]);
    assert!(!model.add(USER, "again"));
    assert_eq!(gate.login_replacing("again", "first"), State::Active);
    assert_eq!(gate.state("first"), State::Ended(EndReason::Replaced));
}

#[test]
fn row_10_a_late_verify_does_not_revive_what_a_newer_invalidate_closed() {
    let (mut model, mut gate) = both(&["first"]);
    let given = gate.take_stamp();
    gate.invalidate(None);
    model.invalidate(USER, None);
    model.verify(USER, Some("first"));
    assert_eq!(model.sessions(USER, true), ["first"]);

    let verified = Verified {
        stamp: given,
        home: "here".to_owned(),
        session: sid("first"),
    };
    gate.account.merge(&Register::Verified(verified));
    gate.settle();
    assert_eq!(gate.state("first"), State::Held(HeldReason::Invalidated));
}

#[test]
fn row_14_every_change_names_its_actor_and_reason() {
    let (_, mut gate) = both(&["first", "second"]);
    gate.verify("second");
    let [verify, consequence] = gate.events.as_slice() else {
        panic!("two events: {:?}", gate.events)
    };
    assert_eq!(verify.by, gate.by);
    assert_eq!(verify.session, Some(sid("second")));
    assert_eq!(consequence.by.actor, gate.by.actor);
    assert_eq!(consequence.state, Some(State::Held(HeldReason::Superseded)));
}
