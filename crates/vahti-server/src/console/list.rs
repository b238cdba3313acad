//! `/vahti/console`: who waits, the longest first, and *Let in 37*.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;
use vahti::Waiter;
use vahti_core::HeldReason;
use vahti_store::SessionQuery;

use super::{
    chart::Chart,
    desk::Desk,
    desk_words::{DeskWords, counted},
    filters,
    namesake::as_compared,
    page::Frame,
    told::{Telling, Told},
};

/// The most people on one page.
const MOST: u32 = 500;

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// Whose name, number, place or id holds this.
    #[serde(default)]
    q: String,
    /// Why they wait.
    #[serde(default)]
    reason: String,
    /// Only those who start unticked, whatever it says.
    unticked: Option<String>,
}

/// The list.
#[derive(Template)]
#[template(path = "console/list.html")]
struct List {
    frame: Frame,
    words: &'static DeskWords,
    asked: Asked,
    reasons: Vec<(HeldReason, &'static str)>,
    count: String,
    rows: Vec<Row>,
    /// On the button.
    let_in: String,
    unticked: Option<String>,
    more: Option<String>,
    chart: Option<Chart>,
}

/// Somebody who waits.
struct Row {
    told: Told,
    has_namesake: bool,
    /// When another login of the person was used, if that was a moment ago.
    used_elsewhere: Option<String>,
}

impl Row {
    /// Whether it starts unticked, because something speaks against it: letting it in would surprise whoever uses the other
    /// login, or it is not in the room where it is said to be.
    fn is_doubtful(&self) -> bool {
        self.used_elsewhere.is_some() || self.told.elsewhere.is_some()
    }
}

impl Asked {
    /// Whether it leaves anybody out.
    fn is_narrow(&self) -> bool {
        !self.q.is_empty() || !self.reason.is_empty() || self.unticked.is_some()
    }
}

/// Shows who waits.
pub(super) async fn list(desk: Desk, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let query = SessionQuery {
        text: Some(asked.q.trim().to_owned()).filter(|text| !text.is_empty()),
        reason: Some(asked.reason.clone()).filter(|reason| !reason.is_empty()),
        limit: MOST,
        ..SessionQuery::default()
    };
    let reader = desk.reader();
    let waiters = desk.vahti().waiters(&reader, query);
    let page = match desk.ask(waiters).await {
        Ok(page) => page,
        Err(_) => return desk.trouble(),
    };
    let telling = desk.telling();
    let words = telling.words;
    let mut waiters = page.items;
    waiters.sort_by_key(|waiter| {
        let session = &waiter.record.session;
        (
            session.expired_at.unwrap_or(session.login.at),
            session.login.stamp,
        )
    });
    let mut rows = rows(telling, &waiters);
    let unticked = rows.iter().filter(|row| row.is_doubtful()).count();
    if asked.unticked.is_some() {
        rows.retain(Row::is_doubtful);
    }
    let ticked = rows.iter().filter(|row| !row.is_doubtful()).count();
    let list = List {
        count: match rows.len() {
            0 if !asked.is_narrow() => words.list.nobody.clone(),
            0 => words.list.nobody_found.clone(),
            n => counted(&words.list.waiting_one, &words.list.waiting, n),
        },
        reasons: reasons(words),
        let_in: words.list.let_in_ticked.replace("{n}", &ticked.to_string()),
        unticked: (unticked > 0)
            .then(|| counted(&words.list.unticked_one, &words.list.unticked, unticked)),
        more: page
            .next
            .map(|_| words.list.more.replace("{n}", &MOST.to_string())),
        chart: Chart::of_lately(&desk),
        frame: desk.frame(),
        asked,
        words,
        rows,
    };
    desk.page(&list)
}

fn rows(telling: Telling<'_>, waiters: &[Waiter]) -> Vec<Row> {
    let mut people: HashMap<String, Vec<&str>> = HashMap::new();
    for waiter in waiters {
        let users = people.entry(as_compared(&waiter.record)).or_default();
        let user = waiter.record.user.as_str();
        if !users.contains(&user) {
            users.push(user);
        }
    }
    let row = |waiter: &Waiter| Row {
        told: telling.of(&waiter.record),
        has_namesake: people
            .get(&as_compared(&waiter.record))
            .is_some_and(|users| users.len() > 1),
        used_elsewhere: telling.lately(waiter).map(|at| telling.time(at)),
    };
    waiters.iter().map(row).collect()
}

fn reasons(words: &'static DeskWords) -> Vec<(HeldReason, &'static str)> {
    let reasons = HeldReason::ALL.iter().copied();
    reasons.map(|reason| (reason, words.why(reason))).collect()
}
