//! The rules of Vahti: who may go on, who waits, who is out.
//!
//! Everything here is a pure function of its arguments. Time, ids and secrets come in from outside;
//! what is to be written goes out as one [`Commit`] value. This crate knows no clock, no random
//! source, no database, no network and no runtime.
//!
//! Start at [`Account`], which holds all that is known of one user, then read [`decide`], where each
//! command is one file, and [`verdict`], which answers a check.

mod account;
mod challenge;
pub mod decide;
mod decision;
mod draft;
mod event;
mod explain;
mod id;
mod known;
mod path;
mod policy;
mod register;
mod session;
mod short_code;
mod signed;
mod stamp;
mod ticket;
mod time;
mod token;
pub mod verdict;
mod waiting;
mod words;

pub use account::{Account, ChainHead, LastCommand, Profile, Stopped};
pub use challenge::{CONFIRMATION_LASTS, Challenge, Confirmation, Shown, WINDOW_LASTS, Window};
pub use decision::{Commit, Decision, Refusal};
pub use draft::Moment;
pub use event::{By, Digest, Event, Link, Salt};
pub use explain::{Explanation, explain};
pub use id::{Group, InvalidId, SessionId, SupervisorName, UserId};
pub use known::{is_known_browser, known_browser};
pub use path::CanonicalPath;
pub use policy::{Bypass, Policy};
pub use register::{HoldLogins, Invalidated, Marks, Register, Registers, Verified};
pub use session::{Ended, LastSeen, Login, Session};
pub use short_code::{NoShortCode, SHORT_CODES, ShortCode};
pub use stamp::{Hlc, Stamp};
pub use ticket::{TICKET_LASTS, Ticket};
pub use time::Timestamp;
pub use token::{InvalidToken, Secret, SecretHash, Token};
pub use waiting::{Waiting, waiting};
pub use words::{
    AllowReason, EndReason, HeldReason, How, OnLimit, Role, State, StateWord, UnknownWord, Verb,
};
