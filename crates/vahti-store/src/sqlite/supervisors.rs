//! The accounts of supervisors.

use rusqlite::{Connection, OptionalExtension as _, params};
use vahti_core::{Timestamp, UserId};

use super::{
    columns::{Columns, groups_json},
    trouble::Trouble,
};
use crate::Supervisor;

/// Writes a new one; a name that a valid one has is refused by its constraint. One whose time is over makes room.
pub(super) fn insert(
    connection: &Connection,
    supervisor: &Supervisor,
    now: Timestamp,
) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "UPDATE supervisor SET disabled_at = expires_at, password = NULL, invitation = NULL \
             WHERE name = ?1 AND disabled_at IS NULL AND expires_at <= ?2",
        )?
        .execute((supervisor.name.as_str(), now.as_millis()))?;
    connection
        .prepare_cached(
            "INSERT INTO supervisor \
             (id, name, password, invitation, expires_at, groups, created_at, disabled_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            supervisor.id.as_str(),
            supervisor.name.as_str(),
            supervisor.password,
            supervisor.invitation,
            supervisor.expires_at.map(Timestamp::as_millis),
            groups_json(&supervisor.groups),
            supervisor.created_at.as_millis(),
            supervisor.disabled_at.map(Timestamp::as_millis),
        ])?;
    Ok(())
}

/// Disables the valid one of that name; `false` if there is none.
pub(super) fn disable(
    connection: &Connection,
    name: &str,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let disabled = connection
        .prepare_cached(
            "UPDATE supervisor SET disabled_at = ?2, password = NULL, invitation = NULL \
             WHERE name = ?1 AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)",
        )?
        .execute((name, now.as_millis()))?;
    Ok(disabled > 0)
}

/// Another id and another password for the valid one of that name; `false` if there is none with a password.
pub(super) fn change_password(
    connection: &Connection,
    name: &str,
    id: &UserId,
    password: &str,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let changed = connection
        .prepare_cached(
            "UPDATE supervisor SET id = ?2, password = ?3 WHERE name = ?1 AND password IS NOT NULL \
             AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > ?4)",
        )?
        .execute((name, id.as_str(), password, now.as_millis()))?;
    Ok(changed > 0)
}

/// Uses an invitation up, and says whose it was.
pub(super) fn accept(
    connection: &Connection,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<String>, Trouble> {
    let name = connection
        .prepare_cached(
            "UPDATE supervisor SET invitation = NULL \
             WHERE invitation = ?1 AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > ?2) \
             RETURNING name",
        )?
        .query_row((hash, now.as_millis()), |row| row.get(0))
        .optional()?;
    Ok(name)
}

/// Every one, by name and by when it was made.
pub(super) fn all(connection: &Connection) -> Result<Vec<Supervisor>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, password, invitation, expires_at, groups, created_at, disabled_at \
         FROM supervisor ORDER BY name, created_at, id",
    )?;
    let mut rows = statement.query([])?;
    let mut supervisors = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::from(row, 0);
        supervisors.push(Supervisor {
            id: columns.word()?,
            name: columns.word()?,
            password: columns.take()?,
            invitation: columns.take()?,
            expires_at: columns.find_time()?,
            groups: columns.groups()?,
            created_at: columns.time()?,
            disabled_at: columns.find_time()?,
        });
    }
    Ok(supervisors)
}
