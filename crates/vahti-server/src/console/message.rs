//! `/vahti/console/message`: what everybody reads who waits, until it is taken away.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use vahti::Error;
use vahti_core::How;

use super::{
    desk::Desk,
    form::Form,
    page::{Frame, answer},
    records_words::RecordsWords,
};
use crate::{http::harmless, pages::see_other};

/// The longest message, in characters.
const MOST_CHARS: usize = 500;

/// The page.
#[derive(Template)]
#[template(path = "console/message.html")]
struct Page {
    frame: Frame,
    words: &'static RecordsWords,
    about: String,
    now: Option<String>,
    /// What was typed, if it could not be said.
    typed: String,
    wrong: Option<String>,
}

/// Shows what is said now, and takes another message.
pub(super) async fn message(desk: Desk) -> Response {
    let words = RecordsWords::of(desk.telling().locale);
    if is_of_some_groups(&desk) {
        return only_whole(&desk, words);
    }
    page(&desk, words, String::new(), None)
}

/// Says something, or nothing any more.
pub(super) async fn say(desk: Desk, form: Form) -> Response {
    let words = RecordsWords::of(desk.telling().locale);
    let typed = form.one("text").unwrap_or_default();
    let text: Vec<&str> = typed.split_whitespace().collect();
    let text = harmless(&text.join(" "));
    let chars = text.chars().count();
    if chars > MOST_CHARS {
        let wrong = words.message.too_long.replace("{m}", &chars.to_string());
        let wrong = wrong.replace("{n}", &MOST_CHARS.to_string());
        return page(&desk, words, typed.to_owned(), Some(wrong));
    }
    let text = Some(text).filter(|text| !text.is_empty());
    // A second tap says nothing twice.
    if text == desk.vahti().message() {
        return see_other("/vahti/console/message");
    }
    let caller = desk.caller(How::List, None);
    match desk.ask(desk.vahti().say(&caller, text)).await {
        Ok(()) => see_other("/vahti/console/message"),
        Err(Error::OutOfScope) => only_whole(&desk, words),
        Err(_) => desk.trouble(),
    }
}

fn only_whole(desk: &Desk, words: &'static RecordsWords) -> Response {
    let said = &words.message;
    desk.refuses(StatusCode::FORBIDDEN, &said.title, &said.only_whole)
}

fn is_of_some_groups(desk: &Desk) -> bool {
    !desk.reader().scope.is_empty()
}

fn page(
    desk: &Desk,
    words: &'static RecordsWords,
    typed: String,
    wrong: Option<String>,
) -> Response {
    let status = if wrong.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = Page {
        frame: desk.frame(),
        about: words.message.text.replace("{n}", &MOST_CHARS.to_string()),
        now: desk.vahti().message().map(|text| harmless(&text)),
        words,
        typed,
        wrong,
    };
    answer(status, &page)
}
