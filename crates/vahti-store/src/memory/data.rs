//! The data of a store in memory, and how a commit changes them. Whoever calls holds the lock.

use std::collections::{BTreeMap, HashMap, HashSet};

use vahti_core::{
    Account, By, ChainHead, Commit, Digest, Hlc, LastSeen, Moment, Policy, Session, SessionId,
    Stamp, Timestamp, UserId, Verb,
};

use super::{chain::Recorded, supervisors::Supervisors};
use crate::{
    ApiKey, Constraint, Decide, Host, StoreError, Witness,
    house::{self, Chain, Changed},
};

/// Everything.
#[derive(Default)]
pub(super) struct Data {
    /// The person with number n stands at n - 1.
    pub(super) people: Vec<Person>,
    pub(super) numbers: HashMap<UserId, i64>,
    /// By their numbers, which rise with the logins.
    pub(super) sessions: BTreeMap<i64, Kept>,
    /// The event with sequence n stands at n - 1.
    pub(super) record: Vec<Recorded>,
    /// The end of the chain about no user.
    pub(super) house: ChainHead,
    pub(super) ids: HashMap<SessionId, i64>,
    /// Ids of sessions that the record names. It outlives the sessions, so none of them is used again.
    pub(super) recorded_ids: HashSet<SessionId>,
    of_account: HashMap<i64, Vec<i64>>,
    logins: i64,
    keys: BTreeMap<String, ApiKey>,
    pub(super) supervisors: Supervisors,
    /// Until when the gate is paused.
    pub(super) paused_until: Option<Timestamp>,
    hlc: Hlc,
}

/// A person.
pub(super) struct Person {
    /// Of the name.
    pub(super) digest: Digest,
    /// The account, without its sessions; none once the person was erased.
    pub(super) account: Option<Account>,
}

/// A session, and whose it is.
pub(super) struct Kept {
    pub(super) account: i64,
    pub(super) session: Session,
}

impl Data {
    /// Takes a moment after every one before.
    pub(super) fn stamp(&mut self, host: &Host) -> Moment {
        let now = host.clock.now();
        let stamp = self.hlc.next(now, Stamp::NEVER);
        Moment { now, stamp }
    }

    /// Runs one decision; gives the account as it left it, if it wrote anything.
    pub(super) fn transact(
        &mut self,
        host: &Host,
        user: &UserId,
        decide: &mut Decide,
    ) -> Result<Option<Changed>, StoreError> {
        let before = self
            .account(&*host.witness, user)
            .unwrap_or_else(|| Account::new(user.clone()));
        let now = host.clock.now();
        let stamp = self.hlc.next(now, before.newest);
        let commit = house::run(decide, &before, Moment { now, stamp })?;
        if commit.events.is_empty() {
            return Ok(None);
        }
        house::check_whole(&before, &commit.account)?;
        self.check(&before, &commit, &host.policy)?;
        let is_erased = commit.erases;
        let account = self.write(&before, commit);
        Ok(Some(Changed { account, is_erased }))
    }

    /// What the constraints of a database would refuse.
    fn check(&self, before: &Account, commit: &Commit, policy: &Policy) -> Result<(), StoreError> {
        let is_new = |session: &&Session| !before.sessions.iter().any(|old| old.id == session.id);
        let sessions = &commit.account.sessions;
        if sessions
            .iter()
            .filter(is_new)
            .any(|session| self.recorded_ids.contains(&session.id))
        {
            return Err(StoreError::Conflict(Constraint::SessionId));
        }
        let limit = policy.enforced_limit(&commit.account.profile.groups);
        if limit.is_some_and(|limit| commit.account.active() > limit) {
            return Err(StoreError::Conflict(Constraint::Slot));
        }
        Ok(())
    }

    fn write(&mut self, before: &Account, commit: Commit) -> Account {
        let Commit {
            account: mut after,
            events,
            erases,
        } = commit;
        let number = self.number_of(&after.user);
        if erases {
            self.forget_texts(number);
        }
        let mut chain = Chain {
            account: number,
            user: Some(super::chain::digest(after.user.as_str())),
            head: before.chain,
        };
        for event in events {
            chain = self.append(chain, event);
        }
        after.chain = chain.head;
        after.version = before.version + 1;
        for session in &after.sessions {
            let old = before.sessions.iter().find(|old| old.id == session.id);
            if old != Some(session) {
                self.keep(number, session);
            }
        }
        let stored = Account {
            sessions: Vec::new(),
            ..after.clone()
        };
        let place = usize::try_from(number - 1).ok();
        if let Some(person) = place.and_then(|place| self.people.get_mut(place)) {
            person.account = (!erases).then_some(stored);
        }
        if erases {
            self.forget_person(number, &after.user);
        }
        self.hlc = Hlc::after(self.hlc.newest().max(after.newest));
        after
    }

    fn number_of(&mut self, user: &UserId) -> i64 {
        if let Some(number) = self.numbers.get(user) {
            return *number;
        }
        self.people.push(Person {
            digest: super::chain::digest(user.as_str()),
            account: None,
        });
        let number = i64::try_from(self.people.len()).unwrap_or(i64::MAX);
        self.numbers.insert(user.clone(), number);
        number
    }

    fn keep(&mut self, account: i64, session: &Session) {
        let number = *self.ids.entry(session.id.clone()).or_insert_with(|| {
            self.logins += 1;
            self.of_account
                .entry(account)
                .or_default()
                .push(self.logins);
            self.logins
        });
        let mut session = session.clone();
        let written = self.sessions.get(&number);
        let at = written.map_or(session.last_seen.at, |written| {
            written.session.last_seen.at.max(session.last_seen.at)
        });
        session.last_seen = LastSeen { at, here: false };
        self.sessions.insert(number, Kept { account, session });
    }

    /// Records an event that is about no user.
    pub(super) fn record(&mut self, host: &Host, verb: Verb, by: By) {
        let moment = self.stamp(host);
        let event = house::event(&host.policy, moment, verb, by);
        let chain = Chain {
            account: 0,
            user: None,
            head: self.house,
        };
        self.house = self.append(chain, event).head;
    }

    /// What supervisors said last to those who wait.
    pub(super) fn message(&self) -> Option<String> {
        let mut record = self.record.iter().rev();
        let said = record.find(|recorded| recorded.event.verb == Verb::Message)?;
        said.event.by.note.clone()
    }

    /// The account of a user, with the open sessions.
    pub(super) fn account(&self, witness: &dyn Witness, user: &UserId) -> Option<Account> {
        let number = *self.numbers.get(user)?;
        self.with_sessions(number, witness, Session::is_open)
    }

    /// The account to which a session belongs, with the open sessions and this one.
    pub(super) fn account_of(&self, witness: &dyn Witness, id: &SessionId) -> Option<Account> {
        let kept = self.sessions.get(self.ids.get(id)?)?;
        self.with_sessions(kept.account, witness, |session| {
            session.is_open() || session.id == *id
        })
    }

    /// Every account that has a session that matters.
    pub(super) fn accounts(
        &self,
        witness: &dyn Witness,
        matters: impl Fn(&Session) -> bool,
    ) -> Vec<Account> {
        let numbers = 1..=i64::try_from(self.people.len()).unwrap_or(i64::MAX);
        numbers
            .filter_map(|number| self.with_sessions(number, witness, &matters))
            .filter(|account| !account.sessions.is_empty())
            .collect()
    }

    fn with_sessions(
        &self,
        number: i64,
        witness: &dyn Witness,
        which: impl Fn(&Session) -> bool,
    ) -> Option<Account> {
        let mut account = self.user_of(number)?.clone();
        account.sessions = self
            .of_account
            .get(&number)
            .into_iter()
            .flatten()
            .filter_map(|number| self.sessions.get(number))
            .filter(|kept| which(&kept.session))
            .map(|kept| laid_over(&kept.session, witness))
            .collect();
        Some(account)
    }

    /// Raises the last-seen times of open sessions.
    pub(super) fn write_last_seen(&mut self, seen: &[(SessionId, Timestamp)]) {
        for (id, at) in seen {
            let number = self.ids.get(id);
            if let Some(kept) = number.and_then(|number| self.sessions.get_mut(number))
                && kept.session.is_open()
            {
                kept.session.last_seen.at = kept.session.last_seen.at.max(*at);
            }
        }
    }

    /// Forgets sessions that ended before `before`, those that ended first at first.
    pub(super) fn forget_ended(&mut self, before: Timestamp, most: u32) -> u32 {
        let ended = |(number, kept): (&i64, &Kept)| Some((kept.session.marks.ended_at()?, *number));
        let mut old: Vec<_> = self.sessions.iter().filter_map(ended).collect();
        old.retain(|(at, _)| *at < before);
        old.sort_unstable();
        old.truncate(most as usize);
        for (_, number) in &old {
            self.remove(*number);
        }
        u32::try_from(old.len()).unwrap_or(u32::MAX)
    }

    /// Removes a session.
    pub(super) fn remove(&mut self, number: i64) {
        if let Some(kept) = self.sessions.remove(&number) {
            self.ids.remove(&kept.session.id);
            let of_account = self.of_account.entry(kept.account).or_default();
            of_account.retain(|other| *other != number);
        }
    }

    /// Keeps a new key.
    pub(super) fn create_key(&mut self, key: ApiKey) -> Result<(), StoreError> {
        if self.keys.contains_key(&key.name) {
            return Err(StoreError::Conflict(Constraint::KeyName));
        }
        self.keys.insert(key.name.clone(), key);
        Ok(())
    }

    /// Marks a key as revoked; `false` if there is no valid key of that name.
    pub(super) fn revoke_key(&mut self, name: &str, now: Timestamp) -> bool {
        let key = self.keys.get_mut(name);
        let Some(key) = key.filter(|key| key.revoked_at.is_none()) else {
            return false;
        };
        key.revoked_at = Some(now);
        true
    }

    /// Every key, in the order of their names.
    pub(super) fn keys(&self) -> Vec<ApiKey> {
        self.keys.values().cloned().collect()
    }
}

/// A session with what the witness has seen.
pub(super) fn laid_over(session: &Session, witness: &dyn Witness) -> Session {
    let known = witness.last_seen(&session.id);
    Session {
        last_seen: house::last_seen(session.last_seen.at, known),
        ..session.clone()
    }
}
