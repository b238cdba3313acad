//! `invalidate`: a supervisor puts sessions of a user on hold.

use std::sync::Arc;

use vahti_core::{
    Account, Moment, Refusal, SessionId, UserId,
    decide::{self, Invalidate, Which},
};

use crate::{Caller, Error, Vahti};

/// An invalidate, as a supervisor gives it. Begin with [`InvalidateRequest::of`] or [`InvalidateRequest::all`] and name what
/// differs, as in a [`VerifyRequest`](crate::VerifyRequest).
#[derive(Clone, Debug)]
pub struct InvalidateRequest {
    /// Whose sessions.
    pub user: UserId,
    /// Which session; without one, all of the user's.
    pub session_id: Option<SessionId>,
    /// Hold later logins of the user too, until a verify.
    pub hold_logins: bool,
}

impl InvalidateRequest {
    /// Puts this session of this user on hold.
    #[must_use]
    pub const fn of(user: UserId, session: SessionId) -> Self {
        Self {
            user,
            session_id: Some(session),
            hold_logins: false,
        }
    }

    /// Puts all sessions of this user on hold.
    #[must_use]
    pub const fn all(user: UserId) -> Self {
        Self {
            user,
            session_id: None,
            hold_logins: false,
        }
    }
}

impl Vahti {
    /// Puts sessions on hold and returns those that were active. Those that wait already wait on, from now on for this
    /// reason, and their user can no longer choose; those that have ended stay so.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownSession` or `UnknownUser`: nothing was changed; [`Error::Unavailable`].
    pub async fn invalidate(
        &self,
        caller: &Caller,
        request: InvalidateRequest,
    ) -> Result<Vec<SessionId>, Error> {
        let InvalidateRequest {
            user,
            session_id,
            hold_logins,
        } = request;
        let which = match session_id {
            None => Which::All,
            Some(id) => self.one_of(caller, &user, id).await?,
        };
        if which == Which::These(Vec::new()) && !hold_logins {
            return Ok(Vec::new());
        }
        let command = Invalidate {
            which,
            hold_logins,
            at: None,
        };
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            decide::invalidate(account, policies.at(moment.now), &by, &command, moment)
        };
        let invalidated = self
            .transact_known(caller, &user, decide)
            .await?
            .invalidated;
        tracing::info!(%user, invalidated = invalidated.len(), "invalidate");
        Ok(invalidated)
    }

    /// The user's session of this id, or none of them if it has ended.
    async fn one_of(&self, caller: &Caller, user: &UserId, id: SessionId) -> Result<Which, Error> {
        let account = self.account_of(caller, &id).await?;
        if account.user != *user {
            return Err(Error::Refused(Refusal::UnknownSession(id)));
        }
        let open = account.open_session(&id).is_some();
        Ok(Which::These(if open { vec![id] } else { Vec::new() }))
    }
}
