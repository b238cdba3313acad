//! Text about people: each text of an account stands once, under a salt of its own, and is named by number.

use core::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};
use vahti_core::{Digest, Salt, Timestamp};

use super::trouble::Trouble;
use crate::StoreError;

/// How exactly it is written when an origin was last used: a user who logs in often costs one write an hour.
pub(super) const ORIGIN_GRAIN: Duration = Duration::from_secs(3600);

/// A text, as the record names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) id: i64,
    pub(super) digest: Digest,
    origin_at: Option<Timestamp>,
}

/// The text `value` of `account`; written if it is new.
pub(super) fn keep(
    connection: &Connection,
    account: i64,
    value: Option<&str>,
) -> Result<Option<Text>, Trouble> {
    keep_used(connection, account, value, None)
}

/// The same for an origin, from which somebody logged in at `at`.
pub(super) fn keep_origin(
    connection: &Connection,
    account: i64,
    value: Option<&str>,
    at: Timestamp,
) -> Result<Option<Text>, Trouble> {
    let text = keep_used(connection, account, value, Some(at))?;
    if let Some(text) = &text
        && text
            .origin_at
            .is_none_or(|used| used.plus(ORIGIN_GRAIN) <= at)
    {
        connection
            .prepare_cached("UPDATE text SET origin_at = ?2 WHERE id = ?1")?
            .execute((text.id, at.as_millis()))?;
    }
    Ok(text)
}

fn keep_used(
    connection: &Connection,
    account: i64,
    value: Option<&str>,
    origin_at: Option<Timestamp>,
) -> Result<Option<Text>, Trouble> {
    let Some(value) = value else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT id, digest, origin_at FROM text WHERE account = ?1 AND value = ?2",
    )?;
    let known = statement
        .query_row((account, value), |row| {
            Ok(Text {
                id: row.get(0)?,
                digest: Digest::from_bytes(row.get(1)?),
                origin_at: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_millis),
            })
        })
        .optional()?;
    if known.is_some() {
        return Ok(known);
    }
    let salt = salt()?;
    let digest = Digest::of(&salt, value);
    let mut statement = connection.prepare_cached(
        "INSERT INTO text (account, value, salt, digest, origin_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let used = origin_at.map(Timestamp::as_millis);
    let id = statement.insert((account, value, salt, digest.as_bytes(), used))?;
    Ok(Some(Text {
        id,
        digest,
        origin_at,
    }))
}

/// Random bytes for a new text.
#[expect(
    clippy::disallowed_methods,
    reason = "salts decide nothing; this is the one place of the store that makes them"
)]
pub(super) fn salt() -> Result<Salt, Trouble> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(salt)
}
