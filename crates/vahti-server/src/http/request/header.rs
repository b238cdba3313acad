//! Headers that belong to a call.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, request::Parts},
};

use crate::http::{App, problem::Refused};

const NAME: &str = "Idempotency-Key";
const MAX_BYTES: usize = 128;

/// `Idempotency-Key`: a repeat with the same key takes the place of the first call.
pub(in crate::http) struct IdempotencyKey(pub(in crate::http) Option<String>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refused> {
        let mut all = parts.headers.get_all(NAME).iter();
        let first = all.next().map(HeaderValue::as_bytes);
        if all.next().is_some() {
            return Err(Refused::field(
                NAME,
                format!("The header `{NAME}` stands twice: send one."),
            ));
        }
        let right = |key: &[u8]| {
            (1..=MAX_BYTES).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic)
        };
        match first {
            None => Ok(Self(None)),
            Some(key) if right(key) => Ok(Self(Some(String::from_utf8_lossy(key).into_owned()))),
            Some(_) => Err(Refused::field(
                NAME,
                format!(
                    "`{NAME}` has 1 to {MAX_BYTES} characters of visible ASCII, without spaces."
                ),
            )),
        }
    }
}
