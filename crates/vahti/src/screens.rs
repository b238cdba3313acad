//! What waiting screens show that is stored nowhere: short codes, and the sign by which a supervisor sees that the screen in
//! front of them is the one that they have opened. A restart forgets both; the screens then show new codes.

use core::{fmt, time::Duration};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use vahti_core::{By, SHORT_CODES, SessionId, ShortCode, Timestamp, Verb};

use crate::{Caller, Error, Vahti, random};

/// How long a screen shows one code.
const CODE_SHOWN: Duration = Duration::from_secs(120);
/// How much longer it opens the screen that has shown it: somebody may be typing it.
const CODE_TYPED: Duration = Duration::from_secs(30);
/// How long a screen shows the sign after a supervisor has looked: as long as it may be confirmed.
const SIGN_SHOWN: Duration = vahti_core::CONFIRMATION_LASTS;

const SHAPES: [char; 8] = ['▲', '●', '■', '◆', '★', '✚', '▼', '♥'];

/// A shape and two digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Which of the eight shapes: ▲ ● ■ ◆ ★ ✚ ▼ ♥.
    pub shape: usize,
    /// The two digits.
    pub number: u32,
}

impl Sign {
    fn of(random: u32) -> Self {
        Self {
            shape: (random % 8) as usize,
            number: 10 + random / 8 % 90,
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", SHAPES[self.shape], self.number)
    }
}

/// A short code, and until when its screen shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownCode {
    /// The code.
    pub code: ShortCode,
    /// When another takes its place.
    pub until: Timestamp,
}

/// What the waiting screens of this host show.
#[derive(Default)]
pub(crate) struct Screens {
    shown: Mutex<Shown>,
}

impl Vahti {
    /// The short code that the screen of this session shows now. No two screens show the same one.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: there are no random bytes.
    pub fn short_code(&self, session: &SessionId) -> Result<ShownCode, Error> {
        self.screens.code(session, self.now())
    }

    /// The session whose screen shows this code.
    #[must_use]
    pub fn screen_of(&self, code: ShortCode) -> Option<SessionId> {
        self.screens.shows(code, self.now())
    }

    /// Records that this supervisor has typed so many wrong codes that no more are taken for a while.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: it was not recorded.
    pub async fn refuse_codes(&self, caller: &Caller) -> Result<(), Error> {
        let by = By {
            note: Some("too many wrong short codes".to_owned()),
            ..caller.by.clone()
        };
        Ok(self.record_event(Verb::Refuse, by).await?)
    }

    /// A supervisor has opened this session to let it in: for five minutes its screen shows the sign that is returned.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: there are no random bytes.
    pub fn look(&self, session: &SessionId) -> Result<Sign, Error> {
        let sign = self.screens.look(session, self.now())?;
        self.index.recorded.notify_waiters();
        Ok(sign)
    }

    /// No supervisor looks at this session any more: its screen shows no sign.
    pub fn look_away(&self, session: &SessionId) {
        if self.screens.look_away(session) {
            self.index.recorded.notify_waiters();
        }
    }

    /// The sign that the screen of this session shows; none if no supervisor looks at it.
    #[must_use]
    pub fn sign(&self, session: &SessionId) -> Option<Sign> {
        self.screens.sign(session, self.now())
    }
}

#[derive(Default)]
struct Shown {
    codes: HashMap<SessionId, ShownCode>,
    /// Also those that are just not shown any more.
    sessions: HashMap<ShortCode, (SessionId, Timestamp)>,
    signs: HashMap<SessionId, (Sign, Timestamp)>,
    /// When what is over was last cleared away.
    cleared: Option<Timestamp>,
}

impl Screens {
    /// The code that the screen of this session shows now; a new one if there is none, or its time is over. No two screens
    /// have the same one.
    fn code(&self, session: &SessionId, now: Timestamp) -> Result<ShownCode, Error> {
        let mut shown = self.shown();
        shown.clear(now);
        if let Some(code) = shown.codes.get(session).filter(|code| now < code.until) {
            return Ok(*code);
        }
        let code = loop {
            let code = ShortCode::from_number(below(SHORT_CODES)?);
            if !shown.sessions.contains_key(&code) {
                break code;
            }
        };
        let until = now.plus(CODE_SHOWN);
        let opens = (session.clone(), until.plus(CODE_TYPED));
        shown.sessions.insert(code, opens);
        let code = ShownCode { code, until };
        shown.codes.insert(session.clone(), code);
        Ok(code)
    }

    /// The session whose screen shows this code.
    fn shows(&self, code: ShortCode, now: Timestamp) -> Option<SessionId> {
        let shown = self.shown();
        let (session, until) = shown.sessions.get(&code)?;
        (now < *until).then(|| session.clone())
    }

    /// A supervisor has opened this session: its screen shows a sign, which is returned.
    fn look(&self, session: &SessionId, now: Timestamp) -> Result<Sign, Error> {
        let mut shown = self.shown();
        shown.clear(now);
        let sign = match shown.signs.get(session).filter(|(_, until)| now < *until) {
            Some((sign, _)) => *sign,
            None => Sign::of(below(720)?),
        };
        let until = now.plus(SIGN_SHOWN);
        shown.signs.insert(session.clone(), (sign, until));
        Ok(sign)
    }

    /// Whether there was a sign to take away.
    fn look_away(&self, session: &SessionId) -> bool {
        self.shown().signs.remove(session).is_some()
    }

    /// The sign that the screen of this session shows.
    fn sign(&self, session: &SessionId, now: Timestamp) -> Option<Sign> {
        let shown = self.shown();
        let (sign, until) = shown.signs.get(session)?;
        (now < *until).then_some(*sign)
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    /// Forgets what is over, at most once in so long as a code is shown: so there is never more than what was shown in
    /// twice that time.
    fn clear(&mut self, now: Timestamp) {
        if self.cleared.is_some_and(|at| now < at.plus(CODE_SHOWN)) {
            return;
        }
        self.cleared = Some(now);
        self.codes.retain(|_, code| now < code.until);
        self.sessions.retain(|_, (_, until)| now < *until);
        self.signs.retain(|_, (_, until)| now < *until);
    }
}

/// A random number below `limit`, all alike.
fn below(limit: u32) -> Result<u32, Error> {
    loop {
        let number = u32::from_be_bytes(random::bytes()?);
        if number < u32::MAX - u32::MAX % limit {
            return Ok(number % limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> SessionId {
        SessionId::new(name).expect("an id")
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_code_stays_for_two_minutes_and_opens_its_screen_half_a_minute_longer() {
        let screens = Screens::default();
        let first = screens.code(&id("a"), at(0)).expect("a code");
        assert_eq!(screens.code(&id("a"), at(119)), Ok(first));
        assert_eq!(first.until, at(120));
        let second = screens.code(&id("a"), at(120)).expect("a code");
        assert_ne!(second.code, first.code);
        for code in [first.code, second.code] {
            assert_eq!(screens.shows(code, at(149)), Some(id("a")));
        }
        assert_eq!(screens.shows(first.code, at(150)), None);
    }

    #[test]
    fn no_two_screens_show_one_code_and_what_is_over_is_forgotten() {
        let screens = Screens::default();
        let mut codes = std::collections::HashSet::new();
        // So many that two would meet by chance.
        for number in 0..20_000 {
            let code = screens.code(&id(&format!("s{number}")), at(0));
            assert!(codes.insert(code.expect("a code").code));
        }
        screens.code(&id("last"), at(200)).expect("a code");
        assert_eq!(screens.shown().sessions.len(), 1);
        assert_eq!(screens.shown().codes.len(), 1);
    }

    #[test]
    fn the_sign_is_shown_from_the_look_for_five_minutes() {
        let screens = Screens::default();
        assert_eq!(screens.sign(&id("a"), at(0)), None);
        let sign = screens.look(&id("a"), at(0)).expect("a sign");
        assert_eq!(screens.look(&id("a"), at(10)), Ok(sign), "to both who look");
        assert_eq!(screens.sign(&id("a"), at(309)), Some(sign));
        assert_eq!(screens.sign(&id("a"), at(310)), None);
        assert_eq!(screens.sign(&id("b"), at(0)), None);
    }

    #[test]
    fn there_are_720_signs() {
        let signs: std::collections::HashSet<_> = (0..720)
            .map(|random| Sign::of(random).to_string())
            .collect();
        assert_eq!(signs.len(), 720);
        assert!(signs.contains("▲ 10") && signs.contains("♥ 99"));
    }
}
