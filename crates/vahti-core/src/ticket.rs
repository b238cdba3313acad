//! Tickets: who holds one may look at the waiting page of one session for a while, and can do nothing else.
//!
//! A ticket is stored nowhere. It is an HMAC-SHA-256 (RFC 2104) under the stored hash of the session's secret, so that
//! only this host can make one, and a new secret makes it worthless.

use core::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{SecretHash, SessionId, Timestamp};

/// How long a ticket lasts.
pub const TICKET_LASTS: Duration = Duration::from_secs(600);

/// What tells a ticket from everything else that the same key may come to sign.
const DOMAIN: &[u8] = b"vahti: ticket of a waiting page, 1\0";

const MAC_BYTES: usize = 32;

/// A ticket: `<session id>.<milliseconds of its end>.<code, base64url>`.
#[derive(Clone, Copy, Debug)]
pub struct Ticket<'a> {
    /// Whose waiting page it shows.
    pub session: &'a str,
    expires: Timestamp,
    code: [u8; MAC_BYTES],
}

impl<'a> Ticket<'a> {
    /// Reads a ticket; `None` if the text is anything else. Whether it is right is another question.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (session, rest) = text.split_once('.')?;
        let (expires, code) = rest.split_once('.')?;
        let mut bytes = [0; MAC_BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(code, &mut bytes).ok()?;
        let millis: i64 = expires.parse().ok()?;
        // There is one way to write a number.
        let is_plain = millis.to_string() == expires;
        (length == MAC_BYTES && is_plain).then_some(Self {
            session,
            expires: Timestamp::from_millis(millis),
            code: bytes,
        })
    }

    /// Whether it is the ticket of the session with this secret, and not yet at its end. Compared in constant time.
    #[must_use]
    pub fn is_right(&self, secret: &SecretHash, now: Timestamp) -> bool {
        now < self.expires
            && signed(self.session, self.expires, secret)
                .verify_slice(&self.code)
                .is_ok()
    }

    /// The text of a ticket of `session` that is made now.
    #[must_use]
    pub fn text(session: &SessionId, secret: &SecretHash, now: Timestamp) -> String {
        let expires = now.plus(TICKET_LASTS);
        let code = signed(session.as_str(), expires, secret).finalize();
        let code = URL_SAFE_NO_PAD.encode(code.into_bytes());
        format!("{session}.{}.{code}", expires.as_millis())
    }
}

/// An id holds no NUL and the time has one length, so that no two tickets sign the same bytes.
fn signed(session: &str, expires: Timestamp, secret: &SecretHash) -> Hmac<Sha256> {
    // RFC 2104 fills a key up with zeros to one block of the hash.
    let mut key = [0; 64];
    key[..32].copy_from_slice(secret.as_bytes());
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(DOMAIN);
    mac.update(session.as_bytes());
    mac.update(b"\0");
    mac.update(&expires.as_millis().to_be_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn hash(byte: u8) -> SecretHash {
        Secret::new([byte; 32]).hash()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + millis)
    }

    fn is_right(text: &str, secret: u8, now: i64) -> bool {
        Ticket::parse(text).is_some_and(|ticket| ticket.is_right(&hash(secret), at(now)))
    }

    #[test]
    fn a_ticket_lasts_ten_minutes_and_is_at_its_end_then() {
        let text = Ticket::text(&SessionId::new("seat-17").expect("an id"), &hash(7), at(0));
        assert!(is_right(&text, 7, 0) && is_right(&text, 7, 599_999));
        assert!(!is_right(&text, 7, 600_000) && !is_right(&text, 7, 600_001));
        assert_eq!(
            Ticket::parse(&text).map(|ticket| ticket.session),
            Some("seat-17")
        );
    }

    #[test]
    fn a_ticket_is_bound_to_its_session_its_end_and_its_secret() {
        let text = Ticket::text(&SessionId::new("seat-17").expect("an id"), &hash(7), at(0));
        assert!(!is_right(&text, 8, 0), "another secret");
        let later = at(600_000).as_millis().to_string();
        for forged in [
            text.replace("seat-17", "seat-18"),
            text.replace(&later, &at(600_001).as_millis().to_string()),
            text.replace(&later, &format!("0{later}")),
            text.replace(&later, &format!("+{later}")),
            text[..text.len() - 1].to_owned(),
            format!("{text}A"),
            format!("{text}="),
            text.to_ascii_uppercase(),
            text.replace('.', ""),
            format!("seat-17.{later}."),
            format!("seat-17.{later}.{}", "A".repeat(43)),
            String::new(),
        ] {
            assert!(!is_right(&forged, 7, 0), "{forged}");
        }
    }
}
