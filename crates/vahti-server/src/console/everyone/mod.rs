//! `/vahti/console/everyone`: one command for many people. First a dry run says how many it meets. Then somebody types that
//! number, and their password: a phone that lies around open is no reason to log out a whole hall.

mod order;

use askama::Template;
use axum::{extract::RawQuery, http::StatusCode, response::Response};
use core::time::Duration;
use vahti::{Bulk, Error, Selection};
use vahti_core::{How, Timestamp};

use self::order::{Order, What};
use super::{
    act::note,
    desk::Desk,
    desk_words::{DeskWords, counted},
    form::Form,
    page::{Frame, answer},
    records_words::RecordsWords,
    take_back::Span,
};
use crate::http::{NotIn, harmless};

/// How long the numbers of a dry run may be relied on.
const LOOKED_FOR: Duration = Duration::from_secs(300);

/// The page that asks what is to be done.
#[derive(Template)]
#[template(path = "console/everyone.html")]
struct Ask {
    frame: Frame,
    words: &'static RecordsWords,
    choices: [Choice; What::ALL.len()],
    order: Order,
    wrong: Vec<String>,
}

/// Something that can be done.
struct Choice {
    what: What,
    name: &'static str,
    text: &'static str,
}

/// The page that says whom it meets, and asks for the number.
#[derive(Template)]
#[template(path = "console/everyone_look.html")]
struct Look {
    frame: Frame,
    words: &'static RecordsWords,
    choice: Choice,
    order: Order,
    /// The conditions, with their names.
    only: Vec<(&'static str, String)>,
    people: u64,
    would: String,
    number: String,
    go: String,
    wrong: Option<String>,
    has_password: bool,
    /// When it was looked, in milliseconds.
    looked: i64,
}

/// The page that says what was done.
#[derive(Template)]
#[template(path = "console/everyone_done.html")]
struct Done {
    frame: Frame,
    words: &'static RecordsWords,
    desk: &'static DeskWords,
    title: String,
    /// Those for whom it failed, and why.
    left: Vec<(String, &'static str)>,
    stopped: bool,
    /// What can be taken back, and how that is called.
    span: Option<Span>,
    take_back: &'static str,
}

/// Why it was not done: the status, and a sentence.
type Wrong = (StatusCode, String);

/// Asks what is to be done; and with `look`, says whom that meets. Nothing is changed.
pub(super) async fn everyone(desk: Desk, RawQuery(query): RawQuery) -> Response {
    let form = Form::of(query.unwrap_or_default().as_bytes());
    let order = Order::read(&form);
    if form.one("look").is_none() {
        return ask(&desk, order, Vec::new());
    }
    look(&desk, order, None).await
}

fn ask(desk: &Desk, order: Order, wrong: Vec<String>) -> Response {
    let words = RecordsWords::of(desk.telling().locale);
    let page = Ask {
        frame: desk.frame(),
        choices: What::ALL.map(|what| Choice::of(words, what)),
        words,
        order,
        wrong,
    };
    let status = if page.wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    answer(status, &page)
}

/// Says whom the order meets now, and why it was not carried out, if it was to be.
async fn look(desk: &Desk, order: Order, wrong: Option<Wrong>) -> Response {
    let telling = desk.telling();
    let words = RecordsWords::of(telling.locale);
    let selection = match order.selection(telling.locale, words) {
        Ok(selection) => selection,
        Err(wrong) => return ask(desk, order, wrong),
    };
    let looked = telling.now;
    let bulk = match run(desk, &order, until(selection, looked), true).await {
        Ok(bulk) => bulk,
        Err(_) => return desk.trouble(),
    };
    if bulk.stopped.is_some() {
        return desk.trouble();
    }
    let said = &words.everyone;
    let go = match order.what {
        What::LetIn => &said.go_let_in,
        What::Hold => &said.go_hold,
        What::LogOut => &said.go_log_out,
    };
    let (status, wrong) = wrong.map_or((StatusCode::OK, None), |(status, wrong)| {
        (status, Some(wrong))
    });
    let page = Look {
        frame: desk.frame(),
        choice: Choice::of(words, order.what),
        only: only(words, &order),
        people: bulk.users,
        would: met(words, &said.would, &bulk),
        number: said.number.replace("{n}", &bulk.users.to_string()),
        go: met(words, go, &bulk),
        has_password: desk.has_password(),
        looked: looked.as_millis(),
        order,
        words,
        wrong,
    };
    answer(status, &page)
}

/// Does it, if the number, the password and the time are right.
pub(super) async fn done(desk: Desk, form: Form) -> Response {
    let telling = desk.telling();
    let words = RecordsWords::of(telling.locale);
    let said = &words.everyone;
    let order = Order::read(&form);
    let number = |name| {
        form.one(name)
            .and_then(|text| text.trim().parse::<u64>().ok())
    };
    let looked = form.one("looked").and_then(|text| text.parse().ok());
    let looked = looked.map_or(Timestamp::from_millis(0), Timestamp::from_millis);
    if looked > telling.now || telling.now.since(looked) > LOOKED_FOR {
        return look(
            &desk,
            order,
            Some((StatusCode::GONE, said.too_late.clone())),
        )
        .await;
    }
    let shown = number("people").unwrap_or_default();
    if number("number") != Some(shown) {
        let wrong = said.wrong_number.replace("{n}", &shown.to_string());
        return look(&desk, order, Some((StatusCode::BAD_REQUEST, wrong))).await;
    }
    let password = desk.prove(form.one("password").unwrap_or_default()).await;
    let wrong = match password {
        Ok(()) => None,
        Err(NotIn::Wrong) => Some((StatusCode::FORBIDDEN, said.wrong_password.clone())),
        Err(NotIn::TooOften(_)) => Some((StatusCode::TOO_MANY_REQUESTS, said.too_many.clone())),
        Err(NotIn::Failed(_) | NotIn::Closed) => return desk.trouble(),
    };
    if wrong.is_some() {
        return look(&desk, order, wrong).await;
    }
    let selection = match order.selection(telling.locale, words) {
        Ok(selection) => until(selection, looked),
        Err(wrong) => return ask(&desk, order, wrong),
    };
    // Whoever began to wait since then is one more than was agreed to.
    let now = match run(&desk, &order, selection.clone(), true).await {
        Ok(now) => now,
        Err(_) => return desk.trouble(),
    };
    if now.users > shown {
        let wrong = met(words, &said.grown, &now);
        return look(&desk, order, Some((StatusCode::CONFLICT, wrong))).await;
    }
    match Span::around(&desk, run(&desk, &order, selection, false)).await {
        (Ok(bulk), span) => desk.page(&told(&desk, words, order.what, &bulk, span)),
        (Err(_), _) => desk.trouble(),
    }
}

/// Whoever logs in later was not looked at, and is not met.
fn until(selection: Selection, looked: Timestamp) -> Selection {
    let before = selection.logged_in_before;
    Selection {
        logged_in_before: Some(before.map_or(looked, |before| before.min(looked))),
        ..selection
    }
}

async fn run(
    desk: &Desk,
    order: &Order,
    selection: Selection,
    dry_run: bool,
) -> Result<Bulk, Error> {
    let vahti = desk.vahti();
    let caller = desk.caller(How::Bulk, note(&order.reason));
    match order.what {
        What::LetIn => vahti.verify_all(&caller, selection, dry_run).await,
        What::Hold => vahti.invalidate_all(&caller, selection, dry_run).await,
        What::LogOut => vahti.end_all(&caller, selection, dry_run).await,
    }
}

fn told(
    desk: &Desk,
    words: &'static RecordsWords,
    what: What,
    bulk: &Bulk,
    span: Option<Span>,
) -> Done {
    let said = &words.everyone;
    let title = match what {
        What::LetIn => &said.done_let_in,
        What::Hold => &said.done_hold,
        What::LogOut => &said.done_log_out,
    };
    let left = bulk.unprocessed.iter().map(|one| {
        let why = match one.error {
            Error::Refused(_) => &said.refused,
            _ => &said.no_answer,
        };
        (harmless(one.user.as_str()), why.as_str())
    });
    Done {
        frame: desk.frame(),
        desk: desk.telling().words,
        title: met(words, title, bulk),
        left: left.collect(),
        stopped: bulk.stopped.is_some(),
        take_back: desk.telling().words.take_back(whole(bulk.users)),
        // Who was logged out for good is not logged in again.
        span: span.filter(|_| what != What::LogOut && bulk.users > 0),
        words,
    }
}

/// A sentence with the people and the logins that were met.
fn met(words: &RecordsWords, sentence: &str, bulk: &Bulk) -> String {
    let said = &words.everyone;
    let people = counted(&said.people_one, &said.people, whole(bulk.users));
    let logins = counted(&said.logins_one, &said.logins, whole(bulk.sessions));
    sentence
        .replace("{people}", &people)
        .replace("{logins}", &logins)
}

fn whole(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The conditions that were given, with their names; places stand in one line.
fn only(words: &'static RecordsWords, order: &Order) -> Vec<(&'static str, String)> {
    let said = &words.everyone;
    let conditions = [
        (&said.places, &order.places),
        (&said.groups, &order.groups),
        (&said.except, &order.except),
        (&said.unused, &order.unused),
        (&said.before, &order.before),
        (&said.why, &order.reason),
    ];
    let given = conditions
        .into_iter()
        .filter(|(_, value)| !value.is_empty());
    given
        .map(|(name, value)| {
            let lines: Vec<_> = value.lines().collect();
            (name.as_str(), harmless(&lines.join(" · ")))
        })
        .collect()
}

impl Choice {
    fn of(words: &'static RecordsWords, what: What) -> Self {
        let said = &words.everyone;
        let (name, text) = match what {
            What::LetIn => (&said.let_in, &said.let_in_text),
            What::Hold => (&said.hold, &said.hold_text),
            What::LogOut => (&said.log_out, &said.log_out_text),
        };
        Self { what, name, text }
    }
}
