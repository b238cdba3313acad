//! `check`: may this request go on? Answered from memory, without a lock and without an allocation.

use core::time::Duration;

use std::sync::Arc;
use vahti_core::{
    AllowReason, CanonicalPath, Group, Profile, SessionId, State, Timestamp, Token, UserId,
    verdict::{Facts, Mode, Proof, Verdict, judge},
};

use crate::{Caller, Error, Vahti, index::Found};

/// A check. Begin with one of the constructors and name what differs: `Question { touch: false, ..Question::token(token) }`.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who asks to go on.
    pub who: Who<'a>,
    /// The path that is asked for: `/path` or `https://host/path`.
    pub path: Option<&'a str>,
    /// The user whom the question is about, if it may be another than the one who asks.
    pub subject: Option<&'a str>,
    /// Whether the answer counts as a use of the session.
    pub touch: bool,
}

/// Who asks, and how that is known.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// The holder of a session token.
    Token(&'a str),
    /// A user for whom the host application vouches.
    User {
        /// The user.
        user: &'a str,
        /// The session that the host application knows the request to belong to.
        session: Option<&'a str>,
        /// Groups that the host application knows the user to be in.
        groups: &'a [Group],
    },
    /// The program itself, outside any request. Never to be built from what came over the network.
    NoRequest,
}

impl<'a> Question<'a> {
    /// Whether this one may go on, wherever; it counts as a use.
    #[must_use]
    pub const fn of(who: Who<'a>) -> Self {
        Self {
            who,
            path: None,
            subject: None,
            touch: true,
        }
    }

    /// The check of a token, which counts as a use.
    #[must_use]
    pub const fn token(token: &'a str) -> Self {
        Self::of(Who::Token(token))
    }

    /// The check of a session for whose user the host application vouches; it counts as a use.
    #[must_use]
    pub const fn session(user: &'a str, session: &'a str) -> Self {
        Self::of(Who::User {
            user,
            session: Some(session),
            groups: &[],
        })
    }
}

/// The answer of a check. Copying names of at most 24 bytes out of the index does not allocate.
#[derive(Clone, Debug)]
#[must_use = "nobody may go on unless the verdict allows it"]
pub struct Checked {
    /// The verdict, with its reason. Only `Allow` lets in.
    pub verdict: Verdict,
    /// Where everything passes: the verdict of a gate that guards.
    pub would: Option<Verdict>,
    /// The user, if proven.
    pub user: Option<UserId>,
    /// The session, if there is one.
    pub session: Option<SessionId>,
    /// What the host application said of the person.
    pub profile: Option<Arc<Profile>>,
    /// The state of the session.
    pub state: Option<State>,
    /// How long the host application may reuse the answer.
    pub valid_for: Duration,
}

impl Checked {
    /// Whether the request may go on.
    #[must_use]
    pub const fn allows(&self) -> bool {
        self.verdict.allows()
    }
}

impl Vahti {
    /// Decides whether a request may go on. A check that begins after an acknowledged command sees it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if this host cannot tell: that is no verdict, and nobody may be let in by it.
    pub async fn check(&self, caller: &Caller, question: &Question<'_>) -> Result<Checked, Error> {
        self.counted(self.checked(caller, question).await)
    }

    /// Counts a check.
    pub(crate) fn counted(&self, checked: Result<Checked, Error>) -> Result<Checked, Error> {
        match &checked {
            Ok(checked) => self.figures.note(checked.verdict, checked.would),
            Err(_) => self.figures.note_unavailable(),
        }
        checked
    }

    /// A check that is counted nowhere.
    pub(crate) async fn checked(
        &self,
        caller: &Caller,
        question: &Question<'_>,
    ) -> Result<Checked, Error> {
        if self.failure().is_some() {
            return Err(Error::Unavailable(
                "an earlier commit failed; this host has to be restarted".to_owned(),
            ));
        }
        let now = self.now();
        let mut found = self.find(question, now);
        if found.is_none() && self.store.is_shared() && self.ask_store(question).await? {
            found = self.find(question, now);
        }
        let found =
            found.filter(|found| caller.scope.is_empty() || caller.covers(groups_of(found)));
        Ok(self.answer(question, found, now))
    }

    fn find(&self, question: &Question<'_>, now: Timestamp) -> Option<Found> {
        match question.who {
            Who::Token(text) => self.index.prove(&Token::parse(text).ok()?, now),
            Who::User { user, session, .. } => self.index.of_user(user, session?, now),
            Who::NoRequest => None,
        }
    }

    /// Asks once for a session that another node may have made; says whether the index now knows it.
    pub(crate) async fn ask_store(&self, question: &Question<'_>) -> Result<bool, Error> {
        let named = match question.who {
            Who::Token(text) => Token::parse(text).ok().map(|token| token.session),
            Who::User { session, .. } => session,
            Who::NoRequest => None,
        };
        let Some(id) = named
            .filter(|id| !self.index.knows(id))
            .and_then(|id| SessionId::new(id).ok())
        else {
            return Ok(false);
        };
        let account = self.store.account_of(&id).await.map_err(Error::from)?;
        if let Some(account) = &account {
            vahti_store::Witness::apply(self.index.as_ref(), account);
        }
        Ok(account.is_some())
    }

    fn answer(&self, question: &Question<'_>, found: Option<Found>, now: Timestamp) -> Checked {
        let facts = self.facts(question, found.as_ref(), now);
        let judgement = judge(&facts);
        let seen = judgement.would.unwrap_or(judgement.verdict);
        if let Some(found) = found
            .as_ref()
            .filter(|_| question.touch && seen.counts_as_seen())
        {
            self.index.touch(found.session.as_str(), now);
        }
        let shown = |state: State| match facts.mode {
            Mode::Observing | Mode::Paused if state.is_held() => State::Active,
            _ => state,
        };
        let vouched = match question.who {
            Who::User { user, .. } => UserId::new(user).ok(),
            Who::Token(_) | Who::NoRequest => None,
        };
        Checked {
            verdict: judgement.verdict,
            would: judgement.would,
            valid_for: self.valid_for(judgement.verdict, found.as_ref(), now),
            state: found.as_ref().map(|found| shown(found.state)),
            session: found.as_ref().map(|found| found.session.clone()),
            profile: found.as_ref().and_then(|found| found.profile.clone()),
            user: vouched.or_else(|| found.map(|found| found.user)),
        }
    }

    fn facts(&self, question: &Question<'_>, found: Option<&Found>, now: Timestamp) -> Facts {
        let (proof, user, said) = match question.who {
            Who::Token(_) => (
                Proof::Token,
                found.map(|found| found.user.as_str()),
                [].as_slice(),
            ),
            Who::User { user, groups, .. } => (Proof::Vouched, Some(user), groups),
            Who::NoRequest => (Proof::Vouched, None, [].as_slice()),
        };
        let exempt = |user: &str| {
            let known = found.map_or([].as_slice(), groups_of);
            self.policy.bypasses(user, said) || self.policy.bypasses(user, known)
        };
        Facts {
            mode: self.mode(question, now),
            path_is_open: question.path.is_some_and(|path| self.is_open(path)),
            proof,
            session: found.map(|found| found.state),
            user_is_exempt: user.is_some_and(exempt),
            about_another: question
                .subject
                .is_some_and(|subject| user.is_some_and(|user| user != subject)),
        }
    }

    fn mode(&self, question: &Question<'_>, now: Timestamp) -> Mode {
        match question.who {
            Who::NoRequest => Mode::NoRequest,
            _ if !self.policy.enabled => Mode::TrackingOff,
            _ if self.policies.is_paused(now) => Mode::Paused,
            _ if self.policy.observes() => Mode::Observing,
            _ => Mode::Guarding,
        }
    }

    /// Whether the path is on the bypass list. A path that is not canonical never is.
    fn is_open(&self, path: &str) -> bool {
        !self.policy.bypass.paths.is_empty()
            && CanonicalPath::parse(path)
                .is_some_and(|path| self.policy.bypass.paths.iter().any(|entry| path.is(entry)))
    }

    fn valid_for(&self, verdict: Verdict, found: Option<&Found>, now: Timestamp) -> Duration {
        match verdict {
            Verdict::Allow(AllowReason::Active | AllowReason::Bypass) => {
                let left = found.map_or(Duration::MAX, |found| found.deadline.since(now));
                self.policy.cache_for.min(left)
            }
            _ => Duration::ZERO,
        }
    }
}

fn groups_of(found: &Found) -> &[Group] {
    found
        .profile
        .as_ref()
        .map_or(&[], |profile| &profile.groups)
}
