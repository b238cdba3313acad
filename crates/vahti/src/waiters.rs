//! `waiters`: who waits, with all that a supervisor looks at before they let somebody in.

use futures::future::try_join_all;
use vahti_core::{Session, SessionId, StateWord};
use vahti_store::{Page, SessionQuery, SessionRecord};

use crate::{Caller, Error, Vahti};

/// A session that somebody may let in, and the user's other open sessions, the oldest login first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// The session.
    pub record: SessionRecord,
    /// What else the user is logged in with.
    pub others: Vec<Session>,
}

impl Vahti {
    /// One page of the sessions that wait, the oldest login first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn waiters(
        &self,
        caller: &Caller,
        query: SessionQuery,
    ) -> Result<Page<Waiter>, Error> {
        let query = SessionQuery {
            state: Some(StateWord::Held),
            ..query
        };
        let page = self.sessions(caller, query).await?;
        let waiting = page.items.into_iter();
        let waiters = try_join_all(waiting.map(|record| self.with_others(record))).await?;
        Ok(Page {
            items: waiters,
            next: page.next,
        })
    }

    /// One session, also if it does not wait (any more).
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownSession`; [`Error::Unavailable`].
    pub async fn waiter(&self, caller: &Caller, id: &SessionId) -> Result<Waiter, Error> {
        let record = self.session(caller, id).await?;
        self.with_others(record).await
    }

    async fn with_others(&self, record: SessionRecord) -> Result<Waiter, Error> {
        let account = self.store.account(&record.user).await;
        let sessions = account
            .map_err(Error::from)?
            .map(|account| account.sessions);
        let now = self.now();
        let is_other = |session: &Session| {
            session.id != record.session.id && session.overdue(&self.policy, now).is_none()
        };
        let others = sessions.unwrap_or_default().into_iter();
        Ok(Waiter {
            others: others.filter(is_other).collect(),
            record,
        })
    }
}
