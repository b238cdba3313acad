//! Text about people: each text of an account stands once, under a salt of its own, and is named by number.

use rusqlite::{Connection, OptionalExtension as _};
use vahti_core::{Digest, Salt};

use super::trouble::Trouble;
use crate::StoreError;

/// A text, as the record names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) id: i64,
    pub(super) digest: Digest,
}

/// The text `value` of `account`; written if it is new.
pub(super) fn keep(
    connection: &Connection,
    account: i64,
    value: Option<&str>,
) -> Result<Option<Text>, Trouble> {
    let Some(value) = value else { return Ok(None) };
    let mut statement = connection
        .prepare_cached("SELECT id, digest FROM text WHERE account = ?1 AND value = ?2")?;
    let known = statement
        .query_row((account, value), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((id, digest)) = known {
        let digest = Digest::from_bytes(digest);
        return Ok(Some(Text { id, digest }));
    }
    let salt = salt()?;
    let digest = Digest::of(&salt, value);
    let mut statement = connection.prepare_cached(
        "INSERT INTO text (account, value, salt, digest) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let id = statement.insert((account, value, salt, digest.as_bytes()))?;
    Ok(Some(Text { id, digest }))
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
