//! What happens to a login beyond the limit: the words of the configuration for it.

/// What happens to a login beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnLimit {
    /// It is held until a supervisor lets it in.
    Hold,
    /// It is refused.
    Deny,
    /// It is active; the sessions let in longest ago end.
    EvictOldest,
    /// It is active; the sessions longest unseen end.
    EvictIdle,
    /// It is held; the user chooses which session ends.
    Ask,
    /// It is held, and all the others with it.
    Freeze,
    /// Nothing is refused; answers say what `hold` would have done.
    Observe,
}

impl OnLimit {
    /// Every policy, in the order in which people are shown them.
    pub(crate) const ALL: &[Self] = &[
        Self::Hold,
        Self::Deny,
        Self::EvictOldest,
        Self::EvictIdle,
        Self::Ask,
        Self::Freeze,
        Self::Observe,
    ];

    /// The word that the configuration has for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Deny => "deny",
            Self::EvictOldest => "evict_oldest",
            Self::EvictIdle => "evict_idle",
            Self::Ask => "ask",
            Self::Freeze => "freeze",
            Self::Observe => "observe",
        }
    }
}
