//! `/vahti/console/export`: logins as a file: a table for spreadsheets, or JSON for programs. A supervisor gets what they may
//! see, a page at a time, as the API writes it.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use vahti_core::StateWord;
use vahti_store::{Page, SessionQuery, SessionRecord};

use super::{
    desk::Desk,
    page::{Frame, answer},
    records_words::RecordsWords,
};
use crate::http::{Reader, TABLE_ROWS, Table, TableForm};

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// Whose name, number, place or id holds this.
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    /// Why they wait, or have ended; the list of those who wait hands it on.
    #[serde(default)]
    reason: String,
    /// Logged in since this time of the place.
    #[serde(default)]
    since: String,
    /// As what; none is the page that asks.
    #[serde(default)]
    format: String,
}

/// The page that asks.
#[derive(Template)]
#[template(path = "console/export.html")]
struct Export {
    frame: Frame,
    words: &'static RecordsWords,
    states: [(&'static str, &'static str); 3],
    wrong_since: bool,
    asked: Asked,
}

/// Asks what is to be exported, or exports it.
pub(super) async fn export(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let words = RecordsWords::of(desk.telling().locale);
    let since = desk.telling().locale.read_time(&asked.since);
    let wrong_since = since.is_none() && !asked.since.is_empty();
    let form = match asked.format.as_str() {
        "csv" => Some(TableForm::Csv),
        "json" => Some(TableForm::Json),
        _ => None,
    };
    let Some(form) = form.filter(|_| !wrong_since) else {
        let said = &words.export;
        let states = [
            (StateWord::Held, &said.waits),
            (StateWord::Active, &said.goes_on),
            (StateWord::Ended, &said.has_ended),
        ]
        .map(|(word, said)| (word.as_str(), said.as_str()));
        let status = if wrong_since {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        let page = Export {
            frame: desk.frame(),
            words,
            states,
            wrong_since,
            asked,
        };
        return answer(status, &page);
    };
    let table = Table {
        form,
        query: SessionQuery {
            state: asked.state.parse().ok(),
            reason: Some(asked.reason).filter(|reason| !reason.is_empty()),
            text: Some(asked.q.trim().to_owned()).filter(|text| !text.is_empty()),
            since,
            limit: TABLE_ROWS,
            ..SessionQuery::default()
        },
        keeps: |_| true,
    };
    let reader = desk.reader();
    let first = desk.vahti().sessions(&reader, table.query.clone());
    match desk.ask(first).await {
        Ok(page) => table.stream(desk, page),
        Err(_) => desk.trouble(),
    }
}

impl Reader for Desk {
    async fn page(&self, query: SessionQuery) -> Result<Page<SessionRecord>, String> {
        let reader = self.reader();
        let page = self.ask(self.vahti().sessions(&reader, query)).await;
        page.map_err(|error| error.to_string())
    }
}
