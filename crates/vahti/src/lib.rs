//! Vahti (Finnish: *guard*) limits the concurrent sessions of any login: who may go on, who waits, who is out.
//!
//! This is the library to embed. A program calls, in this order:
//!
//! 1. [`Vahti::open`] with a policy, a clock ([`SystemClock`]) and a store: [`store::sqlite`] with the feature `sqlite`,
//!    [`store::memory`], which keeps nothing, with the feature `memory`;
//! 2. [`Vahti::enforce_policy`], before anybody asks: what the policy means for sessions that are open already is recorded;
//! 3. [`Vahti::run`] in a task of its own, for as long as it serves. Without it checks are as right, but no time of last
//!    use is written, no deadline recorded, and nothing forgotten that the policy no longer keeps;
//! 4. [`Vahti::login`] for every login and [`Vahti::check`] at every request; supervisors use [`Vahti::verify`],
//!    [`Vahti::invalidate`] and [`Vahti::end`]. [`Vahti::failure`] says when the store can no longer be trusted, and the
//!    process should start anew;
//! 5. [`Vahti::close`] at the end, once `run` has returned.
//!
//! `examples/embed.rs` does all of it. Each verb is one file, and each changes an account through one path: the rules of
//! `vahti-core` decide, the store writes, the index is told, the caller is answered.
//!
//! This crate knows nothing of HTTP, of the configuration file or of a concrete database.

mod backup;
mod caller;
mod challenge;
mod check;
mod choose;
mod clock;
mod end;
mod erase;
mod error;
mod everyone;
mod explain;
mod figures;
mod follow;
mod import;
mod index;
mod invalidate;
mod keys;
mod list;
mod login;
mod message;
mod pause;
mod random;
mod restore;
mod screens;
mod selection;
mod supervisors;
mod sweep;
mod undo;
mod vahti;
mod verify;
mod wait;
mod waiters;

pub use caller::Caller;
pub use challenge::{BadChallenge, OpenedChallenge, ShownChallenge};
pub use check::{Checked, Question, Who};
pub use clock::SystemClock;
pub use end::EndRequest;
pub use error::Error;
pub use everyone::{Bulk, PATIENCE, Unprocessed};
pub use figures::Figures;
pub use import::{ImportReport, ImportRow};
pub use index::{Index, Sessions};
pub use invalidate::InvalidateRequest;
pub use login::{LoginRequest, NewSession};
pub use pause::{PAUSE_AT_MOST, Paused};
pub use restore::Restored;
pub use screens::{ShownCode, Sign};
pub use selection::Selection;
pub use supervisors::{INVITED_AT_MOST, Invited, fresh_password, fresh_salt};
pub use vahti::Vahti;
pub use vahti_core as core;
pub use vahti_store as store;
pub use verify::VerifyRequest;
pub use wait::Pass;
pub use waiters::Waiter;
