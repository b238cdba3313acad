//! Texts that only this host can have made: a session, a few numbers, and an HMAC-SHA-256 (RFC 2104) over them under the
//! stored hash of the session's secret. Nothing of them is stored, there is no key that could leak, and a new secret makes
//! them worthless. What such a text permits is said where its domain is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::SecretHash;

const CODE_BYTES: usize = 32;

/// `<session id>.<number>. … .<code, base64url>`, as it was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a, const N: usize> {
    pub(crate) session: &'a str,
    pub(crate) numbers: [i64; N],
    code: [u8; CODE_BYTES],
}

impl<'a, const N: usize> Signed<'a, N> {
    /// Reads a text; `None` if it is anything else. Whether it is right is another question.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (session, mut rest) = text.split_once('.')?;
        let mut numbers = [0; N];
        for number in &mut numbers {
            let (digits, after) = rest.split_once('.')?;
            *number = digits.parse().ok()?;
            // There is one way to write a number.
            if number.to_string() != digits {
                return None;
            }
            rest = after;
        }
        let mut code = [0; CODE_BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(rest, &mut code).ok()?;
        (length == CODE_BYTES).then_some(Self {
            session,
            numbers,
            code,
        })
    }

    /// Whether the session with this secret signed it in this domain for `holder`, who is not named in it. Compared in
    /// constant time.
    pub(crate) fn is_right(&self, domain: &[u8], holder: &str, secret: &SecretHash) -> bool {
        let mut mac = mac(domain, self.session, &self.numbers, secret);
        mac.update(holder.as_bytes());
        mac.verify_slice(&self.code).is_ok()
    }

    /// The text that says this to `holder`; to everybody if that is empty.
    pub(crate) fn text(
        domain: &[u8],
        session: &str,
        numbers: [i64; N],
        holder: &str,
        secret: &SecretHash,
    ) -> String {
        let mut code = mac(domain, session, &numbers, secret);
        code.update(holder.as_bytes());
        let code = code.finalize();
        let mut text = format!("{session}.");
        for number in numbers {
            text.push_str(&number.to_string());
            text.push('.');
        }
        text.push_str(&URL_SAFE_NO_PAD.encode(code.into_bytes()));
        text
    }
}

/// A domain ends with NUL, an id holds none, and numbers have one length, so that no two texts sign the same bytes, whatever
/// comes behind them.
pub(crate) fn mac(
    domain: &[u8],
    session: &str,
    numbers: &[i64],
    secret: &SecretHash,
) -> Hmac<Sha256> {
    // RFC 2104 fills a key up with zeros to one block of the hash.
    let mut key = [0; 64];
    key[..32].copy_from_slice(secret.as_bytes());
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(domain);
    mac.update(session.as_bytes());
    mac.update(b"\0");
    for number in numbers {
        mac.update(&number.to_be_bytes());
    }
    mac
}
