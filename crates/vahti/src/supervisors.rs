//! Supervisors: the accounts with which people use the console. One has a password, or was invited by a link that logs one
//! device in, once; it is refused from the moment it is disabled or its time is over.
//!
//! What proves a password is made and compared elsewhere: here it is a text to keep.

use core::time::Duration;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use vahti_core::{By, Group, SupervisorName, Timestamp, UserId, Verb};
use vahti_store::{Constraint, StoreError, Supervisor};

use crate::{Caller, Error, Vahti, random, vahti::to_the_end};

/// The longest time for which somebody can be invited: a week of exams.
pub const INVITED_AT_MOST: Duration = Duration::from_secs(7 * 24 * 3600);

/// The supervisors of a host who were not disabled, by their ids.
#[derive(Default)]
pub(crate) struct Supervisors {
    known: RwLock<HashMap<UserId, Arc<Supervisor>>>,
    /// Changes take turns, from the database to here, so that none is overtaken by another.
    turn: tokio::sync::Mutex<()>,
}

/// An invitation: whose account it opens, and the secret of its link, which is shown this once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invited {
    /// The account.
    pub supervisor: Arc<Supervisor>,
    /// What the link has to hold.
    pub secret: String,
}

impl Supervisors {
    /// Takes supervisors out of the store; disabled ones are left out.
    pub(crate) fn add(&self, supervisors: Vec<Supervisor>) {
        let known = supervisors.into_iter();
        let known = known.filter(|one| one.disabled_at.is_none());
        let known = known.map(|one| (one.id.clone(), Arc::new(one)));
        self.write().extend(known);
    }

    fn find(&self, is_it: impl Fn(&Supervisor) -> bool) -> Option<Arc<Supervisor>> {
        self.read().values().find(|one| is_it(one)).map(Arc::clone)
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<UserId, Arc<Supervisor>>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<UserId, Arc<Supervisor>>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vahti {
    /// Makes an account with a password, of which `password` is the proof.
    ///
    /// # Errors
    /// [`Error::SupervisorNameTaken`]; [`Error::OutOfScope`]; [`Error::Unavailable`].
    pub async fn add_supervisor(
        &self,
        caller: &Caller,
        name: SupervisorName,
        password: String,
        groups: Vec<Group>,
    ) -> Result<Arc<Supervisor>, Error> {
        let new = Supervisor {
            password: Some(password),
            ..self.nobody(name, groups)?
        };
        self.create(caller, new).await
    }

    /// Makes an account that lasts for so long from now, at most for [`INVITED_AT_MOST`], and is opened by the secret that
    /// comes back.
    ///
    /// # Errors
    /// As [`Vahti::add_supervisor`].
    pub async fn invite_supervisor(
        &self,
        caller: &Caller,
        name: SupervisorName,
        length: Duration,
        groups: Vec<Group>,
    ) -> Result<Invited, Error> {
        let secret = URL_SAFE_NO_PAD.encode(random::bytes::<16>()?);
        let new = Supervisor {
            invitation: Some(Sha256::digest(&secret).into()),
            expires_at: Some(self.now().plus(length.min(INVITED_AT_MOST))),
            ..self.nobody(name, groups)?
        };
        let supervisor = self.create(caller, new).await?;
        Ok(Invited { supervisor, secret })
    }

    fn nobody(&self, name: SupervisorName, groups: Vec<Group>) -> Result<Supervisor, Error> {
        let now = self.now();
        Ok(Supervisor {
            id: fresh_id(now)?,
            name,
            password: None,
            invitation: None,
            expires_at: None,
            groups,
            created_at: now,
            disabled_at: None,
        })
    }

    async fn create(&self, caller: &Caller, new: Supervisor) -> Result<Arc<Supervisor>, Error> {
        if !caller.may_assign(&new.groups) {
            return Err(Error::OutOfScope);
        }
        let (store, index) = (Arc::clone(&self.store), Arc::clone(&self.index));
        let (supervisors, by) = (Arc::clone(&self.supervisors), caller.by.clone());
        to_the_end(async move {
            let _turn = supervisors.turn.lock().await;
            let created = store.create_supervisor(new.clone(), by).await;
            created.map_err(|error| match error {
                StoreError::Conflict(Constraint::SupervisorName) => {
                    Error::SupervisorNameTaken(new.name.to_string())
                }
                error => error.into(),
            })?;
            let made = Arc::new(new);
            let mut known = supervisors.write();
            known.retain(|_, one| one.name != made.name);
            known.insert(made.id.clone(), Arc::clone(&made));
            drop(known);
            index.recorded.notify_waiters();
            Ok(made)
        })
        .await
    }

    /// Uses an invitation up: of all who try, one succeeds. `by` is recorded, with the name of who was invited as the person
    /// who acts.
    ///
    /// # Errors
    /// [`Error::UnknownInvitation`]; [`Error::Unavailable`]: whether it is used up is not known.
    pub async fn accept_invitation(&self, by: By, secret: &str) -> Result<Arc<Supervisor>, Error> {
        let _turn = self.supervisors.turn.lock().await;
        let invited = self.invited(secret).ok_or(Error::UnknownInvitation)?;
        let by = By {
            actor: Some(invited.name.to_string()),
            ..by
        };
        let accepted = self.store.accept_invitation(hash(secret), by).await;
        if !accepted.map_err(Error::from)? {
            return Err(Error::UnknownInvitation);
        }
        let accepted = Arc::new(Supervisor {
            invitation: None,
            ..Supervisor::clone(&invited)
        });
        let known = Arc::clone(&accepted);
        self.supervisors.write().insert(known.id.clone(), known);
        self.index.recorded.notify_waiters();
        Ok(accepted)
    }

    /// Gives an account another password, of which `password` is the proof, and another id with it: so every login from before
    /// is refused from the next request on, whatever becomes of it. `proven` is the account as it was when somebody proved
    /// the old password; nothing is changed if that is no longer how it stands. An administrator proves none.
    ///
    /// As with [`Vahti::disable_supervisor`], the old ones are refused here before the database knows the new ones. If nobody
    /// waits for the end of this, they stay refused until the next start, or until the password is changed again.
    ///
    /// # Errors
    /// [`Error::UnknownSupervisor`], also if the account has groups that are not the caller's; [`Error::NoPassword`];
    /// [`Error::Unavailable`]: the old password still counts.
    pub async fn change_password(
        &self,
        caller: &Caller,
        name: &str,
        proven: Option<&Supervisor>,
        password: String,
    ) -> Result<Arc<Supervisor>, Error> {
        let unknown = || Error::UnknownSupervisor(name.to_owned());
        let _turn = self.supervisors.turn.lock().await;
        let now = self.now();
        let all = self.store.supervisors().await.map_err(Error::from)?;
        let mut valid = all.into_iter().filter(|one| one.is_valid(now));
        let before = valid.find(|one| one.name.as_str() == name);
        let before = before.filter(|one| caller.may_assign(&one.groups));
        let before = before.ok_or_else(unknown)?;
        if before.password.is_none() {
            return Err(Error::NoPassword(name.to_owned()));
        }
        let is_as_proven =
            |proven: &Supervisor| proven.id == before.id && proven.password == before.password;
        if !proven.is_none_or(is_as_proven) {
            return Err(unknown());
        }
        let after = Supervisor {
            id: fresh_id(now)?,
            password: Some(password.clone()),
            ..before.clone()
        };
        self.supervisors.write().remove(&before.id);
        self.index.recorded.notify_waiters();
        let changed =
            self.store
                .change_password(name, after.id.clone(), password, caller.by.clone());
        let changed = changed.await;
        let is_changed = matches!(changed, Ok(true));
        let known = Arc::new(if is_changed { after } else { before });
        let mut all = self.supervisors.write();
        all.insert(known.id.clone(), Arc::clone(&known));
        drop(all);
        self.index.recorded.notify_waiters();
        match changed.map_err(Error::from)? {
            true => Ok(known),
            false => Err(unknown()),
        }
    }

    /// Records that somebody tried to log in at the console with a wrong password. `name` is that of an account: what was
    /// typed where there is none may be a password, and is kept nowhere.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: it was not recorded.
    pub async fn refuse_supervisor(&self, by: By, name: Option<&str>) -> Result<(), Error> {
        let by = By {
            note: name.map(str::to_owned),
            ..by
        };
        Ok(self.record_event(Verb::SupervisorRefuse, by).await?)
    }

    /// Disables an account: it is refused from the next request on.
    ///
    /// It is refused here before the database knows, as with [`Vahti::revoke_key`].
    ///
    /// # Errors
    /// [`Error::UnknownSupervisor`], also if the account has groups that are not the caller's;
    /// [`Error::Unavailable`]: it is refused until the next start, disable it again.
    pub async fn disable_supervisor(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        let unknown = || Error::UnknownSupervisor(name.to_owned());
        let _turn = self.supervisors.turn.lock().await;
        let known = self.supervisors.find(|one| one.name.as_str() == name);
        if known.is_some_and(|one| !caller.may_assign(&one.groups)) {
            return Err(unknown());
        }
        self.supervisors
            .write()
            .retain(|_, one| one.name.as_str() != name);
        // Whoever has a page open learns it at once.
        self.index.recorded.notify_waiters();
        let disabled = self.store.disable_supervisor(name, caller.by.clone()).await;
        self.index.recorded.notify_waiters();
        if disabled.map_err(Error::from)? {
            Ok(())
        } else {
            Err(unknown())
        }
    }

    /// Every account within the caller's scope, also those that are no longer valid, by name.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn supervisors(&self, caller: &Caller) -> Result<Vec<Supervisor>, Error> {
        let mut all = self.store.supervisors().await.map_err(Error::from)?;
        all.retain(|one| caller.may_assign(&one.groups));
        Ok(all)
    }

    /// The account with this id, if it is valid now.
    #[must_use]
    pub fn supervisor(&self, id: &UserId) -> Option<Arc<Supervisor>> {
        let found = self.supervisors.read().get(id).map(Arc::clone);
        found.filter(|one| one.is_valid(self.now()))
    }

    /// The valid account of this name.
    #[must_use]
    pub fn supervisor_named(&self, name: &str) -> Option<Arc<Supervisor>> {
        let now = self.now();
        self.supervisors
            .find(|one| one.name.as_str() == name && one.is_valid(now))
    }

    /// Whom an invitation is for that can still be accepted.
    #[must_use]
    pub fn invited(&self, secret: &str) -> Option<Arc<Supervisor>> {
        let (now, hash) = (self.now(), hash(secret));
        self.supervisors
            .find(|one| one.invitation == Some(hash) && one.is_valid(now))
    }
}

/// An id that no account had before.
fn fresh_id(now: Timestamp) -> Result<UserId, Error> {
    let id = random::session_id(now)?;
    UserId::new(id.as_str()).map_err(|never| Error::Unavailable(never.to_string()))
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// A password that nobody can guess (100 random bits), of characters that nobody mixes up when it is read out.
///
/// # Errors
/// [`Error::Unavailable`]: there are no random bytes.
pub fn fresh_password() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = random::bytes::<20>()?.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups: Vec<String> = letters
        .chunks(5)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
}

/// Random bytes that keep what proves a password from being looked up in a table.
///
/// # Errors
/// [`Error::Unavailable`]: there are no random bytes.
pub fn fresh_salt() -> Result<[u8; 16], Error> {
    random::bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_password_is_long_and_no_two_are_the_same() {
        let (one, other) = (fresh_password(), fresh_password());
        let one = one.expect("random bytes");
        assert_eq!(one.len(), 23, "{one}");
        assert_ne!(Ok(one), other);
    }
}
