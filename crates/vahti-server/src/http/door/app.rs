//! What the routes stand on: the host, and what the configuration says of cookie, proxies and sites. Cheap to clone.

use core::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use vahti::Vahti;

use super::{places::Places, trouble::Trouble};
use crate::{
    config::{Config, Rooms, SameSite, Tim},
    console::{Console, Logins},
    http::{ROUTES, meter::Meter},
    limits::Limit,
    locale,
    sites::Sites,
};

/// Answers at a time that go on by themselves: each reads the record whenever something is recorded.
const STREAMS: usize = 64;

/// What the routes stand on. It gives nothing away; the doors do.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    vahti: Arc<Vahti>,
    cookie_name: String,
    cookie_attributes: String,
    tim: Tim,
    trusted_proxies: Vec<IpNet>,
    sites: Sites,
    rooms: Rooms,
    pages: locale::Settings,
    trouble: Trouble,
    meter: Meter,
    logins: Option<Limit>,
    console: Console,
    streams: Arc<Semaphore>,
    screens: Places,
    stop: CancellationToken,
}

impl App {
    /// The routes of this host, by this configuration.
    #[must_use]
    pub fn new(vahti: Arc<Vahti>, config: &Config) -> Self {
        Self::build(vahti, None, config)
    }

    /// The same with a console, whose logins are sessions of a host of their own.
    #[must_use]
    pub fn with_console(vahti: Arc<Vahti>, logins: Logins, config: &Config) -> Self {
        Self::build(vahti, Some(logins), config)
    }

    fn build(vahti: Arc<Vahti>, logins: Option<Logins>, config: &Config) -> Self {
        let cookie = &config.cookie;
        let secure = if cookie.secure { "; Secure" } else { "" };
        let same_site = match cookie.same_site {
            SameSite::Lax => "Lax",
            SameSite::Strict => "Strict",
            SameSite::None => "None",
        };
        // A login that is not recorded fills nothing.
        let is_tracking = vahti.policy().enabled;
        let rate = config.limits.logins_per_user.filter(|_| is_tracking);
        Self(Arc::new(Inner {
            console: Console::new(&vahti, logins, config),
            logins: rate.map(|rate| Limit::new(rate, Arc::clone(vahti.clock()))),
            vahti,
            cookie_name: cookie.name.clone(),
            cookie_attributes: format!("; Path=/{secure}; HttpOnly; SameSite={same_site}"),
            tim: config.tim.clone(),
            trusted_proxies: config.http.trusted_proxies.clone(),
            sites: Sites::of(config),
            rooms: config.rooms.clone(),
            pages: locale::Settings::of(&config.pages, config.cookie.secure),
            trouble: Trouble::default(),
            meter: Meter::of(&ROUTES),
            streams: Arc::new(Semaphore::new(STREAMS)),
            screens: Places::default(),
            stop: CancellationToken::new(),
        }))
    }

    /// Cancel it to end every answer that goes on by itself, so that the connections can be closed.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Keeps waiting pages from taking more than half of so many connections: the proxy's checks need some.
    pub fn share(&self, connections: usize) {
        self.0.screens.leave_half(connections);
    }

    pub(super) fn rooms(&self) -> &Rooms {
        &self.0.rooms
    }

    /// Counts who goes on and who waits now, for the chart of the console. It goes through all sessions: once a minute is
    /// often enough.
    pub fn count(&self) {
        let vahti = &self.0.vahti;
        self.0
            .console
            .samples
            .note(vahti.now(), vahti.index().count());
    }

    /// What the console stands on.
    pub(in crate::http) fn console(&self) -> &Console {
        &self.0.console
    }

    /// How often a user may log in, if that is limited.
    pub(super) fn logins(&self) -> Option<&Limit> {
        self.0.logins.as_ref()
    }

    /// A place for an answer that goes on by itself; none if all are taken.
    pub(super) fn stream(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.streams).try_acquire_owned().ok()
    }

    /// How many of those are open.
    pub(in crate::http) fn open_streams(&self) -> u64 {
        (STREAMS - self.0.streams.available_permits()) as u64
    }

    /// Where waiting pages that stay open find places.
    pub(super) fn screens(&self) -> &Places {
        &self.0.screens
    }

    /// How many pages and consoles are told of changes.
    #[cfg(test)]
    pub(crate) fn hinted(&self) -> usize {
        self.0.screens.held() + self.0.console.open_streams()
    }

    pub(in crate::http) fn meter(&self) -> &Meter {
        &self.0.meter
    }

    pub(in crate::http) fn vahti(&self) -> &Vahti {
        &self.0.vahti
    }

    pub(super) fn trouble(&self) -> &Trouble {
        &self.0.trouble
    }

    /// What is set for TIM's hosts.
    pub(in crate::http) fn tim(&self) -> &Tim {
        &self.0.tim
    }

    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        self.0
            .trusted_proxies
            .iter()
            .any(|network| network.contains(&peer))
    }

    pub(in crate::http) fn sites(&self) -> &Sites {
        &self.0.sites
    }

    /// How pages speak.
    pub(crate) fn pages(&self) -> &locale::Settings {
        &self.0.pages
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
