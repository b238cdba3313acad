//! Who calls: what is recorded of them, and which users they may act on and see.

use vahti_core::{By, Group, How};

/// Who gives a command or asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What is recorded with every change.
    pub by: By,
    /// If not empty: the caller acts on and sees only users with one of these groups.
    pub scope: Vec<Group>,
}

impl Caller {
    /// A caller known by a name, who may act on every user.
    #[must_use]
    pub fn named(name: &str, how: How) -> Self {
        Self {
            by: By {
                key: name.to_owned(),
                actor: None,
                how,
                note: None,
            },
            scope: Vec::new(),
        }
    }

    /// Whether the caller may say that a user is in these groups: each must be one of its own. Groups raise limits and
    /// may exempt from being held, so a caller of some groups cannot give others away.
    #[must_use]
    pub(crate) fn may_assign(&self, groups: &[Group]) -> bool {
        self.scope.is_empty()
            || (!groups.is_empty() && groups.iter().all(|group| self.scope.contains(group)))
    }

    /// Whether a user with these groups is within the caller's scope.
    #[must_use]
    pub(crate) fn covers(&self, groups: &[Group]) -> bool {
        self.scope.is_empty() || groups.iter().any(|group| self.scope.contains(group))
    }
}
