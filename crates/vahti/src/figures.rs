//! Figures: what the checks came to. Counted with plain atomics, because a check neither locks nor allocates.

use core::sync::atomic::{AtomicU64, Ordering};

use vahti_core::{
    AllowReason, EndReason, HeldReason,
    verdict::{DenyReason, Verdict},
};

const HOLDS: usize = AllowReason::ALL.len();
const DENIALS: usize = HOLDS + HeldReason::ALL.len();
const ALL: usize = DENIALS + 1 + EndReason::ALL.len();

/// What the checks of a host have come to since it was opened.
pub struct Figures {
    verdicts: Verdicts,
    would: Verdicts,
    /// Checks that could not be answered.
    unavailable: AtomicU64,
}

/// How often each verdict was given.
struct Verdicts([AtomicU64; ALL]);

impl Verdicts {
    const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; ALL])
    }

    fn note(&self, verdict: Verdict) {
        let place = match verdict {
            Verdict::Allow(reason) => reason as usize,
            Verdict::Hold(reason) => HOLDS + reason as usize,
            Verdict::Deny(DenyReason::NoSession) => DENIALS,
            Verdict::Deny(DenyReason::Ended(reason)) => DENIALS + 1 + reason as usize,
        };
        if let Some(count) = self.0.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn all(&self) -> Vec<(Verdict, u64)> {
        let allow = AllowReason::ALL
            .iter()
            .map(|reason| Verdict::Allow(*reason));
        let hold = HeldReason::ALL.iter().map(|reason| Verdict::Hold(*reason));
        let ended = EndReason::ALL
            .iter()
            .map(|reason| DenyReason::Ended(*reason));
        let deny = core::iter::once(DenyReason::NoSession).chain(ended);
        let verdicts = allow.chain(hold).chain(deny.map(Verdict::Deny));
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        verdicts.zip(counts).collect()
    }
}

impl Figures {
    pub(crate) const fn new() -> Self {
        Self {
            verdicts: Verdicts::new(),
            would: Verdicts::new(),
            unavailable: AtomicU64::new(0),
        }
    }

    pub(crate) fn note(&self, verdict: Verdict, would: Option<Verdict>) {
        self.verdicts.note(verdict);
        if let Some(would) = would {
            self.would.note(would);
        }
    }

    pub(crate) fn note_unavailable(&self) {
        self.unavailable.fetch_add(1, Ordering::Relaxed);
    }

    /// Each verdict with its reason, and how often it was given.
    #[must_use]
    pub fn verdicts(&self) -> Vec<(Verdict, u64)> {
        self.verdicts.all()
    }

    /// Where everything passes, under `observe` and in a pause: the verdicts of a gate that guards.
    #[must_use]
    pub fn would(&self) -> Vec<(Verdict, u64)> {
        self.would.all()
    }

    /// How many checks could not be answered.
    #[must_use]
    pub fn unavailable(&self) -> u64 {
        self.unavailable.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verdict_has_a_count_of_its_own() {
        let figures = Figures::new();
        for (turn, (verdict, _)) in figures.verdicts().into_iter().enumerate() {
            (0..=turn).for_each(|_| figures.note(verdict, Some(verdict)));
        }
        for all in [figures.verdicts(), figures.would()] {
            let counts: Vec<_> = all.into_iter().map(|(_, count)| count).collect();
            let expected: Vec<_> = (1..=ALL as u64).collect();
            assert_eq!(counts, expected);
        }
    }
}
