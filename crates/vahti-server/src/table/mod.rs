//! Sessions as tables: which columns there are, how a time is written, and how a field is kept from being a formula.
//! What the server writes and what `vahti import` reads is described here once.

pub(crate) mod columns;
pub(crate) mod guard;
pub(crate) mod time;
