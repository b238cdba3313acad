//! What was done to many people at once, taken back: for each of them the command that met them, by its own stamp. Whom it met
//! is read from the record, so that it is true after a restart, too.

use std::collections::BTreeMap;

use axum::response::Response;
use futures::future::join_all;
use vahti::Error;
use vahti_core::{
    How, Refusal, Stamp, UserId, Verb,
    decide::{UNDO_WITHIN, Undo},
};
use vahti_store::{EventQuery, EventRecord};

use super::{
    confirm::Bad,
    desk::Desk,
    desk_words::counted,
    form::Form,
    many::{Left, Many},
    records_words::RecordsWords,
};

/// Where it is sent.
pub(super) const PATH: &str = "/vahti/console/undo-many";

/// Events that are read at a time.
const EVENTS: u32 = 500;
/// People for whom it is done at a time: they share a commit.
const AT_ONCE: usize = 256;
/// How many for whom it was not done are named.
const NAMED: usize = 100;

/// The part of the record in which a command for many stands: behind `after`, up to `until`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) after: i64,
    pub(super) until: i64,
}

/// Why it was not taken back for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// It had changed nothing for them.
    Unchanged,
    /// Something was done to them since.
    Since,
    /// The database did not answer.
    Silent,
}

impl Span {
    /// Runs a command, and says where it stands in the record; nowhere if that cannot be told.
    pub(super) async fn around<T>(
        desk: &Desk,
        command: impl Future<Output = T>,
    ) -> (T, Option<Self>) {
        let after = desk.ask(desk.vahti().end_of_record()).await;
        let done = command.await;
        let until = desk.ask(desk.vahti().end_of_record()).await;
        let span = after.and_then(|after| {
            Ok(Self {
                after,
                until: until?,
            })
        });
        (done, span.ok())
    }

    fn of(form: &Form) -> Option<Self> {
        let place = |name| form.one(name)?.parse().ok();
        Some(Self {
            after: place("after")?,
            until: place("until")?,
        })
    }

    /// Whom this supervisor has let in or put on hold in it together with others, as far as that is not too long ago; with the
    /// stamp of the command.
    pub(super) async fn met(self, desk: &Desk) -> Result<BTreeMap<UserId, Stamp>, Error> {
        let reader = desk.reader();
        let mut query = EventQuery {
            since: Some(desk.vahti().now().minus(UNDO_WITHIN)),
            newest_first: true,
            after: self.until.saturating_add(1),
            limit: EVENTS,
            ..EventQuery::default()
        };
        let mut met = BTreeMap::new();
        loop {
            let page = desk
                .ask(desk.vahti().events(&reader, query.clone()))
                .await?;
            let inside = page.items.iter();
            let inside = inside.filter(|event| event.sequence > self.after);
            for event in inside.filter(|event| is_own(desk, event)) {
                let user = event
                    .user
                    .as_deref()
                    .and_then(|user| UserId::new(user).ok());
                if let Some(user) = user {
                    met.entry(user).or_insert(event.stamp);
                }
            }
            match page.next.filter(|next| *next > self.after) {
                Some(next) => query.after = next,
                None => return Ok(met),
            }
        }
    }
}

/// Whether this supervisor has done it, to many at once, and it can be taken back.
fn is_own(desk: &Desk, event: &EventRecord) -> bool {
    let verbs = [Verb::Verify, Verb::Invalidate].map(Verb::as_str);
    let (by, how) = (event.actor.as_deref(), event.how.as_str());
    by == Some(desk.name()) && how == How::Bulk.as_str() && verbs.contains(&event.verb.as_str())
}

/// Takes it back for everybody whom it met, and says for whom not.
pub(super) async fn undo(desk: Desk, form: Form) -> Response {
    let Some(span) = Span::of(&form) else {
        return Bad::NothingToUndo.page(&desk);
    };
    let Ok(met) = span.met(&desk).await else {
        return desk.trouble();
    };
    let met: Vec<_> = met.into_iter().collect();
    let (mut undone, mut kept, mut is_silent) = (0, Vec::new(), false);
    for some in met.chunks(AT_ONCE) {
        let done = join_all(some.iter().map(|(user, of)| one(&desk, user, *of))).await;
        for ((user, _), done) in some.iter().zip(done) {
            match done {
                Ok(()) => undone += 1,
                Err(Kept::Unchanged) => {}
                Err(why) => kept.push((user, why)),
            }
        }
        // Whoever comes after would wait as long.
        is_silent = kept.iter().any(|(_, why)| *why == Kept::Silent);
        if is_silent {
            break;
        }
    }
    if undone == 0 && !is_silent {
        return Bad::NothingToUndo.page(&desk);
    }
    let named = kept.iter().take(NAMED);
    let left = join_all(named.map(|(user, why)| left(&desk, user, *why))).await;
    let words = desk.telling().words;
    desk.page(&Many {
        title: counted(&words.many.undone_one, &words.many.undone, undone),
        frame: desk.frame(),
        these: &words.many.not_undone,
        more: words.left_more(kept.len().saturating_sub(NAMED)),
        stopped: is_silent.then(|| {
            RecordsWords::of(desk.telling().locale)
                .everyone
                .stopped
                .as_str()
        }),
        span: None,
        take_back: words.take_back(undone),
        words,
        left,
    })
}

/// Takes the command of this stamp back for one of them.
async fn one(desk: &Desk, user: &UserId, of: Stamp) -> Result<(), Kept> {
    let (vahti, reader) = (desk.vahti(), desk.reader());
    match desk.ask(vahti.undoable(&reader, user)).await {
        Ok(Some(newest)) if newest == of => {}
        Ok(Some(newest)) if newest > of => return Err(Kept::Since),
        Ok(_) => return Err(Kept::Unchanged),
        Err(error) => return Err(Kept::by(&error)),
    }
    let by = desk.caller(How::Bulk, None);
    let undo = vahti.undo(&by, user, Undo { of, alarm: None });
    let undone = desk.ask(undo).await;
    undone.map(|_| ()).map_err(|error| Kept::by(&error))
}

impl Kept {
    fn by(error: &Error) -> Self {
        match error {
            Error::Refused(Refusal::UnknownUser) => Self::Unchanged,
            Error::Refused(_) => Self::Since,
            _ => Self::Silent,
        }
    }
}

/// Somebody for whom it was not taken back, by their name.
async fn left(desk: &Desk, user: &UserId, why: Kept) -> Left {
    let words = &desk.telling().words.many;
    let reader = desk.reader();
    let account = desk.ask(desk.vahti().explain(&reader, user)).await;
    let profile = account
        .map(|(_, account)| account.profile)
        .unwrap_or_default();
    let why = match why {
        Kept::Silent => &words.no_answer,
        Kept::Since | Kept::Unchanged => &words.since,
    };
    Left::of_person(user, &profile, why)
}
