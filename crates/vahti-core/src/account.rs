//! The account: all that Vahti knows of one user, and who of the user's sessions is active.

use crate::{
    Group, HeldReason, Policy, Register, Registers, Session, SessionId, Stamp, State, Timestamp,
    UserId,
};

/// All that Vahti knows of one user: registers and open sessions.
///
/// A store loads it with the open sessions only; a commit may leave sessions in it that have just ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whose account it is.
    pub user: UserId,
    /// What the host application said of the person.
    pub profile: Profile,
    /// The registers of the user.
    pub registers: Registers,
    /// When a session that had been active last stopped being so.
    pub stopped: Option<Stopped>,
    /// The newest verify, invalidate or undo that changed something: what can be taken back.
    pub command: Option<LastCommand>,
    /// The newest stamp that this account has seen.
    pub newest: Stamp,
    /// Rises with every commit; 0 is an account that has never been written.
    pub version: u64,
    /// The end of the chain of events.
    pub chain: ChainHead,
    /// The open sessions, the oldest login first.
    pub sessions: Vec<Session>,
}

/// What the host application said of a person. Shown to people; decides nothing but by its groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The name that people know.
    pub name: Option<String>,
    /// The mail address, passed on to applications.
    pub email: Option<String>,
    /// A number that a supervisor can compare with a card.
    pub number: Option<String>,
    /// Groups of the newest login that named any.
    pub groups: Vec<Group>,
}

/// When a session that had been active stopped being so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stopped {
    /// In the order of all commands.
    pub stamp: Stamp,
    /// By the clock.
    pub at: Timestamp,
}

/// A supervisor's command, as far as it must be known to take it back. Which sessions it let in and put out they say themselves
/// ([`turned`](Session::turned)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCommand {
    /// When it was accepted.
    pub stamp: Stamp,
    /// Whether further logins were held before it.
    pub held_logins: bool,
}

/// The end of an account's chain of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainHead {
    /// How many events the account has.
    pub events: u64,
    /// The hash of the newest.
    pub hash: [u8; 32],
}

impl Account {
    /// The account of a user of whom nothing is known.
    #[must_use]
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            profile: Profile::default(),
            registers: Registers::default(),
            stopped: None,
            command: None,
            newest: Stamp::NEVER,
            version: 0,
            chain: ChainHead::default(),
            sessions: Vec::new(),
        }
    }

    /// Whether a session id is taken, as far as the account knows: also while a register names it, for otherwise an old
    /// verify would let a new session in.
    #[must_use]
    pub fn has_used(&self, id: &SessionId) -> bool {
        self.sessions.iter().any(|session| session.id == *id)
            || self
                .registers
                .verified
                .as_ref()
                .is_some_and(|verified| verified.session == *id)
    }

    /// The open session with this id.
    #[must_use]
    pub fn open_session(&self, id: &SessionId) -> Option<&Session> {
        self.sessions
            .iter()
            .find(|session| session.id == *id && session.is_open())
    }

    /// The open sessions, the oldest login first.
    pub fn open_sessions(&self) -> impl DoubleEndedIterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.is_open())
    }

    /// The open session that logged in last.
    #[must_use]
    pub fn latest_open(&self) -> Option<&Session> {
        self.open_sessions()
            .max_by_key(|session| session.login.stamp)
    }

    /// Whether a session stopped being active so short a time before `now` that the next login is held
    /// ([`Policy::hold_after_end`]). An invalidate of all is a clean start.
    #[must_use]
    pub fn stopped_lately(&self, policy: &Policy, now: Timestamp) -> bool {
        let window = policy.hold_after_end;
        !window.is_zero()
            && self.stopped.is_some_and(|stopped| {
                stopped.stamp > self.registers.invalidated && now < stopped.at.plus(window)
            })
    }

    /// How many sessions are active, as of the last commit.
    #[must_use]
    pub fn active(&self) -> u32 {
        let active = self
            .sessions
            .iter()
            .filter(|session| session.state.is_active())
            .count();
        u32::try_from(active).unwrap_or(u32::MAX)
    }

    /// When `session` was let in.
    #[must_use]
    pub fn let_in(&self, session: &Session) -> Stamp {
        session
            .marks
            .admitted
            .max(self.verified(|named| named == &session.id))
    }

    /// When `session` was put out.
    #[must_use]
    pub fn put_out(&self, session: &Session) -> Stamp {
        session
            .marks
            .invalidated
            .stamp
            .max(self.registers.invalidated)
            .max(self.registers.frozen)
            .max(self.verified(|named| named != &session.id))
    }

    fn verified(&self, which: impl Fn(&SessionId) -> bool) -> Stamp {
        self.registers
            .verified
            .as_ref()
            .filter(|verified| which(&verified.session))
            .map_or(Stamp::NEVER, |verified| verified.stamp)
    }

    /// The open sessions that are let in, in the order in which they hold their places: the verified one,
    /// then the longest let in. A tie between let in and put out goes to put out.
    ///
    /// Deadlines do not count here, so that a deadline that passes never moves another session up;
    /// [`decide`](crate::decide) ends what is overdue before anything else.
    #[must_use]
    pub fn let_in_order(&self) -> Vec<&Session> {
        let mut order: Vec<_> = self
            .open_sessions()
            .filter(|session| self.let_in(session) > self.put_out(session))
            .collect();
        let verified = self
            .registers
            .verified
            .as_ref()
            .map(|verified| &verified.session);
        order.sort_by_key(|session| {
            (
                Some(&session.id) != verified,
                self.let_in(session),
                &session.id,
            )
        });
        order
    }

    /// The state of each session by its registers and `limit` (0: none), in the order of
    /// [`Account::sessions`].
    #[must_use]
    pub fn standings(&self, limit: u32) -> Vec<State> {
        let places = if limit == 0 {
            usize::MAX
        } else {
            usize::try_from(limit).unwrap_or(usize::MAX)
        };
        let order = self.let_in_order();
        let standing = |session: &Session| match session.marks.ended {
            Some(ended) => State::Ended(ended.reason),
            None => match order.iter().position(|other| other.id == session.id) {
                Some(place) if place < places => State::Active,
                Some(_) => State::Held(HeldReason::OverLimit),
                None => State::Held(self.held_reason(session)),
            },
        };
        self.sessions.iter().map(standing).collect()
    }

    /// Why a session that is not let in waits: the newest cause.
    fn held_reason(&self, session: &Session) -> HeldReason {
        let born = session
            .login
            .held
            .map(|reason| (session.login.stamp, reason));
        let causes = [
            (
                session.marks.invalidated.stamp,
                session.marks.invalidated.cause,
            ),
            (self.registers.invalidated, HeldReason::Invalidated),
            (self.registers.frozen, HeldReason::Frozen),
            (
                self.verified(|named| named != &session.id),
                HeldReason::Superseded,
            ),
        ];
        born.into_iter()
            .chain(causes)
            .max_by_key(|(stamp, _)| *stamp)
            .map_or(HeldReason::Invalidated, |(_, reason)| reason)
    }

    /// The states that the sessions should be in under `policy`.
    #[must_use]
    pub fn states(&self, policy: &Policy) -> Vec<State> {
        let mut states = self.standings(policy.limit(&self.profile.groups));
        if policy.observes() {
            states
                .iter_mut()
                .filter(|state| state.is_held())
                .for_each(|state| *state = State::Active);
        }
        states
    }

    /// Whether the recorded states differ from what `policy` gives: after a change of the limit or the policy.
    #[must_use]
    pub fn is_outdated(&self, policy: &Policy) -> bool {
        let limit = policy
            .enforced_limit(&self.profile.groups)
            .map_or(usize::MAX, |limit| limit as usize);
        self.let_in_order().len() > limit
            || self
                .states(policy)
                .iter()
                .zip(&self.sessions)
                .any(|(state, session)| *state != session.state)
    }

    /// Merges one register by maximum (an end: the earliest). Merging commutes and may be repeated.
    ///
    /// A register of a session that this account does not hold changes nothing here.
    pub fn merge(&mut self, register: &Register) {
        self.newest = self.newest.max(register.stamp());
        match register {
            Register::Verified(new) => {
                if self.registers.verified.as_ref() < Some(new) {
                    self.registers.verified = Some(new.clone());
                }
            }
            Register::InvalidatedAll(stamp) => {
                self.registers.invalidated = self.registers.invalidated.max(*stamp);
            }
            Register::Frozen(stamp) => self.registers.frozen = self.registers.frozen.max(*stamp),
            Register::HoldLogins(order) => {
                self.registers.hold_logins = self.registers.hold_logins.max(*order);
            }
            Register::Admitted(id, stamp) => {
                self.marks(id, |marks| marks.admitted = marks.admitted.max(*stamp));
            }
            Register::Invalidated(id, new) => {
                self.marks(id, |marks| marks.invalidated = marks.invalidated.max(*new));
            }
            Register::Ended(id, ended) => self.marks(id, |marks| marks.end(*ended)),
        }
    }

    fn marks(&mut self, id: &SessionId, merge: impl FnOnce(&mut crate::Marks)) {
        if let Some(session) = self.sessions.iter_mut().find(|session| session.id == *id) {
            merge(&mut session.marks);
        }
    }
}
