//! A supervisor at a page of the console: what its handlers ask, and how they answer.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::Response,
};
use vahti::{Caller, Error, Vahti};
use vahti_core::{How, SessionId, Window};

use super::{
    desk_words::DeskWords,
    page::{Frame, Note, answer, cannot_tell},
    samples::Samples,
    told::Telling,
};
use crate::http::{Access, App, Door, NotIn, Supervisor};

/// A supervisor at a page.
pub(crate) struct Desk(Supervisor);

impl Desk {
    /// The use cases.
    pub(super) fn vahti(&self) -> &Vahti {
        self.0.vahti()
    }

    /// The session, and the window of its challenge, that this confirmation lets them confirm.
    pub(super) fn confirmed(&self, text: &str) -> Option<(SessionId, Window)> {
        let (_, session, window) = self.vahti().confirmed(text, self.0.id())?;
        Some((session, window))
    }

    /// What the supervisor is called.
    pub(super) fn name(&self) -> &str {
        self.0.name()
    }

    /// Who acts, as it is recorded, with the reason they gave.
    pub(super) fn caller(&self, how: How, note: Option<String>) -> Caller {
        self.0.caller(how, note)
    }

    /// Who reads.
    pub(super) fn reader(&self) -> Caller {
        self.caller(How::List, None)
    }

    /// Waits for the store, but not for ever.
    pub(super) async fn ask<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.0.within(work).await
    }

    /// Whether they have a password, and were not invited.
    pub(super) fn has_password(&self) -> bool {
        self.0.may_invite()
    }

    /// Takes their password, given anew, or says why not.
    pub(super) async fn prove(&self, password: &str) -> Result<(), NotIn> {
        self.0.prove(password).await
    }

    /// How many went on and how many waited; none for a supervisor of some groups, who sees nobody else.
    pub(super) fn samples(&self) -> Option<&Samples> {
        let sees_all = self.reader().scope.is_empty();
        sees_all.then(|| self.0.samples())
    }

    /// How it is told to them of sessions.
    pub(super) fn telling(&self) -> Telling<'_> {
        Telling {
            words: DeskWords::of(self.0.locale()),
            locale: self.0.locale(),
            rooms: self.0.rooms(),
            now: self.vahti().now(),
        }
    }

    /// What stands around a page.
    pub(super) fn frame(&self) -> Frame {
        Frame::of(&self.0)
    }

    /// A page as an answer.
    pub(super) fn page(&self, page: &impl Template) -> Response {
        answer(StatusCode::OK, page)
    }

    /// A page that says why something was not done, and leads back to the list.
    pub(super) fn refuses(
        &self,
        status: StatusCode,
        title: &'static str,
        text: impl Into<String>,
    ) -> Response {
        let back = &DeskWords::of(self.0.locale()).done.back;
        let note = Note::new(self.frame(), title, text);
        answer(status, &note.way_on(back, super::CONSOLE))
    }

    /// The database cannot be asked, or did not answer. It was noted when that happened.
    pub(super) fn trouble(&self) -> Response {
        cannot_tell(self.0.locale().clone())
    }
}

impl Door for Desk {
    const ACCESS: Access = Access::Supervisor;
}

impl FromRequestParts<App> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        Supervisor::from_request_parts(parts, app).await.map(Self)
    }
}
