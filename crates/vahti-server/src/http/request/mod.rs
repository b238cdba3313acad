//! What comes in: bodies, parameters and headers, turned into requests of the use cases. Everything that is wrong is
//! found at once and named, always with status 400; nothing is guessed and nothing is passed over.

mod body;
mod cursor;
mod header;
mod located;
mod parameters;
mod shape;
mod wrong;

pub(super) use self::{
    body::{Body, Readable, Said, object, raw},
    cursor::{Cursor, List},
    header::{IdempotencyKey, Wanted, is_browser},
    located::{Located, Place},
    parameters::{Named, Parameters, Query},
    shape::diagnose,
    wrong::Wrong,
};
