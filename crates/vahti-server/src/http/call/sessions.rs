//! `GET /v1/sessions`: the list of sessions, as pages or as one table for a spreadsheet.

use axum::response::{IntoResponse as _, Response};
use vahti_client as wire;
use vahti_core::{EndReason, HeldReason, Role, StateWord, UserId};
use vahti_store::SessionQuery;

use crate::http::{
    answer::Answer,
    door::{
        AnyKey,
        roles::{Allowed as _, ReaderKey},
    },
    problem::Refused,
    request::{Cursor, List, Named, Parameters, Query},
    suggest,
    table::{self, Form, Table},
    wire::session,
};

/// Lists sessions, the oldest login first. A key of role `app` has to name the `user`.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "sessions",
    params(
        ("user" = Option<String>, Query, description = "Of this user"),
        ("state" = Option<String>, Query, description = "`active`, `held` or `ended`"),
        ("reason" = Option<String>, Query, description = "For this reason, like `over_limit` or `idle`"),
        ("place" = Option<String>, Query, description = "At exactly this place"),
        ("q" = Option<String>, Query, description = "Whose user name, name, number, place or session id holds this text"),
        ("since" = Option<wire::Time>, Query, description = "Logged in at or after"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Sessions a page, 1 to 1000; 100 if absent"),
        ("format" = Option<String>, Query, description = "`json`; or every session at once, as a table: `csv`, or `tim-csv` with TIM's columns and times")),
    responses((status = 200, description = "A page of sessions, or all of them as a table", content(
        (wire::SessionsPage = "application/json"), (String = "text/csv"), (String = "text/plain")))))]
pub(in crate::http) async fn list(
    key: AnyKey,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    if key.role() == Role::App && asked.query.user.is_none() {
        return Err(key.wrong_role("`GET /v1/sessions` without `user`", ReaderKey::ROLES));
    }
    let caller = key.reader();
    let page = key
        .ask(None, key.vahti().sessions(&caller, asked.query.clone()))
        .await?;
    if let Some(form) = asked.form {
        let table = Table {
            form,
            query: asked.query,
            keeps: |_| true,
        };
        return Ok(table.stream(key, page));
    }
    let next = page.next.map(|place| Cursor::text(List::Sessions, place));
    let sessions = page.items.into_iter().map(session).collect();
    Ok(Answer(wire::SessionsPage { sessions, next }).into_response())
}

/// Which sessions, and how.
pub(in crate::http) struct Asked {
    query: SessionQuery,
    /// As one table of this form; none is a page.
    form: Option<Form>,
}

impl Named for Asked {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let user = parameters.find("user", UserId::new);
        let state = parameters.find("state", state);
        let reason = parameters.find("reason", reason);
        let place = parameters.find("place", |text| Ok::<_, String>(text.to_owned()));
        let text = parameters.find("q", |text| Ok::<_, String>(text.to_owned()));
        let since = parameters.find("since", wire::Time::parse);
        let cursor = parameters.find("cursor", |text| Cursor::read(List::Sessions, text));
        let limit = parameters.find("limit", Cursor::limit);
        let form = parameters.find("format", |text| match text {
            "json" => Ok(None),
            "csv" => Ok(Some(Form::Csv)),
            "tim-csv" => Ok(Some(Form::TimCsv)),
            _ => Err("it is `json`, `csv` or `tim-csv`."),
        })?;
        let form = form.flatten();
        let (cursor, limit) = (cursor?, limit?);
        if form.is_some() && (cursor.is_some() || limit.is_some()) {
            let message = "A table holds every session at once: leave `cursor` and `limit` out.";
            parameters.contradiction("format", message);
        }
        let query = SessionQuery {
            user: user?,
            state: state?,
            reason: reason?,
            place: place?,
            text: text?.filter(|text| !text.is_empty()),
            since: since?.map(|time| time.0),
            groups: None,
            newest_first: false,
            after: cursor.unwrap_or(0),
            limit: match form {
                Some(_) => table::ROWS,
                None => limit.unwrap_or(Cursor::LIMIT),
            },
        };
        Some(Self { query, form })
    }
}

fn state(text: &str) -> Result<StateWord, String> {
    let known: Vec<_> = StateWord::ALL.iter().map(|state| state.as_str()).collect();
    text.parse()
        .map_err(|_| format!("known are {}.", suggest::listed(&known)))
}

fn reason(text: &str) -> Result<String, String> {
    let held = HeldReason::ALL.iter().map(|reason| reason.as_str());
    let ended = EndReason::ALL.iter().map(|reason| reason.as_str());
    let known: Vec<_> = held.chain(ended).collect();
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("known are {}.", suggest::listed(&known)))
}
