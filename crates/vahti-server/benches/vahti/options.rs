//! The command line of the benchmarks.

use std::{path::PathBuf, time::Duration};

/// What to measure.
#[derive(clap::Parser)]
pub(crate) struct Options {
    /// Only figures whose name contains one of these
    pub(crate) names: Vec<String>,
    /// Write the figures as JSON, too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Three short rounds, for trying: not for numbers that anybody quotes
    #[arg(long)]
    quick: bool,
    /// Passed by cargo
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
    /// The work of a process of its own
    #[arg(long, hide = true, num_args = 2)]
    pub(crate) child: Option<Vec<String>>,
}

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds of each, the reference and the subject.
    pub(crate) rounds: usize,
    /// How long a round takes that is bounded by time.
    pub(crate) round: Duration,
    /// Divides the amounts of what is bounded by number.
    pub(crate) divisor: usize,
}

impl Options {
    /// Seven rounds of one second; or three short ones.
    pub(crate) const fn effort(&self) -> Effort {
        if self.quick {
            Effort {
                rounds: 3,
                round: Duration::from_millis(300),
                divisor: 10,
            }
        } else {
            Effort {
                rounds: 7,
                round: Duration::from_secs(1),
                divisor: 1,
            }
        }
    }
}
