//! `login`: a host application has logged a user in.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use vahti_core::{
    Account, EndReason, Moment, Profile, Refusal, Secret, SessionId, State, Token, UserId,
    decide::{self, End, LogIn, Replaces, Which},
};
use vahti_store::{Constraint, SessionRecord, StoreError};

use crate::{Caller, Error, Vahti, random};

/// A login, as a host application reports it. Begin with [`LoginRequest::of`] and name what is known besides:
/// `LoginRequest { place: Some(seat), ..LoginRequest::of(user) }`.
#[derive(Clone, Debug)]
pub struct LoginRequest {
    /// Who logged in.
    pub user: UserId,
    /// An id of the caller's choice; unique over all users.
    pub session_id: Option<SessionId>,
    /// What is said of the person. What is absent leaves what was known before; so do empty groups.
    pub profile: Profile,
    /// Where the user sits.
    pub place: Option<String>,
    /// Where the login comes from: `[ip] user agent`.
    pub origin: Option<String>,
    /// The token that the same browser holds already: its session ends, `replaced`. A wrong one is ignored.
    pub replaces: Option<String>,
    /// A repeat with the same key within ten minutes takes the place of the first and gets a new token.
    pub idempotency_key: Option<String>,
}

impl LoginRequest {
    /// A login of which only the user is known.
    #[must_use]
    pub fn of(user: UserId) -> Self {
        Self {
            user,
            session_id: None,
            profile: Profile::default(),
            place: None,
            origin: None,
            replaces: None,
            idempotency_key: None,
        }
    }
}

/// A session that was recorded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewSession {
    /// The session and its user.
    pub record: SessionRecord,
    /// Its token, shown this once: the browser's proof.
    pub token: String,
    /// Active sessions of the user.
    pub active: u32,
    /// The user's limit; 0 is none.
    pub limit: u32,
}

impl Vahti {
    /// Records a login. `None` if sessions are not tracked.
    ///
    /// # Errors
    /// [`Error::Refused`] with `LimitReached`, `SessionIdTaken` or `IdempotencyKeyReused`;
    /// [`Error::OutOfScope`]; [`Error::DiskAlmostFull`]; [`Error::Unavailable`].
    pub async fn login(
        &self,
        caller: &Caller,
        request: LoginRequest,
    ) -> Result<Option<NewSession>, Error> {
        if !self.policy.enabled {
            return Ok(None);
        }
        if !caller.may_assign(&request.profile.groups) {
            return Err(Error::OutOfScope);
        }
        self.has_room()?;
        let secret = random::secret()?;
        let command = self.command(caller, &request, &secret)?;
        let mut logged_in = self.record(caller, &request, command).await?;
        if let Some(token) = &request.replaces {
            self.end_of_another_user(caller, &request.user, token).await;
        }
        let id = logged_in.session.id.clone();
        tracing::info!(user = %request.user, session = %id, state = logged_in.session.state.as_str(),
            reason = logged_in.session.state.reason(), active = logged_in.active, "login");
        if self.policies.is_paused(self.now()) && logged_in.session.state.is_held() {
            // It goes on as long as the pause lasts, as a check says.
            logged_in.session.state = State::Active;
            logged_in.session.expired_at = None;
        }
        Ok(Some(NewSession {
            token: Token::text(&id, &secret),
            active: logged_in.active,
            limit: logged_in.limit,
            record: SessionRecord {
                user: request.user,
                profile: logged_in.profile,
                session: logged_in.session,
            },
        }))
    }

    fn command(
        &self,
        caller: &Caller,
        request: &LoginRequest,
        secret: &Secret,
    ) -> Result<LogIn, Error> {
        let replaces = request
            .replaces
            .as_deref()
            .and_then(|text| Token::parse(text).ok())
            .and_then(|token| {
                Some(Replaces {
                    session: SessionId::new(token.session).ok()?,
                    secret: token.secret.hash(),
                })
            });
        Ok(LogIn {
            id: request
                .session_id
                .clone()
                .map_or_else(|| random::session_id(self.now()), Ok)?,
            chosen_id: request.session_id.is_some(),
            secret: secret.hash(),
            profile: request.profile.clone(),
            place: request.place.clone(),
            origin: request.origin.clone(),
            home: self.home.clone(),
            replaces,
            idempotency: request
                .idempotency_key
                .as_ref()
                .map(|key| digest(&caller.by.key, key)),
        })
    }

    async fn record(
        &self,
        caller: &Caller,
        request: &LoginRequest,
        command: LogIn,
    ) -> Result<decide::LoggedIn, Error> {
        let (policies, by, id) = (
            Arc::clone(&self.policies),
            caller.by.clone(),
            command.id.clone(),
        );
        let decide = move |account: &Account, moment: Moment| {
            decide::login(account, policies.at(moment.now), &by, &command, moment)
        };
        let answer = self
            .try_transact(caller, &request.user, decide)
            .await
            .map_err(|error| match error {
                StoreError::Conflict(Constraint::SessionId) => {
                    Error::Refused(Refusal::SessionIdTaken(id))
                }
                error => error.into(),
            })?;
        answer.map_err(|refusal| match refusal {
            // The user is there, but not within the caller's scope.
            Refusal::UnknownUser => Error::OutOfScope,
            refusal => Error::Refused(refusal),
        })
    }

    /// The browser may have held a session of somebody else: who logs in at the same browser ends that one.
    /// It is a courtesy behind a login that has succeeded already, so a failure is only logged.
    async fn end_of_another_user(&self, caller: &Caller, user: &UserId, token: &str) {
        let Some(found) = Token::parse(token)
            .ok()
            .and_then(|token| self.index.prove(&token, self.now()))
        else {
            return;
        };
        if found.user == *user || found.state.is_ended() {
            return;
        }
        let end = End {
            which: Which::These(vec![found.session]),
            reason: EndReason::Replaced,
        };
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let ended = self.transact(caller, &found.user, move |account, moment| {
            decide::end(account, policies.at(moment.now), &by, &end, moment)
        });
        if let Err(error) = ended.await {
            tracing::warn!(user = %found.user, %error, "the session that a login of another user replaced did not end");
        }
    }
}

/// What is kept of an idempotency key. Each API key has idempotency keys of its own.
fn digest(api_key: &str, key: &str) -> [u8; 32] {
    let length = (api_key.len() as u64).to_be_bytes();
    Sha256::new()
        .chain_update(length)
        .chain_update(api_key)
        .chain_update(key)
        .finalize()
        .into()
}
