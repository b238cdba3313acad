//! A gate for one user, driven by hand: every decision that goes through it is checked against the laws.
#![allow(
    dead_code,
    reason = "every test file is a program of its own and uses its own part of this"
)]

mod laws;

use core::{fmt::Debug, time::Duration};

use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use vahti_core::{
    Account, By, Commit, Decision, EndReason, Event, Group, Hlc, How, LastSeen, Moment, OnLimit,
    Policy, Profile, Refusal, Secret, SecretHash, Session, SessionId, Stamp, State, Timestamp,
    UserId,
    decide::{
        self, Choose, End, EndedSessions, Invalidate, InvalidatedSessions, LogIn, LoggedIn,
        Replaces, Undo, Undone, VerifiedSession, Verify, Which,
    },
};

/// When every story begins: 2026-09-21 by the clock.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Whether the long form of a proof is asked for: `VAHTI_LONG` is set. The tests of the other crates have this from the store.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment to take longer"
)]
pub(crate) fn is_long() -> bool {
    std::env::var_os("VAHTI_LONG").is_some()
}

/// A runner of random histories. What fails is kept beside the test's source and is run first next time.
pub(crate) fn runner(source: &'static str, short: u32, long: u32) -> TestRunner {
    TestRunner::new(Config {
        cases: if is_long() { long } else { short },
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        source_file: Some(source),
        ..Config::default()
    })
}

pub(crate) fn sid(text: &str) -> SessionId {
    SessionId::new(text).expect("a session id")
}

pub(crate) fn group(text: &str) -> Group {
    Group::new(text).expect("a group")
}

/// The secret of a session's token, made from its id.
pub(crate) fn secret(id: &str) -> SecretHash {
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(id.bytes())
        .for_each(|(byte, of_id)| *byte = of_id);
    Secret::new(bytes).hash()
}

/// A policy with this limit and this answer at the limit.
pub(crate) fn policy(limit: u32, on_limit: OnLimit) -> Policy {
    Policy {
        max_per_user: limit,
        on_limit,
        ..Policy::one_per_user()
    }
}

/// A login that says nothing but its id.
pub(crate) fn a_login(id: &str) -> LogIn {
    LogIn {
        id: sid(id),
        chosen_id: true,
        secret: secret(id),
        profile: Profile::default(),
        place: None,
        origin: None,
        home: "here".to_owned(),
        replaces: None,
        idempotency: None,
    }
}

/// The proof that a browser holds the session `id`.
pub(crate) fn proof_of(id: &str) -> Option<Replaces> {
    Some(Replaces {
        session: sid(id),
        secret: secret(id),
    })
}

/// A verify of this session, or of the latest.
pub(crate) fn a_verify(id: Option<&str>) -> Verify {
    Verify {
        challenge: None,
        session: id.map(sid),
        keep_others: false,
        home: "here".to_owned(),
        at: None,
    }
}

/// An invalidate of this session, or of all.
pub(crate) fn an_invalidate(id: Option<&str>) -> Invalidate {
    Invalidate {
        which: id.map_or(Which::All, |id| Which::These(vec![sid(id)])),
        hold_logins: false,
        at: None,
    }
}

/// One user's account, the policy and the clock.
pub(crate) struct Gate {
    pub(crate) policy: Policy,
    pub(crate) account: Account,
    pub(crate) hlc: Hlc,
    pub(crate) now: Timestamp,
    pub(crate) by: By,
    /// The events of the newest decision.
    pub(crate) events: Vec<Event>,
}

impl Gate {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            policy,
            account: Account::new(UserId::new("aino").expect("a user")),
            hlc: Hlc::default(),
            now: START,
            by: By {
                key: "app".to_owned(),
                actor: Some("sirpa".to_owned()),
                how: How::Api,
                note: Some("seat changed".to_owned()),
            },
            events: Vec::new(),
        }
    }

    pub(crate) fn with(limit: u32, on_limit: OnLimit) -> Self {
        Self::new(policy(limit, on_limit))
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// A stamp for a command that is given now and carried out later.
    pub(crate) fn take_stamp(&mut self) -> Stamp {
        self.hlc.next(self.now, self.account.newest)
    }

    fn moment(&mut self) -> Moment {
        Moment {
            now: self.now,
            stamp: self.take_stamp(),
        }
    }

    /// Logs in, and gives the state of the new session.
    pub(crate) fn login(&mut self, id: &str) -> State {
        self.log_in(&a_login(id)).expect(id).session.state
    }

    /// Logs in from the browser that holds `old`.
    pub(crate) fn login_replacing(&mut self, id: &str, old: &str) -> State {
        let command = LogIn {
            replaces: proof_of(old),
            ..a_login(id)
        };
        self.log_in(&command).expect(id).session.state
    }

    /// Logs in as a member of these groups.
    pub(crate) fn login_in(&mut self, id: &str, groups: &[&str]) -> State {
        let mut command = a_login(id);
        command.profile.groups = groups.iter().map(|name| group(name)).collect();
        self.log_in(&command).expect(id).session.state
    }

    pub(crate) fn log_in(&mut self, command: &LogIn) -> Result<LoggedIn, Refusal> {
        self.take(laws::Act::Login(command), |account, policy, by, moment| {
            decide::login(account, policy, by, command, moment)
        })
    }

    pub(crate) fn verify(&mut self, id: &str) {
        self.let_in(&a_verify(Some(id))).expect(id);
    }

    pub(crate) fn verify_keeping_others(&mut self, id: &str) {
        let command = Verify {
            keep_others: true,
            ..a_verify(Some(id))
        };
        self.let_in(&command).expect(id);
    }

    pub(crate) fn let_in(&mut self, command: &Verify) -> Result<VerifiedSession, Refusal> {
        self.take(laws::Act::Verify(command), |account, policy, by, moment| {
            decide::verify(account, policy, by, command, moment)
        })
    }

    /// Chooses, from the session `own` that waits, which one ends.
    pub(crate) fn choose(&mut self, own: &str, ends: Option<&str>) -> Result<Session, Refusal> {
        let command = Choose {
            session: sid(own),
            ends: ends.map(sid),
        };
        self.choose_as(&command)
    }

    pub(crate) fn choose_as(&mut self, command: &Choose) -> Result<Session, Refusal> {
        self.take(laws::Act::Choose(command), |account, policy, by, moment| {
            decide::choose(account, policy, by, command, moment)
        })
    }

    /// Takes back the newest command, if one can be.
    pub(crate) fn undo(&mut self) -> Result<Undone, Refusal> {
        let of = decide::undoable(&self.account, self.now).unwrap_or(Stamp::NEVER);
        self.undo_as(&Undo { of, alarm: None })
    }

    pub(crate) fn undo_as(&mut self, command: &Undo) -> Result<Undone, Refusal> {
        let version = self.account.version;
        let undone = self.take(laws::Act::Undo(command), |account, policy, by, moment| {
            decide::undo(account, policy, by, command, moment)
        });
        assert!(
            undone.is_err() || self.account.version > version,
            "what is answered is written"
        );
        undone
    }

    pub(crate) fn invalidate(&mut self, id: Option<&str>) -> Vec<SessionId> {
        self.put_out(&an_invalidate(id)).invalidated
    }

    pub(crate) fn put_out(&mut self, command: &Invalidate) -> InvalidatedSessions {
        self.take(laws::Act::Invalidate, |account, policy, by, moment| {
            decide::invalidate(account, policy, by, command, moment)
        })
        .expect("an invalidate is never refused")
    }

    /// Logs a session out.
    pub(crate) fn end(&mut self, id: &str) -> Vec<SessionId> {
        let command = End {
            which: Which::These(vec![sid(id)]),
            reason: EndReason::LoggedOut,
        };
        self.end_as(&command).ended
    }

    pub(crate) fn end_as(&mut self, command: &End) -> EndedSessions {
        self.take(laws::Act::End, |account, policy, by, moment| {
            decide::end(account, policy, by, command, moment)
        })
        .expect("an end is never refused")
    }

    /// What housekeeping does.
    pub(crate) fn settle(&mut self) {
        self.take(laws::Act::Settle, |account, policy, _, moment| Decision {
            commit: decide::settle(account, policy, moment),
            answer: Ok(()),
        })
        .expect("settling is never refused");
    }

    fn take<T: Debug>(
        &mut self,
        act: laws::Act<'_>,
        decide: impl Fn(&Account, &Policy, &By, Moment) -> Decision<T>,
    ) -> Result<T, Refusal> {
        let moment = self.moment();
        let Decision { commit, answer } = decide(&self.account, &self.policy, &self.by, moment);
        let again = decide(&self.account, &self.policy, &self.by, moment);
        assert_eq!(
            commit.account, again.commit.account,
            "the same, decided twice"
        );
        assert_eq!(
            commit.events, again.commit.events,
            "the same, decided twice"
        );
        assert_eq!(format!("{answer:?}"), format!("{:?}", again.answer));
        laws::hold(&self.account, &self.policy, moment, act, &commit);
        let pruned = decide(
            &without_ended(&self.account),
            &self.policy,
            &self.by,
            moment,
        );
        if pruned.answer.is_ok() == answer.is_ok() {
            assert_eq!(
                open_states(&pruned.commit.account),
                open_states(&commit.account),
                "deleting ended sessions changes nothing for the others"
            );
        }
        let Commit {
            account, events, ..
        } = commit;
        (self.account, self.events) = (account, events);
        answer
    }

    /// The session, open or ended.
    pub(crate) fn session(&self, id: &str) -> &Session {
        let found = self
            .account
            .sessions
            .iter()
            .find(|session| session.id.as_str() == id);
        found.unwrap_or_else(|| panic!("the account has no session {id}"))
    }

    pub(crate) fn state(&self, id: &str) -> State {
        self.session(id).state
    }

    pub(crate) fn expired_at(&self, id: &str) -> Option<Timestamp> {
        self.session(id).expired_at
    }

    /// The ids of the sessions in states that `is` names, the oldest login first.
    pub(crate) fn ids(&self, is: fn(State) -> bool) -> Vec<&str> {
        let sessions = self.account.sessions.iter();
        sessions
            .filter(|session| is(session.state))
            .map(|session| session.id.as_str())
            .collect()
    }

    pub(crate) fn active(&self) -> Vec<&str> {
        self.ids(State::is_active)
    }

    pub(crate) fn held(&self) -> Vec<&str> {
        self.ids(State::is_held)
    }

    /// Lays a last-seen time over a session, as the store does before each decision.
    pub(crate) fn see(&mut self, id: &str, here: bool) {
        let now = self.now;
        let session = self
            .account
            .sessions
            .iter_mut()
            .find(|session| session.id.as_str() == id)
            .expect(id);
        let at = session.last_seen.at.max(now);
        session.last_seen = LastSeen { at, here };
    }

    /// What the retention does: ended sessions go.
    pub(crate) fn forget_ended(&mut self) {
        self.account = without_ended(&self.account);
    }
}

fn without_ended(account: &Account) -> Account {
    let mut pruned = account.clone();
    pruned.sessions.retain(Session::is_open);
    pruned
}

fn open_states(account: &Account) -> Vec<(&SessionId, State)> {
    account
        .open_sessions()
        .map(|session| (&session.id, session.state))
        .collect()
}
