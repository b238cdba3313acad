//! The logins of supervisors: sessions of a host of their own, so that the console is held to what this project promises of
//! any login. Its database holds logins and nothing else; one that is lost costs logins, and never an account.

use core::time::Duration;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use vahti::{INVITED_AT_MOST, Vahti};
use vahti_core::{OnLimit, Policy};

/// The host of the supervisors' logins, as long as it is open. Another takes its place after its database has failed.
#[derive(Clone, Default)]
pub struct Logins(Arc<RwLock<Option<Arc<Vahti>>>>);

impl Logins {
    /// With this host, or with none so far.
    #[must_use]
    pub fn new(host: Option<Arc<Vahti>>) -> Self {
        Self(Arc::new(RwLock::new(host)))
    }

    /// The host; none while nobody can tell who is logged in.
    #[must_use]
    pub fn host(&self) -> Option<Arc<Vahti>> {
        let host = self.0.read().unwrap_or_else(PoisonError::into_inner);
        host.clone().filter(|host| host.failure().is_none())
    }

    /// Puts another in its place, or none.
    pub fn set(&self, host: Option<Arc<Vahti>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = host;
    }
}

/// The name under which the logins of those are recorded who were invited. A link works once, and there is no password to come
/// in with again, so such a login goes on for as long as its account does.
pub(crate) const INVITED: &str = "invitation";

/// How long a login with a password lasts at most.
pub(super) const LIFETIME: Duration = Duration::from_secs(12 * 3600);
/// How long it may go unused.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long it is kept who was logged in, from where.
const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// Five logins of one supervisor at a time; a sixth ends the oldest.
pub(crate) fn policy() -> Policy {
    Policy {
        max_per_user: 5,
        on_limit: OnLimit::EvictOldest,
        idle_timeout: IDLE,
        max_lifetime: LIFETIME,
        lasting: BTreeMap::from([(INVITED.to_owned(), INVITED_AT_MOST)]),
        retention: RETENTION,
        origin_retention: RETENTION,
        ..Policy::one_per_user()
    }
}

/// Where the logins are kept: beside the database, `vahti-console.db` for `vahti.db`.
pub(crate) fn beside(database: &Path) -> PathBuf {
    let mut name = database.file_stem().unwrap_or_default().to_owned();
    name.push("-console");
    if let Some(extension) = database.extension() {
        name.push(".");
        name.push(extension);
    }
    database.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logins_lie_beside_the_database() {
        for (database, logins) in [
            ("/var/lib/vahti.db", "/var/lib/vahti-console.db"),
            ("gate", "gate-console"),
            ("a.b/x.y.db", "a.b/x.y-console.db"),
        ] {
            assert_eq!(beside(Path::new(database)), Path::new(logins));
        }
    }
}
