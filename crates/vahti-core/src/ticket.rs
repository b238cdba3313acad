//! Tickets: who holds one may look at the waiting page of one session for a while, and can do nothing else.
//!
//! A ticket is stored nowhere: it is signed under the session's secret, so that only this host can make one, and a new
//! secret makes it worthless.

use core::time::Duration;

use crate::{SecretHash, SessionId, Timestamp, signed::Signed};

/// How long a ticket lasts.
pub const TICKET_LASTS: Duration = Duration::from_secs(600);

/// What tells a ticket from everything else that the same key signs.
const DOMAIN: &[u8] = b"vahti: ticket of a waiting page, 1\0";

/// A ticket: `<session id>.<milliseconds of its end>.<code, base64url>`.
#[derive(Clone, Copy, Debug)]
pub struct Ticket<'a>(Signed<'a, 1>);

impl<'a> Ticket<'a> {
    /// Reads a ticket; `None` if the text is anything else. Whether it is right is another question.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Signed::parse(text).map(Self)
    }

    /// Whose waiting page it shows.
    #[must_use]
    pub fn session(&self) -> &'a str {
        self.0.session
    }

    /// Whether it is the ticket of the session with this secret, and not yet at its end.
    #[must_use]
    pub fn is_right(&self, secret: &SecretHash, now: Timestamp) -> bool {
        let [expires] = self.0.numbers;
        now < Timestamp::from_millis(expires) && self.0.is_right(DOMAIN, "", secret)
    }

    /// The text of a ticket of `session` that is made now.
    #[must_use]
    pub fn text(session: &SessionId, secret: &SecretHash, now: Timestamp) -> String {
        let expires = now.plus(TICKET_LASTS).as_millis();
        Signed::text(DOMAIN, session.as_str(), [expires], "", secret)
    }
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
            Ticket::parse(&text).map(|ticket| ticket.session()),
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
