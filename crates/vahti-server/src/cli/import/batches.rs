//! The rows of a file as requests: all open sessions of a user in one, so that the newest of them gets the place.

use std::collections::HashMap;

use vahti_client::ImportedSession;

use super::Row;

/// Sessions a request.
const MOST: usize = 1_000;

/// The sessions of one request, and the line of each.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<u64>,
    pub(super) sessions: Vec<ImportedSession>,
}

/// Sorts rows into requests. Rows that are wrong, and ids that stand twice, are noted with their line.
pub(super) fn of(rows: Vec<Row>, wrong: &mut Vec<(u64, String)>) -> Vec<Batch> {
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut users: Vec<Vec<(u64, ImportedSession)>> = Vec::new();
    for Row { line, session } in rows {
        let session = match session {
            Ok(session) => session,
            Err(why) => {
                wrong.push((line, why));
                continue;
            }
        };
        if let Some(first) = lines.get(&session.id) {
            wrong.push((
                line,
                format!("The session id stands in line {first} already."),
            ));
            continue;
        }
        lines.insert(session.id.clone(), line);
        let place = *places.entry(session.user.clone()).or_insert(users.len());
        if place == users.len() {
            users.push(Vec::new());
        }
        if let Some(user) = users.get_mut(place) {
            user.push((line, session));
        }
    }
    let mut batches = vec![Batch::default()];
    for user in users {
        let (over, open): (Vec<_>, Vec<_>) =
            user.into_iter().partition(|(_, session)| is_over(session));
        together(open, &mut batches, wrong);
        over.into_iter().for_each(|row| put(row, &mut batches));
    }
    batches.retain(|batch| !batch.lines.is_empty());
    batches
}

/// Whether a session is history: it needs no place.
fn is_over(session: &ImportedSession) -> bool {
    match session.state.as_deref() {
        Some(state) => state == "ended",
        None => session.expired_at.is_some(),
    }
}

/// Puts the open sessions of a user into one request.
fn together(
    mut open: Vec<(u64, ImportedSession)>,
    batches: &mut Vec<Batch>,
    wrong: &mut Vec<(u64, String)>,
) {
    if open.len() > MOST {
        open.sort_by_key(|(_, session)| std::cmp::Reverse(session.logged_in_at));
        let why = format!("The user has more than {MOST} open sessions; the newest were taken.");
        let rest = open.split_off(MOST);
        wrong.extend(rest.iter().map(|(line, _)| (*line, why.clone())));
    }
    let used = batches.last().map_or(0, |batch| batch.lines.len());
    if used + open.len() > MOST {
        batches.push(Batch::default());
    }
    open.into_iter().for_each(|row| put(row, batches));
}

fn put((line, session): (u64, ImportedSession), batches: &mut Vec<Batch>) {
    if batches.last().is_none_or(|batch| batch.lines.len() == MOST) {
        batches.push(Batch::default());
    }
    if let Some(batch) = batches.last_mut() {
        batch.lines.push(line);
        batch.sessions.push(session);
    }
}
