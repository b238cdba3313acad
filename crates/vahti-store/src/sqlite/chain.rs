//! Walks every chain of events and names the first link that is broken.
//!
//! One pass over the record in the order of its sequence, by the table itself and not by an index, so that what
//! somebody has done to an index hides nothing.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row};
use vahti_core::{ChainHead, Digest, Link, Salt, Verb};

use super::{columns::Columns, load, trouble::Trouble};
use crate::{ChainFault, ChainReport};

const EVENTS: &str = "
    SELECT e.seq, e.account, e.number, e.at, e.stamp, e.verb, e.session, e.state, e.reason,
           e.remark, e.key, e.how, e.\"limit\", e.policy, e.hash,
           p.digest, p.user, p.salt,
           e.actor, actor.digest, actor.value, actor.salt,
           e.note, note.digest, note.value, note.salt,
           e.origin, origin.digest, origin.value, origin.salt
    FROM event e NOT INDEXED
    LEFT JOIN person p ON p.account = e.account
    LEFT JOIN text actor ON actor.id = e.actor
    LEFT JOIN text note ON note.id = e.note
    LEFT JOIN text origin ON origin.id = e.origin
    ORDER BY e.seq
";

const HEADS: &str = "SELECT id, events, hash FROM account";

/// A chain: where it should end, and how far it has been walked.
struct Chain {
    end: ChainHead,
    walked: ChainHead,
    last_sequence: i64,
    is_broken: bool,
}

impl Chain {
    fn to(end: ChainHead) -> Self {
        Self {
            end,
            walked: ChainHead::default(),
            last_sequence: 0,
            is_broken: false,
        }
    }
}

/// Walks them all. The fault that comes first in the order of the sequence is named.
pub(super) fn check(connection: &Connection) -> Result<ChainReport, Trouble> {
    let mut chains = heads(connection)?;
    let mut first: Option<(i64, i64, String)> = None;
    let mut found = |account: i64, sequence: i64, what: String| {
        if first.as_ref().is_none_or(|first| sequence < first.0) {
            first = Some((sequence, account, what));
        }
    };
    let (mut events, mut last, mut gap) = (0, 0, None);
    let mut statement = connection.prepare(EVENTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        events += 1;
        let sequence: i64 = row.get(0)?;
        if sequence != last + 1 && !is_restore(row) {
            gap = gap.or(Some(sequence));
        }
        last = sequence;
        let account = row.get(1)?;
        let nowhere = || Chain::to(ChainHead::default());
        let chain = chains.entry(account).or_insert_with(nowhere);
        chain.last_sequence = sequence;
        if !chain.is_broken
            && let Err(what) = step(row, chain)
        {
            chain.is_broken = true;
            found(account, sequence, what);
        }
    }
    for (account, chain) in chains.iter().filter(|(_, chain)| !chain.is_broken) {
        if chain.walked != chain.end {
            let what = "After this event, others are missing.".to_owned();
            found(*account, chain.last_sequence, what);
        }
    }
    let is_used = |chain: &&Chain| chain.end.events > 0 || chain.last_sequence > 0;
    Ok(ChainReport {
        events,
        chains: chains.values().filter(is_used).count() as u64,
        fault: first
            .map(|(sequence, account, what)| {
                let user = user_of(connection, account)?;
                Ok::<_, Trouble>(ChainFault {
                    sequence,
                    user,
                    what,
                })
            })
            .transpose()?,
        gap,
    })
}

/// Only where a copy of an earlier time took the place of the database are numbers passed over: its events go on after those
/// that were there.
fn is_restore(row: &Row<'_>) -> bool {
    let verb = row.get_ref("verb").ok().and_then(|verb| verb.as_str().ok());
    verb == Some(Verb::Restore.as_str())
}

fn user_of(connection: &Connection, account: i64) -> Result<Option<String>, Trouble> {
    let sql = "SELECT user FROM person WHERE account = ?1";
    let user = connection
        .query_row(sql, [account], |row| row.get(0))
        .optional()?;
    Ok(user.flatten())
}

fn heads(connection: &Connection) -> Result<BTreeMap<i64, Chain>, Trouble> {
    let mut statement = connection.prepare(HEADS)?;
    let mut rows = statement.query([])?;
    let mut chains = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let end = load::chain(&mut Columns::from(row, 1))?;
        chains.insert(row.get(0)?, Chain::to(end));
    }
    Ok(chains)
}

/// Walks over one event, or says what is wrong with it.
fn step(row: &Row<'_>, chain: &mut Chain) -> Result<(), String> {
    let number: i64 = row.get(2).map_err(|_| unreadable())?;
    let expected = chain.walked.events + 1;
    if u64::try_from(number) != Ok(expected) {
        return Err(format!(
            "This is event {number} of the account, where event {expected} should stand: \
             events are missing, doubled or in another order."
        ));
    }
    if expected > chain.end.events {
        return Err("This event was added to the record from outside.".to_owned());
    }
    let columns = &mut Columns::from(row, 0);
    let (hash, stored) = hashes(columns, &chain.walked.hash, number)?;
    if hash != stored {
        return Err("This event, or the one before it, is not what was written.".to_owned());
    }
    chain.walked = ChainHead {
        events: expected,
        hash,
    };
    Ok(())
}

/// The hash that the event should have, and the one that it has.
fn hashes<'a>(
    columns: &mut Columns<'a, '_>,
    previous: &'a [u8; 32],
    number: i64,
) -> Result<([u8; 32], [u8; 32]), String> {
    let mut link = fields(columns, previous, number).map_err(|_| unreadable())?;
    let stored = columns.take().map_err(|_| unreadable())?;
    link.user = columns.find_digest().map_err(|_| unreadable())?;
    // The same name stands behind every event of the account, so looking at it once is enough.
    genuine(columns, link.user.filter(|_| number == 1), "user's name")?;
    link.actor = named(columns, "name of the person who gave the command")?;
    link.note = named(columns, "reason")?;
    link.origin = named(columns, "origin")?;
    Ok((link.hash(), stored))
}

fn fields<'a>(
    columns: &mut Columns<'a, '_>,
    previous: &'a [u8; 32],
    number: i64,
) -> Result<Link<'a>, Trouble> {
    let sequence = columns.take()?;
    let account = columns.take()?;
    columns.take::<i64>()?;
    Ok(Link {
        previous,
        sequence,
        number,
        account,
        user: None,
        at: columns.take()?,
        stamp: columns.take()?,
        verb: columns.text()?.unwrap_or_default(),
        session: columns.text()?,
        state: columns.text()?,
        reason: columns.text()?,
        remark: columns.text()?,
        key: columns.text()?.unwrap_or_default(),
        actor: None,
        how: columns.text()?.unwrap_or_default(),
        note: None,
        origin: None,
        limit: columns.take()?,
        policy: columns.text()?.unwrap_or_default(),
    })
}

/// The digest of a text that the event names, from four columns.
fn named(columns: &mut Columns<'_, '_>, what: &str) -> Result<Option<Digest>, String> {
    let id: Option<i64> = columns.take().map_err(|_| unreadable())?;
    let digest = columns.find_digest().map_err(|_| unreadable())?;
    if id.is_some() && digest.is_none() {
        return Err(format!("The {what} of this event is missing."));
    }
    genuine(columns, digest, what)?;
    Ok(digest)
}

/// Whether a text, from two columns, is the one that has this digest. An erased text is in order.
fn genuine(
    columns: &mut Columns<'_, '_>,
    digest: Option<Digest>,
    what: &str,
) -> Result<(), String> {
    let value = columns.text().map_err(|_| unreadable())?;
    let salt: Option<Salt> = columns.take().map_err(|_| unreadable())?;
    let is_genuine = match (digest, value, salt) {
        (None, _, _) | (_, None, None) => true,
        (Some(digest), Some(value), Some(salt)) => Digest::of(&salt, value) == digest,
        _ => false,
    };
    if is_genuine {
        return Ok(());
    }
    Err(format!("The {what} of this event is not what was written."))
}

fn unreadable() -> String {
    "This event cannot be read.".to_owned()
}
