//! Figures of what was done, counted with plain atomics: counting waits for nobody and allocates nothing.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often values were at most so large.
#[derive(Debug)]
pub struct Distribution {
    /// The largest value of each bucket, rising; the last bucket, which takes the rest, has none.
    bounds: &'static [u64],
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Distribution {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
        }
    }

    /// Counts a value.
    pub fn note(&self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn read(&self) -> Counted {
        let bounds = self.bounds.iter().copied().chain([u64::MAX]);
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        Counted {
            buckets: bounds.zip(counts).collect(),
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}

/// What a [`Distribution`] has counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The largest value of each bucket, and how many values are in it; the last takes the rest.
    pub buckets: Vec<(u64, u64)>,
    /// The sum of the values.
    pub sum: u64,
}

/// How commands have shared commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitFigures {
    /// Commands a commit.
    pub commands: Counted,
    /// How long a commit took, in milliseconds.
    pub millis: Counted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_counted_in_the_first_bucket_that_holds_it() {
        let counted = Distribution::new(&[1, 10]);
        for value in [0, 1, 2, 10, 11, 1_000] {
            counted.note(value);
        }
        assert_eq!(
            counted.read(),
            Counted {
                buckets: vec![(1, 2), (10, 2), (u64::MAX, 2)],
                sum: 1_024
            }
        );
    }
}
