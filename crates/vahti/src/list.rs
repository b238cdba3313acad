//! `list`: sessions and events, as a caller may see them.

use vahti_core::{SessionId, State, UserId};
use vahti_store::{ChainReport, EventQuery, EventRecord, Page, SessionQuery, SessionRecord};

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// One page of sessions. A session whose deadline has passed is shown as ended, and not among those that are
    /// active or held; a page may be shorter for that.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sessions(
        &self,
        caller: &Caller,
        query: SessionQuery,
    ) -> Result<Page<SessionRecord>, Error> {
        let query = SessionQuery {
            groups: scope(caller),
            ..query
        };
        let mut page = self.store.sessions(&query).await.map_err(Error::from)?;
        let now = page.items.iter_mut();
        now.for_each(|record| self.bring_up_to_now(record));
        // The record may not know yet that a deadline has passed. Where the next page begins is another matter.
        let is_asked_for = |state: State| query.state.is_none_or(|word| word == state.word());
        page.items
            .retain(|record| is_asked_for(record.session.state));
        Ok(page)
    }

    /// One session, also if it has ended.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownSession`; [`Error::Unavailable`].
    pub async fn session(&self, caller: &Caller, id: &SessionId) -> Result<SessionRecord, Error> {
        let account = self.account_of(caller, id).await?;
        let unknown = || Error::Refused(vahti_core::Refusal::UnknownSession(id.clone()));
        let session = account
            .sessions
            .into_iter()
            .find(|session| session.id == *id)
            .ok_or_else(unknown)?;
        let mut record = SessionRecord {
            user: account.user,
            profile: account.profile,
            session,
        };
        self.bring_up_to_now(&mut record);
        Ok(record)
    }

    /// The session that a token proves.
    ///
    /// # Errors
    /// [`Error::UnknownToken`]; [`Error::Unavailable`].
    pub fn current(&self, token: &str) -> Result<(UserId, SessionId), Error> {
        self.proven(token)
    }

    /// One page of events.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn events(
        &self,
        caller: &Caller,
        query: EventQuery,
    ) -> Result<Page<EventRecord>, Error> {
        let query = EventQuery {
            groups: scope(caller),
            ..query
        };
        self.store.events(&query).await.map_err(Error::from)
    }

    /// Walks along every chain of events.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn check_events(&self) -> Result<ChainReport, Error> {
        self.store.check_chain().await.map_err(Error::from)
    }

    fn bring_up_to_now(&self, record: &mut SessionRecord) {
        let session = &mut record.session;
        if let Some(ended) = session
            .overdue(&self.policy, self.now())
            .filter(|_| !session.state.is_ended())
        {
            session.state = State::Ended(ended.reason);
            session.expired_at = session.expired_at.or(Some(ended.at));
        }
    }
}

fn scope(caller: &Caller) -> Option<Vec<vahti_core::Group>> {
    (!caller.scope.is_empty()).then(|| caller.scope.clone())
}
