//! `wait`: somebody looks at the waiting page of a session, with its token or with a ticket for that page.

use vahti_core::{How, SessionId, Ticket, Waiting, waiting};

use crate::{Caller, Checked, Error, Question, Vahti};

/// What somebody shows who looks at a waiting page.
#[derive(Clone, Copy, Debug)]
pub enum Pass<'a> {
    /// A session token.
    Token(&'a str),
    /// A ticket that [`Vahti::ticket`] has made.
    Ticket(&'a str),
}

impl Vahti {
    /// A ticket for ten minutes that shows the waiting page of an open session and can do nothing else; none if the session
    /// is unknown here or has ended.
    #[must_use]
    pub fn ticket(&self, session: &SessionId) -> Option<String> {
        self.index.ticket(session, self.now())
    }

    /// Whether the session of a waiting page may go on. An open page counts as a use. With a ticket that is forged, too old
    /// or of a session that has ended there is no session.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if this host cannot tell.
    pub async fn wait(&self, pass: Pass<'_>) -> Result<Checked, Error> {
        self.counted(self.watch(pass).await)
    }

    /// As [`Vahti::wait`], for a page that stays open and looks whenever something is recorded: that is one page that waits,
    /// however often it looks, and no figure counts it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if this host cannot tell.
    pub async fn watch(&self, pass: Pass<'_>) -> Result<Checked, Error> {
        let nobody = Caller::named("", How::Api);
        let text = match pass {
            Pass::Token(token) => return self.checked(&nobody, &Question::token(token)).await,
            Pass::Ticket(text) => text,
        };
        let Some(ticket) = Ticket::parse(text) else {
            return self.checked(&nobody, &Question::token("")).await;
        };
        let mut found = self.index.admit(&ticket, self.now());
        let named = Question::session("", ticket.session());
        if found.is_none() && self.store.is_shared() && self.ask_store(&named).await? {
            found = self.index.admit(&ticket, self.now());
        }
        match found {
            Some(found) => {
                let vouched = Question::session(found.user.as_str(), ticket.session());
                self.checked(&nobody, &vouched).await
            }
            None => self.checked(&nobody, &Question::token("")).await,
        }
    }

    /// What a waiting page tells about a session; none if it is forgotten.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn waiting(&self, session: &SessionId) -> Result<Option<Waiting>, Error> {
        let account = self.store.account_of(session).await.map_err(Error::from)?;
        let now = self.now();
        Ok(account.and_then(|account| waiting(&account, session, &self.policy, now)))
    }
}
