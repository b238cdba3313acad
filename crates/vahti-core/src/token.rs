//! Session tokens: what a browser holds, and the hash that is all Vahti keeps of it.

use core::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::SessionId;

const VERSION: &str = "v1";
const SECRET_BYTES: usize = 32;

/// The secret half of a token: 256 bits from the system's random source (OWASP ASVS 5.0 7.2.3).
///
/// It has no `Display` and no serialisation, and its `Debug` says nothing.
#[derive(Clone, Copy)]
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// Takes 32 random bytes as a secret.
    #[must_use]
    pub const fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a [`Secret`]. Compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Takes a hash out of storage.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, for storage.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// A token as a browser holds it: `v1.<session id>.<secret, base64url>`.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// The public half.
    pub session: &'a str,
    /// The secret half.
    pub secret: Secret,
}

/// The text is no token at all. It carries nothing of the text, which may be most of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a session token")]
pub struct InvalidToken;

impl<'a> Token<'a> {
    /// Reads a token without allocating.
    ///
    /// # Errors
    /// [`InvalidToken`] if the text is anything else.
    pub fn parse(text: &'a str) -> Result<Self, InvalidToken> {
        let rest = text
            .strip_prefix(VERSION)
            .and_then(|rest| rest.strip_prefix('.'))
            .ok_or(InvalidToken)?;
        let (session, secret) = rest.split_once('.').ok_or(InvalidToken)?;
        let mut bytes = [0; SECRET_BYTES];
        match URL_SAFE_NO_PAD.decode_slice(secret, &mut bytes) {
            Ok(SECRET_BYTES) => Ok(Self {
                session,
                secret: Secret(bytes),
            }),
            _ => Err(InvalidToken),
        }
    }

    /// The text of the token of `session`: shown once, at login.
    #[must_use]
    pub fn text(session: &SessionId, secret: &Secret) -> String {
        format!("{VERSION}.{session}.{}", URL_SAFE_NO_PAD.encode(secret.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let (id, secret) = (
            SessionId::new("seat-17").expect("an id"),
            Secret::new([7; 32]),
        );
        let text = Token::text(&id, &secret);
        let token = Token::parse(&text).expect("a token");
        assert_eq!(token.session, "seat-17");
        assert_eq!(token.secret.hash(), secret.hash());
    }

    #[test]
    fn anything_else_is_no_token() {
        let good = Token::text(
            &SessionId::new("a").expect("an id"),
            &Secret::new([255; 32]),
        );
        for bad in [
            "",
            "v1",
            "v1.",
            "v1.a",
            "v1.a.",
            "v2.a.AAAA",
            &good[..good.len() - 1],
            &format!("{good}A"),
            &format!("{good}="),
            &good.replace("v1", "V1"),
            &format!(" {good}"),
            &format!("{good}.x"),
        ] {
            assert!(Token::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new([65; 32]);
        assert_eq!(
            format!("{secret:?} {:?}", secret.hash()),
            "Secret(…) SecretHash(…)"
        );
    }
}
