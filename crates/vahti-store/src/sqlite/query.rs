//! Lists of sessions and events. A statement is put together from fixed pieces; what a caller gives is bound.

use rusqlite::{Connection, ToSql, params_from_iter};
use vahti_core::{Profile, StateWord};

use super::{
    columns::{Columns, groups_json},
    load::{self, SESSION_COLUMNS, session_columns},
    read::number_of,
    trouble::Trouble,
};
use crate::{EventQuery, EventRecord, Page, SessionQuery, SessionRecord, Witness};

/// A statement as it grows, with what is bound to it.
#[derive(Default)]
struct Sql {
    text: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Sql {
    /// Adds a fixed piece.
    fn add(&mut self, piece: &'static str) {
        self.text.push_str(piece);
    }

    /// Adds a fixed piece with one `?`, if there is a value for it.
    fn bind(&mut self, piece: &'static str, value: Option<impl ToSql + 'static>) {
        if let Some(value) = value {
            self.add(piece);
            self.values.push(Box::new(value));
        }
    }
}

/// How many rows to read: one more than a page has, which tells whether there is another page.
fn rows_of(limit: u32) -> i64 {
    i64::from(limit.max(1)) + 1
}

fn page<T>(mut items: Vec<T>, limit: u32, place: impl Fn(&T) -> i64) -> Page<T> {
    let rows = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let more = items.len() > rows;
    items.truncate(rows);
    let next = items.last().filter(|_| more).map(place);
    Page { items, next }
}

/// A page of sessions, in the order of their logins.
pub(super) fn sessions(
    connection: &Connection,
    witness: &dyn Witness,
    query: &SessionQuery,
) -> Result<Page<SessionRecord>, Trouble> {
    let account = match &query.user {
        None => None,
        Some(user) => match number_of(connection, user)? {
            None => return Ok(page(Vec::new(), query.limit, |_| 0)),
            known => known,
        },
    };
    let sql = session_sql(query, account);
    let mut statement = connection.prepare_cached(&sql.text)?;
    let mut rows = statement.query(params_from_iter(&sql.values))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, session) = load::session(row, 0, witness)?;
        let mut columns = Columns::from(row, SESSION_COLUMNS);
        let record = SessionRecord {
            user: columns.word()?,
            profile: Profile {
                name: columns.take()?,
                email: columns.take()?,
                number: columns.take()?,
                groups: columns.groups()?,
            },
            session,
        };
        items.push((number, record));
    }
    let page = page(items, query.limit, |(number, _)| *number);
    Ok(Page {
        items: page.items.into_iter().map(|(_, record)| record).collect(),
        next: page.next,
    })
}

fn session_sql(query: &SessionQuery, account: Option<i64>) -> Sql {
    let mut sql = Sql::default();
    sql.add(concat!(
        "SELECT ",
        session_columns!(),
        ", p.user, p.name, p.email, p.number, a.groups FROM session s "
    ));
    if account.is_none() && query.state == Some(StateWord::Held) {
        sql.add("INDEXED BY session_held ");
    }
    sql.add(
        "CROSS JOIN person p ON p.account = s.account CROSS JOIN account a ON a.id = s.account \
         WHERE p.user IS NOT NULL ",
    );
    match (query.newest_first, query.after) {
        (true, 0) => {}
        (true, after) => sql.bind("AND s.number < ? ", Some(after)),
        (false, after) => sql.bind("AND s.number > ? ", Some(after)),
    }
    if let Some(account) = account {
        sql.bind("AND (s.account = ? AND s.ended_at IS NULL ", Some(account));
        sql.bind(
            "OR s.account = ? AND s.ended_at IS NOT NULL) ",
            Some(account),
        );
    }
    if let Some(state) = query.state {
        // Written out, not bound: only so does the database know that the index of those who wait is enough.
        for piece in ["AND s.state = '", state.as_str(), "' "] {
            sql.add(piece);
        }
    }
    sql.bind("AND s.reason = ? ", query.reason.clone());
    sql.bind("AND s.place = ? ", query.place.clone());
    // `lower` knows ASCII only, as is promised; and nothing in the text has a meaning of its own.
    sql.bind(
        "AND EXISTS (SELECT 1 FROM (SELECT lower(?) AS part) WHERE instr(lower(p.user), part) \
         OR instr(lower(p.name), part) OR instr(lower(p.number), part) \
         OR instr(lower(s.place), part) OR instr(lower(s.id), part)) ",
        query.text.clone(),
    );
    sql.bind(
        "AND s.login_at >= ? ",
        query.since.map(vahti_core::Timestamp::as_millis),
    );
    sql.bind(
        "AND EXISTS (SELECT 1 FROM json_each(a.groups) g, json_each(?) wanted \
         WHERE g.value = wanted.value) ",
        query.groups.as_deref().map(groups_json),
    );
    let order = if query.newest_first {
        "ORDER BY s.number DESC LIMIT ?"
    } else {
        "ORDER BY s.number LIMIT ?"
    };
    sql.bind(order, Some(rows_of(query.limit)));
    sql
}

/// A page of events.
pub(super) fn events(
    connection: &Connection,
    query: &EventQuery,
) -> Result<Page<EventRecord>, Trouble> {
    let account = match &query.user {
        None => None,
        Some(user) => match number_of(connection, user)? {
            None => return Ok(page(Vec::new(), query.limit, |_| 0)),
            known => known,
        },
    };
    let sql = event_sql(query, account);
    let mut statement = connection.prepare_cached(&sql.text)?;
    let mut rows = statement.query(params_from_iter(&sql.values))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(event(&mut Columns::from(row, 0))?);
    }
    Ok(page(items, query.limit, |event| event.sequence))
}

/// The sequence of the newest event.
pub(super) fn last_event(connection: &Connection) -> Result<i64, Trouble> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

fn event_sql(query: &EventQuery, account: Option<i64>) -> Sql {
    let mut sql = Sql::default();
    sql.add(
        "SELECT e.seq, e.at, e.stamp, p.user, p.user IS NULL AND p.account IS NOT NULL, e.session, e.verb, e.state, e.reason, e.remark, e.key, \
         (SELECT value FROM text WHERE id = e.actor), e.how, \
         (SELECT value FROM text WHERE id = e.note), \
         (SELECT value FROM text WHERE id = e.origin), e.\"limit\", e.policy, e.hash \
         FROM event e LEFT JOIN person p ON p.account = e.account WHERE TRUE ",
    );
    match (query.newest_first, query.after) {
        (true, 0) => {}
        (true, after) => sql.bind("AND e.seq < ? ", Some(after)),
        (false, after) => sql.bind("AND e.seq > ? ", Some(after)),
    }
    sql.bind("AND e.account = ? ", account);
    sql.bind("AND e.session = ? ", query.session.clone());
    sql.bind("AND e.verb = ? ", query.verb.clone());
    sql.bind(
        "AND e.at >= ? ",
        query.since.map(vahti_core::Timestamp::as_millis),
    );
    sql.bind(
        "AND e.account <> 0 AND EXISTS (SELECT 1 FROM account a, json_each(a.groups) g, \
         json_each(?) wanted WHERE a.id = e.account AND g.value = wanted.value) ",
        query.groups.as_deref().map(groups_json),
    );
    let order = if query.newest_first {
        "ORDER BY e.seq DESC LIMIT ?"
    } else {
        "ORDER BY e.seq LIMIT ?"
    };
    sql.bind(order, Some(rows_of(query.limit)));
    sql
}

fn event(columns: &mut Columns<'_, '_>) -> Result<EventRecord, Trouble> {
    Ok(EventRecord {
        sequence: columns.take()?,
        at: columns.time()?,
        stamp: columns.stamp()?,
        user: columns.take()?,
        erased: columns.take()?,
        session: columns.take()?,
        verb: columns.take()?,
        state: columns.take()?,
        reason: columns.take()?,
        remark: columns.take()?,
        key: columns.take()?,
        actor: columns.take()?,
        how: columns.take()?,
        note: columns.take()?,
        origin: columns.take()?,
        limit: columns.take()?,
        policy: columns.take()?,
        hash: columns.take()?,
    })
}
