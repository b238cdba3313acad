//! `restore`: this host's data are a copy of an earlier time. What must happen before anybody relies on them.

use vahti_core::{By, Timestamp, Verb};
use vahti_store::EventQuery;

use crate::{Caller, Error, Selection, Vahti};

/// What a restored copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// When its newest event was: whatever happened later is not known any more.
    pub newest: Option<Timestamp>,
    /// The first event before which numbers are missing, as if a person had been deleted with everything about them.
    pub gap: Option<i64>,
    /// Sessions that were open and have been ended.
    pub ended: u64,
    /// The names of the keys that are valid in it, also if they were revoked since.
    pub keys: Vec<String>,
}

impl Vahti {
    /// Takes over data that were restored from an earlier copy: what its record holds has to be as it was written; that they
    /// were restored is recorded, in the words that `note` has for it when it is told of the newest event; and the open
    /// sessions end, unless they are kept, because they may have been ended since.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: do not use these data.
    pub async fn take_over(
        &self,
        caller: &Caller,
        keep_sessions: bool,
        note: impl FnOnce(Option<Timestamp>) -> String,
    ) -> Result<Restored, Error> {
        let report = self.check_events().await?;
        if let Some(fault) = report.fault {
            let (at, what) = (fault.sequence, fault.what);
            let why = format!("its record is not as it was written: event {at}: {what}");
            return Err(Error::Unavailable(why));
        }
        let newest = self.newest_event(caller).await?;
        let by = By {
            note: Some(note(newest)),
            ..caller.by.clone()
        };
        self.record_event(Verb::Restore, by).await?;
        let mut ended = 0;
        if !keep_sessions {
            let bulk = self.end_all(caller, Selection::default(), false).await?;
            let left = bulk.unprocessed.into_iter().map(|left| left.error);
            if let Some(error) = bulk.stopped.into_iter().chain(left).next() {
                return Err(error);
            }
            ended = bulk.sessions;
        }
        let keys = self.keys(caller).await?.into_iter();
        let valid = keys.filter(|key| key.revoked_at.is_none());
        Ok(Restored {
            newest,
            gap: report.gap,
            ended,
            keys: valid.map(|key| key.name).collect(),
        })
    }

    async fn newest_event(&self, caller: &Caller) -> Result<Option<Timestamp>, Error> {
        let query = EventQuery {
            newest_first: true,
            limit: 1,
            ..EventQuery::default()
        };
        let page = self.events(caller, query).await?;
        Ok(page.items.first().map(|event| event.at))
    }
}
