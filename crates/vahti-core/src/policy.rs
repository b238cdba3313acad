//! The policy: the limit, what happens at it, the deadlines, and who is exempt.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use crate::{Group, OnLimit, Timestamp, UserId};

/// What decides. Fixed for as long as the process runs. A duration of zero means "none".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Off: nothing is recorded and every check passes.
    pub enabled: bool,
    /// Active sessions a user may have at a time; 0 is no limit (NIST SP 800-53 AC-10).
    pub max_per_user: u32,
    /// What happens at a login beyond the limit.
    pub on_limit: OnLimit,
    /// How long after an active session stopped being so a further login is held.
    pub hold_after_end: Duration,
    /// Held sessions a user may have at a time; beyond that the longest unseen ends. At least 1.
    pub held_max_per_user: u32,
    /// How long a session may go unused (NIST SP 800-53 AC-12, OWASP ASVS 5.0 7.3.1).
    pub idle_timeout: Duration,
    /// How long a session may last at all (OWASP ASVS 5.0 7.3.2).
    pub max_lifetime: Duration,
    /// Sessions that were logged in under the keys of these names last so long instead, and may go unused meanwhile.
    pub lasting: BTreeMap<String, Duration>,
    /// How long an ended session is kept.
    pub retention: Duration,
    /// How long after the last login from somewhere it is kept where that was.
    pub origin_retention: Duration,
    /// How long a host application may reuse an answer.
    pub cache_for: Duration,
    /// Limits of groups; 0 is no limit. The largest of a user's groups counts.
    pub groups: BTreeMap<Group, u32>,
    /// Who and what is exempt from being held.
    pub bypass: Bypass,
}

/// Who and what is exempt from being held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bypass {
    /// These users are never held.
    pub users: BTreeSet<UserId>,
    /// Users in these groups are never held.
    pub groups: BTreeSet<Group>,
    /// `/path` or `https://host/path`, exact, without query: open to everybody.
    pub paths: BTreeSet<String>,
}

impl Policy {
    /// One active session a user, the rest held, no deadlines, nobody exempt: the seed's own policy.
    #[must_use]
    pub fn one_per_user() -> Self {
        Self {
            enabled: true,
            max_per_user: 1,
            on_limit: OnLimit::Hold,
            hold_after_end: Duration::ZERO,
            held_max_per_user: 20,
            idle_timeout: Duration::ZERO,
            max_lifetime: Duration::ZERO,
            lasting: BTreeMap::new(),
            retention: Duration::from_secs(90 * 24 * 3600),
            origin_retention: Duration::from_secs(90 * 24 * 3600),
            cache_for: Duration::ZERO,
            groups: BTreeMap::new(),
            bypass: Bypass::default(),
        }
    }

    /// The limit of a user with these groups: the largest among those configured, 0 (none) counting as
    /// the largest; without such a group, [`Policy::max_per_user`].
    #[must_use]
    pub fn limit(&self, groups: &[Group]) -> u32 {
        groups
            .iter()
            .filter_map(|group| self.groups.get(group).copied())
            .max_by_key(|limit| limit.wrapping_sub(1))
            .unwrap_or(self.max_per_user)
    }

    /// The limit that the database itself enforces; `None` where there is none, and under `observe`.
    #[must_use]
    pub fn enforced_limit(&self, groups: &[Group]) -> Option<u32> {
        Some(self.limit(groups)).filter(|limit| *limit > 0 && !self.observes())
    }

    /// Whether nothing is refused, only recorded.
    #[must_use]
    pub fn observes(&self) -> bool {
        self.on_limit == OnLimit::Observe
    }

    /// The policy of a pause: what it records is what `hold` would do, so that nothing has to be undone when the gate guards
    /// again, and no session that waits is ended for another.
    #[must_use]
    pub fn paused(&self) -> Self {
        let on_limit = if self.observes() {
            OnLimit::Observe
        } else {
            OnLimit::Hold
        };
        Self {
            on_limit,
            held_max_per_user: u32::MAX,
            ..self.clone()
        }
    }

    /// Whether this user, with these groups, is exempt from being held.
    #[must_use]
    pub fn bypasses(&self, user: &str, groups: &[Group]) -> bool {
        self.bypass.users.contains(user)
            || groups
                .iter()
                .any(|group| self.bypass.groups.contains(group))
    }

    /// When a session that began at `login` reaches its maximum lifetime.
    #[must_use]
    pub fn lifetime_deadline(&self, login: Timestamp) -> Timestamp {
        if self.max_lifetime.is_zero() {
            Timestamp::NEVER
        } else {
            login.plus(self.max_lifetime)
        }
    }

    /// When a session that was last seen at `seen` has been idle for too long.
    #[must_use]
    pub fn idle_deadline(&self, seen: Timestamp) -> Timestamp {
        if self.idle_timeout.is_zero() {
            Timestamp::NEVER
        } else {
            seen.plus(self.idle_timeout)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Group {
        Group::new(name).expect("a group")
    }

    #[test]
    fn the_largest_limit_of_the_groups_counts_and_none_is_the_largest() {
        let mut policy = Policy::one_per_user();
        policy.groups = [(group("a"), 3), (group("b"), 2), (group("free"), 0)].into();
        assert_eq!(policy.limit(&[]), 1);
        assert_eq!(policy.limit(&[group("unknown")]), 1);
        assert_eq!(policy.limit(&[group("b"), group("a")]), 3);
        assert_eq!(policy.limit(&[group("free"), group("a")]), 0);
    }

    #[test]
    fn under_observe_the_database_enforces_nothing() {
        let mut policy = Policy::one_per_user();
        assert_eq!(policy.enforced_limit(&[]), Some(1));
        policy.on_limit = OnLimit::Observe;
        assert_eq!(policy.enforced_limit(&[]), None);
    }
}
