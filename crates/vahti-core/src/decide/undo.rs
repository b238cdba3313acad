//! `undo`: takes back the newest verify or invalidate of a user. What was let in by it waits again, what was put out by it
//! goes on again, as far as the limit allows.

use core::time::Duration;

use crate::{
    Account, By, Decision, HeldReason, HoldLogins, Moment, Policy, Refusal, Register, Session,
    SessionId, Stamp, State, Timestamp, Verb,
    draft::{Draft, Record},
};

/// How long after a command it can be taken back.
pub const UNDO_WITHIN: Duration = Duration::from_secs(600);

/// An undo, as a supervisor gives it.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The stamp of the command that is meant, from [`undoable`]: nobody takes back what somebody else has done meanwhile.
    pub of: Stamp,
    /// The session that a supervisor let in although it was not that of the screen in front of them: further logins of the user
    /// are held, and it is recorded.
    pub alarm: Option<SessionId>,
}

/// A command was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The sessions that wait again.
    pub waiting: Vec<SessionId>,
    /// The sessions that go on again.
    pub active: Vec<SessionId>,
}

/// The stamp of the command that can be taken back: the user's newest verify, invalidate or undo, within [`UNDO_WITHIN`].
#[must_use]
pub fn undoable(account: &Account, now: Timestamp) -> Option<Stamp> {
    let newest = newest(account);
    let lately = newest > Stamp::NEVER && newest.time() >= now.minus(UNDO_WITHIN);
    lately.then_some(newest)
}

/// Decides an undo. Refused with [`Refusal::NothingToUndo`], and nothing changes, if the command that is meant is not the one
/// that can be taken back.
#[must_use]
pub fn undo(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &Undo,
    moment: Moment,
) -> Decision<Undone> {
    let mut draft = Draft::begin(account, policy, by, moment);
    let of = command.of;
    let ids = |which: &dyn Fn(&&Session) -> bool| -> Vec<SessionId> {
        let sessions = draft.account.open_sessions().filter(|one| which(one));
        sessions.map(|session| session.id.clone()).collect()
    };
    let let_in = ids(&|session| is_let_in_by(&draft.account, session, of));
    let put_out = ids(&|session| is_put_out_by(&draft.account, session, of));
    if undoable(&draft.account, moment.now) != Some(of) {
        return Decision {
            commit: draft.close(None),
            answer: Err(Refusal::NothingToUndo),
        };
    }
    let stamp = draft.stamp();
    for id in &let_in {
        draft.put_out(id, stamp, HeldReason::Invalidated);
    }
    for id in &put_out {
        draft.account.merge(&Register::Admitted(id.clone(), stamp));
    }
    hold_logins(&mut draft, of, command.alarm.is_some());
    let commit = draft.commit_all(records(command, &let_in, &put_out));
    let now = |ids: &[SessionId], is_so: fn(State) -> bool| {
        let sessions = commit.account.sessions.iter();
        let sessions = sessions.filter(|session| ids.contains(&session.id) && is_so(session.state));
        sessions.map(|session| session.id.clone()).collect()
    };
    let answer = Undone {
        waiting: now(&let_in, State::is_held),
        active: now(&put_out, State::is_active),
    };
    Decision {
        commit,
        answer: Ok(answer),
    }
}

/// One event for each session: an alarm for the one that should not have been let in.
fn records(command: &Undo, let_in: &[SessionId], put_out: &[SessionId]) -> Vec<Record> {
    let touched = let_in.iter().chain(put_out);
    let others = touched.filter(|id| Some(*id) != command.alarm.as_ref());
    let alarm = command.alarm.iter().map(|id| (Verb::Alarm, id));
    alarm
        .chain(others.map(|id| (Verb::Undo, id)))
        .map(|(verb, id)| Record::of(verb, Some(id.clone())))
        .collect()
}

/// When the newest verify or invalidate of a supervisor was accepted.
fn newest(account: &Account) -> Stamp {
    let registers = &account.registers;
    let verified = registers.verified.as_ref().map(|verified| verified.stamp);
    let by_itself = |session: &Session| session.marks.admitted <= session.login.stamp;
    let marks = account.open_sessions().flat_map(|session| {
        let invalidated = &session.marks.invalidated;
        let is_order = invalidated.cause == HeldReason::Invalidated;
        let admitted = (!by_itself(session)).then_some(session.marks.admitted);
        [is_order.then_some(invalidated.stamp), admitted]
    });
    let stamps = marks.chain([verified, Some(registers.invalidated)]);
    stamps.flatten().max().unwrap_or(Stamp::NEVER)
}

/// Whether the command has let in what was not let in before.
fn is_let_in_by(account: &Account, session: &Session, of: Stamp) -> bool {
    let admitted = session.marks.admitted;
    let before = admitted < of && admitted > account.put_out(session);
    session.state.is_active() && account.let_in(session) == of && !before
}

/// Whether the command has put out what was active until then. One that waited before has another end of its time.
fn is_put_out_by(account: &Account, session: &Session, of: Stamp) -> bool {
    let waited_from_birth = session.login.held.is_some() && account.let_in(session) == Stamp::NEVER;
    let since = session.expired_at.filter(|at| *at >= of.time());
    session.state.is_held()
        && account.put_out(session) == of
        && !waited_from_birth
        && since.is_some()
}

/// An order to hold logins that the command gave or lifted is as it was before; an alarm gives one.
fn hold_logins(draft: &mut Draft<'_>, of: Stamp, alarm: bool) {
    let order = draft.account.registers.hold_logins;
    let on = alarm || (order.stamp == of) != order.on;
    if alarm || on != order.on {
        let stamp = draft.stamp();
        draft
            .account
            .merge(&Register::HoldLogins(HoldLogins { stamp, on }));
    }
}
