//! Measuring: rounds in turn, so that whatever else the machine does meets both sides alike.

use std::time::{Duration, Instant};

use crate::options::Effort;

/// What was measured, a number a round.
pub(crate) struct Pairs {
    reference: Vec<f64>,
    subject: Vec<f64>,
}

/// The middle of some numbers, and how far they lie apart.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Pairs {
    /// One unmeasured round of each; then reference, subject, reference, subject, …
    pub(crate) fn measure(
        effort: Effort,
        mut reference: impl FnMut() -> f64,
        mut subject: impl FnMut() -> f64,
    ) -> Self {
        reference();
        subject();
        let mut pairs = Self {
            reference: Vec::new(),
            subject: Vec::new(),
        };
        for _ in 0..effort.rounds {
            pairs.reference.push(reference());
            pairs.subject.push(subject());
        }
        pairs
    }

    /// What was measured already.
    pub(crate) fn of(reference: &[f64], subject: &[f64]) -> Self {
        Self {
            reference: reference.to_vec(),
            subject: subject.to_vec(),
        }
    }

    /// The median of the reference.
    pub(crate) fn reference(&self) -> f64 {
        Spread::of(&self.reference).median
    }

    /// The median of the subject.
    pub(crate) fn subject(&self) -> f64 {
        Spread::of(&self.subject).median
    }

    /// Subject / reference, each round by itself.
    pub(crate) fn ratio(&self) -> Spread {
        let rounds = self.subject.iter().zip(&self.reference);
        Spread::of(
            &rounds
                .map(|(subject, reference)| subject / reference)
                .collect::<Vec<_>>(),
        )
    }
}

impl Spread {
    /// Of at least one number.
    pub(crate) fn of(numbers: &[f64]) -> Self {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        Self {
            median: at(sorted.len() / 2),
            min: at(0),
            max: at(sorted.len().saturating_sub(1)),
        }
    }
}

/// A moment of the clock by which everything here is measured.
#[derive(Clone, Copy)]
pub(crate) struct Start(Instant);

impl Start {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "the one clock of the benchmarks")]
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// How long ago.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// How many of `count` were done in a second since then.
    #[expect(clippy::cast_precision_loss, reason = "a rate is no exact number")]
    pub(crate) fn rate(self, count: u64) -> f64 {
        count as f64 / self.elapsed().as_secs_f64()
    }
}
