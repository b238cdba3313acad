//! `pause` and `resume`: break glass. While the gate is paused every check allows, and logins are recorded as `hold` would, so
//! that the gate can guard again at any moment without letting anybody in or putting anybody out.
//!
//! A pause ends by itself: every check compares the time. That its end is recorded is the sweep's work, and nothing waits for it.

use core::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    time::Duration,
};
use std::sync::{Arc, PoisonError, RwLock};

use vahti_core::{By, Policy, Timestamp, Verb};
use vahti_store::{EventQuery, StoreError};

use crate::{Caller, Error, Vahti};

/// What stands in the note of an event of a pause between how long it lasts and why.
const BECAUSE: &str = ": ";

/// The longest pause.
pub const PAUSE_AT_MOST: Duration = Duration::from_secs(12 * 3600);

/// A pause of the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// When it ends by itself.
    pub until: Timestamp,
    /// Why, as whoever paused it said.
    pub reason: Option<String>,
}

/// The policy that guards, that of a pause, and which of them counts when.
pub(crate) struct Policies {
    guarding: Arc<Policy>,
    paused: Policy,
    /// In milliseconds; 0 while the gate guards.
    until: AtomicI64,
    /// Whether the store may hold a pause, also one whose time has passed, or of which nobody has heard because whoever gave
    /// it has left.
    is_kept: AtomicBool,
    /// Why, as the record says.
    reason: RwLock<Option<String>>,
    /// Pauses take turns, from the store to here.
    turn: tokio::sync::Mutex<()>,
}

impl Policies {
    pub(crate) fn new(guarding: Arc<Policy>) -> Self {
        Self {
            paused: guarding.paused(),
            guarding,
            until: AtomicI64::new(0),
            is_kept: AtomicBool::new(false),
            reason: RwLock::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// The policy by which a command is decided.
    pub(crate) fn at(&self, now: Timestamp) -> &Policy {
        if self.is_paused(now) {
            &self.paused
        } else {
            &self.guarding
        }
    }

    pub(crate) fn is_paused(&self, now: Timestamp) -> bool {
        now.as_millis() < self.until.load(Ordering::Acquire)
    }

    /// Takes what the store holds.
    pub(crate) fn set(&self, until: Option<Timestamp>) {
        self.is_kept.store(until.is_some(), Ordering::Release);
        self.guard_from(until);
    }

    fn because(&self, reason: Option<String>) {
        *self.reason.write().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    fn guard_from(&self, until: Option<Timestamp>) {
        let until = until.map_or(0, Timestamp::as_millis);
        self.until.store(until, Ordering::Release);
    }
}

impl Vahti {
    /// Pauses the gate for so long from now, at most for [`PAUSE_AT_MOST`]; a pause that lasts is replaced. Says until when.
    /// A first pause whose caller leaves before it is told is taken back.
    ///
    /// # Errors
    /// [`Error::OutOfScope`] for a caller of some groups; [`Error::Unavailable`]: nothing was changed.
    pub async fn pause(&self, caller: &Caller, length: Duration) -> Result<Timestamp, Error> {
        let by = for_everybody(caller)?;
        let _turn = self.policies.turn.lock().await;
        let length = length.min(PAUSE_AT_MOST);
        let until = self.now().plus(length);
        let how_long = format!("for {} s", length.as_secs());
        let note = match &by.note {
            Some(reason) => format!("{how_long}{BECAUSE}{reason}"),
            None => how_long,
        };
        let note = Some(note);
        // Known before it is kept: if the caller leaves in between, the sweep takes it back.
        self.policies.is_kept.store(true, Ordering::Release);
        let kept = self.store.pause(Some(until), By { note, ..by }).await;
        kept.map_err(Error::from)?;
        self.policies.because(caller.by.note.clone());
        self.policies.set(Some(until));
        self.index.recorded.notify_waiters();
        tracing::warn!(
            key = caller.by.key,
            seconds = length.as_secs(),
            "the gate is paused: every check allows"
        );
        Ok(until)
    }

    /// Ends a pause, also one whose caller left before it was told; `false` if there is none. The gate guards from here on, also if that cannot be recorded.
    ///
    /// # Errors
    /// [`Error::OutOfScope`] for a caller of some groups; [`Error::Unavailable`]: the gate guards until the next start, resume
    /// again.
    pub async fn resume(&self, caller: &Caller) -> Result<bool, Error> {
        let by = for_everybody(caller)?;
        let _turn = self.policies.turn.lock().await;
        let was_paused = self.policies.is_kept.load(Ordering::Acquire);
        if was_paused {
            self.policies.guard_from(None);
            self.end_kept(by).await.map_err(Error::from)?;
        }
        Ok(was_paused)
    }

    /// Takes the pause that the store holds, and its reason from the record.
    pub(crate) async fn take_pause(&self) -> Result<(), StoreError> {
        let until = self.store.paused_until().await?;
        if until.is_some() {
            let newest = EventQuery {
                verb: Some(Verb::Pause.to_string()),
                newest_first: true,
                limit: 1,
                ..EventQuery::default()
            };
            let event = self.store.events(&newest).await?.items.pop();
            let note = event.and_then(|event| event.note).unwrap_or_default();
            let reason = note.split_once(BECAUSE);
            self.policies
                .because(reason.map(|(_, reason)| reason.to_owned()));
        }
        self.policies.set(until);
        Ok(())
    }

    /// The pause of the gate; none while it guards.
    #[must_use]
    pub fn paused(&self) -> Option<Paused> {
        let reason = self.policies.reason.read();
        Some(Paused {
            until: self.paused_until()?,
            reason: reason.unwrap_or_else(PoisonError::into_inner).clone(),
        })
    }

    /// Until when the gate is paused; none while it guards.
    #[must_use]
    pub fn paused_until(&self) -> Option<Timestamp> {
        let until = Timestamp::from_millis(self.policies.until.load(Ordering::Acquire));
        Some(until).filter(|until| self.now() < *until)
    }

    /// Records that a pause is over, once its time has passed.
    ///
    /// # Errors
    /// [`StoreError`]: it is recorded at the next turn. The gate guards already.
    pub async fn end_pause(&self) -> Result<(), StoreError> {
        let over = || {
            self.policies.is_kept.load(Ordering::Acquire) && !self.policies.is_paused(self.now())
        };
        if !over() {
            return Ok(());
        }
        let _turn = self.policies.turn.lock().await;
        if over() {
            self.end_kept(By::rule()).await?;
        }
        Ok(())
    }

    async fn end_kept(&self, by: By) -> Result<(), StoreError> {
        let key = by.key.clone();
        self.store.pause(None, by).await?;
        self.policies.set(None);
        self.index.recorded.notify_waiters();
        tracing::warn!(key, "the pause of the gate is over: it guards");
        Ok(())
    }
}

/// A pause lets everybody pass, so a caller of some groups has no business with it.
fn for_everybody(caller: &Caller) -> Result<By, Error> {
    if caller.scope.is_empty() {
        Ok(caller.by.clone())
    } else {
        Err(Error::OutOfScope)
    }
}
