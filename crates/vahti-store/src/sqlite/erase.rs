//! Forgetting: a text about people and its salt become NULL. Its digest stays, so that the chain stays whole.

use rusqlite::Connection;
use vahti_core::Timestamp;

use super::{text::ORIGIN_GRAIN, trouble::Trouble};

/// Forgets every text of an account; before the events of the erasure are written, which may have a reason to keep.
pub(super) fn texts(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "UPDATE text SET value = NULL, salt = NULL, origin_at = NULL WHERE account = ?1",
        )?
        .execute([account])?;
    Ok(())
}

/// Forgets the person behind an account, and the sessions.
pub(super) fn person(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection
        .prepare_cached("DELETE FROM session WHERE account = ?1")?
        .execute([account])?;
    connection
        .prepare_cached(
            "UPDATE person SET user = NULL, name = NULL, email = NULL, number = NULL, salt = NULL \
             WHERE account = ?1",
        )?
        .execute([account])?;
    Ok(())
}

/// Forgets origins from which nobody has logged in since `before`, those that are unused for longest at first.
pub(super) fn origins(
    connection: &Connection,
    before: Timestamp,
    most: u32,
) -> Result<u32, Trouble> {
    let forgotten = connection
        .prepare_cached(
            "UPDATE text SET value = NULL, salt = NULL, origin_at = NULL WHERE id IN \
             (SELECT id FROM text WHERE origin_at IS NOT NULL AND origin_at < ?1 \
              ORDER BY origin_at LIMIT ?2)",
        )?
        .execute((before.minus(ORIGIN_GRAIN).as_millis(), most))?;
    u32::try_from(forgotten).map_err(Trouble::corrupt)
}
