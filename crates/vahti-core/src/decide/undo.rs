//! `undo`: takes back the newest verify or invalidate of a user. What was let in by it waits again, what was put out by it
//! goes on again, as far as the limit allows; what it changed is recorded with it, in [`turned`](crate::Session::turned) and
//! [`command`](Account::command).

use core::time::Duration;

use crate::{
    Account, By, Decision, HeldReason, HoldLogins, Moment, Policy, Refusal, Register, SessionId,
    Stamp, State, Timestamp, Verb,
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

/// The stamp of the command that can be taken back: the newest verify, invalidate or undo of the user that changed
/// something, within [`UNDO_WITHIN`].
#[must_use]
pub fn undoable(account: &Account, now: Timestamp) -> Option<Stamp> {
    let newest = account.command?.stamp;
    (newest.time() >= now.minus(UNDO_WITHIN)).then_some(newest)
}

/// Decides an undo. Refused with [`Refusal::NothingToUndo`], and nothing changes, if the command that is meant is not the one
/// that can be taken back.
///
/// With an alarm whoever was let in since the command waits too: the person who should not have been let in may have
/// logged in anew meanwhile.
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
    let meant = draft.account.command.filter(|newest| newest.stamp == of);
    let (Some(meant), true) = (meant, undoable(account, moment.now) == Some(of)) else {
        return Decision {
            commit: draft.close(None),
            answer: Err(Refusal::NothingToUndo),
        };
    };
    let is_open = |id: &SessionId| draft.account.open_session(id).is_some();
    let mut let_in = let_in(account, of, command.alarm.is_some());
    let mut put_out = put_out(account, of);
    let_in.retain(is_open);
    put_out.retain(is_open);
    let stamp = draft.stamp();
    for id in &let_in {
        draft.put_out(id, stamp, HeldReason::Invalidated);
    }
    for id in &put_out {
        draft.account.merge(&Register::Admitted(id.clone(), stamp));
    }
    hold_logins(&mut draft, meant.held_logins || command.alarm.is_some());
    draft.account.command = None;
    let commit = draft.commit_order(records(command, &let_in, &put_out));
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

/// The sessions that the command let in; for an alarm also those that were let in after it. They stand as the last commit left
/// them, so that a policy that has changed since turns nobody around.
fn let_in(account: &Account, of: Stamp, alarm: bool) -> Vec<SessionId> {
    account
        .open_sessions()
        .filter(|session| session.state.is_active())
        .filter(|session| session.turned == of || (alarm && account.let_in(session) >= of))
        .map(|session| session.id.clone())
        .collect()
}

/// The sessions that the command put out while they were active. A freeze that came after it lets nobody in.
fn put_out(account: &Account, of: Stamp) -> Vec<SessionId> {
    account
        .open_sessions()
        .filter(|session| session.state.is_held() && session.turned == of)
        .filter(|_| account.registers.frozen < of)
        .map(|session| session.id.clone())
        .collect()
}

/// One event for each session, an alarm for the one that should not have been let in; and one for the user where the command
/// only gave or lifted an order.
fn records(command: &Undo, let_in: &[SessionId], put_out: &[SessionId]) -> Vec<Record> {
    let touched = let_in.iter().chain(put_out);
    let others = touched.filter(|id| Some(*id) != command.alarm.as_ref());
    let alarm = command.alarm.iter().map(|id| (Verb::Alarm, id));
    let mut records: Vec<_> = alarm
        .chain(others.map(|id| (Verb::Undo, id)))
        .map(|(verb, id)| Record::of(verb, Some(id.clone())))
        .collect();
    if records.is_empty() {
        records.push(Record::of(Verb::Undo, None));
    }
    records
}

/// Further logins are held, or are not. A freeze stays.
fn hold_logins(draft: &mut Draft<'_>, on: bool) {
    let registers = &draft.account.registers;
    if registers.are_logins_held() == on || (!on && registers.is_frozen()) {
        return;
    }
    let stamp = draft.stamp();
    draft
        .account
        .merge(&Register::HoldLogins(HoldLogins { stamp, on }));
}
