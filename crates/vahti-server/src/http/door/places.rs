//! Places for waiting pages that stay open: so many, and of one session a few, so that no browser takes those of all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vahti_core::SessionId;

/// Waiting pages that stay open at a time; each looks into memory whenever something is recorded. The others load
/// themselves again every few seconds.
const SCREENS: usize = 4_096;
/// Those of one session: as many tabs as somebody may have open.
const OF_ONE: usize = 8;

/// The places of all waiting pages.
pub(super) struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<SessionId, usize>>>,
}

/// A place that is taken until this is dropped.
pub(crate) struct Place {
    session: SessionId,
    taken: Arc<Mutex<HashMap<SessionId, usize>>>,
    _one: OwnedSemaphorePermit,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(SCREENS)),
            taken: Arc::default(),
        }
    }
}

impl Places {
    /// Leaves half of so many connections to everything else.
    pub(super) fn leave_half(&self, connections: usize) {
        let too_many = SCREENS.saturating_sub(connections / 2);
        self.all.forget_permits(too_many);
    }

    /// A place for a page of this session; none if all are taken, or all that it may have.
    pub(super) fn take(&self, session: &SessionId) -> Option<Place> {
        let one = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut taken = lock(&self.taken);
        let of_this = taken.entry(session.clone()).or_default();
        if *of_this >= OF_ONE {
            return None;
        }
        *of_this += 1;
        Some(Place {
            session: session.clone(),
            taken: Arc::clone(&self.taken),
            _one: one,
        })
    }

    /// How many are taken.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        lock(&self.taken).values().sum()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(of_this) = taken.get_mut(&self.session) {
            *of_this -= 1;
            if *of_this == 0 {
                taken.remove(&self.session);
            }
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> SessionId {
        SessionId::new(&format!("s{number}")).expect("an id")
    }

    #[test]
    fn one_session_takes_a_few_places_and_gives_each_back() {
        let places = Places::default();
        let mut held: Vec<_> = (0..OF_ONE).map(|_| places.take(&id(0))).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(places.take(&id(0)).is_none());
        assert!(places.take(&id(1)).is_some());
        held.pop();
        assert!(places.take(&id(0)).is_some());
        drop(held);
        assert!(lock(&places.taken).is_empty());
        assert_eq!(places.all.available_permits(), SCREENS);
    }

    #[test]
    fn all_of_them_leave_half_of_the_connections_to_everything_else() {
        for (connections, most) in [(16, 8), (1_000, 500), (16_384, SCREENS)] {
            let places = Places::default();
            places.leave_half(connections);
            let held: Vec<_> = (0..SCREENS)
                .map_while(|one| places.take(&id(one)))
                .collect();
            assert_eq!(held.len(), most);
        }
    }
}
