//! `message`: what supervisors say to everybody who waits.

use std::sync::{Arc, PoisonError, RwLock};

use vahti_core::{By, Verb};

use crate::{Caller, Error, Vahti, vahti::to_the_end};

/// The message of a host. The record holds it; here it is read by every waiting page.
#[derive(Default)]
pub(crate) struct Message {
    text: RwLock<Option<String>>,
    /// Messages take turns, from the store to here.
    turn: tokio::sync::Mutex<()>,
}

impl Message {
    pub(crate) fn set(&self, text: Option<String>) {
        *self.text.write().unwrap_or_else(PoisonError::into_inner) = text;
    }

    fn get(&self) -> Option<String> {
        let text = self.text.read().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }
}

impl Vahti {
    /// Says something to everybody who waits, in the place of what was said before; `None` takes that away.
    ///
    /// # Errors
    /// [`Error::OutOfScope`] for a caller of some groups; [`Error::Unavailable`]: what was said before stays.
    pub async fn say(&self, caller: &Caller, text: Option<String>) -> Result<(), Error> {
        if !caller.scope.is_empty() {
            return Err(Error::OutOfScope);
        }
        let by = By {
            note: text.clone(),
            ..caller.by.clone()
        };
        let (store, index) = (Arc::clone(&self.store), Arc::clone(&self.index));
        let message = Arc::clone(&self.message);
        to_the_end(async move {
            let _turn = message.turn.lock().await;
            let recorded = store.record(Verb::Message, by).await;
            recorded.map_err(Error::from)?;
            message.set(text);
            index.recorded.notify_waiters();
            Ok(())
        })
        .await
    }

    /// What supervisors say to everybody who waits.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        self.message.get()
    }
}
