//! What every backend does in the same way around a decision: events about no user, and what a panic said.

use core::any::Any;

use vahti_core::{By, Event, Moment, Policy, Verb};

/// An event about no user, with the limit and the policy in force.
pub(crate) fn event(policy: &Policy, moment: Moment, verb: Verb, by: By) -> Event {
    Event {
        at: moment.now,
        stamp: moment.stamp,
        verb,
        session: None,
        state: None,
        remark: None,
        by,
        origin: None,
        limit: policy.max_per_user,
        policy: policy.on_limit,
    }
}

/// The note of an event about a key: its name, then the reason that the person gave.
pub(crate) fn about(key: &str, by: By) -> By {
    let note = match &by.note {
        Some(reason) => format!("{key}: {reason}"),
        None => key.to_owned(),
    };
    By {
        note: Some(note),
        ..by
    }
}

/// What a panic said, as far as it is text.
pub(crate) fn words_of(cause: &(dyn Any + Send)) -> &str {
    cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words")
}
