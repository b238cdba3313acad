//! How a session stands, as whatever asks at the gate is told: scripts, proxies, the people's own pages.

use vahti_core::{
    StateWord,
    verdict::{DenyReason, Verdict},
};

/// How a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may go on.
    Active,
    /// It waits.
    Held,
    /// It is over.
    Ended,
    /// There is none, or none that is proven.
    None,
}

impl Standing {
    /// What a verdict says of it.
    pub(crate) const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow(_) => Self::Active,
            Verdict::Hold(_) => Self::Held,
            Verdict::Deny(DenyReason::Ended(_)) => Self::Ended,
            Verdict::Deny(DenyReason::NoSession) => Self::None,
        }
    }

    /// Its word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => StateWord::Active.as_str(),
            Self::Held => StateWord::Held.as_str(),
            Self::Ended => StateWord::Ended.as_str(),
            Self::None => "none",
        }
    }
}
