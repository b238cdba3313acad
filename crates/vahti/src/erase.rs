//! `erase`: everything that is known of a person is forgotten.

use std::sync::Arc;

use vahti_core::{Account, Moment, SessionId, UserId, decide};

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// Forgets a person: the open sessions end, and every text about the person is gone from the database, its log and
    /// the index when this returns. The record keeps what was done, without the name. Returns the sessions that ended.
    ///
    /// Somebody who reads the database as it was before, as a backup does, is waited for, but not for long: then the texts leave
    /// the files when they are done, and the log says so.
    ///
    /// Copies of the database and names that were given for those who act are not reached.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownUser`: nothing was changed; [`Error::Unavailable`].
    pub async fn erase(&self, caller: &Caller, user: &UserId) -> Result<Vec<SessionId>, Error> {
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            decide::erase(account, policies.at(moment.now), &by, moment)
        };
        let ended = self.transact_known(caller, user, decide).await?;
        tracing::info!(ended = ended.len(), "erase");
        Ok(ended)
    }
}
