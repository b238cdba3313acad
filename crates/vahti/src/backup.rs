//! `backup`: a copy of everything, while the host goes on.

use std::fs::File;

use vahti_core::Verb;

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// A copy of the whole store at one moment, in a file without a name. That it was taken is recorded first, so the copy
    /// knows of itself.
    ///
    /// # Errors
    /// [`Error::NoRoom`]; [`Error::Unavailable`].
    pub async fn backup(&self, caller: &Caller) -> Result<File, Error> {
        self.record_event(Verb::Backup, caller.by.clone()).await?;
        self.store.copy().await.map_err(Error::from)
    }
}
