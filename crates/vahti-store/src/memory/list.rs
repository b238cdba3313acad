//! Lists out of memory: the same conditions and pages as a database gives, by looking at everything.

use vahti_core::{Account, Group, SessionId, Timestamp, UserId};

use super::{
    chain::Recorded,
    data::{Data, Kept, Person, laid_over},
};
use crate::{EventQuery, EventRecord, Page, SessionQuery, SessionRecord, Witness};

fn page<T>(found: impl Iterator<Item = (i64, T)>, limit: u32) -> Page<T> {
    let limit = limit.max(1) as usize;
    let mut found: Vec<_> = found.take(limit.saturating_add(1)).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(place, _)| *place);
    Page {
        items: found.into_iter().map(|(_, item)| item).collect(),
        next,
    }
}

/// Whether a condition that is given holds; one that is not given always does.
fn holds<T>(wanted: Option<&T>, condition: impl FnOnce(&T) -> bool) -> bool {
    wanted.is_none_or(condition)
}

fn one_of(groups: &[Group], wanted: &[Group]) -> bool {
    groups.iter().any(|group| wanted.contains(group))
}

fn mentions(account: &Account, kept: &Kept, text: &str) -> bool {
    let part = text.to_ascii_lowercase();
    let profile = &account.profile;
    let texts = [
        Some(account.user.as_str()),
        profile.name.as_deref(),
        profile.number.as_deref(),
        kept.session.login.place.as_deref(),
        Some(kept.session.id.as_str()),
    ];
    let mut texts = texts.into_iter().flatten();
    texts.any(|text| text.to_ascii_lowercase().contains(&part))
}

fn is_asked_for(query: &SessionQuery, account: &Account, kept: &Kept) -> bool {
    let session = &kept.session;
    holds(query.user.as_ref(), |user| *user == account.user)
        && holds(query.state.as_ref(), |word| session.state.word() == *word)
        && holds(query.reason.as_ref(), |reason| {
            session.state.reason() == Some(reason.as_str())
        })
        && holds(query.place.as_ref(), |place| {
            session.login.place.as_ref() == Some(place)
        })
        && holds(query.text.as_ref(), |text| mentions(account, kept, text))
        && holds(query.since.as_ref(), |since| session.login.at >= *since)
        && holds(query.groups.as_ref(), |groups| {
            one_of(&account.profile.groups, groups)
        })
}

impl Data {
    /// The account with a number; none for what is about no user, and for a person who was erased.
    pub(super) fn user_of(&self, account: i64) -> Option<&Account> {
        self.person_of(account)?.account.as_ref()
    }

    /// The person with a number, also one who was erased.
    pub(super) fn person_of(&self, account: i64) -> Option<&Person> {
        self.people.get(usize::try_from(account - 1).ok()?)
    }

    /// A page of sessions, in the order of their logins.
    pub(super) fn sessions(
        &self,
        witness: &dyn Witness,
        query: &SessionQuery,
    ) -> Page<SessionRecord> {
        let found = |(number, kept): (&i64, &Kept)| {
            let account = self.user_of(kept.account)?;
            is_asked_for(query, account, kept).then(|| {
                let record = SessionRecord {
                    user: account.user.clone(),
                    profile: account.profile.clone(),
                    session: laid_over(&kept.session, witness),
                };
                (*number, record)
            })
        };
        let sessions = &self.sessions;
        match (query.newest_first, query.after) {
            (true, 0) => page(sessions.iter().rev().filter_map(found), query.limit),
            (true, after) => page(sessions.range(..after).rev().filter_map(found), query.limit),
            (false, after) => {
                let later = sessions.range(after.saturating_add(1)..);
                page(later.filter_map(found), query.limit)
            }
        }
    }

    /// A page of events.
    pub(super) fn events(&self, query: &EventQuery) -> Page<EventRecord> {
        let numbered = self.record.iter().zip(1_i64..);
        let found = |(recorded, sequence): (&Recorded, i64)| {
            let account = self.user_of(recorded.account);
            self.is_wanted(query, recorded, account)
                .then(|| (sequence, record(recorded, sequence, account)))
        };
        if query.newest_first {
            let before =
                |(_, sequence): &(&Recorded, i64)| query.after == 0 || *sequence < query.after;
            let numbered: Vec<_> = numbered.filter(before).collect();
            return page(numbered.into_iter().rev().filter_map(found), query.limit);
        }
        let after = |(_, sequence): &(&Recorded, i64)| *sequence > query.after;
        page(numbered.filter(after).filter_map(found), query.limit)
    }

    /// The sequence of the newest event.
    pub(super) fn last_event(&self) -> i64 {
        i64::try_from(self.record.len()).unwrap_or(i64::MAX)
    }

    fn is_wanted(
        &self,
        query: &EventQuery,
        recorded: &Recorded,
        account: Option<&Account>,
    ) -> bool {
        let event = &recorded.event;
        holds(query.user.as_ref(), |user| {
            account.is_some_and(|account| account.user == *user)
        }) && holds(query.session.as_ref(), |session| {
            event.session.as_ref().map(SessionId::as_str) == Some(session.as_str())
        }) && holds(query.verb.as_ref(), |verb| {
            event.verb.as_str() == verb.as_str()
        }) && holds(query.since.as_ref(), |since| event.at >= *since)
            && holds(query.groups.as_ref(), |groups| {
                account.is_some_and(|account| one_of(&account.profile.groups, groups))
            })
    }

    /// Users with an open session, after an account, in the order of their accounts.
    pub(super) fn users_with_open_sessions(&self, after: i64, most: u32) -> Vec<(UserId, i64)> {
        self.open_accounts()
            .filter(|(_, number)| *number > after)
            .take(most as usize)
            .map(|(account, number)| (account.user.clone(), number))
            .collect()
    }

    /// The users without an open session, of whom a session was active at `since` or later.
    pub(super) fn users_stopped_since(
        &self,
        since: Timestamp,
        after: i64,
        most: u32,
    ) -> Vec<(UserId, i64)> {
        let open: Vec<_> = self.open_accounts().map(|(_, number)| number).collect();
        let numbers = 1..=i64::try_from(self.people.len()).unwrap_or(i64::MAX);
        numbers
            .filter(|number| *number > after && open.binary_search(number).is_err())
            .filter_map(|number| Some((self.user_of(number)?, number)))
            .filter(|(account, _)| account.stopped.is_some_and(|stopped| stopped.at >= since))
            .take(most as usize)
            .map(|(account, number)| (account.user.clone(), number))
            .collect()
    }

    /// Which of these ids were used before.
    pub(super) fn taken_ids(&self, ids: Vec<SessionId>) -> Vec<SessionId> {
        ids.into_iter()
            .filter(|id| self.recorded_ids.contains(id))
            .collect()
    }

    /// Accounts with an open session, in their order.
    fn open_accounts(&self) -> impl Iterator<Item = (&Account, i64)> {
        let mut numbers: Vec<_> = self
            .sessions
            .values()
            .filter(|kept| kept.session.is_open())
            .map(|kept| kept.account)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| Some((self.user_of(number)?, number)))
    }
}

fn record(recorded: &Recorded, sequence: i64, account: Option<&Account>) -> EventRecord {
    let event = &recorded.event;
    let text = |word: &str| word.to_owned();
    EventRecord {
        sequence,
        at: event.at,
        stamp: event.stamp,
        user: account.map(|account| account.user.to_string()),
        erased: account.is_none() && recorded.account != 0,
        session: event.session.as_ref().map(ToString::to_string),
        verb: text(event.verb.as_str()),
        state: event.state.map(|state| text(state.as_str())),
        reason: event.state.and_then(vahti_core::State::reason).map(text),
        remark: event.remark.map(text),
        key: event.by.key.clone(),
        actor: event.by.actor.clone(),
        how: text(event.by.how.as_str()),
        note: event.by.note.clone(),
        origin: event.origin.clone(),
        limit: event.limit,
        policy: text(event.policy.as_str()),
        hash: recorded.hash,
    }
}
