//! `GET /v1/policy`: what this host does, in words and as data (OWASP ASVS 5.0 7.1.1 and 7.1.2).

use core::time::Duration;

use vahti_client as wire;
use vahti_core::{OnLimit, Policy};

use crate::http::{answer::Answer, door::AnyKey, problem::Refused};

/// Says which limits, deadlines and exemptions are in effect.
#[utoipa::path(get, path = "/v1/policy", operation_id = "policy",
    responses((status = 200, description = "The policy in effect", body = wire::PolicyResponse)))]
pub(in crate::http) async fn policy(key: AnyKey) -> Result<Answer<wire::PolicyResponse>, Refused> {
    let policy = key.vahti().policy();
    let paused_until = key.vahti().paused_until();
    let paused = paused_until.map(|until| {
        format!(
            "The gate is paused until {}: every check allows. Logins are recorded; those beyond the limit wait when the pause ends.",
            wire::Time(until)
        )
    });
    let limit = |(group, limit): (&vahti_core::Group, &u32)| wire::GroupLimit {
        group: group.to_string(),
        max_per_user: *limit,
    };
    Ok(Answer(wire::PolicyResponse {
        sentences: paused.into_iter().chain(sentences(policy)).collect(),
        paused_until: paused_until.map(wire::Time),
        enabled: policy.enabled,
        max_per_user: policy.max_per_user,
        on_limit: policy.on_limit,
        hold_after_end_s: policy.hold_after_end.as_secs(),
        held_max_per_user: policy.held_max_per_user,
        idle_timeout_s: policy.idle_timeout.as_secs(),
        max_lifetime_s: policy.max_lifetime.as_secs(),
        retention_s: policy.retention.as_secs(),
        origin_retention_s: policy.origin_retention.as_secs(),
        cache_for_ms: u64::try_from(policy.cache_for.as_millis()).unwrap_or(u64::MAX),
        groups: policy.groups.iter().map(limit).collect(),
        bypass_users: texts(&policy.bypass.users),
        bypass_groups: texts(&policy.bypass.groups),
        bypass_paths: texts(&policy.bypass.paths),
    }))
}

fn texts<'a, T: ToString + 'a>(all: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    all.into_iter().map(ToString::to_string).collect()
}

/// The policy in sentences for people.
fn sentences(policy: &Policy) -> Vec<String> {
    let mut sentences = limit_in_words(policy);
    if policy.enabled {
        sentences.extend(deadlines(policy));
        sentences.push(format!(
            "A user may have {} that wait; beyond that the longest unseen ends.",
            sessions(policy.held_max_per_user, "")
        ));
        sentences.push(exempt(policy));
    }
    sentences
}

/// The limit and what happens at it, in sentences for people.
pub(crate) fn limit_in_words(policy: &Policy) -> Vec<String> {
    if !policy.enabled {
        return vec![
            "Sessions are not tracked: nothing is recorded, and every check allows.".to_owned(),
        ];
    }
    let mut sentences = vec![format!(
        "A user may have {} at the same time.",
        sessions(policy.max_per_user, "active ")
    )];
    let groups = policy.groups.iter();
    sentences.extend(groups.map(|(group, limit)| {
        format!(
            "A user of the group `{group}` may have {}.",
            sessions(*limit, "active ")
        )
    }));
    if policy.max_per_user > 0 || !policy.groups.is_empty() {
        sentences.push(at_the_limit(policy.on_limit).to_owned());
    }
    sentences
}

fn sessions(limit: u32, kind: &str) -> String {
    match limit {
        0 => format!("any number of {kind}sessions"),
        1 => format!("1 {kind}session"),
        limit => format!("{limit} {kind}sessions"),
    }
}

const fn at_the_limit(on_limit: OnLimit) -> &'static str {
    match on_limit {
        OnLimit::Hold => "A login beyond that waits until a supervisor lets it in.",
        OnLimit::Deny => "A login beyond that is refused.",
        OnLimit::EvictOldest => {
            "A login beyond that goes on, and the session that was let in longest ago ends."
        }
        OnLimit::EvictIdle => {
            "A login beyond that goes on, and the session that was unseen for longest ends."
        }
        OnLimit::Ask => {
            "A login beyond that waits until the user chooses which session ends, or a supervisor lets it in."
        }
        OnLimit::Freeze => {
            "At a login beyond that all sessions of the user wait until a supervisor lets one in."
        }
        OnLimit::Observe => "Nothing is refused: answers only say what would have been held.",
    }
}

fn deadlines(policy: &Policy) -> impl Iterator<Item = String> {
    let sentence = |time: Duration, say: &dyn Fn(String) -> String, none: &str| {
        if time.is_zero() {
            none.to_owned()
        } else {
            say(words(time))
        }
    };
    [
        sentence(policy.hold_after_end, &|time| {
            format!("A login within {time} after an active session of the user stopped being active waits for a supervisor.")
        }, ""),
        sentence(policy.idle_timeout, &|time| format!("A session that is not used for {time} ends."),
            "A session does not end by being unused."),
        sentence(policy.max_lifetime, &|time| format!("A session ends {time} after its login."),
            "A session does not end by its age."),
        sentence(policy.retention, &|time| format!("Ended sessions are kept for {time}."),
            "Ended sessions are kept for ever."),
        sentence(policy.origin_retention, &|time| {
            format!("Where a login came from is kept for {time} after the last one from there.")
        }, "Where a login came from is kept for ever."),
        sentence(policy.cache_for, &|time| {
            format!("An application may reuse an answer for {time}: a session that is held or ended goes on there for at most that long.")
        }, "An application asks at every request."),
    ]
    .into_iter()
    .filter(|sentence| !sentence.is_empty())
}

/// A duration in its largest whole unit.
pub(crate) fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [
        (24 * 3600, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let whole = units
        .iter()
        .find(|(unit, _)| time.subsec_nanos() == 0 && seconds.is_multiple_of(*unit));
    match whole.map(|(unit, name)| (seconds / unit, name)) {
        Some((1, name)) => format!("1 {name}"),
        Some((count, name)) => format!("{count} {name}s"),
        None => format!("{} ms", time.as_millis()),
    }
}

fn exempt(policy: &Policy) -> String {
    let bypass = &policy.bypass;
    if bypass.users.is_empty() && bypass.groups.is_empty() && bypass.paths.is_empty() {
        return "Nobody is exempt from being held, and no path is open.".to_owned();
    }
    format!(
        "Exempt from being held: {} users and {} groups; open to everybody: {} paths.",
        bypass.users.len(),
        bypass.groups.len(),
        bypass.paths.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_in_its_largest_whole_unit() {
        for (seconds, said) in [
            (90 * 24 * 3600, "90 days"),
            (24 * 3600, "1 day"),
            (36 * 3600, "36 hours"),
            (90, "90 seconds"),
            (60, "1 minute"),
        ] {
            assert_eq!(words(Duration::from_secs(seconds)), said);
        }
        assert_eq!(words(Duration::from_millis(1_500)), "1500 ms");
    }
}
