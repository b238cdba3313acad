//! The closed sets of words that appear in answers, events, logs and the configuration.
//!
//! Each word is written once, here; every other place takes it from [`Display`](core::fmt::Display)
//! or reads it with [`FromStr`](core::str::FromStr).

use core::fmt;

/// A word that is not in its set; the message lists the ones that are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of: {known}")]
pub struct UnknownWord {
    word: String,
    known: String,
}

macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum $name { $($(#[doc = $vdoc])* #[cfg_attr(feature = "serde", serde(rename = $word))] $variant,)* }

        impl $name {
            /// Every word of the set, in the order of the definition.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word as it appears in answers, events and logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($vdoc),*).trim_ascii(),)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl core::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word).ok_or_else(|| UnknownWord {
                    word: word.to_owned(),
                    known: Self::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }

        // Not derived: the derive does not see words that a macro hands on, and writes the names of the variants.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($doc),*).trim()))
                    .enum_values(Some(Self::ALL.iter().map(|word| word.as_str())))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

words! {
    /// Why a session waits.
    HeldReason {
        /// The user already had as many active sessions as the limit allows, or the limit fell.
        OverLimit = "over_limit",
        /// The user may choose which of the sessions goes on (policy `ask`).
        AwaitingChoice = "awaiting_choice",
        /// A login beyond the limit froze all sessions of the user (policy `freeze`).
        Frozen = "frozen",
        /// The login came soon after another session of the user had stopped being active.
        AfterEnd = "after_end",
        /// Another session of the user was let in by a supervisor.
        Superseded = "superseded",
        /// A supervisor put it on hold.
        Invalidated = "invalidated",
    }
}

words! {
    /// Why a session is over for good.
    EndReason {
        /// The user logged out.
        LoggedOut = "logged_out",
        /// It was not used for the idle timeout (NIST SP 800-53 AC-12, OWASP ASVS 5.0 7.3.1).
        Idle = "idle",
        /// It reached its maximum lifetime (OWASP ASVS 5.0 7.3.2).
        Lifetime = "lifetime",
        /// A newer login took its place (policies `evict_oldest` and `evict_idle`).
        Evicted = "evicted",
        /// The user chose to end it from another device (policy `ask`).
        Chosen = "chosen",
        /// The same browser logged in again.
        Replaced = "replaced",
        /// Too many sessions of the user were waiting.
        Displaced = "displaced",
        /// A supervisor ended it.
        EndedBySupervisor = "ended_by_supervisor",
        /// It had ended before it was imported.
        Imported = "imported",
    }
}

words! {
    /// Why a check allows.
    AllowReason {
        /// The session is active.
        Active = "active",
        /// Sessions are not tracked at all.
        TrackingOff = "tracking_off",
        /// The gate is paused.
        Paused = "paused",
        /// The policy only observes.
        Observe = "observe",
        /// The program itself asked, outside any request.
        NoRequest = "no_request",
        /// The path is open to everybody.
        BypassPath = "bypass_path",
        /// The user, or a group of the user, is exempt from being held.
        Bypass = "bypass",
        /// The question is about another user than the one who asks.
        OtherUser = "other_user",
    }
}

words! {
    /// What happens at a login when the user already has as many active sessions as the limit allows.
    OnLimit {
        /// The new session waits for a supervisor.
        Hold = "hold",
        /// The login is refused (NIST SP 800-53 AC-10).
        Deny = "deny",
        /// The sessions that were let in longest ago end.
        EvictOldest = "evict_oldest",
        /// The sessions that were unseen for longest end.
        EvictIdle = "evict_idle",
        /// The new session waits until the user chooses which one ends.
        Ask = "ask",
        /// All sessions of the user wait for a supervisor.
        Freeze = "freeze",
        /// Nothing is refused; answers say what `hold` would have done.
        Observe = "observe",
    }
}

words! {
    /// What an event records.
    Verb {
        /// A session began.
        Login = "login",
        /// A session was taken over from another system.
        Import = "import",
        /// A supervisor let a session in.
        Verify = "verify",
        /// A user ended another session of their own, and goes on instead (policy `ask`).
        Choose = "choose",
        /// A verify or an invalidate was taken back.
        Undo = "undo",
        /// The screen that a supervisor let in was not the one in front of them.
        Alarm = "alarm",
        /// A session, or all of a user, was put on hold; or one that waits has a newer reason to.
        Invalidate = "invalidate",
        /// A session ended.
        End = "end",
        /// A command was refused.
        Refuse = "refuse",
        /// A session goes on only because the policy observes.
        Observe = "observe",
        /// What was known of a person was forgotten.
        Erase = "erase",
        /// A copy of the whole database was handed out.
        Backup = "backup",
        /// The database was replaced by a copy of an earlier time.
        Restore = "restore",
        /// An API key was made.
        KeyCreate = "key_create",
        /// An API key was revoked.
        KeyRevoke = "key_revoke",
        /// An account of a supervisor was made.
        SupervisorCreate = "supervisor_create",
        /// A supervisor was invited to the console.
        SupervisorInvite = "supervisor_invite",
        /// An invitation to the console was accepted.
        SupervisorAccept = "supervisor_accept",
        /// An account of a supervisor got another password.
        SupervisorPassword = "supervisor_password",
        /// A supervisor was not let in to the console: the password was wrong.
        SupervisorRefuse = "supervisor_refuse",
        /// An account of a supervisor was disabled.
        SupervisorDisable = "supervisor_disable",
        /// The gate was paused: every check allows for a while.
        Pause = "pause",
        /// The gate guards again.
        Resume = "resume",
        /// Supervisors said something to those who wait, or took it away.
        Message = "message",
        /// The wall clock and the clock of this host differ by more than they may.
        ClockAlarm = "clock_alarm",
    }
}

words! {
    /// By which way a command came.
    How {
        /// The HTTP API.
        Api = "api",
        /// A scanned code.
        Scan = "scan",
        /// A typed short code.
        Code = "code",
        /// A list of the console.
        List = "list",
        /// A command for many users at once.
        Bulk = "bulk",
        /// The command line.
        Cli = "cli",
        /// Another host.
        Peer = "peer",
        /// A rule: a deadline, the limit, or the consequence of another command.
        Rule = "rule",
    }
}

words! {
    /// What the holder of an API key may do.
    Role {
        /// A host application: login, check, end.
        App = "app",
        /// A supervisor's tool: list, verify, invalidate, end.
        Supervisor = "supervisor",
        /// Everything, also for all users at once.
        Admin = "admin",
        /// Reads all about users and what was done, changes nothing.
        Auditor = "auditor",
    }
}

words! {
    /// Whether a session may go on, without the reason.
    StateWord {
        /// It may go on.
        Active = "active",
        /// It waits until it is verified.
        Held = "held",
        /// It is over for good.
        Ended = "ended",
    }
}

/// Whether a session may go on, with the reason if it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It may go on.
    Active,
    /// It waits until it is verified.
    Held(HeldReason),
    /// It is over for good.
    Ended(EndReason),
}

impl State {
    /// The state without its reason.
    #[must_use]
    pub const fn word(self) -> StateWord {
        match self {
            Self::Active => StateWord::Active,
            Self::Held(_) => StateWord::Held,
            Self::Ended(_) => StateWord::Ended,
        }
    }

    /// `active`, `held` or `ended`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.word().as_str()
    }

    /// The reason's word; an active session has none.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Active => None,
            Self::Held(reason) => Some(reason.as_str()),
            Self::Ended(reason) => Some(reason.as_str()),
        }
    }

    /// The state with this word and reason, as [`State::as_str`] and [`State::reason`] gave them.
    ///
    /// # Errors
    /// [`UnknownWord`] if there is no such state or reason.
    pub fn parse(state: &str, reason: Option<&str>) -> Result<Self, UnknownWord> {
        match state.parse()? {
            StateWord::Active => Ok(Self::Active),
            StateWord::Held => reason.unwrap_or_default().parse().map(Self::Held),
            StateWord::Ended => reason.unwrap_or_default().parse().map(Self::Ended),
        }
    }

    /// Whether the session has ended.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Ended(_))
    }

    /// Whether the session waits.
    #[must_use]
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Held(_))
    }

    /// Whether the session may go on.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active)
    }
}
