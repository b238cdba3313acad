//! The record in memory: events in their chains, and the walk along them.

use std::collections::BTreeMap;

use vahti_core::{ChainHead, Digest, Event, Salt};

use super::data::Data;
use crate::{
    ChainFault, ChainReport,
    house::{Chain, Digests},
};

/// An event in its place.
pub(super) struct Recorded {
    pub(super) account: i64,
    pub(super) event: Event,
    /// Of the texts as they were written; they outlive a text that is forgotten.
    digests: Digests,
    pub(super) hash: [u8; 32],
}

/// The digest of a text. Without a salt of its own: nobody is ever erased from data that end with the process.
pub(super) fn digest(text: &str) -> Digest {
    Digest::of(&Salt::default(), text)
}

fn digests(event: &Event) -> Digests {
    let digest = |text: &Option<String>| text.as_deref().map(digest);
    Digests {
        actor: digest(&event.by.actor),
        note: digest(&event.by.note),
        origin: digest(&event.origin),
    }
}

impl Recorded {
    /// The digests of the texts that are there, and of those that were forgotten as they were.
    fn digests(&self) -> Digests {
        let now = digests(&self.event);
        Digests {
            actor: now.actor.or(self.digests.actor),
            note: now.note.or(self.digests.note),
            origin: now.origin.or(self.digests.origin),
        }
    }
}

impl Data {
    /// Appends an event as the next of its chain; gives the chain after it.
    pub(super) fn append(&mut self, chain: Chain, event: Event) -> Chain {
        let sequence = i64::try_from(self.record.len() + 1).unwrap_or(i64::MAX);
        let digests = digests(&event);
        let hash = chain.link(sequence, &event, digests).hash();
        self.recorded_ids.extend(event.session.clone());
        self.record.push(Recorded {
            account: chain.account,
            event,
            digests,
            hash,
        });
        chain.then(hash)
    }

    /// Walks every chain.
    pub(super) fn check_chain(&self) -> ChainReport {
        let mut chains: BTreeMap<i64, Chain> = BTreeMap::new();
        let mut fault = None;
        for (recorded, sequence) in self.record.iter().zip(1..) {
            let account = recorded.account;
            let chain = chains.entry(account).or_insert_with(|| Chain {
                account,
                user: self.person_of(account).map(|person| person.digest),
                head: ChainHead::default(),
            });
            let hash = chain
                .link(sequence, &recorded.event, recorded.digests())
                .hash();
            *chain = chain.then(hash);
            if hash != recorded.hash {
                fault = fault.or(Some((account, sequence)));
            }
        }
        ChainReport {
            events: self.record.len() as u64,
            chains: chains.len() as u64,
            fault: fault.map(|(account, sequence)| ChainFault {
                sequence,
                user: self
                    .user_of(account)
                    .map(|account| account.user.to_string()),
                what: "This event, or the one before it, is not what was written.".to_owned(),
            }),
            gap: None,
        }
    }
}
