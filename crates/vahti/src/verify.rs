//! `verify`: a supervisor lets a session in.

use std::sync::Arc;

use vahti_core::{
    Account, Moment, Refusal, SessionId, UserId, Window,
    decide::{self, Verify, VerifyElsewhere},
};
use vahti_store::SessionRecord;

use crate::{Caller, Error, Vahti};

/// The home of a session of which only its id is known.
const ELSEWHERE: &str = "elsewhere";

/// A verify, as a supervisor gives it. Begin with [`VerifyRequest::of`] or [`VerifyRequest::latest`] and name what differs:
/// `VerifyRequest { keep_others: true, ..VerifyRequest::of(user, session) }`.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// Whose session.
    pub user: UserId,
    /// Which session; without one, the latest login that has not ended.
    pub session_id: Option<SessionId>,
    /// Keep the user's other sessions as far as the limit allows.
    pub keep_others: bool,
    /// The window of the challenge that was scanned, from [`Vahti::confirmed`].
    pub challenge: Option<Window>,
}

impl VerifyRequest {
    /// Lets this session of this user in; the user's others wait.
    #[must_use]
    pub const fn of(user: UserId, session: SessionId) -> Self {
        Self {
            user,
            session_id: Some(session),
            keep_others: false,
            challenge: None,
        }
    }

    /// Lets the latest login of this user in that has not ended; the user's others wait.
    #[must_use]
    pub const fn latest(user: UserId) -> Self {
        Self {
            user,
            session_id: None,
            keep_others: false,
            challenge: None,
        }
    }
}

impl Vahti {
    /// Lets a session in. The user's other sessions wait from now on. Returns the session and those that were
    /// active and now wait.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownSession`, `UnknownUser`, `SessionEnded`, `ChallengeUsed` or `NoOpenSession`:
    /// nothing was changed; [`Error::Unavailable`].
    pub async fn verify(
        &self,
        caller: &Caller,
        request: VerifyRequest,
    ) -> Result<(SessionRecord, Vec<SessionId>), Error> {
        let VerifyRequest {
            user,
            session_id,
            keep_others,
            challenge,
        } = request;
        let command = Verify {
            session: session_id,
            keep_others,
            challenge,
            home: self.home.clone(),
            at: None,
        };
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            decide::verify(account, policies.at(moment.now), &by, &command, moment)
        };
        let verified = match self.transact_known(caller, &user, decide).await {
            Ok(verified) => verified,
            Err(Error::Refused(Refusal::UnknownSession(id))) => {
                return Err(self.why_unknown(caller, &user, id).await);
            }
            Err(error) => return Err(error),
        };
        tracing::info!(%user, session = %verified.session.id, superseded = verified.superseded.len(), "verify");
        let record = SessionRecord {
            user,
            profile: verified.profile,
            session: verified.session,
        };
        Ok((record, verified.superseded))
    }

    /// Takes note that a session of another host was let in: all of the user's sessions here wait from now on. Returns
    /// those that were active. Call it when [`Vahti::verify`] does not know the session.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownUser`: there is nobody to wait, and nothing was changed; [`Error::Unavailable`].
    pub async fn verify_elsewhere(
        &self,
        caller: &Caller,
        user: UserId,
        session: SessionId,
    ) -> Result<Vec<SessionId>, Error> {
        let command = VerifyElsewhere {
            session: session.clone(),
            home: ELSEWHERE.to_owned(),
        };
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            decide::verify_elsewhere(account, policies.at(moment.now), &by, &command, moment)
        };
        let superseded = self.transact_known(caller, &user, decide).await?;
        tracing::info!(%user, %session, superseded = superseded.len(), "verify of a session elsewhere");
        Ok(superseded)
    }

    /// A session that is not open has either ended, which is final, or never was this user's.
    async fn why_unknown(&self, caller: &Caller, user: &UserId, id: SessionId) -> Error {
        match self.account_of(caller, &id).await {
            Ok(account) if account.user == *user => Error::Refused(Refusal::SessionEnded(id)),
            Ok(_) | Err(Error::Refused(_)) => Error::Refused(Refusal::UnknownSession(id)),
            Err(error) => error,
        }
    }
}
