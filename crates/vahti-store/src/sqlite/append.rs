//! Appends events to the record, and each to its account's chain.

use rusqlite::{Connection, params};
use vahti_core::{ChainHead, Digest, Event, Link, SessionId};

use super::{
    text::{self, Text},
    trouble::Trouble,
};

/// The chain of one account while events are appended to it.
pub(super) struct Chain {
    /// The account's number; 0 for what is about no user.
    pub(super) account: i64,
    /// The digest of the user's name.
    pub(super) user: Option<Digest>,
    /// Its end.
    pub(super) head: ChainHead,
}

impl Chain {
    /// Writes `event` as the next of this chain, at `sequence` among all events.
    pub(super) fn append(
        &mut self,
        connection: &Connection,
        sequence: i64,
        event: &Event,
    ) -> Result<(), Trouble> {
        let actor = text::keep(connection, 0, event.by.actor.as_deref())?;
        let note = text::keep(connection, self.account, event.by.note.as_deref())?;
        let origin = text::keep(connection, self.account, event.origin.as_deref())?;
        let digest = |text: &Option<Text>| text.as_ref().map(|text| text.digest);
        let link = Link {
            previous: &self.head.hash,
            sequence,
            number: i64::try_from(self.head.events + 1).map_err(Trouble::corrupt)?,
            account: self.account,
            user: self.user,
            at: event.at.as_millis(),
            stamp: event.stamp.to_bits(),
            verb: event.verb.as_str(),
            session: event.session.as_ref().map(SessionId::as_str),
            state: event.state.map(|state| state.as_str()),
            reason: event.state.and_then(|state| state.reason()),
            remark: event.remark,
            key: &event.by.key,
            actor: digest(&actor),
            how: event.by.how.as_str(),
            note: digest(&note),
            origin: digest(&origin),
            limit: i64::from(event.limit),
            policy: event.policy.as_str(),
        };
        let hash = link.hash();
        insert(connection, &link, [&actor, &note, &origin], &hash)?;
        self.head = ChainHead {
            events: self.head.events + 1,
            hash,
        };
        Ok(())
    }
}

fn insert(
    connection: &Connection,
    link: &Link<'_>,
    texts: [&Option<Text>; 3],
    hash: &[u8; 32],
) -> Result<(), Trouble> {
    let [actor, note, origin] = texts.map(|text| text.as_ref().map(|text| text.id));
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
