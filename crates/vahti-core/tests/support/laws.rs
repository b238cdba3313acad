//! What every decision keeps, whatever the command, the policy and the moment.

use vahti_core::{
    Account, Commit, EndReason, HeldReason, Moment, Policy, Session, SessionId, Stamp, State, Verb,
    decide::{Choose, LogIn, Undo, Verify},
};

/// The command that was decided.
#[derive(Clone, Copy)]
pub(super) enum Act<'a> {
    Login(&'a LogIn),
    Verify(&'a Verify),
    Choose(&'a Choose),
    Undo(&'a Undo),
    Invalidate,
    End,
    Settle,
}

/// Checks one commit against the account before it.
pub(super) fn hold(
    before: &Account,
    policy: &Policy,
    moment: Moment,
    act: Act<'_>,
    commit: &Commit,
) {
    let after = &commit.account;
    written_with_its_events(before, moment, commit);
    never_more_than_the_limit(policy, after);
    let recorded: Vec<_> = after.sessions.iter().map(|session| session.state).collect();
    assert_eq!(
        recorded,
        after.states(policy),
        "recorded states are current"
    );
    assert!(!after.is_outdated(policy), "nothing is left to settle");
    registers_rise(before, after);
    for session in &after.sessions {
        let old = find(before, &session.id);
        let was = old.map(|old| old.state);
        if session.state.is_active() && !was.is_some_and(State::is_active) && !policy.observes() {
            let own = turned_active_by_itself(act, session, old, moment);
            assert!(own, "{:?} was let in by nobody", session.id);
        }
        ended_is_final(old, session);
        time_of_expiry(policy, old, session, moment);
        assert!(
            !session.is_open() || session.overdue_for_others(policy, moment.now).is_none(),
            "{:?} is past its deadline",
            session.id
        );
        assert!(
            !session.is_open()
                || policy.max_lifetime.is_zero()
                || policy.lasting.contains_key(&session.login.app)
                || moment.now < policy.lifetime_deadline(session.login.at),
            "{:?} is past its lifetime",
            session.id
        );
    }
    let kept = before
        .sessions
        .iter()
        .all(|old| find(after, &old.id).is_some());
    assert!(kept, "a decision deletes no session");
    cap_of_the_held(policy, act, commit);
    accepted_as_asked(act, commit);
    turned_when_it_changed(before, commit);
    if let Act::Undo(command) = act
        && !policy.observes()
    {
        nobody_stays_in_after_an_alarm(before, command, commit);
    }
}

fn find<'a>(account: &'a Account, id: &SessionId) -> Option<&'a Session> {
    account.sessions.iter().find(|session| session.id == *id)
}

fn written_with_its_events(before: &Account, moment: Moment, commit: &Commit) {
    let after = &commit.account;
    if commit.events.is_empty() {
        assert_eq!(before, after, "no event, no change");
        return;
    }
    assert_eq!(after.version, before.version + 1, "one commit, one version");
    assert_eq!(after.newest, moment.stamp, "the account has seen the stamp");
    assert!(after.newest > before.newest, "stamps rise");
    for session in &after.sessions {
        let old = find(before, &session.id).map(|old| old.state);
        if old == Some(session.state) {
            continue;
        }
        let told = commit
            .events
            .iter()
            .filter(|event| event.session.as_ref() == Some(&session.id));
        let verb = match session.state {
            State::Ended(_) => Some(Verb::End),
            State::Active | State::Held(_) => None,
        };
        let told = told.filter(|event| {
            event.state == Some(session.state) && verb.is_none_or(|verb| event.verb == verb)
        });
        assert_eq!(told.count(), 1, "one event tells of {:?}", session.id);
    }
    for event in &commit.events {
        assert!(event.stamp <= moment.stamp && event.at <= moment.now);
    }
}

fn never_more_than_the_limit(policy: &Policy, after: &Account) {
    if let Some(limit) = policy.enforced_limit(&after.profile.groups) {
        assert!(after.active() <= limit, "{} > {limit}", after.active());
    }
}

/// By its own login, by its own verify that was given when the session was there, by a choice that was made from it, or
/// because what had put it out when it was active is taken back.
fn turned_active_by_itself(
    act: Act<'_>,
    session: &Session,
    old: Option<&Session>,
    moment: Moment,
) -> bool {
    match act {
        Act::Login(command) => old.is_none() && command.id == session.id,
        Act::Verify(command) => {
            command.session.as_ref().is_none_or(|id| *id == session.id)
                && session.login.stamp <= command.at.unwrap_or(moment.stamp)
        }
        Act::Choose(command) => {
            let waited = State::Held(HeldReason::AwaitingChoice);
            command.session == session.id && old.is_some_and(|old| old.state == waited)
        }
        Act::Undo(command) => {
            old.is_some_and(|old| old.state.is_held() && old.turned == command.of)
        }
        Act::Invalidate | Act::End | Act::Settle => false,
    }
}

fn registers_rise(before: &Account, after: &Account) {
    let verified = |account: &Account| {
        let verified = account.registers.verified.as_ref();
        verified.map_or(Stamp::NEVER, |verified| verified.stamp)
    };
    assert!(verified(before) <= verified(after));
    assert!(before.registers.invalidated <= after.registers.invalidated);
    assert!(before.registers.frozen <= after.registers.frozen);
    assert!(before.registers.hold_logins <= after.registers.hold_logins);
    assert!(before.stopped <= after.stopped);
}

fn ended_is_final(old: Option<&Session>, session: &Session) {
    assert_eq!(session.state.is_ended(), session.marks.ended.is_some());
    let Some(old) = old else { return };
    assert_eq!(old.login, session.login, "a login never changes");
    assert_eq!(old.last_seen, session.last_seen);
    assert!(old.marks.admitted <= session.marks.admitted);
    assert!(old.marks.invalidated <= session.marks.invalidated);
    if old.marks.ended.is_some() {
        assert_eq!(old.marks.ended, session.marks.ended, "ended is final");
        assert_eq!(old.state, session.state, "ended is final");
    }
}

fn time_of_expiry(policy: &Policy, old: Option<&Session>, session: &Session, moment: Moment) {
    let was = old.map(|old| old.state);
    if policy.observes() && was.is_some_and(State::is_held) && session.state.is_ended() {
        return; // Held until the policy became `observe`: by then it went on, or had already ended.
    }
    let expected = match (was, session.state) {
        (_, State::Active) => None,
        (None, _) => Some(session.login.at),
        (Some(State::Active), State::Ended(EndReason::Idle | EndReason::Lifetime)) => {
            session.marks.ended_at()
        }
        (Some(State::Active), _) => Some(moment.now),
        (Some(_), _) => old.and_then(|old| old.expired_at),
    };
    assert_eq!(session.expired_at, expected, "expired_at of {session:?}");
}

/// After a command that was accepted; settling and refusals leave it to the next command.
fn cap_of_the_held(policy: &Policy, act: Act<'_>, commit: &Commit) {
    let accepted = commit
        .events
        .first()
        .is_some_and(|first| match (act, first.verb) {
            (Act::Login(command), Verb::Login) => command.idempotency.is_none(),
            (Act::Choose(_), Verb::Choose)
            | (Act::Verify(_), Verb::Verify)
            | (Act::Undo(_), Verb::Undo | Verb::Alarm)
            | (Act::Invalidate, Verb::Invalidate) => true,
            _ => false,
        });
    if accepted && !policy.observes() && !matches!(act, Act::Settle) {
        let held = commit.account.sessions.iter();
        let held = held.filter(|session| session.state.is_held()).count();
        assert!(held <= policy.held_max_per_user.max(1) as usize, "the cap");
    }
}

/// A verify or a choice that was accepted now lets its session in, and a login that is not held is active.
fn accepted_as_asked(act: Act<'_>, commit: &Commit) {
    let Some(first) = commit.events.first() else {
        return;
    };
    let let_in = match (act, first.verb) {
        (Act::Verify(command), Verb::Verify) => command.at.is_none(),
        (Act::Choose(_), Verb::Choose) => true,
        (Act::Login(command), Verb::Login) => {
            let session = find(&commit.account, &command.id);
            session.is_some_and(|session| {
                session.login.held.is_none() && session.login.stamp == first.stamp
            })
        }
        _ => false,
    };
    assert!(!let_in || first.state == Some(State::Active), "{first:?}");
}

/// A session says by which command it last turned, and nothing else of a decision touches that.
fn turned_when_it_changed(before: &Account, commit: &Commit) {
    for session in &commit.account.sessions {
        let Some(old) = find(before, &session.id) else {
            assert_eq!(session.turned, Stamp::NEVER, "it is as its login left it");
            continue;
        };
        if old.state.is_active() == session.state.is_active() {
            assert_eq!(old.turned, session.turned, "{session:?}");
        } else {
            let mut stamps = commit.events.iter().map(|event| event.stamp);
            assert!(stamps.any(|stamp| stamp == session.turned), "{session:?}");
        }
    }
}

/// After an alarm nobody goes on who was let in by the command that is taken back, or later.
fn nobody_stays_in_after_an_alarm(before: &Account, command: &Undo, commit: &Commit) {
    let is_alarm = |verb: Verb| verb == Verb::Alarm;
    if !commit.events.iter().any(|event| is_alarm(event.verb)) {
        return;
    }
    assert!(commit.account.registers.are_logins_held());
    for session in commit
        .account
        .sessions
        .iter()
        .filter(|session| session.state.is_active())
    {
        let old = find(before, &session.id).expect("an undo logs nobody in");
        let came_back = old.state.is_held() && old.turned == command.of;
        assert!(
            came_back || before.let_in(old) < command.of,
            "{:?} stays in after an alarm",
            session.id
        );
    }
}
