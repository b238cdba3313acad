//! `import`: sessions of one user are taken over from another system. The limit holds: the newest logins get the places that
//! are free, the others wait.

use crate::{
    Account, By, Decision, EndReason, Ended, HeldReason, Invalidated, LastSeen, Login, Marks,
    Moment, Policy, Profile, SecretHash, Session, SessionId, Stamp, State, Timestamp, Verb,
    draft::{Draft, Record},
};

/// An import of sessions of one user.
#[derive(Clone, Debug)]
pub struct Import {
    /// What is said of the person. It fills in what is not known; what is known stays.
    pub profile: Profile,
    /// The sessions, in any order.
    pub sessions: Vec<Imported>,
    /// The host on which they live from now on.
    pub home: String,
}

/// A session as another system had it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its id.
    pub id: SessionId,
    /// The hash of a secret that nobody has: there is no token of this session.
    pub secret: SecretHash,
    /// Where the user sits.
    pub place: Option<String>,
    /// Where it comes from.
    pub origin: Option<String>,
    /// The application that recorded it; none if that is not known.
    pub app: Option<String>,
    /// When it logged in; one that is still to come counts as now.
    pub logged_in_at: Timestamp,
    /// When it stopped being active; the same.
    pub expired_at: Option<Timestamp>,
    /// How it stood.
    pub state: ImportedState,
}

/// How a session stood in another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportedState {
    /// It could go on.
    Active,
    /// It waited.
    Held(HeldReason),
    /// It was over.
    Ended,
}

/// Sessions were taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedSessions {
    /// Those that are active.
    pub active: u32,
    /// Those that wait.
    pub held: u32,
    /// Those that have ended.
    pub ended: u32,
    /// Those whose id was used before: nothing was taken over of them.
    pub taken: Vec<SessionId>,
}

/// Decides an import. Nobody who is here already is put out by it. It is never refused as a whole.
#[must_use]
pub fn import(
    account: &Account,
    policy: &Policy,
    by: &By,
    command: &Import,
    moment: Moment,
) -> Decision<ImportedSessions> {
    let mut draft = Draft::begin(account, policy, by, moment);
    fill(&mut draft, &command.profile);
    let (mut sessions, taken): (Vec<_>, Vec<_>) = command
        .sessions
        .iter()
        .partition(|session| !draft.account.has_used(&session.id));
    sessions.sort_by_key(|session| (session.logged_in_at.min(moment.now), &session.id));
    let mut stamp = draft.account.newest.max(moment.stamp);
    let mut new: Vec<_> = sessions
        .iter()
        .map(|imported| {
            stamp = stamp.next();
            session(imported, command, &draft, stamp)
        })
        .collect();
    let mut places = Places::of(&draft);
    new.iter_mut()
        .rev()
        .zip(sessions.iter().rev())
        .for_each(|(session, imported)| places.seat(session, imported.state));
    let records: Vec<_> = new
        .iter()
        .map(|session| Record {
            origin: session.login.origin.clone(),
            ..Record::of(Verb::Import, Some(session.id.clone()))
        })
        .collect();
    draft.account.sessions.extend(new);
    draft.account.newest = stamp;
    let commit = if records.is_empty() {
        draft.close(None)
    } else {
        draft.commit_all(records)
    };
    let taken = taken.iter().map(|session| session.id.clone()).collect();
    Decision {
        answer: Ok(counted(&commit.account, &sessions, taken)),
        commit,
    }
}

/// What is not known of the person yet. Groups with a limit by which somebody who is here would have to wait are left to the next
/// login.
fn fill(draft: &mut Draft<'_>, said: &Profile) {
    let limit = draft.policy.limit(&said.groups) as usize;
    let fits = limit == 0 || draft.account.let_in_order().len() <= limit;
    let profile = &mut draft.account.profile;
    let Profile {
        name,
        email,
        number,
        groups,
    } = said;
    for (known, said) in [
        (&mut profile.name, name),
        (&mut profile.email, email),
        (&mut profile.number, number),
    ] {
        if known.is_none() {
            known.clone_from(said);
        }
    }
    if profile.groups.is_empty() && fits {
        profile.groups.clone_from(groups);
    }
}

fn session(imported: &Imported, command: &Import, draft: &Draft<'_>, stamp: Stamp) -> Session {
    let now = draft.moment.now;
    Session {
        id: imported.id.clone(),
        secret: imported.secret,
        login: Login {
            stamp,
            at: imported.logged_in_at.min(now),
            imported_at: Some(now),
            held: None,
            place: imported.place.clone(),
            origin: imported.origin.clone(),
            app: imported
                .app
                .clone()
                .unwrap_or_else(|| draft.key().to_owned()),
            home: command.home.clone(),
            idempotency: None,
        },
        marks: Marks::default(),
        last_seen: LastSeen {
            at: now,
            here: true,
        },
        state: State::Ended(EndReason::Imported),
        expired_at: Some(imported.expired_at.unwrap_or(now).min(now)),
        turned: Stamp::NEVER,
    }
}

/// The places that are free.
struct Places {
    active: usize,
    held: usize,
    now: Timestamp,
}

impl Places {
    fn of(draft: &Draft<'_>) -> Self {
        let (account, policy) = (&draft.account, draft.policy);
        let barred = account.registers.is_frozen() || account.registers.holds_logins();
        let let_in = account.let_in_order().len();
        let waiting = account.open_sessions().count() - let_in;
        let left = |most: u32, used: usize| match most {
            0 => usize::MAX,
            most => (most as usize).saturating_sub(used),
        };
        Self {
            active: if barred {
                0
            } else {
                left(draft.limit(), let_in)
            },
            held: if policy.observes() {
                usize::MAX
            } else {
                left(policy.held_max_per_user.max(1), waiting)
            },
            now: draft.moment.now,
        }
    }

    /// Gives a session what is left: a place among the active, one among those that wait, or the end.
    fn seat(&mut self, session: &mut Session, state: ImportedState) {
        let stamp = session.login.stamp;
        let cause = match state {
            ImportedState::Ended => return self.end(session),
            ImportedState::Active if self.active > 0 => {
                self.active -= 1;
                session.marks.admitted = stamp;
                session.state = State::Active;
                return;
            }
            ImportedState::Active => HeldReason::Superseded,
            ImportedState::Held(reason) => reason,
        };
        if self.held == 0 {
            return self.end(session);
        }
        self.held -= 1;
        session.marks.invalidated = Invalidated { stamp, cause };
        session.state = State::Held(cause);
    }

    /// Its end is now, so that it is kept as long as any other; when it stopped being active is kept as it was.
    fn end(&self, session: &mut Session) {
        session.marks.end(Ended {
            at: self.now,
            reason: EndReason::Imported,
        });
    }
}

fn counted(account: &Account, imported: &[&Imported], taken: Vec<SessionId>) -> ImportedSessions {
    let mut counted = ImportedSessions {
        taken,
        ..ImportedSessions::default()
    };
    for session in &account.sessions {
        if imported.iter().any(|imported| imported.id == session.id) {
            *match session.state {
                State::Active => &mut counted.active,
                State::Held(_) => &mut counted.held,
                State::Ended(_) => &mut counted.ended,
            } += 1;
        }
    }
    counted
}
