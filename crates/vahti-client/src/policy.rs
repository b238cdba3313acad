//! What a host does: limits, deadlines and exemptions, as it tells them.

use serde::{Deserialize, Serialize};
use vahti_core::OnLimit;

use crate::Time;

/// Answer of `GET /v1/policy`: the documentation that OWASP ASVS 5.0 7.1.1 and 7.1.2 ask for, from the running host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyResponse {
    /// The policy in sentences for people.
    pub sentences: Vec<String>,
    /// Whether sessions are tracked.
    pub enabled: bool,
    /// Active sessions a user may have; 0 is no limit.
    pub max_per_user: u32,
    /// What happens at a login beyond the limit.
    pub on_limit: OnLimit,
    /// How long after an active session stopped being so a further login is held, in seconds; 0 is never.
    pub hold_after_end_s: u64,
    /// Held sessions a user may have.
    pub held_max_per_user: u32,
    /// How long a session may go unused, in seconds; 0 is for ever.
    pub idle_timeout_s: u64,
    /// How long a session may last, in seconds; 0 is for ever.
    pub max_lifetime_s: u64,
    /// How long an ended session is kept, in seconds; 0 is for ever.
    pub retention_s: u64,
    /// How long an origin is kept after the last login from it, in seconds; 0 is for ever.
    pub origin_retention_s: u64,
    /// How long an answer may be reused, in milliseconds.
    pub cache_for_ms: u64,
    /// Limits of groups.
    pub groups: Vec<GroupLimit>,
    /// Users who are exempt from being held.
    pub bypass_users: Vec<String>,
    /// Groups whose users are exempt from being held.
    pub bypass_groups: Vec<String>,
    /// Paths that are open to everybody.
    pub bypass_paths: Vec<String>,
    /// Until when the gate is paused, so that every check allows; none while it guards.
    pub paused_until: Option<Time>,
}

/// The limit of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupLimit {
    /// The group.
    pub group: String,
    /// Active sessions a user of it may have; 0 is no limit.
    pub max_per_user: u32,
}
