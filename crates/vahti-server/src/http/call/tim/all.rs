//! `GET /user/sessions/all`: every session, as TIM exports them.

use axum::response::Response;
use vahti_client::Session;
use vahti_core::{StateWord, UserId};
use vahti_store::SessionQuery;

use crate::http::{
    door::AdminKey,
    problem::Refused,
    request::{Named, Parameters, Query},
    table::{self, Form, Table},
};

/// Every session, as TIM exports them: an `active` one may go on, an `expired` one waits or has ended.
#[utoipa::path(get, path = "/user/sessions/all", operation_id = "tim_all",
    params(
        ("state" = Option<String>, Query, description = "`all`, `active` or `expired`"),
        ("user" = Option<String>, Query, description = "Of this user"),
        ("format" = Option<String>, Query, description = "`csv` or `json`")),
    responses((status = 200, description = "Every session at once", content(
        (String = "text/plain"), (String = "application/json")))))]
pub(in crate::http) async fn all(
    key: AdminKey,
    Query(Asked(table)): Query<Asked>,
) -> Result<Response, Refused> {
    let caller = key.reader();
    let page = key.vahti().sessions(&caller, table.query.clone());
    let page = key.ask(None, page).await?;
    Ok(table.stream(key, page))
}

/// Which sessions, and how.
pub(in crate::http) struct Asked(Table);

/// Which sessions: what the store is asked for, and what is kept of it. A session whose deadline has just passed is
/// `active` in the store only.
type State = (Option<StateWord>, fn(&Session) -> bool);

impl Named for Asked {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let state = parameters.find("state", state);
        let user = parameters.find("user", UserId::new);
        let form = parameters.find("format", |text| match text {
            "csv" => Ok(Form::TimCsv),
            "json" => Ok(Form::TimJson),
            _ => Err("it is `csv` or `json`."),
        });
        parameters.pass_over_others();
        let (state, keeps) = state?.unwrap_or((None, |_| true));
        let query = SessionQuery {
            user: user?,
            state,
            limit: table::ROWS,
            ..SessionQuery::default()
        };
        let form = form?.unwrap_or(Form::TimCsv);
        Some(Self(Table { form, query, keeps }))
    }
}

fn state(text: &str) -> Result<State, &'static str> {
    match text {
        "all" => Ok((None, |_| true)),
        "active" => Ok((Some(StateWord::Active), is_active)),
        "expired" => Ok((None, |session| !is_active(session))),
        _ => Err("it is `all`, `active` or `expired`."),
    }
}

fn is_active(session: &Session) -> bool {
    session.state == StateWord::Active.as_str()
}
