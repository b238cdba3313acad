//! A naive model of the seed: a list of rows and the functions that the seed has, and nothing of Vahti.

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) user: &'static str,
    pub(crate) session: String,
    pub(crate) logged_in: u64,
    pub(crate) expired: Option<u64>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// `None`: no limit.
    pub(crate) limit: Option<usize>,
    pub(crate) rows: Vec<Row>,
    clock: u64,
}

impl Model {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// `add_user_session`: at login. Says whether the new session is active.
    pub(crate) fn add(&mut self, user: &'static str, session: &str) -> bool {
        let now = self.tick();
        let full = self.limit.is_some_and(|limit| self.count(user) >= limit);
        self.rows.push(Row {
            user,
            session: session.to_owned(),
            logged_in: now,
            expired: full.then_some(now),
        });
        !full
    }

    /// `expire_user_session`: at logout. An unknown id does nothing.
    pub(crate) fn expire(&mut self, user: &str, session: &str) {
        let now = self.tick();
        for row in self.rows.iter_mut().filter(|row| row.user == user) {
            if row.session == session {
                row.expired = Some(now);
            }
        }
    }

    /// `has_valid_session`, for the current user with a session of their own.
    pub(crate) fn has_valid(&self, user: &str, session: Option<&str>) -> bool {
        self.rows.iter().any(|row| {
            row.user == user && Some(row.session.as_str()) == session && row.expired.is_none()
        })
    }

    /// `verify_session_for`: without an id the session that logged in last.
    pub(crate) fn verify(&mut self, user: &str, session: Option<&str>) {
        let now = self.tick();
        let session = session
            .map(str::to_owned)
            .or_else(|| self.latest(user).map(str::to_owned));
        for row in self.rows.iter_mut().filter(|row| row.user == user) {
            if Some(&row.session) == session.as_ref() {
                row.expired = None;
            } else if row.expired.is_none() {
                row.expired = Some(now);
            }
        }
    }

    /// `invalidate_sessions_for`: without an id all of the user's.
    pub(crate) fn invalidate(&mut self, user: &str, session: Option<&str>) {
        let now = self.tick();
        for row in self.rows.iter_mut().filter(|row| row.user == user) {
            if session.is_none_or(|session| session == row.session) {
                row.expired = Some(now);
            }
        }
    }

    pub(crate) fn count(&self, user: &str) -> usize {
        self.sessions(user, true).len()
    }

    /// The ids of the user's sessions that are active, or that have expired, the oldest login first.
    pub(crate) fn sessions(&self, user: &str, active: bool) -> Vec<&str> {
        let rows = self.rows.iter();
        rows.filter(|row| row.user == user && row.expired.is_none() == active)
            .map(|row| row.session.as_str())
            .collect()
    }

    pub(crate) fn latest(&self, user: &str) -> Option<&str> {
        let rows = self.rows.iter().filter(|row| row.user == user);
        rows.max_by_key(|row| row.logged_in)
            .map(|row| row.session.as_str())
    }

    pub(crate) fn users(&self) -> Vec<&'static str> {
        let mut users: Vec<_> = self.rows.iter().map(|row| row.user).collect();
        users.sort_unstable();
        users.dedup();
        users
    }
}
