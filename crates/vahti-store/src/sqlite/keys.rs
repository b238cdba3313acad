//! API keys.

use rusqlite::{Connection, params};
use vahti_core::Timestamp;

use super::{
    columns::{Columns, groups_json},
    trouble::Trouble,
};
use crate::ApiKey;

/// Writes a new key; a taken name is refused by its constraint.
pub(super) fn insert(connection: &Connection, key: &ApiKey) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO key (name, role, groups, hash, created_at, revoked_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            key.name,
            key.role.as_str(),
            groups_json(&key.groups),
            key.hash,
            key.created_at.as_millis(),
            key.revoked_at.map(Timestamp::as_millis),
        ])?;
    Ok(())
}

/// Marks a key as revoked; `false` if there is no valid key of that name.
pub(super) fn revoke(connection: &Connection, name: &str, now: Timestamp) -> Result<bool, Trouble> {
    let revoked = connection
        .prepare_cached("UPDATE key SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL")?
        .execute((name, now.as_millis()))?;
    Ok(revoked > 0)
}

/// Every key, in the order of their names.
pub(super) fn all(connection: &Connection) -> Result<Vec<ApiKey>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT name, role, groups, hash, created_at, revoked_at FROM key ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::from(row, 0);
        keys.push(ApiKey {
            name: columns.take()?,
            role: columns.word()?,
            groups: columns.groups()?,
            hash: columns.take()?,
            created_at: columns.time()?,
            revoked_at: columns.find_time()?,
        });
    }
    Ok(keys)
}
