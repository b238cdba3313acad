//! The accounts of supervisors, in the order in which they were made.

use vahti_core::{SupervisorName, Timestamp, UserId};

use crate::{Constraint, StoreError, Supervisor};

/// Every account, also those that are no longer valid.
#[derive(Default)]
pub(super) struct Supervisors(Vec<Supervisor>);

impl Supervisors {
    /// Keeps a new one.
    pub(super) fn create(&mut self, new: Supervisor, now: Timestamp) -> Result<(), StoreError> {
        if self.valid(now).any(|one| one.name == new.name) {
            return Err(StoreError::Conflict(Constraint::SupervisorName));
        }
        let over = |one: &&mut Supervisor| one.name == new.name && one.disabled_at.is_none();
        for one in self.0.iter_mut().filter(over) {
            one.disabled_at = one.expires_at;
            one.invitation = None;
        }
        self.0.push(new);
        Ok(())
    }

    /// Disables the valid one of that name; `false` if there is none.
    pub(super) fn disable(&mut self, name: &str, now: Timestamp) -> bool {
        let found = self.valid(now).find(|one| one.name.as_str() == name);
        let Some(one) = found else { return false };
        one.disabled_at = Some(now);
        one.password = None;
        one.invitation = None;
        true
    }

    /// Another id and another password for the valid one of that name; `false` if there is none with a password.
    pub(super) fn change_password(
        &mut self,
        name: &str,
        id: UserId,
        password: String,
        now: Timestamp,
    ) -> bool {
        let mut valid = self.valid(now);
        let found = valid.find(|one| one.name.as_str() == name && one.password.is_some());
        let Some(one) = found else { return false };
        one.id = id;
        one.password = Some(password);
        true
    }

    /// Uses an invitation up, and says whose it was.
    pub(super) fn accept(&mut self, hash: &[u8; 32], now: Timestamp) -> Option<SupervisorName> {
        let mut valid = self.valid(now);
        let one = valid.find(|one| one.invitation.as_ref() == Some(hash))?;
        one.invitation = None;
        Some(one.name.clone())
    }

    /// Every one, by name and by when it was made.
    pub(super) fn all(&self) -> Vec<Supervisor> {
        let mut all = self.0.clone();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    fn valid(&mut self, now: Timestamp) -> impl Iterator<Item = &mut Supervisor> {
        self.0.iter_mut().filter(move |one| one.is_valid(now))
    }
}
