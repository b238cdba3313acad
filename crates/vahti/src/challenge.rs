//! Challenges: what the QR picture on a waiting screen holds, and what a supervisor may do who has scanned it.

use vahti_core::{
    CONFIRMATION_LASTS, Challenge, Confirmation, SecretHash, SessionId, Shown, Timestamp, UserId,
    Window,
};

use crate::{Error, Vahti, index::Found};

/// A challenge, as a waiting screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownChallenge {
    /// What the picture holds.
    pub text: String,
    /// When the next one takes its place.
    pub until: Timestamp,
}

/// A challenge that was opened while it was right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenedChallenge {
    /// Whose screen showed it.
    pub user: UserId,
    /// The session of that screen.
    pub session: SessionId,
    /// When it was shown.
    pub window: Window,
    /// What lets its holder confirm the session for five minutes.
    pub confirmation: String,
}

/// Why a challenge opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadChallenge {
    /// It is no challenge that this host has shown in the last ten minutes: forged, cut, or of somewhere else.
    NotOurs,
    /// It was right, but is too old now.
    TooOld(UserId, SessionId),
    /// Its session was let in with it, or with a later one.
    Used(UserId, SessionId),
    /// Its session has ended.
    Ended(UserId, SessionId),
    /// The database does not answer.
    CannotTell(Error),
}

impl Vahti {
    /// The challenge of a session that waits; none if it does not.
    #[must_use]
    pub fn challenge(&self, session: &SessionId) -> Option<ShownChallenge> {
        let now = self.now();
        let (found, secret) = self.index.with_secret(session.as_str(), now)?;
        let window = Window::at(now);
        found.state.is_held().then(|| ShownChallenge {
            text: Challenge::text(session, &secret, &self.home, window),
            until: window.end(),
        })
    }

    /// Opens a challenge. It changes nothing; what was opened may be confirmed for five minutes by this supervisor, or, if
    /// there is none yet, by whoever logs in at the same browser: see [`Vahti::hand_over`].
    ///
    /// # Errors
    /// [`BadChallenge`]: what a supervisor is told.
    pub async fn open_challenge(
        &self,
        text: &str,
        by: Option<&UserId>,
    ) -> Result<OpenedChallenge, BadChallenge> {
        let challenge = Challenge::parse(text).ok_or(BadChallenge::NotOurs)?;
        let now = self.now();
        let found = self.index.with_secret(challenge.session, now);
        let (found, secret) = found.ok_or(BadChallenge::NotOurs)?;
        let (user, session) = (found.user, found.session);
        let window = match challenge.shown(&secret, &self.home, now) {
            None => return Err(BadChallenge::NotOurs),
            Some(_) if found.state.is_ended() => return Err(BadChallenge::Ended(user, session)),
            Some(shown) => self.unused(&user, &session, shown).await?,
        };
        let expires = now.plus(CONFIRMATION_LASTS);
        Ok(OpenedChallenge {
            confirmation: Confirmation::text(&session, by, &secret, window, expires),
            user,
            session,
            window,
        })
    }

    async fn unused(
        &self,
        user: &UserId,
        session: &SessionId,
        shown: Shown,
    ) -> Result<Window, BadChallenge> {
        let named = (user.clone(), session.clone());
        let account = self.store.account(user).await;
        let account = account.map_err(|error| BadChallenge::CannotTell(error.into()))?;
        let sessions = account.map(|account| account.sessions).unwrap_or_default();
        let Some(session) = sessions.into_iter().find(|one| one.id == named.1) else {
            return Err(BadChallenge::Ended(named.0, named.1));
        };
        match shown {
            Shown::Lately(window) if window <= session.marks.redeemed => {
                Err(BadChallenge::Used(named.0, named.1))
            }
            Shown::Lately(window) => Ok(window),
            Shown::TooLongAgo if session.state.is_active() => {
                Err(BadChallenge::Used(named.0, named.1))
            }
            Shown::TooLongAgo => Err(BadChallenge::TooOld(named.0, named.1)),
        }
    }

    /// What a confirmation permits this supervisor to confirm now; none if it is another's, forged, at its end, or of a session
    /// that has ended.
    #[must_use]
    pub fn confirmed(&self, text: &str, by: &UserId) -> Option<(UserId, SessionId, Window)> {
        let (found, _, window) = self.found_by(&Confirmation::parse(text)?, Some(by))?;
        Some((found.user, found.session, window))
    }

    /// The confirmation that a browser has kept, as one of the supervisor who has logged in there, for what is left of its
    /// time; and its session.
    #[must_use]
    pub fn hand_over(&self, kept: &str, by: &UserId) -> Option<(SessionId, String)> {
        let kept = Confirmation::parse(kept)?;
        let (found, secret, window) = self.found_by(&kept, None)?;
        let session = found.session;
        let own = Confirmation::text(&session, Some(by), &secret, window, kept.expires());
        Some((session, own))
    }

    fn found_by(
        &self,
        confirmation: &Confirmation<'_>,
        holder: Option<&UserId>,
    ) -> Option<(Found, SecretHash, Window)> {
        let now = self.now();
        let (found, secret) = self.index.with_secret(confirmation.session(), now)?;
        let window = confirmation.window(holder, &secret, now)?;
        (!found.state.is_ended()).then_some((found, secret, window))
    }
}
