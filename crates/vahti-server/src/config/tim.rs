//! `[tim]`: the addresses for hosts and tools of TIM's network.

use std::path::Path;

use super::reader::Reader;
use super::{Secrets, Source, number, secret, text};

/// The key of the secrets, which are never shown.
pub(super) const SECRETS: &str = "tim.secrets";

/// `[tim]`: the addresses for hosts and tools of TIM's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tim {
    /// Whether those addresses exist.
    pub enabled: bool,
    /// What TIM's hosts prove themselves with.
    pub secrets: Secrets,
    /// What a verify with an unknown session id does.
    pub unknown_session: UnknownSession,
    /// The HTTP status, 400 to 599, of a session that waits, for what is no browser.
    pub held_status: u16,
}

/// What a verify with a session id that is unknown here does, on TIM's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownSession {
    /// The user's session is elsewhere: all that are here become held.
    Supersede,
    /// Nothing, and the answer is that it was done.
    Ignore,
    /// Nothing, and the answer says so.
    Reject,
}

impl UnknownSession {
    /// Every value, in the order in which people are shown them.
    pub const ALL: &[Self] = &[Self::Supersede, Self::Ignore, Self::Reject];

    /// The word that the configuration has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supersede => "supersede",
            Self::Ignore => "ignore",
            Self::Reject => "reject",
        }
    }
}

impl Tim {
    /// Reads every key before it gives up on any: a mistake must not hide the next one.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        source: &Source<'_>,
        base_dir: Option<&Path>,
    ) -> Option<Self> {
        let enabled = reader.get("tim.enabled", number::yes_or_no);
        let secrets = reader.list(SECRETS, |raw| secret::read(raw, source, base_dir));
        let unknown_session = reader.get("tim.unknown_session", |raw| {
            text::word(raw, UnknownSession::ALL, UnknownSession::as_str)
        });
        let held_status = reader.get("tim.held_status", number::error_status);
        Some(Self {
            enabled: enabled?,
            secrets: secrets?,
            unknown_session: unknown_session?,
            held_status: held_status?,
        })
    }
}
