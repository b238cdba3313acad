//! The one place where ids and secrets come from: the system's random source.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use vahti_core::{Secret, SessionId, Timestamp};

use crate::Error;

/// Fresh random bytes. Without them nothing may be made, so a failure is *cannot tell*.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where random bytes come from"
    )]
    getrandom::fill(&mut bytes)
        .map_err(|cause| Error::Unavailable(format!("no random bytes: {cause}")))?;
    Ok(bytes)
}

/// A fresh secret of 256 bits.
pub(crate) fn secret() -> Result<Secret, Error> {
    bytes().map(Secret::new)
}

/// A fresh session id: a UUID version 7 (RFC 9562) in base64url, 22 characters. Ids rise with time.
pub(crate) fn session_id(now: Timestamp) -> Result<SessionId, Error> {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &bytes()?).into_uuid();
    SessionId::new(&URL_SAFE_NO_PAD.encode(uuid))
        .map_err(|never| Error::Unavailable(never.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_id_is_short_and_never_looks_like_a_flag() {
        let id = session_id(Timestamp::from_millis(1_790_000_000_000)).expect("random bytes");
        assert_eq!(id.as_str().len(), 22);
        assert!(id.as_str().starts_with('A'), "{id}");
    }
}
