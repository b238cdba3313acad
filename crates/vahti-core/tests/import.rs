//! Sessions that are taken over: the limit holds, nobody who is here is put out, nothing is taken twice.

mod support;

use support::{Gate, secret, sid};
use vahti_core::{
    EndReason, HeldReason, Hlc, Moment, OnLimit, Policy, Profile, State, Timestamp, Verb,
    decide::{self, Import, Imported, ImportedSessions, ImportedState},
};

const HOUR: i64 = 3_600_000;

/// A session that logged in this many hours before the story begins.
fn session(id: &str, hours: i64, state: ImportedState) -> Imported {
    let logged_in_at = Timestamp::from_millis(support::START.as_millis() - hours * HOUR);
    Imported {
        id: sid(id),
        secret: secret(id),
        place: None,
        origin: Some("[192.0.2.1] a browser".to_owned()),
        app: None,
        logged_in_at,
        expired_at: (state == ImportedState::Ended)
            .then(|| logged_in_at.plus(core::time::Duration::from_secs(60))),
        state,
    }
}

fn active(id: &str, hours: i64) -> Imported {
    session(id, hours, ImportedState::Active)
}

fn import(gate: &mut Gate, sessions: Vec<Imported>) -> ImportedSessions {
    let command = Import {
        profile: Profile {
            name: Some("Aino".to_owned()),
            ..Profile::default()
        },
        sessions,
        home: "here".to_owned(),
    };
    take(gate, &command)
}

fn take(gate: &mut Gate, command: &Import) -> ImportedSessions {
    let moment = Moment {
        now: gate.now,
        stamp: gate.take_stamp(),
    };
    let decision = decide::import(&gate.account, &gate.policy, &gate.by, command, moment);
    gate.account = decision.commit.account;
    gate.events = decision.commit.events;
    gate.hlc = Hlc::after(gate.account.newest);
    decision.answer.expect("it is never refused")
}

fn state(gate: &Gate, id: &str) -> State {
    let found = gate
        .account
        .sessions
        .iter()
        .find(|session| session.id.as_str() == id);
    found.expect(id).state
}

#[test]
fn the_newest_logins_get_the_places_and_the_others_wait() {
    let mut gate = Gate::with(2, OnLimit::Hold);
    let done = import(
        &mut gate,
        vec![
            active("b", 2),
            active("d", 4),
            active("a", 1),
            active("c", 3),
        ],
    );
    assert_eq!((done.active, done.held, done.ended), (2, 2, 0));
    for (id, expected) in [
        ("a", State::Active),
        ("b", State::Active),
        ("c", State::Held(HeldReason::Superseded)),
        ("d", State::Held(HeldReason::Superseded)),
    ] {
        assert_eq!(state(&gate, id), expected, "{id}");
    }
    let waits = gate.account.open_session(&sid("c")).expect("it is open");
    assert_eq!(waits.expired_at, Some(gate.now));
    assert_eq!(
        gate.account
            .latest_open()
            .map(|session| session.id.as_str()),
        Some("a")
    );
}

#[test]
fn nobody_who_is_here_is_put_out_by_an_import() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.login("here");
    let done = import(&mut gate, vec![active("new", -1), active("old", 9)]);
    assert_eq!((done.active, done.held), (0, 2));
    assert_eq!(state(&gate, "here"), State::Active);
    for id in ["new", "old"] {
        let waits = State::Held(HeldReason::Superseded);
        assert_eq!(state(&gate, id), waits, "{id}: its place was never free");
    }
    gate.verify("old");
    assert_eq!(state(&gate, "old"), State::Active);
    assert_eq!(state(&gate, "here"), State::Held(HeldReason::Superseded));
}

#[test]
fn groups_with_a_smaller_limit_put_nobody_out() {
    let mut gate = Gate::with(2, OnLimit::Hold);
    gate.policy.groups = [(support::group("one"), 1)].into();
    gate.login("a");
    gate.pass(1);
    gate.login("b");
    let groups = vec![support::group("one")];
    let command = Import {
        profile: Profile {
            groups: groups.clone(),
            ..Profile::default()
        },
        sessions: vec![active("old", 9)],
        home: String::new(),
    };
    take(&mut gate, &command);
    assert_eq!(gate.active(), ["a", "b"]);
    gate.end("b");
    take(
        &mut gate,
        &Import {
            sessions: vec![active("older", 10)],
            ..command
        },
    );
    assert_eq!(gate.account.profile.groups, groups);
    assert_eq!(gate.active(), ["a"]);
}

#[test]
fn what_had_ended_is_history_with_its_times_and_its_end_is_the_import() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    let done = import(&mut gate, vec![session("old", 500, ImportedState::Ended)]);
    assert_eq!((done.active, done.held, done.ended), (0, 0, 1));
    let old = gate.account.sessions.first().expect("it is kept");
    assert_eq!(old.state, State::Ended(EndReason::Imported));
    assert_eq!(old.marks.ended_at(), Some(gate.now));
    assert_eq!(
        old.expired_at.map(|at| at.since(old.login.at).as_secs()),
        Some(60)
    );
}

#[test]
fn a_session_that_waited_waits_for_the_same_reason() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    let held = |id, reason| session(id, 1, ImportedState::Held(reason));
    import(
        &mut gate,
        vec![
            held("a", HeldReason::AfterEnd),
            held("b", HeldReason::Invalidated),
        ],
    );
    assert_eq!(state(&gate, "a"), State::Held(HeldReason::AfterEnd));
    assert_eq!(state(&gate, "b"), State::Held(HeldReason::Invalidated));
    gate.verify("a");
    assert_eq!(state(&gate, "a"), State::Active);
}

#[test]
fn an_id_that_was_used_is_left_out_and_the_others_are_taken() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    gate.login("here");
    let done = import(&mut gate, vec![active("here", 5), active("b", 4)]);
    assert_eq!(done.taken, [sid("here")]);
    assert_eq!((done.active, done.held), (0, 1));
    let before = gate.account.clone();
    let done = import(&mut gate, vec![active("here", 5), active("b", 4)]);
    assert_eq!(done.taken.len(), 2);
    assert!(gate.events.is_empty());
    assert_eq!(gate.account.sessions, before.sessions);
}

#[test]
fn every_session_that_is_taken_over_is_recorded() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    import(
        &mut gate,
        vec![
            active("a", 1),
            active("b", 2),
            session("c", 3, ImportedState::Ended),
        ],
    );
    let events: Vec<_> = gate
        .events
        .iter()
        .map(|event| {
            let id = event.session.as_ref().map(ToString::to_string);
            (event.verb, id.unwrap_or_default(), event.state)
        })
        .collect();
    let expected = [
        ("c", State::Ended(EndReason::Imported)),
        ("b", State::Held(HeldReason::Superseded)),
        ("a", State::Active),
    ];
    let expected = expected.map(|(id, state)| (Verb::Import, id.to_owned(), Some(state)));
    assert_eq!(events, expected);
}

#[test]
fn a_frozen_user_and_one_whose_logins_are_held_get_nobody_in() {
    let mut gate = Gate::with(1, OnLimit::Freeze);
    gate.login("a");
    gate.login("b");
    assert!(gate.account.registers.is_frozen());
    let done = import(&mut gate, vec![active("c", 1)]);
    assert_eq!((done.active, done.held), (0, 1));
}

#[test]
fn beyond_the_cap_of_waiting_sessions_the_oldest_are_history() {
    let mut gate = Gate::new(Policy {
        held_max_per_user: 3,
        ..Policy::one_per_user()
    });
    let sessions = (1..=9)
        .map(|hours| active(&format!("s{hours}"), hours))
        .collect();
    let done = import(&mut gate, sessions);
    assert_eq!((done.active, done.held, done.ended), (1, 3, 5));
    assert_eq!(state(&gate, "s4"), State::Held(HeldReason::Superseded));
    assert_eq!(state(&gate, "s5"), State::Ended(EndReason::Imported));
}

#[test]
fn what_is_known_of_the_person_stays() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    import(&mut gate, vec![active("a", 1)]);
    assert_eq!(gate.account.profile.name.as_deref(), Some("Aino"));
    gate.account.profile.name = Some("Aino Suoranta".to_owned());
    import(&mut gate, vec![active("b", 1)]);
    assert_eq!(gate.account.profile.name.as_deref(), Some("Aino Suoranta"));
}

#[test]
fn the_lifetime_of_an_imported_session_counts_from_the_import() {
    let lifetime = core::time::Duration::from_secs(3_600);
    let mut gate = Gate::new(Policy {
        max_lifetime: lifetime,
        ..Policy::one_per_user()
    });
    import(&mut gate, vec![active("a", 500)]);
    let session = gate.account.open_session(&sid("a")).expect("it is open");
    let at = |seconds| gate.now.plus(core::time::Duration::from_secs(seconds));
    assert_eq!(session.overdue(&gate.policy, at(3_599)), None);
    assert!(session.overdue(&gate.policy, at(3_600)).is_some());
}

#[test]
fn a_login_that_is_still_to_come_counts_as_now_and_wins_no_more_than_that() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    let now = gate.now;
    let ended = Imported {
        expired_at: Some(Timestamp::NEVER),
        ..session("c", -9, ImportedState::Ended)
    };
    import(&mut gate, vec![active("a", -9), active("b", 0), ended]);
    // Of two logins at the same time the greater id is the newer one.
    assert_eq!(state(&gate, "b"), State::Active);
    for session in &gate.account.sessions {
        assert!(session.login.at <= now, "{session:?}");
        assert!(session.expired_at <= Some(now), "{session:?}");
    }
}
