//! What a waiting screen holds up to a supervisor: the code to scan, the digits to read aloud, the sign by which both see
//! that it is this screen, and what is said to everybody who waits.

use vahti::Sign;
use vahti_core::SessionId;

use super::{page::Frame, qr};
use crate::{
    config::Audience,
    http::{Browser, harmless},
};

/// What a screen shows.
pub(super) struct Screen {
    pub(super) code: Option<Code>,
    pub(super) sign: Option<ShownSign>,
    /// Who says it, and what.
    pub(super) message: Option<(&'static str, String)>,
}

/// What a supervisor scans or types.
pub(super) struct Code {
    /// The picture (SVG).
    pub(super) picture: String,
    /// The short code, in two groups; none if there are no random bytes.
    pub(super) digits: Option<(String, String)>,
}

/// A sign: a shape, what it is called, and a number.
pub(super) struct ShownSign {
    pub(super) shape: String,
    pub(super) name: &'static str,
    pub(super) number: String,
}

impl Screen {
    /// What the screen of this session shows. Where nobody supervises there is nothing to scan.
    pub(super) fn of(browser: &Browser, frame: &Frame, session: &SessionId) -> Self {
        let words = frame.words;
        let (code, sign, says) = match frame.audience() {
            Audience::Supervised => (
                Code::of(browser, session),
                browser.sign(session).map(|sign| shown(sign, frame)),
                &words.waits.message,
            ),
            Audience::Own => (None, None, &words.waits.message_self),
        };
        let message = browser.message();
        Self {
            code,
            sign,
            message: message.map(|text| (says.as_str(), harmless(&text))),
        }
    }
}

impl Code {
    fn of(browser: &Browser, session: &SessionId) -> Option<Self> {
        let challenge = browser.challenge(session)?;
        let digits = browser.short_code(session).ok();
        let digits = digits.map(|shown| shown.code.to_string());
        Some(Self {
            picture: qr::svg(&browser.scanned(&challenge.text))?,
            digits: digits.and_then(|digits| parts(&digits)),
        })
    }
}

fn shown(sign: Sign, frame: &Frame) -> ShownSign {
    let names = &frame.words.sign.shapes;
    let (shape, number) = parts(&sign.to_string()).unwrap_or_default();
    ShownSign {
        shape,
        name: names.get(sign.shape).map_or("", String::as_str),
        number,
    }
}

/// What stands before and behind the space.
fn parts(text: &str) -> Option<(String, String)> {
    let (before, behind) = text.split_once(' ')?;
    Some((before.to_owned(), behind.to_owned()))
}
