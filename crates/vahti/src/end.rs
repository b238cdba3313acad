//! `end`: sessions are over for good.

use std::sync::Arc;

use vahti_core::{
    Account, Commit, Decision, EndReason, Moment, Refusal, SessionId, Token, UserId,
    decide::{self, End, EndedSessions, Which},
};

use crate::{Caller, Error, Vahti};

/// Which sessions end.
#[derive(Clone, Debug)]
pub enum EndRequest {
    /// This one.
    Session(SessionId),
    /// The one that this token proves.
    Token(String),
    /// All of a user's, but perhaps one.
    User {
        /// Whose sessions.
        user: UserId,
        /// The one that is kept.
        except: Option<SessionId>,
    },
}

impl Vahti {
    /// Ends sessions. One that has ended already stays as it ended.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownSession` (also for the one to keep) or `UnknownUser`: nothing was changed; [`Error::Unavailable`].
    pub async fn end(
        &self,
        caller: &Caller,
        request: EndRequest,
        reason: EndReason,
    ) -> Result<EndedSessions, Error> {
        let ended = self.end_known(caller, request, reason).await;
        if let Err(error @ (Error::UnknownToken | Error::Refused(_))) = &ended {
            // As the seed does: a logout of what is unknown is a fault of the host application.
            tracing::warn!(key = caller.by.key, %error, "end: nothing was changed");
        }
        ended
    }

    async fn end_known(
        &self,
        caller: &Caller,
        request: EndRequest,
        reason: EndReason,
    ) -> Result<EndedSessions, Error> {
        let (user, which) = match request {
            EndRequest::Session(id) => (
                self.account_of(caller, &id).await?.user,
                Which::These(vec![id]),
            ),
            EndRequest::Token(token) => {
                let (user, id) = self.proven(&token)?;
                (user, Which::These(vec![id]))
            }
            EndRequest::User {
                user,
                except: Some(id),
            } => (user, Which::AllBut(id)),
            EndRequest::User { user, except: None } => (user, Which::All),
        };
        let command = End { which, reason };
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            if let Which::AllBut(kept) = &command.which
                && account.open_session(kept).is_none()
            {
                return Decision {
                    commit: Commit::nothing(account),
                    answer: Err(Refusal::UnknownSession(kept.clone())),
                };
            }
            decide::end(account, policies.at(moment.now), &by, &command, moment)
        };
        let ended = self.transact_known(caller, &user, decide).await?;
        tracing::info!(%user, ended = ended.ended.len(), active = ended.active, %reason, "end");
        Ok(ended)
    }

    /// The user and the session that a token proves. Unknown and wrong are one answer.
    pub(crate) fn proven(&self, token: &str) -> Result<(UserId, SessionId), Error> {
        let found = Token::parse(token)
            .ok()
            .and_then(|token| self.index.prove(&token, self.now()));
        found
            .map(|found| (found.user, found.session))
            .ok_or(Error::UnknownToken)
    }
}
