//! What templates of the console do with words.

#![expect(unreachable_pub, reason = "the macro of a filter writes `pub`")]

use core::fmt::Display;

use askama::{Result, Values, filter_fn};

/// The text with something else in the place of `what`.
#[filter_fn]
pub(super) fn replace<T: Display, W: Display>(
    text: T,
    _: &dyn Values,
    what: &str,
    with: W,
) -> Result<String> {
    Ok(text.to_string().replace(what, &with.to_string()))
}
