//! The order of a check, over every combination of its facts, against the list in `DESIGN.md`.

mod support;

use core::time::Duration;

use support::{Gate, START};
use vahti_core::{
    AllowReason, EndReason, HeldReason, OnLimit, State,
    verdict::{DenyReason, Facts, Mode, Proof, Verdict, judge, state_now},
};

const MODES: [Mode; 5] = [
    Mode::Guarding,
    Mode::TrackingOff,
    Mode::Paused,
    Mode::Observing,
    Mode::NoRequest,
];

/// What a session can be to a check: every state, and none at all.
fn sessions() -> Vec<Option<State>> {
    let held = HeldReason::ALL.iter().copied().map(State::Held);
    let ended = EndReason::ALL.iter().copied().map(State::Ended);
    let states = [State::Active].into_iter().chain(held).chain(ended);
    states.map(Some).chain([None]).collect()
}

fn every_combination() -> Vec<Facts> {
    let mut all = Vec::new();
    for mode in MODES {
        for session in sessions() {
            for bits in 0..16_u8 {
                all.push(Facts {
                    mode,
                    session,
                    path_is_open: bits & 1 != 0,
                    proof: if bits & 2 == 0 {
                        Proof::Token
                    } else {
                        Proof::Vouched
                    },
                    user_is_exempt: bits & 4 != 0,
                    about_another: bits & 8 != 0,
                });
            }
        }
    }
    all
}

type Rule = (&'static str, fn(&Facts) -> bool, fn(&Facts) -> String);

fn is_bad(facts: &Facts) -> bool {
    facts.session.is_none_or(State::is_ended)
}

fn reason(facts: &Facts) -> &'static str {
    let reason = facts.session.and_then(State::reason);
    reason.unwrap_or("no_session")
}

/// The numbered list of `DESIGN.md`, "A check": the first that matches.
const RULES: [Rule; 12] = [
    (
        "1",
        |f| f.mode == Mode::TrackingOff,
        |_| "allow tracking_off".into(),
    ),
    ("1", |f| f.mode == Mode::Paused, |_| "allow paused".into()),
    (
        "1",
        |f| f.mode == Mode::Observing,
        |_| "allow observe".into(),
    ),
    (
        "1",
        |f| f.mode == Mode::NoRequest,
        |_| "allow no_request".into(),
    ),
    ("2", |f| f.path_is_open, |_| "allow bypass_path".into()),
    (
        "3",
        |f| f.proof == Proof::Token && is_bad(f),
        |f| format!("deny {}", reason(f)),
    ),
    ("4", |f| f.user_is_exempt, |_| "allow bypass".into()),
    ("5", |f| f.about_another, |_| "allow other_user".into()),
    ("6", is_bad, |f| format!("deny {}", reason(f))),
    (
        "7",
        |f| f.session == Some(State::Active),
        |_| "allow active".into(),
    ),
    (
        "7",
        |f| f.session.is_some_and(State::is_held),
        |f| format!("hold {}", reason(f)),
    ),
    ("no rule", |_| true, |f| panic!("no rule for {f:?}")),
];

fn by_the_list(facts: &Facts) -> String {
    let (_, _, answer) = RULES
        .iter()
        .find(|(_, matches, _)| matches(facts))
        .expect("a rule");
    answer(facts)
}

fn in_words(verdict: Verdict) -> String {
    format!("{} {}", verdict.as_str(), verdict.reason())
}

#[test]
fn every_combination_is_answered_as_the_list_says() {
    let all = every_combination();
    assert_eq!(all.len(), 5 * 17 * 16);
    for facts in &all {
        let judged = judge(facts);
        assert_eq!(in_words(judged.verdict), by_the_list(facts), "{facts:?}");
        let guarding = Facts {
            mode: Mode::Guarding,
            ..*facts
        };
        let would = match facts.mode {
            Mode::Paused | Mode::Observing => Some(by_the_list(&guarding)),
            Mode::Guarding | Mode::TrackingOff | Mode::NoRequest => None,
        };
        assert_eq!(judged.would.map(in_words), would, "would of {facts:?}");
    }
}

#[test]
fn no_bypass_mends_a_bad_token() {
    for session in sessions()
        .into_iter()
        .filter(|s| s.is_none_or(State::is_ended))
    {
        let facts = Facts {
            mode: Mode::Guarding,
            path_is_open: false,
            proof: Proof::Token,
            session,
            user_is_exempt: true,
            about_another: true,
        };
        assert_eq!(judge(&facts).verdict.as_str(), "deny", "{session:?}");
    }
}

#[test]
fn a_bypass_lifts_hold_and_never_deny() {
    for session in sessions() {
        let exempt = Facts {
            mode: Mode::Guarding,
            path_is_open: false,
            proof: Proof::Token,
            session,
            user_is_exempt: true,
            about_another: false,
        };
        let not_exempt = Facts {
            user_is_exempt: false,
            ..exempt
        };
        match judge(&not_exempt).verdict {
            Verdict::Deny(reason) => assert_eq!(judge(&exempt).verdict, Verdict::Deny(reason)),
            Verdict::Hold(_) | Verdict::Allow(_) => {
                let lifted = Verdict::Allow(AllowReason::Bypass);
                assert_eq!(judge(&exempt).verdict, lifted);
            }
        }
    }
}

#[test]
fn an_exempt_user_whom_the_application_vouches_for_needs_no_session() {
    let facts = Facts {
        mode: Mode::Guarding,
        path_is_open: false,
        proof: Proof::Vouched,
        session: None,
        user_is_exempt: true,
        about_another: false,
    };
    assert!(judge(&facts).verdict.allows());
    let not_exempt = Facts {
        user_is_exempt: false,
        ..facts
    };
    let denied = Verdict::Deny(DenyReason::NoSession);
    assert_eq!(judge(&not_exempt).verdict, denied);
}

#[test]
fn a_deny_does_not_count_as_seen() {
    for facts in every_combination() {
        let verdict = judge(&facts).verdict;
        assert_eq!(verdict.counts_as_seen(), verdict.as_str() != "deny");
    }
}

/// The state of the session at the check, as a reader of the account and as a reader of the index sees it.
fn state_after(gate: &mut Gate, milliseconds: u64) -> State {
    let session = gate.session("first");
    let now = START.plus(Duration::from_millis(milliseconds));
    let lifetime = gate.policy.lifetime_deadline(session.login.at);
    let idle = gate.policy.idle_deadline(session.last_seen.at);
    let state = state_now(session.state, lifetime, idle, now);
    assert_eq!(session.state_at(&gate.policy, now), state);
    state
}

#[test]
fn a_deadline_is_met_at_its_own_millisecond() {
    let minute = Duration::from_secs(60);
    for (idle, life, reason) in [
        (minute, Duration::ZERO, EndReason::Idle),
        (Duration::ZERO, minute, EndReason::Lifetime),
        (minute, minute * 2, EndReason::Idle),
        (minute * 2, minute, EndReason::Lifetime),
    ] {
        let mut gate = Gate::with(1, OnLimit::Hold);
        (gate.policy.idle_timeout, gate.policy.max_lifetime) = (idle, life);
        gate.login("first");
        assert_eq!(state_after(&mut gate, 59_999), State::Active);
        assert_eq!(state_after(&mut gate, 60_000), State::Ended(reason));
        gate.now = START.plus(Duration::from_millis(59_999));
        gate.settle();
        assert_eq!(gate.state("first"), State::Active);
        gate.now = START.plus(minute);
        gate.settle();
        assert_eq!(gate.state("first"), State::Ended(reason));
    }
}

#[test]
fn a_login_under_a_lasting_key_has_its_own_lifetime_and_may_go_unused() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    (gate.policy.idle_timeout, gate.policy.max_lifetime) =
        (Duration::from_secs(1), Duration::from_secs(2));
    gate.login("first");
    let key = gate.session("first").login.app.clone();
    gate.policy.lasting = [(key, Duration::from_secs(60))].into();
    let later = |gate: &mut Gate, milliseconds| {
        let now = START.plus(Duration::from_millis(milliseconds));
        gate.now = now;
        gate.settle();
        let session = gate.session("first");
        let recorded = session.overdue_for_others(&gate.policy, now).is_some();
        assert_eq!(recorded, session.overdue(&gate.policy, now).is_some());
        session.state_at(&gate.policy, now)
    };
    assert_eq!(later(&mut gate, 59_999), State::Active);
    let ended = State::Ended(EndReason::Lifetime);
    assert_eq!(later(&mut gate, 60_000), ended);
}

#[test]
fn a_deadline_never_changes_how_a_session_ended() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.policy.idle_timeout = Duration::from_secs(60);
    gate.login("first");
    gate.end("first");
    let ended = State::Ended(EndReason::LoggedOut);
    assert_eq!(state_after(&mut gate, 90_000), ended);
}
