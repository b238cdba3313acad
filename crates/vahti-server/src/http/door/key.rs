//! The door for the holders of API keys, and for the owner of the database on its own socket.

use core::{marker::PhantomData, time::Duration};
use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{HeaderMap, request::Parts},
};
use tokio::sync::OwnedSemaphorePermit;
use vahti::{Caller, Error, Vahti};
use vahti_client::ProblemType;
use vahti_core::{By, Group, How, Role, SessionId, UserId};
use vahti_store::ApiKey;

use super::{Access, App, Door, bearer::bearer, roles::Allowed};
use crate::{
    config::UnknownSession,
    http::problem::{Refused, listed},
};

/// Marks requests on the owner's socket. It is put into a request by the router of that socket only.
#[derive(Clone, Copy)]
pub(in crate::http) struct Owner;

/// The name under which the owner of the database acts.
const OWNER: &str = "cli";
/// The name under which the hosts of TIM's network act: their secret does not tell them apart.
const TIM_HOST: &str = "tim";

/// A caller with one of the roles `R`.
pub(in crate::http) struct Key<R> {
    app: App,
    identity: Identity,
    roles: PhantomData<R>,
}

enum Identity {
    Holder(Arc<ApiKey>),
    Owner,
    TimHost,
}

impl<R> Key<R> {
    /// A host of TIM's network that has proven to know a secret.
    pub(super) fn of_tim_host(app: &App) -> Self {
        Self {
            app: app.clone(),
            identity: Identity::TimHost,
            roles: PhantomData,
        }
    }

    /// What a verify does whose session is unknown here, on TIM's addresses.
    pub(in crate::http) fn unknown_session(&self) -> UnknownSession {
        self.app.tim().unknown_session
    }

    /// The use cases.
    pub(in crate::http) fn vahti(&self) -> &Vahti {
        self.app.vahti()
    }

    /// What the caller may do.
    pub(in crate::http) fn role(&self) -> Role {
        match &self.identity {
            Identity::Holder(key) => key.role,
            Identity::Owner | Identity::TimHost => Role::Admin,
        }
    }

    /// The name of the key.
    pub(in crate::http) fn name(&self) -> &str {
        match &self.identity {
            Identity::Holder(key) => &key.name,
            Identity::Owner => OWNER,
            Identity::TimHost => TIM_HOST,
        }
    }

    /// What the routes stand on.
    pub(in crate::http) fn app(&self) -> &App {
        &self.app
    }

    /// Whether the caller may still come in.
    pub(in crate::http) fn is_valid(&self) -> bool {
        match &self.identity {
            Identity::Holder(key) => self.vahti().is_valid(key),
            Identity::Owner | Identity::TimHost => true,
        }
    }

    /// A place for an answer that goes on by itself.
    pub(in crate::http) fn stream(&self) -> Result<OwnedSemaphorePermit, Refused> {
        self.app.stream().ok_or_else(|| {
            Refused::new(
                ProblemType::TooMany,
                "As many streams are open as this host serves at a time. Nothing was changed. Close one, or read pages.",
            )
        })
    }

    /// Counts a login of `user` with this key. It comes before the store, so that a flood of them costs nothing.
    pub(in crate::http) fn count_login(&self, user: &UserId) -> Result<(), Refused> {
        let Some(limit) = self.app.logins() else {
            return Ok(());
        };
        let taken = limit.take((self.name(), user.as_str()));
        taken.map_err(|wait| {
            let detail = format!(
                "`{user}` was logged in as often as `limits.logins_per_user` allows: {}. This login was not recorded. \
                 The password was not wrong: do not count this as a failed login. `Retry-After` says when to try again.",
                limit.rate()
            );
            Refused::new(ProblemType::TooMany, detail).until(wait)
        })
    }

    /// Does `work` unless the host stops first.
    pub(in crate::http) async fn until_stop<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.app.stop().run_until_cancelled(work).await
    }

    /// The groups to which the key is limited; empty is no limit.
    pub(in crate::http) fn scope(&self) -> &[Group] {
        match &self.identity {
            Identity::Holder(key) => &key.groups,
            Identity::Owner | Identity::TimHost => &[],
        }
    }

    /// The waiting page of a session that waits; with a ticket for it where the browser may hold no cookie of ours.
    pub(in crate::http) fn wait_url(&self, session: &SessionId, with_ticket: bool) -> String {
        let site = self.app.sites().public();
        let ticket = with_ticket.then(|| self.vahti().ticket(session)).flatten();
        ticket.map_or_else(|| site.gate(None, false), |ticket| site.gate_with(&ticket))
    }

    /// Who calls, as it is recorded: with the person who acts, and the reason they gave.
    pub(in crate::http) fn caller(&self, actor: Option<String>, note: Option<String>) -> Caller {
        let how = match &self.identity {
            Identity::Holder(_) => How::Api,
            Identity::Owner => How::Cli,
            Identity::TimHost => How::Peer,
        };
        Caller {
            by: By {
                key: self.name().to_owned(),
                actor,
                how,
                note,
            },
            scope: self.scope().to_vec(),
        }
    }

    /// Who reads.
    pub(in crate::http) fn reader(&self) -> Caller {
        self.caller(None, None)
    }

    /// Waits for the store, but not for ever.
    pub(in crate::http) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.app.trouble().within(self.vahti(), work).await
    }

    /// As [`Key::within`], with the words for the caller if it fails. `user` is whom the call is about.
    pub(in crate::http) async fn ask<T>(
        &self,
        user: Option<&str>,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Refused> {
        self.within(work)
            .await
            .map_err(|error| self.refusal(user, error))
    }

    /// As [`Key::ask`], for a question about the whole record that may take so long.
    pub(in crate::http) async fn ask_long<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Refused> {
        let done = self.app.trouble().within_time(self.vahti(), patience, work);
        done.await.map_err(|error| self.refusal(None, error))
    }

    /// The words for the caller when a use case failed.
    pub(in crate::http) fn refusal(&self, user: Option<&str>, error: Error) -> Refused {
        match error {
            Error::Unavailable(_) | Error::Late(_) | Error::DiskAlmostFull { .. } => {
                self.app.trouble().refusal(self.vahti(), &error)
            }
            Error::OutOfScope => Refused::new(
                ProblemType::OutOfScope,
                format!(
                    "The key `{}` may act only on users with one of its groups: {}. Nothing was changed.",
                    self.name(),
                    listed(self.scope().iter().map(Group::as_str), ", ")
                ),
            ),
            error => Refused::of(user, &error),
        }
    }

    /// The words for the caller when the database has stopped a command half way; `kept` says what was done.
    pub(in crate::http) fn stopped(&self, error: &Error, kept: &str) -> Refused {
        self.app.trouble().stopped(self.vahti(), error, kept)
    }

    /// The `Set-Cookie` that gives a browser this token.
    pub(in crate::http) fn set_cookie(&self, token: &str) -> String {
        self.app.set_cookie(token)
    }

    /// The `Set-Cookie` that takes the token from a browser.
    pub(in crate::http) fn clear_cookie(&self) -> String {
        self.app.clear_cookie()
    }

    /// The refusal of a caller whose role is not among `roles` for `call`.
    pub(in crate::http) fn wrong_role(&self, call: &str, roles: &[Role]) -> Refused {
        Refused::new(
            ProblemType::WrongRole,
            format!(
                "The key `{}` has the role `{}`; {call} needs {}.",
                self.name(),
                self.role(),
                listed(roles.iter().map(|role| role.as_str()), " or ")
            ),
        )
    }
}

impl<R: Allowed> Door for Key<R> {
    const ACCESS: Access = Access::Key(R::ROLES);
}

impl<R: Allowed> FromRequestParts<App> for Key<R> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let identity = match parts.extensions.get::<Owner>() {
            Some(Owner) => Identity::Owner,
            None => Identity::Holder(holder(app, &parts.headers, R::ROLES)?),
        };
        let key = Self {
            app: app.clone(),
            identity,
            roles: PhantomData,
        };
        if R::ROLES.contains(&key.role()) {
            return Ok(key);
        }
        let path = parts.extensions.get::<MatchedPath>();
        let path = path.map_or(parts.uri.path(), MatchedPath::as_str);
        Err(key.wrong_role(&format!("`{} {path}`", parts.method), R::ROLES))
    }
}

fn holder(app: &App, headers: &HeaderMap, roles: &[Role]) -> Result<Arc<ApiKey>, Refused> {
    bearer(headers)?
        .and_then(|text| app.vahti().key(text))
        .ok_or_else(|| {
            let role = roles.first().copied().unwrap_or(Role::App);
            Refused::new(
                ProblemType::NoKey,
                format!(
                    "This call needs a key: `Authorization: Bearer <key>`. \
                     Make one with `vahti key create --role {role} --name NAME`."
                ),
            )
        })
}
