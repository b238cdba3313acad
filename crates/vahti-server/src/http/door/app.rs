//! What the routes stand on: the host, the cookie, and the settings for TIM's hosts. Cheap to clone.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use vahti::Vahti;

use super::trouble::Trouble;
use crate::config;

/// Answers at a time that go on by themselves: each reads the record whenever something is recorded.
const STREAMS: usize = 64;

/// What the routes stand on. It gives nothing away; the doors do.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    vahti: Arc<Vahti>,
    cookie_name: String,
    cookie_attributes: String,
    tim: config::Tim,
    trouble: Trouble,
    streams: Arc<Semaphore>,
    stop: CancellationToken,
}

impl App {
    /// The routes of this host, with this cookie; those for TIM's hosts if they are enabled.
    #[must_use]
    pub fn new(vahti: Arc<Vahti>, cookie: &config::Cookie, tim: &config::Tim) -> Self {
        let secure = if cookie.secure { "; Secure" } else { "" };
        let same_site = match cookie.same_site {
            config::SameSite::Lax => "Lax",
            config::SameSite::Strict => "Strict",
            config::SameSite::None => "None",
        };
        Self(Arc::new(Inner {
            vahti,
            cookie_name: cookie.name.clone(),
            cookie_attributes: format!("; Path=/{secure}; HttpOnly; SameSite={same_site}"),
            tim: tim.clone(),
            trouble: Trouble::default(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            stop: CancellationToken::new(),
        }))
    }

    /// Cancel it to end every answer that goes on by itself, so that the connections can be closed.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// A place for an answer that goes on by itself; none if all are taken.
    pub(super) fn stream(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.streams).try_acquire_owned().ok()
    }

    pub(super) fn vahti(&self) -> &Vahti {
        &self.0.vahti
    }

    pub(super) fn trouble(&self) -> &Trouble {
        &self.0.trouble
    }

    /// What is set for TIM's hosts.
    pub(in crate::http) fn tim(&self) -> &config::Tim {
        &self.0.tim
    }

    pub(super) fn cookie_name(&self) -> &str {
        &self.0.cookie_name
    }

    /// The `Set-Cookie` that gives a browser this token.
    pub(super) fn set_cookie(&self, token: &str) -> String {
        format!("{}={token}{}", self.0.cookie_name, self.0.cookie_attributes)
    }

    /// The `Set-Cookie` that takes the token from a browser.
    pub(super) fn clear_cookie(&self) -> String {
        format!(
            "{}=; Max-Age=0{}",
            self.0.cookie_name, self.0.cookie_attributes
        )
    }
}
