//! Rows become accounts and sessions.

use rusqlite::{Connection, Row};
use vahti_core::{
    Account, ChainHead, Digest, Ended, HoldLogins, Invalidated, LastCommand, Login, Marks, Profile,
    Registers, SecretHash, Session, SessionId, Stopped, UserId, Verified, Window,
};

use super::{columns::Columns, trouble::Trouble};
use crate::{Witness, house};

/// The columns of an account, as [`account`] reads them.
macro_rules! account_columns {
    () => {
        "a.id, p.digest, p.user, p.name, p.email, p.number, a.newest, a.version, a.groups, \
         a.verified, a.verified_home, a.verified_session, a.invalidated, a.frozen, a.hold_logins, \
         a.hold_logins_on, a.stopped, a.stopped_at, a.command, a.command_held_logins, a.events, a.hash"
    };
}

/// The columns of a session, as [`session`] reads them.
macro_rules! session_columns {
    () => {
        "s.number, s.id, s.state, s.reason, s.last_seen, s.expired_at, s.admitted, s.invalidated, \
         s.invalidated_cause, s.ended_at, s.ended, s.secret, s.login, s.login_at, s.imported_at, s.held, s.place, \
         (SELECT value FROM text WHERE text.id = s.origin), s.app, s.home, s.idempotency, s.redeemed, \
         s.turned"
    };
}

pub(super) use {account_columns, session_columns};

/// How many columns [`session_columns`] names.
pub(super) const SESSION_COLUMNS: usize = 23;

/// The open sessions of an account, the oldest login first.
pub(super) const OPEN_SESSIONS: &str = concat!(
    "SELECT ",
    session_columns!(),
    " FROM session s WHERE s.account = ?1 AND s.ended_at IS NULL ORDER BY s.number"
);

/// An account as it was read, with the numbers by which the database knows it.
pub(super) struct Loaded {
    /// The account's number; none if it has never been written.
    pub(super) id: Option<i64>,
    /// The digest of the user's name.
    pub(super) digest: Option<Digest>,
    /// The account itself.
    pub(super) account: Account,
    /// The number of each of its sessions.
    pub(super) numbers: Vec<i64>,
}

impl Loaded {
    /// The account of a user of whom nothing is known.
    pub(super) fn unknown(user: UserId) -> Self {
        Self {
            id: None,
            digest: None,
            account: Account::new(user),
            numbers: Vec::new(),
        }
    }
}

/// The account of `user`, with its open sessions.
pub(super) fn by_user(
    connection: &Connection,
    witness: &dyn Witness,
    user: &UserId,
) -> Result<Option<Loaded>, Trouble> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        account_columns!(),
        " FROM person p JOIN account a ON a.id = p.account WHERE p.user = ?1"
    ))?;
    let mut rows = statement.query([user.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let Some(mut loaded) = account(row, 0)? else {
        return Ok(None);
    };
    drop(rows);
    let mut statement = connection.prepare_cached(OPEN_SESSIONS)?;
    let mut rows = statement.query([loaded.id])?;
    while let Some(row) = rows.next()? {
        let (number, session) = session(row, 0, witness)?;
        loaded.numbers.push(number);
        loaded.account.sessions.push(session);
    }
    Ok(Some(loaded))
}

/// The account to which a session belongs, with the open sessions and this one.
pub(super) fn by_session(
    connection: &Connection,
    witness: &dyn Witness,
    id: &SessionId,
) -> Result<Option<Account>, Trouble> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT p.user, ",
        session_columns!(),
        " FROM session s JOIN person p ON p.account = s.account WHERE s.id = ?1"
    ))?;
    let mut rows = statement.query([id.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let Some(user) = Columns::from(row, 0).find_word::<UserId>()? else {
        return Ok(None);
    };
    let (number, session) = session(row, 1, witness)?;
    let Some(mut loaded) = by_user(connection, witness, &user)? else {
        return Ok(None);
    };
    if let Err(place) = loaded.numbers.binary_search(&number) {
        loaded.account.sessions.insert(place, session);
    }
    Ok(Some(loaded.account))
}

/// Reads an account from the columns that begin at `first`; none if the person was erased.
pub(super) fn account(row: &Row<'_>, first: usize) -> Result<Option<Loaded>, Trouble> {
    let mut columns = Columns::from(row, first);
    let id = columns.take()?;
    let digest = columns.find_digest()?;
    let Some(user) = columns.find_word::<UserId>()? else {
        return Ok(None);
    };
    let mut profile = Profile {
        name: columns.take()?,
        email: columns.take()?,
        number: columns.take()?,
        groups: Vec::new(),
    };
    let newest = columns.stamp()?;
    let version: i64 = columns.take()?;
    profile.groups = columns.groups()?;
    let registers = registers(&mut columns)?;
    let stopped = stopped(&mut columns)?;
    let command = command(&mut columns)?;
    let chain = chain(&mut columns)?;
    let account = Account {
        user,
        profile,
        registers,
        stopped,
        command,
        newest,
        version: u64::try_from(version).map_err(Trouble::corrupt)?,
        chain,
        sessions: Vec::new(),
    };
    Ok(Some(Loaded {
        id: Some(id),
        digest,
        account,
        numbers: Vec::new(),
    }))
}

fn registers(columns: &mut Columns<'_, '_>) -> Result<Registers, Trouble> {
    let verified: Option<i64> = columns.take()?;
    let home: Option<String> = columns.take()?;
    let session = columns.find_word::<SessionId>()?;
    let verified = match (verified, home, session) {
        (Some(stamp), Some(home), Some(session)) => Some(Verified {
            stamp: vahti_core::Stamp::from_bits(stamp),
            home,
            session,
        }),
        _ => None,
    };
    Ok(Registers {
        verified,
        invalidated: columns.stamp()?,
        frozen: columns.stamp()?,
        hold_logins: HoldLogins {
            stamp: columns.stamp()?,
            on: columns.take()?,
        },
    })
}

fn stopped(columns: &mut Columns<'_, '_>) -> Result<Option<Stopped>, Trouble> {
    let stamp: Option<i64> = columns.take()?;
    let at = columns.find_time()?;
    Ok(stamp.zip(at).map(|(stamp, at)| Stopped {
        stamp: vahti_core::Stamp::from_bits(stamp),
        at,
    }))
}

fn command(columns: &mut Columns<'_, '_>) -> Result<Option<LastCommand>, Trouble> {
    let stamp: Option<i64> = columns.take()?;
    let held_logins: Option<bool> = columns.take()?;
    Ok(stamp
        .zip(held_logins)
        .map(|(stamp, held_logins)| LastCommand {
            stamp: vahti_core::Stamp::from_bits(stamp),
            held_logins,
        }))
}

/// The end of an account's chain, from its two columns.
pub(super) fn chain(columns: &mut Columns<'_, '_>) -> Result<ChainHead, Trouble> {
    let events: i64 = columns.take()?;
    Ok(ChainHead {
        events: u64::try_from(events).map_err(Trouble::corrupt)?,
        hash: columns.take()?,
    })
}

/// Reads a session from the columns that begin at `first`, and lays over it what the witness has seen.
pub(super) fn session(
    row: &Row<'_>,
    first: usize,
    witness: &dyn Witness,
) -> Result<(i64, Session), Trouble> {
    let mut columns = Columns::from(row, first);
    let number = columns.take()?;
    let id: SessionId = columns.word()?;
    let state = columns.state()?;
    let stored = columns.time()?;
    let expired_at = columns.find_time()?;
    let mut marks = marks(&mut columns)?;
    let secret = SecretHash::from_bytes(columns.take()?);
    let login = Login {
        stamp: columns.stamp()?,
        at: columns.time()?,
        imported_at: columns.find_time()?,
        held: columns.find_word()?,
        place: columns.take()?,
        origin: columns.take()?,
        app: columns.take()?,
        home: columns.take()?,
        idempotency: columns.take()?,
    };
    marks.redeemed = Window::from_number(columns.take()?);
    let turned = columns.stamp()?;
    let known = witness.last_seen(&id);
    let session = Session {
        id,
        secret,
        login,
        marks,
        last_seen: house::last_seen(stored, known),
        state,
        expired_at,
        turned,
    };
    Ok((number, session))
}

fn marks(columns: &mut Columns<'_, '_>) -> Result<Marks, Trouble> {
    let admitted = columns.stamp()?;
    let invalidated = Invalidated {
        stamp: columns.stamp()?,
        cause: columns.word()?,
    };
    let at = columns.find_time()?;
    let reason = columns.find_word()?;
    Ok(Marks {
        admitted,
        invalidated,
        ended: at.zip(reason).map(|(at, reason)| Ended { at, reason }),
        ..Marks::default()
    })
}
