//! A draft of an account while a command is decided, and the commit that comes out of it.
//!
//! Every decision begins with [`Draft::begin`] and leaves through [`Draft::commit`]; so deadlines, the
//! limit, the cap on held sessions and the events are handled in one place, whatever the command.

use crate::{
    Account, By, Commit, EndReason, Ended, Event, HeldReason, HoldLogins, Invalidated, LastCommand,
    Policy, Register, Session, SessionId, Stamp, State, Stopped, Timestamp, Verb,
};

/// When a command is decided: the store makes it, under the account's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the clock.
    pub now: Timestamp,
    /// In the order of all commands: greater than every stamp that the account and the host have seen.
    pub stamp: Stamp,
}

/// An account under decision.
pub(crate) struct Draft<'a> {
    pub(crate) account: Account,
    pub(crate) policy: &'a Policy,
    pub(crate) moment: Moment,
    before: &'a Account,
    by: &'a By,
    /// The stamp of the command; older than the moment's for a command that was given to many users.
    stamp: Stamp,
}

/// What a command itself records, before its consequences.
pub(crate) struct Record {
    pub(crate) verb: Verb,
    pub(crate) session: Option<SessionId>,
    pub(crate) remark: Option<&'static str>,
    pub(crate) origin: Option<String>,
}

impl Record {
    pub(crate) fn of(verb: Verb, session: Option<SessionId>) -> Self {
        Self {
            verb,
            session,
            remark: None,
            origin: None,
        }
    }
}

impl<'a> Draft<'a> {
    /// Opens a draft: what is overdue ends, at its deadline's own time; what is beyond the limit is put out.
    pub(crate) fn begin(
        before: &'a Account,
        policy: &'a Policy,
        by: &'a By,
        moment: Moment,
    ) -> Self {
        let mut draft = Self {
            account: before.clone(),
            policy,
            moment,
            before,
            by,
            stamp: moment.stamp,
        };
        draft.trim();
        for session in draft
            .account
            .sessions
            .iter_mut()
            .filter(|session| session.is_open())
        {
            if let Some(ended) = session.overdue_for_others(policy, moment.now) {
                session.marks.end(ended);
            }
        }
        draft.restate();
        draft
    }

    /// Gives the command a stamp that was taken before, for many users at once.
    pub(crate) fn stamped(mut self, stamp: Option<Stamp>) -> Self {
        self.stamp = stamp.unwrap_or(self.stamp);
        self
    }

    /// The stamp that the command's registers carry.
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The user's limit; 0 is none.
    pub(crate) fn limit(&self) -> u32 {
        self.policy.limit(&self.account.profile.groups)
    }

    /// The name of the key with which the command came.
    pub(crate) fn key(&self) -> &str {
        &self.by.key
    }

    pub(crate) fn session_mut(&mut self, id: &SessionId) -> Option<&mut Session> {
        self.account
            .sessions
            .iter_mut()
            .find(|session| session.id == *id)
    }

    /// Ends a session now; a session that has ended stays as it is.
    pub(crate) fn end(&mut self, id: &SessionId, reason: EndReason) {
        let ended = Ended {
            at: self.moment.now,
            reason,
        };
        if let Some(session) = self.session_mut(id).filter(|session| session.is_open()) {
            session.marks.end(ended);
        }
    }

    /// Puts one session on hold.
    pub(crate) fn put_out(&mut self, id: &SessionId, stamp: Stamp, cause: HeldReason) {
        let invalidated = Invalidated { stamp, cause };
        if let Some(session) = self.session_mut(id) {
            session.marks.invalidated = session.marks.invalidated.max(invalidated);
        }
    }

    /// A verify lifts a freeze and an order to hold further logins.
    pub(crate) fn release(&mut self) {
        let registers = &self.account.registers;
        if registers.hold_logins.on || registers.is_frozen() {
            let order = HoldLogins {
                stamp: self.stamp,
                on: false,
            };
            self.account.merge(&Register::HoldLogins(order));
        }
    }

    /// Puts out what is let in beyond the limit. Nobody is let in by this, now or later.
    ///
    /// With the stamp of each one's own letting in, where a tie goes to put out: the command that is being
    /// decided may then let one of them in again.
    fn trim(&mut self) {
        let Some(limit) = self.policy.enforced_limit(&self.account.profile.groups) else {
            return;
        };
        let order = self.account.let_in_order();
        let surplus: Vec<_> = order
            .iter()
            .skip(limit as usize)
            .map(|session| (session.id.clone(), self.account.let_in(session)))
            .collect();
        for (id, let_in) in surplus {
            self.put_out(&id, let_in, HeldReason::OverLimit);
        }
    }

    /// Ends the longest unseen of the held sessions beyond the cap.
    fn displace(&mut self) {
        if self.policy.observes() {
            return;
        }
        let newest = self.account.latest_open().map(|session| session.id.clone());
        let mut held: Vec<_> = self
            .account
            .open_sessions()
            .filter(|session| session.state.is_held())
            .collect();
        let beyond = held
            .len()
            .saturating_sub(self.policy.held_max_per_user.max(1) as usize);
        held.retain(|session| Some(&session.id) != newest.as_ref());
        held.sort_by_key(|session| (session.last_seen.at, session.login.stamp));
        let displaced: Vec<_> = held
            .iter()
            .take(beyond)
            .map(|session| session.id.clone())
            .collect();
        for id in displaced {
            self.end(&id, EndReason::Displaced);
        }
    }

    /// Brings the recorded states up to what the registers and the limit give.
    pub(crate) fn restate(&mut self) {
        let states = self.account.states(self.policy);
        for (place, state) in states.into_iter().enumerate() {
            let let_in = self.account.let_in(&self.account.sessions[place]);
            let session = &mut self.account.sessions[place];
            if session.state.is_active() && !state.is_active() {
                let stopped = stop(session, let_in, self.moment.now, self.stamp);
                session.expired_at = Some(stopped.at);
                self.account.stopped = self.account.stopped.max(Some(stopped));
            } else if state.is_active() {
                session.expired_at = None;
            }
            session.state = state;
        }
    }

    /// Closes the draft of a command that was accepted, and records it.
    pub(crate) fn commit(self, record: Record) -> Commit {
        self.commit_all([record])
    }

    /// Closes the draft of a verify, an invalidate or an undo: of a supervisor's command, which can be taken back. One that changes
    /// nothing, a second tap for instance, leaves the one before it to be taken back.
    pub(crate) fn commit_order(self, records: impl IntoIterator<Item = Record>) -> Commit {
        let command = LastCommand {
            stamp: self.stamp,
            held_logins: self.before.registers.are_logins_held(),
        };
        let before = self.before;
        let mut commit = self.commit_all(records);
        if has_changed(before, &commit.account) {
            commit.account.command = Some(command);
        }
        commit
    }

    /// As [`Draft::commit`], of a command that is recorded for each of several sessions.
    pub(crate) fn commit_all(mut self, records: impl IntoIterator<Item = Record>) -> Commit {
        self.trim();
        self.restate();
        self.displace();
        self.restate();
        self.close(records)
    }

    /// Closes the draft of a command that was refused, or of none: only what was due is written.
    pub(crate) fn close(self, records: impl IntoIterator<Item = Record>) -> Commit {
        let records: Vec<_> = records.into_iter().collect();
        let tells = |session: &Session| {
            // The command's own event tells of its subject; only an `end` tells of an end.
            records.iter().any(|record| {
                record.session.as_ref() == Some(&session.id)
                    && (!session.state.is_ended() || record.verb == Verb::End)
            })
        };
        let consequences: Vec<_> = self
            .account
            .sessions
            .iter()
            .filter_map(|session| Some((session, self.consequence(session)?)))
            .filter(|(session, _)| !tells(session))
            .map(|(_, event)| event)
            .collect();
        let mut events: Vec<_> = records
            .into_iter()
            .map(|record| self.event(record))
            .collect();
        events.extend(consequences);
        if events.is_empty() {
            return Commit::nothing(self.before);
        }
        let (stamp, before) = (self.stamp, self.before);
        let mut account = self.account;
        mark_turned(before, &mut account, stamp);
        account.newest = account.newest.max(self.moment.stamp);
        account.version += 1;
        Commit {
            account,
            events,
            erases: false,
        }
    }

    fn event(&self, record: Record) -> Event {
        let session = record
            .session
            .as_ref()
            .and_then(|id| self.account.sessions.iter().find(|s| s.id == *id));
        Event {
            at: self.moment.now,
            stamp: self.stamp,
            verb: record.verb,
            state: session.map(|session| session.state),
            session: record.session,
            remark: record.remark,
            by: self.by.clone(),
            origin: record.origin,
            limit: self.limit(),
            policy: self.policy.on_limit,
        }
    }

    /// The event of a session whose state a command, a deadline or the limit changed.
    fn consequence(&self, session: &Session) -> Option<Event> {
        let before = self
            .before
            .sessions
            .iter()
            .find(|before| before.id == session.id)?
            .state;
        if before == session.state {
            return None;
        }
        let (verb, deadline) = match session.state {
            State::Ended(EndReason::Idle | EndReason::Lifetime) => {
                (Verb::End, session.marks.ended_at())
            }
            State::Ended(_) => (Verb::End, None),
            State::Held(_) => (Verb::Invalidate, None),
            State::Active => (Verb::Observe, None),
        };
        let by = if deadline.is_some() {
            By::rule()
        } else {
            self.by.consequence()
        };
        let record = Record::of(verb, Some(session.id.clone()));
        Some(Event {
            at: deadline.unwrap_or(self.moment.now),
            by,
            ..self.event(record)
        })
    }
}

/// Whether a command changed how anybody stands who has not ended, or whether further logins are held.
fn has_changed(before: &Account, after: &Account) -> bool {
    let is_new = |session: &Session| {
        let old = before.sessions.iter().find(|old| old.id == session.id);
        old.is_some_and(|old| old.state != session.state)
    };
    before.registers.are_logins_held() != after.registers.are_logins_held()
        || after.open_sessions().any(is_new)
}

/// Notes at each session that turned active, or stopped being so, which command did it.
fn mark_turned(before: &Account, after: &mut Account, stamp: Stamp) {
    for session in &mut after.sessions {
        let old = before.sessions.iter().find(|old| old.id == session.id);
        if old.is_some_and(|old| old.state.is_active() != session.state.is_active()) {
            session.turned = stamp;
        }
    }
}

/// When a session that was active stopped being so. A deadline has no stamp of its own, only a time; the clock
/// may have gone back, but the session stopped after it was let in.
fn stop(session: &Session, let_in: Stamp, now: Timestamp, stamp: Stamp) -> Stopped {
    match session.marks.ended {
        Some(Ended {
            at,
            reason: EndReason::Idle | EndReason::Lifetime,
        }) => Stopped {
            stamp: Stamp::at(at).max(let_in),
            at,
        },
        _ => Stopped { stamp, at: now },
    }
}
