//! `choose`: under the policy `ask`, a user whose session waits ends another of their own and goes on.

use std::sync::Arc;

use vahti_core::{
    Account, Decision, Moment, Session, SessionId,
    decide::{self, Choose},
};
use vahti_store::SessionRecord;

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// Ends another session of the user whose token this is, and lets the token's own in, by one commit. Without another, it is
    /// let in if a place has become free. A repeat changes nothing.
    ///
    /// # Errors
    /// [`Error::UnknownToken`]; [`Error::Refused`] with `NothingToChoose`, `UnknownSession`, `SessionEnded` or
    /// `LimitReached`: nothing was changed; [`Error::Unavailable`].
    pub async fn choose(
        &self,
        caller: &Caller,
        token: &str,
        ends: Option<SessionId>,
    ) -> Result<SessionRecord, Error> {
        let (user, session) = self.proven(token)?;
        let command = Choose { session, ends };
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            let policy = policies.at(moment.now);
            let decision = decide::choose(account, policy, &by, &command, moment);
            let profile = decision.commit.account.profile.clone();
            Decision {
                commit: decision.commit,
                answer: decision.answer.map(|session| (session, profile)),
            }
        };
        let (session, profile) = self.transact_known(caller, &user, decide).await?;
        tracing::info!(%user, session = %session.id, "choose");
        Ok(SessionRecord {
            user,
            profile,
            session,
        })
    }

    /// The open sessions of the user whose token this is, the oldest login first, but for the token's own.
    ///
    /// # Errors
    /// [`Error::UnknownToken`]; [`Error::Unavailable`].
    pub async fn others(&self, token: &str) -> Result<Vec<Session>, Error> {
        let (user, own) = self.proven(token)?;
        let account = self.store.account(&user).await.map_err(Error::from)?;
        let now = self.now();
        let goes_on =
            |session: &Session| session.id != own && session.overdue(&self.policy, now).is_none();
        let sessions = account.map(|account| account.sessions).unwrap_or_default();
        Ok(sessions.into_iter().filter(goes_on).collect())
    }
}
