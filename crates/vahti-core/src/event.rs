//! Events: what is recorded of every change, and the chain that shows when somebody edits the record.

use sha2::{Digest as _, Sha256};

use crate::{How, OnLimit, SessionId, Stamp, State, Timestamp, Verb};

/// Who gave a command, by which way, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The name of the key with which the command came; empty for rules.
    pub key: String,
    /// The person who gave it, as the host application names them.
    pub actor: Option<String>,
    /// By which way it came.
    pub how: How,
    /// The reason that the person gave, in their own words.
    pub note: Option<String>,
}

impl By {
    /// A rule: nobody gave the command.
    #[must_use]
    pub const fn rule() -> Self {
        Self {
            key: String::new(),
            actor: None,
            how: How::Rule,
            note: None,
        }
    }

    /// The same cause, for what follows from the command by a rule.
    pub(crate) fn consequence(&self) -> Self {
        Self {
            how: How::Rule,
            note: None,
            ..self.clone()
        }
    }
}

/// One line of the record, before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, by the clock; for a deadline its own time.
    pub at: Timestamp,
    /// When, in the order of all commands.
    pub stamp: Stamp,
    /// What was done.
    pub verb: Verb,
    /// The session it was done to; none for all of a user's.
    pub session: Option<SessionId>,
    /// The state of the session afterwards.
    pub state: Option<State>,
    /// Why a command was refused; or, under `observe`, why the session would wait.
    pub remark: Option<&'static str>,
    /// By whom.
    pub by: By,
    /// Where a login came from.
    pub origin: Option<String>,
    /// The limit that decided; 0 is none.
    pub limit: u32,
    /// The policy that decided.
    pub policy: OnLimit,
}

/// Random bytes that keep a digest from being guessed. Erasing the text and its salt erases the person.
pub type Salt = [u8; 16];

/// SHA-256 over a salt and a text about a person: it stands in the chain for the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `text` under `salt`.
    #[must_use]
    pub fn of(salt: &Salt, text: &str) -> Self {
        Self(
            Sha256::new()
                .chain_update(salt)
                .chain_update(text)
                .finalize()
                .into(),
        )
    }

    /// Takes a digest out of storage.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest, for storage.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// One link of an account's chain of events: every column of the stored event, and the hash before it.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The hash of the account's event before this one; zeros for the first.
    pub previous: &'a [u8; 32],
    /// The event's place among all events of this host.
    pub sequence: i64,
    /// The event's place among the account's, from 1.
    pub number: i64,
    /// The account's number.
    pub account: i64,
    /// The user's name.
    pub user: Option<Digest>,
    /// [`Event::at`] in milliseconds.
    pub at: i64,
    /// [`Event::stamp`] as bits.
    pub stamp: i64,
    /// [`Event::verb`].
    pub verb: &'a str,
    /// [`Event::session`].
    pub session: Option<&'a str>,
    /// The state's word.
    pub state: Option<&'a str>,
    /// The state's reason.
    pub reason: Option<&'a str>,
    /// [`Event::remark`].
    pub remark: Option<&'a str>,
    /// [`By::key`].
    pub key: &'a str,
    /// [`By::actor`].
    pub actor: Option<Digest>,
    /// [`By::how`].
    pub how: &'a str,
    /// [`By::note`].
    pub note: Option<Digest>,
    /// [`Event::origin`].
    pub origin: Option<Digest>,
    /// [`Event::limit`].
    pub limit: i64,
    /// [`Event::policy`].
    pub policy: &'a str,
}

impl Link<'_> {
    /// SHA-256 over the hash before and every field. Each field is preceded by its length (an absent
    /// one by a length that no field can have), so that no two records give the same bytes.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| {
            let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        field(Some(self.previous));
        for number in [
            self.sequence,
            self.number,
            self.account,
            self.at,
            self.stamp,
            self.limit,
        ] {
            field(Some(&number.to_be_bytes()));
        }
        for text in [
            Some(self.verb),
            Some(self.key),
            Some(self.how),
            Some(self.policy),
        ] {
            field(text.map(str::as_bytes));
        }
        for text in [self.session, self.state, self.reason, self.remark] {
            field(text.map(str::as_bytes));
        }
        for digest in [&self.user, &self.actor, &self.note, &self.origin] {
            field(digest.as_ref().map(|digest| digest.as_bytes().as_slice()));
        }
        hash.finalize().into()
    }
}
