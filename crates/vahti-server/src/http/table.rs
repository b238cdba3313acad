//! The list of sessions as one table for spreadsheets: every page, written while it is read. A failure in between breaks
//! the answer off, so that half a table never looks like a whole one.

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use futures::stream;
use vahti_client::Session;
use vahti_store::{Page, SessionQuery, SessionRecord};

use super::{answer, door::AnyKey, wire::session};

/// Rows that are read at a time.
pub(super) const ROWS: u32 = 1_000;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
const ATTACHMENT: HeaderValue = HeaderValue::from_static("attachment; filename=\"sessions.csv\"");

/// The seed's columns come first, in its order.
const COLUMNS: [&str; 14] = [
    "user",
    "session_id",
    "origin",
    "logged_in_at",
    "expired_at",
    "name",
    "number",
    "place",
    "app",
    "state",
    "reason",
    "last_seen_at",
    "groups",
    "home",
];

/// What is still to be written.
struct Rest {
    key: AnyKey,
    query: SessionQuery,
    /// The next page, if it has been read already.
    page: Option<Page<SessionRecord>>,
}

/// The table that begins with this page.
pub(super) fn stream(key: AnyKey, query: SessionQuery, page: Page<SessionRecord>) -> Response {
    let rest = Rest {
        key,
        query,
        page: Some(page),
    };
    let first = stream::once(async { written(|writer| writer.write_record(COLUMNS)) });
    let rows = stream::try_unfold(Some(rest), async |rest| match rest {
        Some(rest) => rest.next().await,
        None => Ok(None),
    });
    let body = Body::from_stream(futures::StreamExt::chain(first, rows));
    let mut response = answer::respond(StatusCode::OK, CSV, body);
    response
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, ATTACHMENT);
    response
}

impl Rest {
    async fn next(mut self) -> io::Result<Option<(Bytes, Option<Self>)>> {
        let page = match self.page.take() {
            Some(page) => page,
            None => {
                let caller = self.key.reader();
                let page = self.key.vahti().sessions(&caller, self.query.clone());
                let page = self.key.ask(None, page).await;
                page.map_err(|refused| io::Error::other(refused.into_problem().detail))?
            }
        };
        let rows = written(|writer| {
            page.items
                .into_iter()
                .try_for_each(|record| writer.write_record(row(session(record))))
        })?;
        let rest = page.next.map(|after| Self {
            query: SessionQuery {
                after,
                ..self.query
            },
            ..self
        });
        Ok(Some((rows, rest)))
    }
}

fn written(write: impl FnOnce(&mut Writer<Vec<u8>>) -> csv::Result<()>) -> io::Result<Bytes> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    write(&mut writer)?;
    let bytes = writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.into())
}

fn row(session: Session) -> [String; 14] {
    let or_empty = Option::unwrap_or_default;
    let row = [
        session.user,
        session.id,
        or_empty(session.origin),
        session.logged_in_at.to_string(),
        session
            .expired_at
            .map(|time| time.to_string())
            .unwrap_or_default(),
        or_empty(session.name),
        or_empty(session.number),
        or_empty(session.place),
        session.app,
        session.state,
        or_empty(session.reason),
        session.last_seen_at.to_string(),
        session.groups.join(" "),
        session.home,
    ];
    row.map(harmless)
}

/// A field that no spreadsheet takes for a formula. What was guarded already gets one more guard, so that taking one
/// `'` off always gives the text back.
fn harmless(field: String) -> String {
    let first = field.trim_start_matches('\'').chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{field}"),
        _ => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_never_a_formula_and_never_loses_anything() {
        for formula in ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "''@"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        for plain in ["", "a=1", "'a", "1-1", "'"] {
            assert_eq!(harmless(plain.to_owned()), plain);
        }
    }
}
