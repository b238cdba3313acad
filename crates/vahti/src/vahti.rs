//! The host: what every use case stands on, and the one path by which an account changes.

use std::sync::{Arc, Mutex, PoisonError};

use vahti_core::{
    Account, By, Commit, Decision, Moment, Policy, Refusal, Timestamp, UserId, Verb, decide,
};
use vahti_store::{Clock, CommitFigures, Host, Store, StoreError, Witness};

use crate::{
    Caller, Error, Figures, Index,
    index::ENDED_KEPT,
    keys::Keys,
    message::Message,
    pause::Policies,
    screens::Screens,
    supervisors::Supervisors,
    sweep::{AT_ONCE, Due, Written},
};

/// A host that decides which logins may go on.
pub struct Vahti {
    pub(crate) policy: Arc<Policy>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) index: Arc<Index>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) home: String,
    pub(crate) keys: Keys,
    pub(crate) supervisors: Arc<Supervisors>,
    pub(crate) policies: Arc<Policies>,
    pub(crate) figures: Figures,
    pub(crate) message: Arc<Message>,
    pub(crate) screens: Screens,
    min_free_bytes: u64,
    /// Up to when last-seen times are written.
    pub(crate) written: tokio::sync::Mutex<Written>,
    /// Users whose sessions have passed a deadline.
    pub(crate) due: tokio::sync::Mutex<Due>,
    /// Users whose recorded states are not what the policy gives.
    outdated: tokio::sync::Mutex<Vec<UserId>>,
}

impl Vahti {
    /// Opens a host: `open` opens its store, and what the store holds is taken into the index. It writes nothing: see
    /// [`Vahti::enforce_policy`].
    ///
    /// `home` is the name under which other hosts know this one.
    ///
    /// # Errors
    /// What `open` returned, or [`StoreError`] as the caller's error type takes it.
    pub async fn open<S, E>(
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        home: &str,
        open: impl AsyncFnOnce(Host) -> Result<S, E>,
    ) -> Result<Self, E>
    where
        S: Store + 'static,
        E: From<StoreError>,
    {
        let index = Index::new(Arc::clone(&policy));
        let witness: Arc<dyn Witness> = Arc::<Index>::clone(&index);
        let store = open(Host {
            policy: Arc::clone(&policy),
            clock: Arc::clone(&clock),
            witness,
        })
        .await?;
        let host = Self {
            policies: Arc::new(Policies::new(Arc::clone(&policy))),
            figures: Figures::new(),
            message: Arc::default(),
            screens: Screens::default(),
            policy,
            clock,
            index,
            store: Arc::new(store),
            home: home.to_owned(),
            keys: Keys::default(),
            supervisors: Arc::default(),
            min_free_bytes: 0,
            written: tokio::sync::Mutex::default(),
            due: tokio::sync::Mutex::default(),
            outdated: tokio::sync::Mutex::default(),
        };
        host.load().await?;
        Ok(host)
    }

    /// Refuses logins while less than this is free on the disk of the store.
    #[must_use]
    pub const fn keep_free(mut self, bytes: u64) -> Self {
        self.min_free_bytes = bytes;
        self
    }

    /// Whether there is room for another login.
    ///
    /// # Errors
    /// [`Error::DiskAlmostFull`].
    pub fn has_room(&self) -> Result<(), Error> {
        match self.store.free_bytes() {
            Some(free_bytes) if free_bytes < self.min_free_bytes => {
                Err(Error::DiskAlmostFull { free_bytes })
            }
            _ => Ok(()),
        }
    }

    async fn load(&self) -> Result<(), StoreError> {
        let mut outdated = Vec::new();
        let ended_after = self.now().minus(ENDED_KEPT);
        self.store
            .accounts(ended_after, &mut |account| {
                self.index.apply(account);
                if account.is_outdated(&self.policy) {
                    outdated.push(account.user.clone());
                }
            })
            .await?;
        self.keys.add(self.store.keys().await?);
        self.supervisors.add(self.store.supervisors().await?);
        self.take_pause().await?;
        self.message.set(self.store.message().await?);
        if self.paused_until().is_some() {
            tracing::warn!("the gate is paused: every check allows");
        }
        *self.outdated.lock().await = outdated;
        Ok(())
    }

    /// Records what a changed policy means for the sessions that are open: those beyond the limit wait from now on. Call
    /// it once after [`Vahti::open`] in the program that serves; checks go by the new policy even without. A
    /// program that only reads does not call it, so that its own policy changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: call it again; what is done stays done.
    pub async fn enforce_policy(&self) -> Result<(), StoreError> {
        let mut outdated = self.outdated.lock().await;
        while !outdated.is_empty() {
            let rest = outdated.len().saturating_sub(AT_ONCE as usize);
            self.settle_all(&outdated[rest..]).await?;
            // Only now: whoever is left over by an error, or by a caller who leaves, has its turn at the next call.
            outdated.truncate(rest);
        }
        Ok(())
    }

    /// Ends what is overdue of one user, and puts out what is beyond the limit.
    pub(crate) async fn settle(&self, user: &UserId) -> Result<(), StoreError> {
        let policies = Arc::clone(&self.policies);
        let decide = move |account: &Account, moment: Moment| {
            decide::settle(account, policies.at(moment.now), moment)
        };
        self.store.transact(user, Box::new(decide)).await
    }

    /// Settles many users side by side, so that they share commits.
    pub(crate) async fn settle_all(&self, users: &[UserId]) -> Result<(), StoreError> {
        let settled = futures::future::join_all(users.iter().map(|user| self.settle(user))).await;
        settled.into_iter().collect()
    }

    /// Records an event that is about no user, and wakes whoever follows the record.
    pub(crate) async fn record_event(&self, verb: Verb, by: By) -> Result<(), StoreError> {
        self.store.record(verb, by).await?;
        self.index.recorded.notify_waiters();
        Ok(())
    }

    /// The policy of this host.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The index of this host.
    #[must_use]
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// What the checks of this host have come to.
    #[must_use]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// How the commands have shared commits; none if the store does not know.
    #[must_use]
    pub fn commits(&self) -> Option<CommitFigures> {
        self.store.commits()
    }

    /// The clock of this host.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The time of this host.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Why this host cannot tell any more and its process should end; none as long as all is well. From then on every
    /// check is [`Error::Unavailable`].
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.store.failure()
    }

    /// The one path by which an account changes: decided under its lock, durable and known to the index before
    /// this returns. A caller whose scope does not cover the user learns only that there is no such user.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        caller: &Caller,
        user: &UserId,
        decide: impl FnMut(&Account, Moment) -> Decision<T> + Send + 'static,
    ) -> Result<T, Error> {
        let answer = self
            .try_transact(caller, user, decide)
            .await
            .map_err(Error::from)?;
        answer.map_err(Error::from)
    }

    /// As [`Vahti::transact`], for a command that makes no new user: [`Refusal::UnknownUser`] if nobody has ever logged in as
    /// `user`.
    pub(crate) async fn transact_known<T: Send + 'static>(
        &self,
        caller: &Caller,
        user: &UserId,
        mut decide: impl FnMut(&Account, Moment) -> Decision<T> + Send + 'static,
    ) -> Result<T, Error> {
        let decide = move |account: &Account, moment: Moment| {
            if account.version == 0 {
                return Decision {
                    commit: Commit::nothing(account),
                    answer: Err(Refusal::UnknownUser),
                };
            }
            decide(account, moment)
        };
        self.transact(caller, user, decide).await
    }

    /// As [`Vahti::transact`], with the store's own error, for a command that can meet a constraint.
    pub(crate) async fn try_transact<T: Send + 'static>(
        &self,
        caller: &Caller,
        user: &UserId,
        mut decide: impl FnMut(&Account, Moment) -> Decision<T> + Send + 'static,
    ) -> Result<Result<T, Refusal>, StoreError> {
        let answer = Arc::new(Mutex::new(None));
        let told = Arc::clone(&answer);
        let scope = caller.clone();
        let decide = move |account: &Account, moment: Moment| {
            let decision = if account.version == 0 || scope.covers(&account.profile.groups) {
                decide(account, moment)
            } else {
                Decision {
                    commit: Commit::nothing(account),
                    answer: Err(Refusal::UnknownUser),
                }
            };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(decision.answer);
            decision.commit
        };
        self.store.transact(user, Box::new(decide)).await?;
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.ok_or_else(|| StoreError::Unavailable("the decision was not run".to_owned()))
    }

    /// The account of a user within the caller's scope.
    pub(crate) async fn account(&self, caller: &Caller, user: &UserId) -> Result<Account, Error> {
        let account = self.store.account(user).await.map_err(Error::from)?;
        account
            .filter(|account| caller.covers(&account.profile.groups))
            .ok_or(Error::Refused(Refusal::UnknownUser))
    }

    /// The account to which a session belongs, within the caller's scope, also if the session has ended.
    pub(crate) async fn account_of(
        &self,
        caller: &Caller,
        id: &vahti_core::SessionId,
    ) -> Result<Account, Error> {
        let account = self.store.account_of(id).await.map_err(Error::from)?;
        account
            .filter(|account| caller.covers(&account.profile.groups))
            .ok_or_else(|| Error::Refused(Refusal::UnknownSession(id.clone())))
    }

    /// Writes the times of last use that are not yet written, and lets go of the store. Call it when [`Vahti::run`] has
    /// returned and nothing is asked any more.
    pub async fn close(&self) {
        if let Err(error) = self.write_last_seen().await {
            tracing::warn!(%error, "last-seen times were not written at the end; they are at most 10 s old");
        }
        self.store.close().await;
    }
}

/// Does what was begun to its end, also when whoever asked for it leaves: otherwise the store would hold what memory does not
/// know.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|cause| Err(Error::Unavailable(cause.to_string())))
}
