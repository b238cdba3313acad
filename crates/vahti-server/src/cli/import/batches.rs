//! The rows of a file as requests: all open sessions of a user in one, so that the newest of them gets the place.

use std::collections::HashMap;

use vahti_client::ImportedSession;
use vahti_core::StateWord;

use super::Row;

/// Sessions a request.
const MOST: usize = 1_000;
/// Bytes of the sessions of a request; the server takes 8 MiB.
const MOST_BYTES: usize = 6 * 1024 * 1024;
/// Bytes of a session: about twice what a login can bring, so that whatever came in by a login can be taken over.
const SESSION_BYTES: usize = 32 * 1024;

/// The sessions of one request, and the line of each.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<u64>,
    pub(super) sessions: Vec<ImportedSession>,
    bytes: usize,
}

/// A session with its line, and its size in a request.
struct Weighed {
    line: u64,
    bytes: usize,
    session: ImportedSession,
}

/// Sorts rows into requests. Rows that are wrong, and ids that stand twice, are noted with their line.
pub(super) fn of(rows: Vec<Row>, wrong: &mut Vec<(u64, String)>) -> Vec<Batch> {
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut users: Vec<Vec<Weighed>> = Vec::new();
    for Row { line, session } in rows {
        let row = match session.and_then(|session| weigh(line, session)) {
            Ok(row) => row,
            Err(why) => {
                wrong.push((line, why));
                continue;
            }
        };
        if let Some(first) = lines.get(&row.session.id) {
            wrong.push((
                line,
                format!("The session id stands in line {first} already."),
            ));
            continue;
        }
        lines.insert(row.session.id.clone(), line);
        let place = *places
            .entry(row.session.user.clone())
            .or_insert(users.len());
        if place == users.len() {
            users.push(Vec::new());
        }
        if let Some(user) = users.get_mut(place) {
            user.push(row);
        }
    }
    let mut batches = vec![Batch::default()];
    for user in users {
        let (over, open): (Vec<_>, Vec<_>) =
            user.into_iter().partition(|row| is_over(&row.session));
        together(open, &mut batches, wrong);
        over.into_iter().for_each(|row| put(row, &mut batches));
    }
    batches.retain(|batch| !batch.lines.is_empty());
    batches
}

/// The session with its size, unless it is too large for any request.
fn weigh(line: u64, session: ImportedSession) -> Result<Weighed, String> {
    let json = serde_json::to_vec(&session).map_err(|error| format!("{error}."))?;
    // The comma that separates it from the next.
    let bytes = json.len() + 1;
    if bytes > SESSION_BYTES {
        let groups = session.groups.len();
        return Err(format!(
            "The row has {bytes} bytes as JSON, with {groups} groups; at most {SESSION_BYTES} can be taken over."
        ));
    }
    Ok(Weighed {
        line,
        bytes,
        session,
    })
}

/// Whether a session is history: it needs no place.
fn is_over(session: &ImportedSession) -> bool {
    match session.state.as_deref() {
        Some(state) => state == StateWord::Ended.as_str(),
        None => session.expired_at.is_some(),
    }
}

/// Puts the open sessions of a user into one request.
fn together(mut open: Vec<Weighed>, batches: &mut Vec<Batch>, wrong: &mut Vec<(u64, String)>) {
    let mut bytes: usize = open.iter().map(|row| row.bytes).sum();
    if open.len() > MOST || bytes > MOST_BYTES {
        open.sort_by_key(|row| std::cmp::Reverse(row.session.logged_in_at));
        let mut total = 0;
        let fitting = open.iter().take(MOST).take_while(|row| {
            total += row.bytes;
            total <= MOST_BYTES
        });
        let fitting = fitting.count();
        let rest = open.split_off(fitting);
        bytes = open.iter().map(|row| row.bytes).sum();
        let why = format!(
            "The open sessions of a user are taken over together, at most {MOST} and {} MiB of them; the newest {} were taken.",
            MOST_BYTES / (1024 * 1024),
            open.len()
        );
        wrong.extend(rest.iter().map(|row| (row.line, why.clone())));
    }
    if batches
        .last()
        .is_none_or(|batch| !batch.has_room(open.len(), bytes))
    {
        batches.push(Batch::default());
    }
    open.into_iter().for_each(|row| put(row, batches));
}

fn put(row: Weighed, batches: &mut Vec<Batch>) {
    if batches
        .last()
        .is_none_or(|batch| !batch.has_room(1, row.bytes))
    {
        batches.push(Batch::default());
    }
    if let Some(batch) = batches.last_mut() {
        batch.lines.push(row.line);
        batch.sessions.push(row.session);
        batch.bytes += row.bytes;
    }
}

impl Batch {
    /// Whether so many sessions more, of so many bytes, go into the request.
    fn has_room(&self, sessions: usize, bytes: usize) -> bool {
        self.lines.len() + sessions <= MOST && self.bytes + bytes <= MOST_BYTES
    }
}

#[cfg(test)]
mod tests {
    use vahti_client::Time;

    use super::*;

    /// A row with about `bytes` bytes of groups.
    fn row(line: u64, user: &str, bytes: usize) -> Row {
        let at = i64::try_from(line).expect("a line");
        let session = ImportedSession {
            id: format!("s{line}"),
            user: user.to_owned(),
            name: None,
            number: None,
            place: None,
            app: None,
            state: None,
            reason: None,
            logged_in_at: Time(vahti_core::Timestamp::from_millis(at)),
            expired_at: None,
            origin: None,
            groups: vec!["g".repeat(61); bytes / 64],
        };
        Row {
            line,
            session: Ok(session),
        }
    }

    fn sizes(batches: &[Batch]) -> Vec<usize> {
        let size = |batch: &Batch| serde_json::to_vec(&batch.sessions).expect("JSON").len();
        batches.iter().map(size).collect()
    }

    #[test]
    fn a_request_is_full_when_its_bytes_are() {
        let rows = (1..=1_000)
            .map(|line| row(line, &format!("u{line}"), 16_000))
            .collect();
        let mut wrong = Vec::new();
        let batches = of(rows, &mut wrong);
        let sizes = sizes(&batches);
        assert!(
            sizes.iter().all(|size| *size <= MOST_BYTES + 2),
            "{sizes:?}"
        );
        assert_eq!((batches.len(), wrong.len()), (3, 0));
    }

    #[test]
    fn a_row_that_no_request_takes_is_named_and_its_neighbours_go_on() {
        let mut wrong = Vec::new();
        let rows = vec![row(1, "a", 0), row(2, "b", 40_000), row(3, "c", 0)];
        let batches = of(rows, &mut wrong);
        assert_eq!(batches.first().expect("a batch").lines, [1, 3]);
        assert_eq!(wrong.first().map(|(line, _)| *line), Some(2), "{wrong:?}");
    }

    #[test]
    fn of_a_user_with_more_than_a_request_takes_the_newest_are_sent_together() {
        let rows = (1..=300).map(|line| row(line, "a", 30_000)).collect();
        let mut wrong = Vec::new();
        let batches = of(rows, &mut wrong);
        assert_eq!(batches.len(), 1);
        assert!(sizes(&batches).iter().all(|size| *size <= MOST_BYTES + 2));
        let batch = batches.first().expect("a batch");
        assert_eq!(batch.lines.len() + wrong.len(), 300);
        let oldest = batch.lines.iter().min();
        assert!(wrong.iter().all(|(line, _)| Some(line) < oldest));
    }
}
