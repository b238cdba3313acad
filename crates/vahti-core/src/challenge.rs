//! Challenges: what the QR picture on a waiting screen holds. Whoever sends one to a supervisor has seen the screen a
//! short time ago; what a supervisor makes of it is decided elsewhere.
//!
//! A challenge is stored nowhere: it is signed under the session's secret. What a verify stores is the window of the
//! challenge that it came with, so that no challenge is used twice.

use core::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use subtle::ConstantTimeEq as _;

use crate::{
    SecretHash, SessionId, Timestamp, UserId,
    signed::{Signed, mac},
};

/// How long one challenge is shown before the next takes its place.
pub const WINDOW_LASTS: Duration = Duration::from_secs(30);

/// In how many windows a challenge is right: its own and those after it.
const RIGHT_IN: i64 = 4;

/// For how many windows a challenge that is too old can be told from one that never was right: ten minutes.
const KNOWN_FOR: i64 = 20;

/// For how long what was opened while its challenge was right may be confirmed.
pub const CONFIRMATION_LASTS: Duration = Duration::from_secs(300);

/// What tells a challenge from everything else that the same key signs.
const DOMAIN: &[u8] = b"vahti: challenge of a waiting screen, 1\0";
const CONFIRMATION_DOMAIN: &[u8] = b"vahti: confirmation of an opened challenge, 1\0";

const CODE_BYTES: usize = 16;

/// A span of [`WINDOW_LASTS`], counted from 1970. A challenge is used once: its window is stored by the commit of the
/// verify, and from then on that one and all before it are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window(i64);

impl Window {
    /// The window in which `now` lies.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        let length = i64::try_from(WINDOW_LASTS.as_millis()).unwrap_or(i64::MAX);
        Self(now.as_millis().div_euclid(length))
    }

    /// The window with this number.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// When it ends and the next one begins.
    #[must_use]
    pub fn end(self) -> Timestamp {
        let length = i64::try_from(WINDOW_LASTS.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.0.saturating_add(1).saturating_mul(length))
    }
}

/// A challenge, as it was read from a picture: `<session id>.<code, base64url>`.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// The session on whose screen it was shown.
    pub session: &'a str,
    code: [u8; CODE_BYTES],
}

impl<'a> Challenge<'a> {
    /// Reads a challenge; `None` if the text is anything else. Whether it is right is another question.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (session, code) = text.split_once('.')?;
        let mut bytes = [0; CODE_BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(code, &mut bytes).ok()?;
        (length == CODE_BYTES).then_some(Self {
            session,
            code: bytes,
        })
    }

    /// When this challenge was shown on this host; none if it never was, or too long ago to be known. Compared in
    /// constant time.
    #[must_use]
    pub fn shown(&self, secret: &SecretHash, host: &str, now: Timestamp) -> Option<Shown> {
        let newest = Window::at(now).0;
        let mut found = None;
        for back in 0..KNOWN_FOR {
            let window = Window(newest - back);
            let right = code(self.session, secret, host, window);
            if bool::from(right.ct_eq(&self.code)) {
                found = Some(if back < RIGHT_IN {
                    Shown::Lately(window)
                } else {
                    Shown::TooLongAgo
                });
            }
        }
        found
    }

    /// The text of the challenge of `session` in this window.
    #[must_use]
    pub fn text(session: &SessionId, secret: &SecretHash, host: &str, window: Window) -> String {
        let code = code(session.as_str(), secret, host, window);
        format!("{session}.{}", URL_SAFE_NO_PAD.encode(code))
    }
}

/// When a challenge was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// In this window, which was one of the last four: the challenge is right.
    Lately(Window),
    /// Before that.
    TooLongAgo,
}

/// What whoever opened a right challenge may confirm for [`CONFIRMATION_LASTS`]:
/// `<session id>.<window>.<milliseconds of its end>.<code, base64url>`. It is signed for its holder, a supervisor, and
/// worth nothing to anybody else; or for nobody, and then a browser keeps it until somebody has logged in there.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation<'a>(Signed<'a, 2>);

impl<'a> Confirmation<'a> {
    /// Reads a confirmation; `None` if the text is anything else. Whether it is right is another question.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Signed::parse(text).map(Self)
    }

    /// The session that may be let in.
    #[must_use]
    pub fn session(&self) -> &'a str {
        self.0.session
    }

    /// When it is at its end.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        let [_, expires] = self.0.numbers;
        Timestamp::from_millis(expires)
    }

    /// The window of the challenge that was opened, if the session with this secret signed it for this holder and it is not at
    /// its end.
    #[must_use]
    pub fn window(
        &self,
        holder: Option<&UserId>,
        secret: &SecretHash,
        now: Timestamp,
    ) -> Option<Window> {
        let [window, _] = self.0.numbers;
        let holder = holder.map_or("", UserId::as_str);
        let is_right = self.0.is_right(CONFIRMATION_DOMAIN, holder, secret);
        (is_right && now < self.expires()).then_some(Window(window))
    }

    /// The text for a challenge of `session` that was shown in `window`.
    #[must_use]
    pub fn text(
        session: &SessionId,
        holder: Option<&UserId>,
        secret: &SecretHash,
        window: Window,
        expires: Timestamp,
    ) -> String {
        let numbers = [window.0, expires.as_millis()];
        let holder = holder.map_or("", UserId::as_str);
        Signed::text(
            CONFIRMATION_DOMAIN,
            session.as_str(),
            numbers,
            holder,
            secret,
        )
    }
}

/// The first 128 bits. An id and a host hold no NUL, so that no two challenges sign the same bytes.
fn code(session: &str, secret: &SecretHash, host: &str, window: Window) -> [u8; CODE_BYTES] {
    let mut mac = mac(DOMAIN, session, &[window.0], secret);
    mac.update(host.as_bytes());
    let whole = mac.finalize().into_bytes();
    let mut first = [0; CODE_BYTES];
    first.copy_from_slice(&whole[..CODE_BYTES]);
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    const HOST: &str = "exam.example.org";

    fn hash(byte: u8) -> SecretHash {
        Secret::new([byte; 32]).hash()
    }

    /// So many seconds after the beginning of a window.
    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_010_000 + millis)
    }

    fn shown(now: i64) -> String {
        let id = SessionId::new("seat-17").expect("an id");
        Challenge::text(&id, &hash(7), HOST, Window::at(at(now)))
    }

    fn when(text: &str, secret: u8, host: &str, now: i64) -> Option<Shown> {
        Challenge::parse(text)?.shown(&hash(secret), host, at(now))
    }

    #[test]
    fn a_challenge_is_right_in_its_window_and_the_three_after_it() {
        assert_eq!(Window::at(at(0)).end(), at(30_000));
        assert_ne!(Window::at(at(-1)), Window::at(at(0)));
        let (text, own) = (shown(0), Shown::Lately(Window::at(at(0))));
        for now in [0, 29_999, 30_000, 119_999] {
            assert_eq!(when(&text, 7, HOST, now), Some(own), "{now}");
        }
        for now in [120_000, 599_999] {
            assert_eq!(when(&text, 7, HOST, now), Some(Shown::TooLongAgo), "{now}");
        }
        for now in [-1, 600_000] {
            assert_eq!(when(&text, 7, HOST, now), None, "{now}");
        }
    }

    #[test]
    fn every_window_has_a_challenge_of_its_own() {
        assert_eq!(shown(0), shown(29_999));
        assert_ne!(shown(0), shown(30_000));
    }

    #[test]
    fn a_challenge_is_bound_to_its_session_secret_and_host() {
        let text = shown(0);
        assert_eq!(when(&text, 8, HOST, 0), None, "another secret");
        assert_eq!(
            when(&text, 7, "exam-2.example.org", 0),
            None,
            "another host"
        );
        for forged in [
            text.replace("seat-17", "seat-18"),
            text[..text.len() - 1].to_owned(),
            format!("{text}A"),
            format!("{text}=="),
            text.replace('.', "#"),
            format!("seat-17.{}", "A".repeat(22)),
            "aino#seat-17".to_owned(),
            String::new(),
        ] {
            assert_eq!(when(&forged, 7, HOST, 0), None, "{forged}");
        }
    }

    #[test]
    fn a_confirmation_is_its_holders_until_its_end_and_names_the_window_that_was_opened() {
        let id = SessionId::new("seat-17").expect("an id");
        let [maija, olli] = ["maija", "olli"].map(|name| UserId::new(name).expect("a name"));
        let opened = Window::at(at(0));
        let made = |holder| Confirmation::text(&id, holder, &hash(7), opened, at(400_000));
        let text = made(Some(&maija));
        let of = |text: &str, holder: Option<&UserId>, secret, now| {
            Confirmation::parse(text)?.window(holder, &hash(secret), at(now))
        };
        let window = |text: &str, secret, now| of(text, Some(&maija), secret, now);
        for holder in [Some(&olli), None] {
            assert_eq!(of(&text, holder, 7, 100_000), None, "{holder:?}");
            assert_eq!(of(&made(holder), Some(&maija), 7, 100_000), None);
            assert_eq!(of(&made(holder), holder, 7, 100_000), Some(opened));
        }
        assert_eq!(window(&text, 7, 100_000), Some(opened));
        assert_eq!(window(&text, 7, 399_999), Some(opened));
        assert_eq!(window(&text, 7, 400_000), None, "too late");
        assert_eq!(window(&text, 8, 100_000), None, "another secret");
        let later = format!(".{}.", opened.number());
        let forged = text.replace(&later, &format!(".{}.", opened.number() + 1));
        assert_eq!(window(&forged, 7, 100_000), None, "another window");
        let forged = text.replace("seat-17", "seat-18");
        assert_eq!(window(&forged, 7, 100_000), None, "another session");
        assert!(Confirmation::parse(&shown(0)).is_none(), "a challenge");
    }
}
