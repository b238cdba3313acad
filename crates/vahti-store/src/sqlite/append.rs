//! Appends events to the record.

use rusqlite::{Connection, params};
use vahti_core::{Event, Link};

use super::{
    text::{self, Text},
    trouble::Trouble,
};
use crate::house::{Chain, Digests};

/// Writes `event` as the next of a chain, at `sequence` among all events; gives the chain after it.
pub(super) fn append(
    connection: &Connection,
    chain: Chain,
    sequence: i64,
    event: &Event,
) -> Result<Chain, Trouble> {
    let actor = text::keep(connection, 0, event.by.actor.as_deref())?;
    let note = text::keep(connection, chain.account, event.by.note.as_deref())?;
    let origin = text::keep_origin(connection, chain.account, event.origin.as_deref(), event.at)?;
    let digest = |text: Option<Text>| text.map(|text| text.digest);
    let digests = Digests {
        actor: digest(actor),
        note: digest(note),
        origin: digest(origin),
    };
    let link = chain.link(sequence, event, digests);
    let hash = link.hash();
    insert(connection, &link, [actor, note, origin], &hash)?;
    Ok(chain.then(hash))
}

fn insert(
    connection: &Connection,
    link: &Link<'_>,
    texts: [Option<Text>; 3],
    hash: &[u8; 32],
) -> Result<(), Trouble> {
    let [actor, note, origin] = texts.map(|text| text.map(|text| text.id));
    connection
        .prepare_cached(
            "INSERT INTO event (seq, account, number, at, stamp, verb, session, state, reason, \
             remark, key, actor, how, note, origin, \"limit\", policy, hash) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            link.sequence,
            link.account,
            link.number,
            link.at,
            link.stamp,
            link.verb,
            link.session,
            link.state,
            link.reason,
            link.remark,
            link.key,
            actor,
            link.how,
            note,
            origin,
            link.limit,
            link.policy,
            hash,
        ])?;
    Ok(())
}
