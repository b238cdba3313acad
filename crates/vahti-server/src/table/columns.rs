//! The columns of tables of sessions.

use vahti_client::Session;

use super::guard::guard;
use super::time;

/// TIM's columns.
pub(crate) const TIM: [&str; 5] = ["user", "session_id", "origin", "logged_in_at", "expired_at"];

/// Vahti's columns: TIM's come first, in its order.
pub(crate) const VAHTI: [&str; 14] = [
    "user",
    "session_id",
    "origin",
    "logged_in_at",
    "expired_at",
    "name",
    "number",
    "place",
    "app",
    "state",
    "reason",
    "last_seen_at",
    "groups",
    "home",
];

/// A session in [`TIM`]'s columns.
pub(crate) fn tim(session: Session) -> [String; 5] {
    let expired_at = session.expired_at.map(|at| time::tim(at.0));
    let row = [
        session.user,
        session.id,
        session.origin.unwrap_or_default(),
        time::tim(session.logged_in_at.0),
        expired_at.unwrap_or_else(|| time::NONE.to_owned()),
    ];
    row.map(guard)
}

/// A session in [`VAHTI`]'s columns.
pub(crate) fn vahti(session: Session) -> [String; 14] {
    let or_empty = Option::unwrap_or_default;
    let row = [
        session.user,
        session.id,
        or_empty(session.origin),
        session.logged_in_at.to_string(),
        session
            .expired_at
            .map(|time| time.to_string())
            .unwrap_or_default(),
        or_empty(session.name),
        or_empty(session.number),
        or_empty(session.place),
        session.app,
        session.state,
        or_empty(session.reason),
        session.last_seen_at.to_string(),
        session.groups.join(" "),
        session.home,
    ];
    row.map(guard)
}
