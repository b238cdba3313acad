//! Forgetting, in memory: a text becomes none, and the digest that stands in the chain stays.

use std::collections::BTreeMap;

use vahti_core::{Timestamp, UserId};

use super::data::Data;

impl Data {
    /// Forgets every text about a person that the record holds.
    pub(super) fn forget_texts(&mut self, account: i64) {
        let record = self.record.iter_mut();
        for recorded in record.filter(|recorded| recorded.account == account) {
            recorded.event.by.note = None;
            recorded.event.origin = None;
        }
    }

    /// Forgets a person's sessions, and that there was somebody of this name.
    pub(super) fn forget_person(&mut self, account: i64, user: &UserId) {
        let sessions = self.sessions.iter();
        let theirs = sessions.filter(|(_, kept)| kept.account == account);
        let numbers: Vec<_> = theirs.map(|(number, _)| *number).collect();
        numbers.into_iter().for_each(|number| self.remove(number));
        self.numbers.remove(user);
    }

    /// Forgets origins from which nobody has logged in since `before`, those that are unused for longest at first.
    pub(super) fn forget_origins(&mut self, before: Timestamp, most: u32) -> u32 {
        let mut used: BTreeMap<(i64, String), Timestamp> = BTreeMap::new();
        let mut note = |account, origin: Option<&String>, at| {
            if let Some(origin) = origin {
                let latest = used.entry((account, origin.clone())).or_insert(at);
                *latest = at.max(*latest);
            }
        };
        for recorded in &self.record {
            note(
                recorded.account,
                recorded.event.origin.as_ref(),
                recorded.event.at,
            );
        }
        for kept in self.sessions.values() {
            let login = &kept.session.login;
            note(kept.account, login.origin.as_ref(), login.at);
        }
        let mut old: Vec<_> = used.into_iter().filter(|(_, at)| *at < before).collect();
        old.sort_by_key(|(_, at)| *at);
        old.truncate(most as usize);
        for ((account, origin), _) in &old {
            self.forget_origin(*account, origin);
        }
        u32::try_from(old.len()).unwrap_or(u32::MAX)
    }

    fn forget_origin(&mut self, account: i64, origin: &str) {
        let record = self.record.iter_mut();
        for recorded in record.filter(|recorded| recorded.account == account) {
            recorded.event.origin.take_if(|text| text == origin);
        }
        let sessions = self.sessions.values_mut();
        for kept in sessions.filter(|kept| kept.account == account) {
            kept.session.login.origin.take_if(|text| text == origin);
        }
    }
}
