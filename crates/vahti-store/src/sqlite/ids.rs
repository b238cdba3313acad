//! Ids of sessions: each names one session for good. Sessions are forgotten and people are erased, but events stay, and
//! one that names an id speaks of one session of one person. Every session has an event, so the record alone knows.

use rusqlite::Connection;
use vahti_core::{Account, SessionId};

use super::trouble::Trouble;
use crate::{Constraint, StoreError};

/// Which of these ids were used before.
pub(super) fn taken(
    connection: &Connection,
    ids: Vec<SessionId>,
) -> Result<Vec<SessionId>, Trouble> {
    let mut taken = Vec::new();
    for id in ids {
        if is_taken(connection, &id)? {
            taken.push(id);
        }
    }
    Ok(taken)
}

/// Refuses an account with a new session under an id that was used before. To be asked before the event of the new
/// session is written.
pub(super) fn check_new(
    connection: &Connection,
    before: &Account,
    after: &Account,
) -> Result<(), Trouble> {
    let known = |id: &SessionId| before.sessions.iter().any(|old| old.id == *id);
    for session in &after.sessions {
        if !known(&session.id) && is_taken(connection, &session.id)? {
            return Err(StoreError::Conflict(Constraint::SessionId).into());
        }
    }
    Ok(())
}

fn is_taken(connection: &Connection, id: &SessionId) -> Result<bool, Trouble> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM event WHERE session = ?1")?;
    Ok(statement.exists([id.as_str()])?)
}
