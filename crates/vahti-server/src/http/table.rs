//! The list of sessions as one table: every page, written while it is read. A failure in between breaks the answer off, so
//! that half a table never looks like a whole one.

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use futures::{StreamExt as _, stream};
use serde_json::json;
use vahti_client::Session;
use vahti_store::{Page, SessionQuery, SessionRecord};

use super::{
    answer::{self, JSON},
    door::Key,
    wire::session,
};
use crate::table::{columns, time};

/// Rows that are read at a time.
pub(crate) const ROWS: u32 = 1_000;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const CSV_FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"sessions.csv\"");
const JSON_FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"sessions.json\"");

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Vahti's own table, for spreadsheets.
    Csv,
    /// The same as a JSON list of sessions, as the API has them.
    Json,
    /// TIM's table: its columns, its times, and `None` for a time that is absent.
    TimCsv,
    /// TIM's table as a JSON list.
    TimJson,
}

/// A table: its form, what it is asked for, and what of that it keeps.
pub(crate) struct Table {
    pub(crate) form: Form,
    pub(crate) query: SessionQuery,
    /// What the query cannot ask for.
    pub(crate) keeps: fn(&Session) -> bool,
}

/// Who reads the pages of a table, and sees what they may see.
pub(crate) trait Reader: Send + Sync + 'static {
    /// A page; or why there is none, for the log.
    fn page(
        &self,
        query: SessionQuery,
    ) -> impl Future<Output = Result<Page<SessionRecord>, String>> + Send;
}

impl<R: Send + Sync + 'static> Reader for Key<R> {
    async fn page(&self, query: SessionQuery) -> Result<Page<SessionRecord>, String> {
        let caller = self.reader();
        let page = self.ask(None, self.vahti().sessions(&caller, query)).await;
        page.map_err(|refused| refused.into_problem().detail)
    }
}

/// What is still to be written.
struct Rest<R> {
    reader: R,
    table: Table,
    /// The next page, if it has been read already.
    page: Option<Page<SessionRecord>>,
    /// Whether a row has been written.
    has_begun: bool,
}

impl Table {
    /// The table that begins with this page.
    pub(crate) fn stream(self, reader: impl Reader, page: Page<SessionRecord>) -> Response {
        let form = self.form;
        let rest = Rest {
            reader,
            table: self,
            page: Some(page),
            has_begun: false,
        };
        let head = stream::once(async move { form.head() });
        let rows = stream::try_unfold(Some(rest), async |rest| match rest {
            Some(rest) => rest.next().await,
            None => Ok(None),
        });
        let tail = stream::once(async move { Ok(form.tail()) });
        let body = Body::from_stream(head.chain(rows).chain(tail));
        let kind = match form {
            Form::Csv => CSV,
            Form::TimCsv => TEXT,
            Form::Json | Form::TimJson => JSON,
        };
        let file = match form {
            Form::Csv => Some(CSV_FILE),
            Form::Json => Some(JSON_FILE),
            Form::TimCsv | Form::TimJson => None,
        };
        let mut response = answer::respond(StatusCode::OK, kind, body);
        let headers = response.headers_mut();
        headers.extend(file.map(|file| (header::CONTENT_DISPOSITION, file)));
        response
    }
}

impl<R: Reader> Rest<R> {
    async fn next(mut self) -> io::Result<Option<(Bytes, Option<Self>)>> {
        let page = match self.page.take() {
            Some(page) => page,
            None => {
                let page = self.reader.page(self.table.query.clone()).await;
                page.map_err(io::Error::other)?
            }
        };
        let keeps = self.table.keeps;
        let sessions: Vec<_> = page.items.into_iter().map(session).filter(keeps).collect();
        let begins = !self.has_begun;
        self.has_begun |= !sessions.is_empty();
        let rows = self.table.form.rows(sessions, begins)?;
        let rest = page.next.map(|after| {
            self.table.query.after = after;
            self
        });
        Ok(Some((rows, rest)))
    }
}

impl Form {
    fn head(self) -> io::Result<Bytes> {
        match self {
            Self::Csv => lines(|writer| writer.write_record(columns::VAHTI)),
            Self::TimCsv => lines(|writer| writer.write_record(columns::TIM)),
            Self::Json | Self::TimJson => Ok("[".into()),
        }
    }

    fn rows(self, sessions: Vec<Session>, begins: bool) -> io::Result<Bytes> {
        let mut sessions = sessions.into_iter();
        match self {
            Self::Csv => lines(|writer| {
                sessions.try_for_each(|session| writer.write_record(columns::vahti(session)))
            }),
            Self::TimCsv => lines(|writer| {
                sessions.try_for_each(|session| writer.write_record(columns::tim(session)))
            }),
            Self::Json => {
                let rows = sessions.map(|session| Ok(serde_json::to_string(&session)?));
                Ok(objects(&rows.collect::<io::Result<Vec<_>>>()?, begins))
            }
            Self::TimJson => {
                let rows = sessions.map(|session| tim_object(&session));
                Ok(objects(&rows.collect::<Vec<_>>(), begins))
            }
        }
    }

    fn tail(self) -> Bytes {
        match self {
            Self::Csv | Self::TimCsv => Bytes::new(),
            Self::Json | Self::TimJson => "\n]\n".into(),
        }
    }
}

/// Objects of a JSON list, each on a line of its own.
fn objects(rows: &[String], begins: bool) -> Bytes {
    match rows {
        [] => Bytes::new(),
        rows if begins => format!("\n{}", rows.join(",\n")).into(),
        rows => format!(",\n{}", rows.join(",\n")).into(),
    }
}

fn tim_object(session: &Session) -> String {
    json!({
        "user": session.user,
        "session_id": session.id,
        "origin": session.origin,
        "logged_in_at": time::tim_json(session.logged_in_at.0),
        "expired_at": session.expired_at.map(|at| time::tim_json(at.0)),
    })
    .to_string()
}

/// Lines of CSV, every field quoted.
fn lines(write: impl FnOnce(&mut Writer<Vec<u8>>) -> csv::Result<()>) -> io::Result<Bytes> {
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
