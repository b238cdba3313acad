//! The calls of the API: one a file, with its handler, what its body or parameters mean, and nothing else.

pub(super) mod backup;
pub(super) mod check;
pub(super) mod choose;
pub(super) mod current;
pub(super) mod document;
pub(super) mod end;
pub(super) mod erase;
pub(super) mod events;
pub(super) mod everyone;
pub(super) mod explanation;
pub(super) mod health;
pub(super) mod import;
pub(super) mod invalidate;
pub(super) mod keys;
pub(super) mod login;
pub(super) mod metrics;
pub(super) mod pause;
pub(super) mod policy;
pub(super) mod session;
pub(super) mod sessions;
pub(super) mod supervisors;
pub(super) mod tim;
#[cfg(feature = "bench")]
pub(super) mod twin;
pub(super) mod verify;
