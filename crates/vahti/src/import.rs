//! `import`: sessions are taken over from another system.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use futures::future::join_all;
use vahti_core::{
    Account, Decision, Moment, Profile, Refusal, SessionId, Timestamp, UserId,
    decide::{self, Import, Imported, ImportedSessions, ImportedState},
};
use vahti_store::{Constraint, StoreError};

use crate::{Caller, Error, Vahti, random};

/// A session as another system had it, with whom it belongs to.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Whose session it is.
    pub user: UserId,
    /// What is said of the person. It fills in what is not known; of several rows the newest login counts.
    pub profile: Profile,
    /// Its id.
    pub id: SessionId,
    /// Where the user sits.
    pub place: Option<String>,
    /// Where it comes from.
    pub origin: Option<String>,
    /// The application that recorded it.
    pub app: Option<String>,
    /// When it logged in.
    pub logged_in_at: Timestamp,
    /// When it stopped being active.
    pub expired_at: Option<Timestamp>,
    /// How it stood.
    pub state: ImportedState,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Sessions that are active.
    pub active: u64,
    /// Sessions that wait.
    pub held: u64,
    /// Sessions that have ended.
    pub ended: u64,
    /// Rows that were left out, by their place in the import, and why.
    pub skipped: Vec<(usize, Error)>,
}

/// The rows of one user, each with its place in the import.
type OfUser = Vec<(usize, ImportRow)>;

impl Vahti {
    /// Takes over sessions. Those that could go on get the places that their users have free, the newest login first; the
    /// others wait. Give all open sessions of a user in one import. With `dry_run` nothing is kept.
    ///
    /// There is no token of an imported session: ask by user and session id.
    ///
    /// # Errors
    /// [`Error::DiskAlmostFull`]; [`Error::Unavailable`]: rows may have been taken over; a repeat leaves them out.
    pub async fn import(
        &self,
        caller: &Caller,
        rows: Vec<ImportRow>,
        dry_run: bool,
    ) -> Result<ImportReport, Error> {
        self.has_room()?;
        let mut report = ImportReport::default();
        let users = self.by_user(caller, rows, &mut report).await?;
        let imports = users.into_iter().map(async |(user, rows)| {
            let done = self.import_user(caller, &user, &rows, dry_run).await;
            (rows, done)
        });
        for (rows, done) in join_all(imports).await {
            match done {
                Ok(done) => report.add(&rows, &done),
                Err(error @ Error::Unavailable(_)) => return Err(error),
                Err(error) => {
                    let skipped = rows.iter().map(|(at, _)| (*at, error.clone()));
                    report.skipped.extend(skipped);
                }
            }
        }
        report.skipped.sort_by_key(|(at, _)| *at);
        tracing::info!(
            active = report.active,
            held = report.held,
            ended = report.ended,
            skipped = report.skipped.len(),
            dry_run,
            "import"
        );
        Ok(report)
    }

    /// The rows that can be taken over, by user; the others are skipped.
    async fn by_user(
        &self,
        caller: &Caller,
        rows: Vec<ImportRow>,
        report: &mut ImportReport,
    ) -> Result<BTreeMap<UserId, OfUser>, Error> {
        let ids = rows.iter().map(|row| row.id.clone()).collect();
        let taken = self.store.taken_ids(ids).await.map_err(Error::from)?;
        let mut used: HashSet<_> = taken.into_iter().collect();
        let mut users: BTreeMap<_, OfUser> = BTreeMap::new();
        for (at, row) in rows.into_iter().enumerate() {
            if !caller.may_assign(&row.profile.groups) {
                report.skipped.push((at, Error::OutOfScope));
            } else if used.insert(row.id.clone()) {
                users.entry(row.user.clone()).or_default().push((at, row));
            } else {
                let taken = Refusal::SessionIdTaken(row.id);
                report.skipped.push((at, taken.into()));
            }
        }
        Ok(users)
    }

    /// Takes over the rows of one user. A login that took one of the ids since they were looked up costs this row alone.
    async fn import_user(
        &self,
        caller: &Caller,
        user: &UserId,
        rows: &OfUser,
        dry_run: bool,
    ) -> Result<ImportedSessions, Error> {
        let command = self.command_of(rows)?;
        match self.try_import(caller, user, command, dry_run).await {
            Err(StoreError::Conflict(Constraint::SessionId)) => {}
            answer => return told(answer),
        }
        let ids = rows.iter().map(|(_, row)| row.id.clone()).collect();
        let taken = self.store.taken_ids(ids).await.map_err(Error::from)?;
        let mut left = rows.clone();
        left.retain(|(_, row)| !taken.contains(&row.id));
        let command = self.command_of(&left)?;
        let mut done = told(self.try_import(caller, user, command, dry_run).await)?;
        done.taken.extend(taken);
        Ok(done)
    }

    fn command_of(&self, rows: &OfUser) -> Result<Import, Error> {
        let newest = rows.iter().max_by_key(|(_, row)| row.logged_in_at);
        Ok(Import {
            profile: newest
                .map(|(_, row)| row.profile.clone())
                .unwrap_or_default(),
            sessions: rows
                .iter()
                .map(|(_, row)| imported(row))
                .collect::<Result<_, _>>()?,
            home: self.home.clone(),
        })
    }

    async fn try_import(
        &self,
        caller: &Caller,
        user: &UserId,
        command: Import,
        dry_run: bool,
    ) -> Result<Result<ImportedSessions, Refusal>, StoreError> {
        let (policies, by) = (Arc::clone(&self.policies), caller.by.clone());
        let decide = move |account: &Account, moment: Moment| {
            let decision = decide::import(account, policies.at(moment.now), &by, &command, moment);
            if dry_run {
                Decision {
                    commit: vahti_core::Commit::nothing(account),
                    ..decision
                }
            } else {
                decision
            }
        };
        self.try_transact(caller, user, decide).await
    }
}

/// What a caller is told of it.
fn told(
    answer: Result<Result<ImportedSessions, Refusal>, StoreError>,
) -> Result<ImportedSessions, Error> {
    answer?.map_err(|refusal| match refusal {
        Refusal::UnknownUser => Error::OutOfScope,
        refusal => refusal.into(),
    })
}

fn imported(row: &ImportRow) -> Result<Imported, Error> {
    Ok(Imported {
        id: row.id.clone(),
        secret: random::secret()?.hash(),
        place: row.place.clone(),
        origin: row.origin.clone(),
        app: row.app.clone(),
        logged_in_at: row.logged_in_at,
        expired_at: row.expired_at,
        state: row.state,
    })
}

impl ImportReport {
    fn add(&mut self, rows: &OfUser, done: &ImportedSessions) {
        self.active += u64::from(done.active);
        self.held += u64::from(done.held);
        self.ended += u64::from(done.ended);
        let taken = rows.iter().filter(|(_, row)| done.taken.contains(&row.id));
        self.skipped
            .extend(taken.map(|(at, row)| (*at, Refusal::SessionIdTaken(row.id.clone()).into())));
    }
}
