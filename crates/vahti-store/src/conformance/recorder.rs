//! The witness of tests, which can be asked what it was told.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use vahti_core::{Account, SessionId, Timestamp, UserId};

use crate::Witness;

/// A witness that writes down what it is told.
#[derive(Debug, Default)]
pub struct Recorder {
    told: Mutex<Vec<Account>>,
    seen: Mutex<BTreeMap<String, Timestamp>>,
    forgotten: Mutex<Vec<UserId>>,
}

impl Recorder {
    /// Every user it was told to forget, in order.
    pub fn forgotten(&self) -> Vec<UserId> {
        locked(&self.forgotten).clone()
    }

    /// Every account it was told of, in order.
    pub fn told(&self) -> Vec<Account> {
        locked(&self.told).clone()
    }

    /// The newest that it was told of a user.
    pub fn newest(&self, user: &str) -> Option<Account> {
        let told = locked(&self.told);
        let of_user = |account: &&Account| account.user.as_str() == user;
        told.iter().rev().find(of_user).cloned()
    }

    /// Says that this process saw a session in use.
    pub fn see(&self, session: &str, at: Timestamp) {
        locked(&self.seen).insert(session.to_owned(), at);
    }
}

impl Witness for Recorder {
    fn last_seen(&self, session: &SessionId) -> Option<Timestamp> {
        locked(&self.seen).get(session.as_str()).copied()
    }

    fn apply(&self, account: &Account) {
        locked(&self.told).push(account.clone());
    }

    fn forget(&self, user: &UserId) {
        locked(&self.forgotten).push(user.clone());
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
