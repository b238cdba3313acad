//! `follow`: events as they are recorded, in order, none left out and none twice.
//!
//! The record itself is the guarantee: a follower reads on from where it was. That something was recorded is only a hint
//! that it is worth reading; one that is lost costs time and no event.

use tokio::sync::futures::Notified;
use vahti_store::{EventQuery, EventRecord};

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// Wakes when something may have been recorded, or a key was revoked, after this was called. Call it before the
    /// record is read, so that nothing falls in between.
    pub fn recorded(&self) -> Notified<'_> {
        self.index.recorded.notified()
    }

    /// Where the record ends now: a follower that goes on from here sees what comes.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end_of_record(&self) -> Result<i64, Error> {
        self.store.last_event().await.map_err(Error::from)
    }

    /// Events after `query.after` that are as the query wants them, the oldest first; and from where to go on. That is
    /// beyond what was looked through in vain, so that a rare event costs no more the longer it is waited for.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn follow(
        &self,
        caller: &Caller,
        query: EventQuery,
    ) -> Result<(Vec<EventRecord>, i64), Error> {
        let (after, end) = (query.after, self.end_of_record().await?);
        if end <= after {
            return Ok((Vec::new(), after));
        }
        let query = EventQuery {
            newest_first: false,
            ..query
        };
        let page = self.events(caller, query).await?;
        let last = page.items.last().map_or(after, |event| event.sequence);
        Ok((page.items, page.next.unwrap_or(end.max(last))))
    }
}
