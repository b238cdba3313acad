//! `undo`: a supervisor takes back the newest verify or invalidate of a user.

use std::sync::Arc;

use vahti_core::{
    Account, Moment, Stamp, UserId,
    decide::{self, Undo, Undone},
};

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// The stamp of the command of this user that can still be taken back.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownUser`; [`Error::Unavailable`].
    pub async fn undoable(&self, caller: &Caller, user: &UserId) -> Result<Option<Stamp>, Error> {
        let account = self.account(caller, user).await?;
        Ok(decide::undoable(&account, self.now()))
    }

    /// Takes back a command within ten minutes: what it let in waits again, and what it put out goes on again.
    ///
    /// # Errors
    /// [`Error::Refused`] with `NothingToUndo` or `UnknownUser`: nothing was changed; [`Error::Unavailable`].
    pub async fn undo(
        &self,
        caller: &Caller,
        user: &UserId,
        command: Undo,
    ) -> Result<Undone, Error> {
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let alarm = command.alarm.clone();
        let decide = move |account: &Account, moment: Moment| {
            decide::undo(account, policies.at(moment.now), &by, &command, moment)
        };
        let undone = self.transact_known(caller, user, decide).await?;
        match alarm {
            Some(session) => {
                tracing::warn!(%user, %session, "the screen that was let in was not the one in front of the supervisor");
            }
            None => {
                let (waiting, active) = (undone.waiting.len(), undone.active.len());
                tracing::info!(%user, waiting, active, "undo");
            }
        }
        Ok(undone)
    }
}
