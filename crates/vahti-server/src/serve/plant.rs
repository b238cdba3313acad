//! Faults that a test plants in a whole server, to see that the crash test notices them. Only with the feature `faults`.

use std::{fs::OpenOptions, sync::Arc};

use vahti_store::sqlite::faults::{Faults, Plant};

/// The faults that the environment asks for: `VAHTI_TEST_PLANT` names one, `VAHTI_TEST_MARK` a file for the mark.
pub(super) fn faults() -> Faults {
    let plant = match variable("VAHTI_TEST_PLANT").as_deref() {
        Some("answer_before_commit") => Some(Plant::AnswerBeforeCommit),
        Some("witness_before_commit") => Some(Plant::WitnessBeforeCommit),
        Some("synchronous_off") => Some(Plant::SynchronousOff),
        _ => None,
    };
    let mark =
        variable("VAHTI_TEST_MARK").and_then(|path| OpenOptions::new().write(true).open(path).ok());
    Faults {
        plant,
        mark: mark.map(Arc::new),
    }
}

fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "only in tests; the configuration knows nothing of it"
    )]
    std::env::var(name).ok()
}
