//! A commit becomes rows: what differs between the account before and after, and nothing else.

use rusqlite::{Connection, params};
use vahti_core::{Account, Digest, Profile, Session};

use super::{columns::groups_json, load::Loaded, text, trouble::Trouble};

/// Writes the account's own row.
pub(super) fn account(
    connection: &Connection,
    id: i64,
    account: &Account,
    is_new: bool,
) -> Result<(), Trouble> {
    let sql = if is_new {
        "INSERT INTO account (newest, version, groups, verified, verified_home, verified_session, \
         invalidated, frozen, hold_logins, hold_logins_on, stopped, stopped_at, command, command_held_logins, \
         events, hash, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    } else {
        "UPDATE account SET newest = ?, version = ?, groups = ?, verified = ?, verified_home = ?, \
         verified_session = ?, invalidated = ?, frozen = ?, hold_logins = ?, hold_logins_on = ?, \
         stopped = ?, stopped_at = ?, command = ?, command_held_logins = ?, events = ?, hash = ? WHERE id = ?"
    };
    let registers = &account.registers;
    let verified = registers.verified.as_ref();
    connection.prepare_cached(sql)?.execute(params![
        account.newest.to_bits(),
        i64::try_from(account.version).map_err(Trouble::corrupt)?,
        groups_json(&account.profile.groups),
        verified.map(|verified| verified.stamp.to_bits()),
        verified.map(|verified| verified.home.as_str()),
        verified.map(|verified| verified.session.as_str()),
        registers.invalidated.to_bits(),
        registers.frozen.to_bits(),
        registers.hold_logins.stamp.to_bits(),
        registers.hold_logins.on,
        account.stopped.map(|stopped| stopped.stamp.to_bits()),
        account.stopped.map(|stopped| stopped.at.as_millis()),
        account.command.map(|command| command.stamp.to_bits()),
        account.command.map(|command| command.held_logins),
        i64::try_from(account.chain.events).map_err(Trouble::corrupt)?,
        account.chain.hash,
        id,
    ])?;
    Ok(())
}

/// The digest of a new user's name, with the salt under which it is kept.
pub(super) fn digest(account: &Account) -> Result<(vahti_core::Salt, Digest), Trouble> {
    let salt = text::salt()?;
    Ok((salt, Digest::of(&salt, account.user.as_str())))
}

/// Writes a person for the first time.
pub(super) fn person(
    connection: &Connection,
    id: i64,
    account: &Account,
    (salt, digest): &(vahti_core::Salt, Digest),
) -> Result<(), Trouble> {
    let Profile {
        name,
        email,
        number,
        ..
    } = &account.profile;
    connection
        .prepare_cached(
            "INSERT INTO person (account, user, name, email, number, salt, digest) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            account.user.as_str(),
            name,
            email,
            number,
            salt,
            digest.as_bytes()
        ])?;
    Ok(())
}

/// Writes what is said of a person, if it is something else than before.
pub(super) fn profile(
    connection: &Connection,
    id: i64,
    before: &Profile,
    after: &Profile,
) -> Result<(), Trouble> {
    let told = (&after.name, &after.email, &after.number);
    if (&before.name, &before.email, &before.number) == told {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE person SET name = ?, email = ?, number = ? WHERE account = ?")?
        .execute(params![after.name, after.email, after.number, id])?;
    Ok(())
}

/// Writes the sessions that are new or changed. Gives the number of each session of `after`.
pub(super) fn sessions(
    connection: &Connection,
    id: i64,
    before: &Loaded,
    after: &Account,
) -> Result<Vec<i64>, Trouble> {
    let mut numbers = Vec::with_capacity(after.sessions.len());
    for session in &after.sessions {
        let known = before
            .account
            .sessions
            .iter()
            .zip(&before.numbers)
            .find(|(old, _)| old.id == session.id);
        let number = match known {
            None => insert(connection, id, session)?,
            Some((old, number)) => {
                if old != session {
                    update(connection, *number, session, old.is_open())?;
                }
                *number
            }
        };
        numbers.push(number);
    }
    Ok(numbers)
}

fn insert(connection: &Connection, account: i64, session: &Session) -> Result<i64, Trouble> {
    let Session {
        login,
        marks,
        state,
        ..
    } = session;
    let origin = text::keep_origin(connection, account, login.origin.as_deref(), login.at)?;
    let number = connection
        .prepare_cached(
            "INSERT INTO session (id, account, state, reason, last_seen, expired_at, admitted, \
             invalidated, invalidated_cause, ended_at, ended, secret, login, login_at, imported_at, held, place, \
             origin, app, home, idempotency, redeemed, turned) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .insert(params![
            session.id.as_str(),
            account,
            state.as_str(),
            state.reason(),
            session.last_seen.at.as_millis(),
            session.expired_at.map(vahti_core::Timestamp::as_millis),
            marks.admitted.to_bits(),
            marks.invalidated.stamp.to_bits(),
            marks.invalidated.cause.as_str(),
            marks.ended.map(|ended| ended.at.as_millis()),
            marks.ended.map(|ended| ended.reason.as_str()),
            session.secret.as_bytes(),
            login.stamp.to_bits(),
            login.at.as_millis(),
            login.imported_at.map(vahti_core::Timestamp::as_millis),
            login.held.map(vahti_core::HeldReason::as_str),
            login.place,
            origin.map(|origin| origin.id),
            login.app,
            login.home,
            login.idempotency,
            marks.redeemed.number(),
            session.turned.to_bits(),
        ])?;
    Ok(number)
}

/// A login never changes afterwards, so only the rest is written; and the columns of the end, which move the
/// session from one index to another, only when it comes to its end.
fn update(
    connection: &Connection,
    number: i64,
    session: &Session,
    was_open: bool,
) -> Result<(), Trouble> {
    let Session { marks, state, .. } = session;
    connection
        .prepare_cached(
            "UPDATE session SET state = ?, reason = ?, last_seen = max(last_seen, ?), \
             expired_at = ?, admitted = ?, invalidated = ?, invalidated_cause = ?, secret = ?, redeemed = ?, \
             turned = ? \
             WHERE number = ?",
        )?
        .execute(params![
            state.as_str(),
            state.reason(),
            session.last_seen.at.as_millis(),
            session.expired_at.map(vahti_core::Timestamp::as_millis),
            marks.admitted.to_bits(),
            marks.invalidated.stamp.to_bits(),
            marks.invalidated.cause.as_str(),
            session.secret.as_bytes(),
            marks.redeemed.number(),
            session.turned.to_bits(),
            number,
        ])?;
    if !was_open || !session.is_open() {
        connection
            .prepare_cached("UPDATE session SET ended_at = ?, ended = ? WHERE number = ?")?
            .execute(params![
                marks.ended.map(|ended| ended.at.as_millis()),
                marks.ended.map(|ended| ended.reason.as_str()),
                number,
            ])?;
    }
    Ok(())
}

/// Gives the active sessions their places, of `limit`; none where there is no limit. What holds a place under
/// this limit keeps it. The database refuses a place beyond the limit.
pub(super) fn slots(
    connection: &Connection,
    id: i64,
    active: &[i64],
    limit: Option<u32>,
    is_new: bool,
) -> Result<(), Trouble> {
    let held = if is_new {
        Vec::new()
    } else {
        places(connection, id)?
    };
    let limit = limit.map(i64::from);
    let stays = |place: &&Place| active.contains(&place.session) && Some(place.of) == limit;
    let mut taken: Vec<i64> = Vec::new();
    let mut placed: Vec<i64> = Vec::new();
    for place in &held {
        if stays(&place) {
            taken.push(place.n);
            placed.push(place.session);
        } else {
            connection
                .prepare_cached("DELETE FROM slot WHERE session = ?")?
                .execute([place.session])?;
        }
    }
    let Some(of) = limit else { return Ok(()) };
    for session in active.iter().filter(|session| !placed.contains(session)) {
        let n = (1..).find(|n| !taken.contains(n)).unwrap_or(i64::MAX);
        taken.push(n);
        connection
            .prepare_cached("INSERT INTO slot (session, account, n, \"of\") VALUES (?, ?, ?, ?)")?
            .execute([*session, id, n, of])?;
    }
    Ok(())
}

/// A place that is held.
struct Place {
    session: i64,
    n: i64,
    of: i64,
}

fn places(connection: &Connection, id: i64) -> Result<Vec<Place>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT session, n, \"of\" FROM slot WHERE account = ?")?;
    let places = statement
        .query_map([id], |row| {
            Ok(Place {
                session: row.get(0)?,
                n: row.get(1)?,
                of: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(places)
}
