//! Lines of the record, in the words of the pages: what was done, by whom, by which way, and why.

use vahti_core::{How, State, Verb};
use vahti_store::EventRecord;

use super::{records_words::RecordsWords, told::Telling};
use crate::http::harmless;

/// A line of the record, told.
pub(super) struct Line {
    /// Its place in the record.
    pub(super) sequence: i64,
    pub(super) at: String,
    /// Whose login it is about.
    pub(super) who: Option<Who>,
    /// What was done.
    pub(super) text: String,
    /// Who did it, by which way, and where a login came from.
    pub(super) circumstances: Vec<String>,
    /// The reason that somebody gave, or what they said.
    pub(super) note: Option<String>,
    /// An alarm, or that somebody has to wait: it is not to be overlooked.
    pub(super) weighs: bool,
}

/// Whose login a line is about.
pub(super) enum Who {
    /// Somebody with a page.
    User(String),
    /// Somebody who was erased.
    Forgotten,
}

impl Line {
    /// Tells of an event.
    pub(super) fn of(telling: &Telling<'_>, words: &RecordsWords, event: &EventRecord) -> Self {
        let verb = event.verb.parse().ok();
        let who = match &event.user {
            Some(user) => Some(Who::User(user.clone())),
            None => event.erased.then_some(Who::Forgotten),
        };
        let origin = event.origin.as_deref().map(|origin| telling.origin(origin));
        let circumstances = [by(words, event), way(words, event), origin.flatten()];
        Self {
            sequence: event.sequence,
            at: telling.time(event.at),
            who,
            text: match verb {
                Some(verb) => text(telling, words, event, verb),
                None => harmless(&event.verb),
            },
            circumstances: circumstances.into_iter().flatten().collect(),
            // What is said of wrong codes is said in words of the page.
            note: event
                .note
                .as_deref()
                .filter(|_| !verb.is_some_and(|verb| is_of_codes(event, verb)))
                .map(harmless),
            weighs: matches!(verb, Some(Verb::Alarm | Verb::ClockAlarm | Verb::Restore)),
        }
    }
}

/// What was done.
fn text(telling: &Telling<'_>, words: &RecordsWords, event: &EventRecord, verb: Verb) -> String {
    let said = &words.event;
    let state = event.state.as_deref();
    let state = state.and_then(|state| State::parse(state, event.reason.as_deref()).ok());
    let is_rule = event.how == How::Rule.as_str();
    let sentence = match (verb, state) {
        (Verb::Login, Some(State::Held(_))) => &said.waits,
        (Verb::Login, Some(State::Active)) => &said.goes_on,
        (Verb::Login, _) => &said.logged_in,
        (Verb::Import, _) => &said.import,
        (Verb::Verify, _) => &said.let_in,
        (Verb::Choose, _) => &said.choose,
        (Verb::Undo, Some(State::Active)) => &said.undo_goes_on,
        (Verb::Undo, Some(State::Held(_))) => &said.undo_waits,
        (Verb::Undo, _) => &said.undo,
        (Verb::Alarm, _) => &said.alarm,
        (Verb::Invalidate, Some(State::Held(_))) if is_rule => &said.made_wait,
        (Verb::Invalidate, _) if event.session.is_none() => &said.hold_all,
        (Verb::Invalidate, _) => &said.hold,
        (Verb::End, _) => &said.end,
        (Verb::Refuse, _) if event.remark.as_deref() == Some("limit_reached") => &said.refused,
        (Verb::Refuse, _) if is_of_codes(event, verb) => &said.refuse_codes,
        (Verb::Refuse, _) => &said.refuse,
        (Verb::Observe, _) => &said.observe,
        (Verb::Erase, _) => &said.erase,
        (Verb::Backup, _) => &said.backup,
        (Verb::Restore, _) => &said.restore,
        (Verb::KeyCreate, _) => &said.key_create,
        (Verb::KeyRevoke, _) => &said.key_revoke,
        (Verb::Pause, _) => &said.pause,
        (Verb::Resume, _) => &said.resume,
        (Verb::Message, _) if event.note.is_none() => &said.message_gone,
        (Verb::Message, _) => &said.message,
        (Verb::SupervisorCreate, _) => &said.supervisor_create,
        (Verb::SupervisorInvite, _) => &said.supervisor_invite,
        (Verb::SupervisorAccept, _) => &said.supervisor_accept,
        (Verb::SupervisorPassword, _) => &said.supervisor_password,
        (Verb::SupervisorRefuse, _) if event.note.is_none() => &said.supervisor_refuse_unknown,
        (Verb::SupervisorRefuse, _) => &said.supervisor_refuse,
        (Verb::SupervisorDisable, _) => &said.supervisor_disable,
        (Verb::ClockAlarm, _) => &said.clock_alarm,
    };
    let why = match state {
        Some(State::Held(reason)) => telling.words.why(reason),
        Some(State::Ended(reason)) => words.ended(reason),
        _ => "",
    };
    sentence.replace("{why}", why)
}

/// Whether it tells that a supervisor typed too many wrong codes.
fn is_of_codes(event: &EventRecord, verb: Verb) -> bool {
    verb == Verb::Refuse && event.how == How::Code.as_str()
}

/// Who did it: the person, or the program that speaks for nobody. A rule is nobody.
fn by(words: &RecordsWords, event: &EventRecord) -> Option<String> {
    let said = &words.event;
    let actor = event.actor.as_deref().map(harmless);
    match (actor, event.how.parse().ok()) {
        (Some(by), _) => Some(said.by.replace("{by}", &by)),
        (None, Some(How::Rule)) => None,
        (None, Some(How::Cli)) => Some(said.by_command.clone()),
        (None, Some(How::Peer)) => Some(said.by_host.clone()),
        (None, _) => Some(said.by_program.replace("{key}", &harmless(&event.key))),
    }
}

/// By which way a supervisor did it.
fn way(words: &RecordsWords, event: &EventRecord) -> Option<String> {
    let said = &words.event;
    let way = match event.how.parse().ok()? {
        How::Scan => &said.scan,
        How::Code => &said.code,
        How::List => &said.list,
        How::Bulk => &said.bulk,
        How::Api | How::Cli | How::Peer | How::Rule => return None,
    };
    Some(way.clone())
}
