//! The policy of the rules, from the configuration.

use std::collections::BTreeMap;

use vahti_core::{Bypass, Group, Policy, UserId};

use crate::config::Config;

/// The policy. The configuration has checked every name already, so an error is a fault of this program.
pub(crate) fn policy(config: &Config) -> Result<Policy, String> {
    let sessions = &config.sessions;
    let group = |name: &String| Group::new(name).map_err(|error| error.to_string());
    let user = |name: &String| UserId::new(name).map_err(|error| error.to_string());
    let limit = |(name, limit): (&String, &u32)| Ok((group(name)?, *limit));
    Ok(Policy {
        enabled: sessions.enabled,
        max_per_user: sessions.max_per_user,
        on_limit: sessions.on_limit,
        hold_after_end: sessions.hold_after_end,
        held_max_per_user: sessions.held_max_per_user,
        idle_timeout: sessions.idle_timeout,
        max_lifetime: sessions.max_lifetime,
        lasting: BTreeMap::new(),
        retention: sessions.retention,
        origin_retention: sessions.origin_retention,
        cache_for: sessions.cache_for,
        groups: sessions
            .groups
            .iter()
            .map(limit)
            .collect::<Result<_, String>>()?,
        bypass: Bypass {
            users: config
                .bypass
                .users
                .iter()
                .map(user)
                .collect::<Result<_, _>>()?,
            groups: config
                .bypass
                .groups
                .iter()
                .map(group)
                .collect::<Result<_, _>>()?,
            paths: config.bypass.paths.clone(),
        },
    })
}

#[cfg(test)]
mod tests {
    use vahti_core::OnLimit;

    use super::*;
    use crate::config::Source;

    #[test]
    fn the_default_configuration_is_a_policy() {
        let config = Config::load(Source::default()).expect("the defaults");
        let policy = policy(&config).expect("a policy");
        assert_eq!((policy.max_per_user, policy.on_limit), (1, OnLimit::Hold));
    }

    #[test]
    fn names_of_the_configuration_reach_the_policy() {
        let flags = [
            ("sessions.groups.staff.max_per_user", "5"),
            ("bypass.users", r#"["root"]"#),
            ("bypass.groups", r#"["admin"]"#),
            ("bypass.paths", r#"["/help"]"#),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let config = Config::load(Source {
            flags: &flags,
            ..Source::default()
        });
        let policy = policy(&config.unwrap_or_else(|mistakes| panic!("{mistakes}"))).expect("it");
        let group = |name| Group::new(name).expect("a group");
        assert_eq!(policy.limit(&[group("staff")]), 5);
        assert!(policy.bypasses("root", &[]) && policy.bypasses("x", &[group("admin")]));
        assert!(policy.bypass.paths.contains("/help"));
    }
}
