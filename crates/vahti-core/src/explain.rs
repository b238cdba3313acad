//! The explanation: why a user waits or not, and what would let them in, in one sentence for people.

use crate::{Account, HeldReason, OnLimit, Policy, Session, State, Timestamp};

/// Why a user's newest login goes on or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// One or two sentences for people.
    pub sentence: String,
    /// Active sessions.
    pub active: u32,
    /// Held sessions.
    pub held: u32,
    /// The user's limit; 0 is none.
    pub limit: u32,
    /// Whether the user is exempt from being held.
    pub bypassed: bool,
    /// Whether a freeze is in force.
    pub frozen: bool,
    /// Whether further logins are held until a verify.
    pub logins_held: bool,
    /// Whether a login now would be held because a session of the user stopped being active a short time ago.
    pub after_end: bool,
}

/// Explains how `account` stands at `now`.
#[must_use]
pub fn explain(account: &Account, policy: &Policy, now: Timestamp) -> Explanation {
    let states: Vec<_> = account
        .open_sessions()
        .map(|session| (session, session.state_at(policy, now)))
        .collect();
    let count = |is: fn(State) -> bool| {
        u32::try_from(states.iter().filter(|(_, state)| is(*state)).count()).unwrap_or(u32::MAX)
    };
    let groups = &account.profile.groups;
    let bypassed = policy.bypasses(account.user.as_str(), groups);
    let is_held_to = !bypassed && !policy.observes();
    let explanation = Explanation {
        sentence: String::new(),
        active: count(State::is_active),
        held: count(State::is_held),
        limit: policy.limit(groups),
        bypassed,
        frozen: account.registers.is_frozen(),
        logins_held: account.registers.holds_logins(),
        after_end: is_held_to && account.stopped_lately(policy, now),
    };
    Explanation {
        sentence: sentence(account, policy, &explanation, &states),
        ..explanation
    }
}

fn sentence(
    account: &Account,
    policy: &Policy,
    facts: &Explanation,
    states: &[(&Session, State)],
) -> String {
    let user = &account.user;
    let newest = states.iter().rfind(|(_, state)| !state.is_ended()).copied();
    if !policy.enabled {
        return format!("Sessions are not tracked, so `{user}` may go on.");
    }
    let Some((session, state)) = newest else {
        return format!(
            "`{user}` has no open session.{}",
            match next_login(policy, facts) {
                held if !held.is_empty() => held,
                _ => " A login makes one.".to_owned(),
            }
        );
    };
    let id = &session.id;
    if facts.bypassed {
        return format!(
            "`{user}` is exempt from being held, so every open session goes on; the newest is `{id}`."
        );
    }
    if policy.observes() {
        return format!(
            "The policy only observes, so every session of `{user}` goes on; the newest is `{id}`."
        );
    }
    match state {
        State::Held(reason) => format!(
            "The newest session of `{user}`, `{id}`, waits because {}. {}",
            because(reason, facts),
            way_in(states, policy, reason)
        ),
        State::Active | State::Ended(_) => format!(
            "The newest session of `{user}`, `{id}`, goes on: {} of {} places taken.{}",
            facts.active,
            places(facts.limit),
            next_login(policy, facts)
        ),
    }
}

fn places(limit: u32) -> String {
    if limit == 0 {
        "unlimited".to_owned()
    } else {
        limit.to_string()
    }
}

fn because(reason: HeldReason, facts: &Explanation) -> String {
    match reason {
        HeldReason::OverLimit | HeldReason::AwaitingChoice if facts.active < facts.limit => {
            "all places were taken when it logged in".to_owned()
        }
        HeldReason::OverLimit | HeldReason::AwaitingChoice => {
            format!(
                "{} of {} places were taken",
                facts.active,
                places(facts.limit)
            )
        }
        HeldReason::Frozen => {
            "a login beyond the limit froze all of the user's sessions".to_owned()
        }
        HeldReason::AfterEnd => {
            "another session of the user had stopped being active a short time before".to_owned()
        }
        HeldReason::Superseded => "another session of the user was let in".to_owned(),
        HeldReason::Invalidated => "a supervisor put it on hold".to_owned(),
    }
}

fn way_in(states: &[(&Session, State)], policy: &Policy, reason: HeldReason) -> String {
    let active = states.iter().filter(|(_, state)| state.is_active());
    let others: Vec<_> = active
        .map(|(session, _)| format!("`{}`", session.id))
        .collect();
    let supersedes = match others.as_slice() {
        [] => String::new(),
        others => format!("; {} would then wait", others.join(", ")),
    };
    if reason == HeldReason::AwaitingChoice && policy.on_limit == OnLimit::Ask {
        return format!(
            "The user can choose which session ends, or a supervisor can verify it{supersedes}."
        );
    }
    format!("A supervisor can verify it{supersedes}. An end of another session does not let it in.")
}

/// What the next login of this user would meet.
fn next_login(policy: &Policy, facts: &Explanation) -> String {
    let full = facts.limit > 0 && facts.active >= facts.limit;
    let meets = if facts.logins_held || facts.frozen {
        "is held until a supervisor verifies a session"
    } else if facts.after_end {
        "is held, because a session stopped being active a short time ago"
    } else if !full {
        return String::new();
    } else {
        match policy.on_limit {
            OnLimit::Hold => "is held",
            OnLimit::Deny => "is refused",
            OnLimit::EvictOldest => "ends the one that was let in longest ago",
            OnLimit::EvictIdle => "ends the one that was unseen for longest",
            OnLimit::Ask => "is held until the user chooses which one ends",
            OnLimit::Freeze => "freezes all of them",
            OnLimit::Observe => "goes on too",
        }
    };
    format!(" A further login {meets}.")
}
