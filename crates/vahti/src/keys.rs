//! API keys: made once, shown once, kept as a hash, and refused from the moment they are revoked.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use vahti_core::{Group, Role};
use vahti_store::{ApiKey, Constraint, StoreError};

use crate::{Caller, Error, Vahti, random};

/// The valid keys of a host, by their hash. A key of 256 random bits needs no slower hash and no salt.
#[derive(Default)]
pub(crate) struct Keys {
    valid: RwLock<HashMap<[u8; 32], Arc<ApiKey>>>,
    /// Changes take turns, from the database to here, so that none is overtaken by another.
    turn: tokio::sync::Mutex<()>,
}

impl Keys {
    /// The key that this text is, if it is valid.
    fn find(&self, text: &str) -> Option<Arc<ApiKey>> {
        let hash: [u8; 32] = Sha256::digest(text).into();
        self.valid
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&hash)
            .map(Arc::clone)
    }

    /// Takes keys out of the store; revoked ones are left out.
    pub(crate) fn add(&self, keys: Vec<ApiKey>) {
        let valid = keys.into_iter().filter(|key| key.revoked_at.is_none());
        let valid = valid.map(|key| (key.hash, Arc::new(key)));
        self.valid
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(valid);
    }

    fn holds(&self, hash: &[u8; 32]) -> bool {
        let valid = self.valid.read().unwrap_or_else(PoisonError::into_inner);
        valid.contains_key(hash)
    }

    fn remove(&self, name: &str) {
        let mut valid = self.valid.write().unwrap_or_else(PoisonError::into_inner);
        valid.retain(|_, key| key.name != name);
    }
}

/// Under these names events are recorded that no key has given: pages, the command line, hosts of TIM's network. A key of such a
/// name could give commands that the record does not tell from those.
const OF_NO_KEY: [&str; 8] = ["", "cli", "console", "demo", "dev", "own", "page", "tim"];

impl Vahti {
    /// Makes a key and returns its text, which is shown this once. A caller of some groups makes keys of some of them.
    ///
    /// # Errors
    /// [`Error::KeyNameTaken`], also for a name under which the record tells of commands without a key;
    /// [`Error::OutOfScope`]; [`Error::Unavailable`].
    pub async fn create_key(
        &self,
        caller: &Caller,
        name: &str,
        role: Role,
        groups: Vec<Group>,
    ) -> Result<String, Error> {
        if !caller.may_assign(&groups) {
            return Err(Error::OutOfScope);
        }
        if OF_NO_KEY.contains(&name) {
            return Err(Error::KeyNameTaken(name.to_owned()));
        }
        let text = format!(
            "vahti_{role}_{}",
            URL_SAFE_NO_PAD.encode(random::bytes::<32>()?)
        );
        let key = ApiKey {
            name: name.to_owned(),
            role,
            groups,
            hash: Sha256::digest(&text).into(),
            created_at: self.now(),
            revoked_at: None,
        };
        let _turn = self.keys.turn.lock().await;
        self.store
            .create_key(key.clone(), caller.by.clone())
            .await
            .map_err(|error| match error {
                StoreError::Conflict(Constraint::KeyName) => Error::KeyNameTaken(name.to_owned()),
                error => error.into(),
            })?;
        self.keys.add(vec![key]);
        self.index.recorded.notify_waiters();
        Ok(text)
    }

    /// Revokes a key: it is refused from the next request on.
    ///
    /// It is refused here before the database knows, so that whatever happens in between leaves no key that goes
    /// on; one that the database still knows can be revoked again.
    ///
    /// # Errors
    /// [`Error::UnknownKey`], also if the key has groups that are not the caller's; [`Error::Unavailable`]: it is refused until
    /// the next start, revoke it again.
    pub async fn revoke_key(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        let _turn = self.keys.turn.lock().await;
        if !caller.scope.is_empty() && !self.keys(caller).await?.iter().any(|key| key.name == name)
        {
            return Err(Error::UnknownKey(name.to_owned()));
        }
        self.keys.remove(name);
        // Whoever follows the record with that key learns it at once.
        self.index.recorded.notify_waiters();
        let revoked = self.store.revoke_key(name, caller.by.clone()).await;
        self.index.recorded.notify_waiters();
        if !revoked.map_err(Error::from)? {
            return Err(Error::UnknownKey(name.to_owned()));
        }
        Ok(())
    }

    /// Every key within the caller's scope, also the revoked ones, by name.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, Error> {
        let mut all = self.store.keys().await.map_err(Error::from)?;
        all.retain(|key| caller.may_assign(&key.groups));
        Ok(all)
    }

    /// The valid key that this text is.
    #[must_use]
    pub fn key(&self, text: &str) -> Option<Arc<ApiKey>> {
        self.keys.find(text)
    }

    /// Whether a key that was found before is still valid.
    #[must_use]
    pub fn is_valid(&self, key: &ApiKey) -> bool {
        self.keys.holds(&key.hash)
    }
}
