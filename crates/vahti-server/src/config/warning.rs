//! What is allowed and still probably not meant. A warning never stops a start.

use std::fmt;
use std::time::Duration;

use vahti_core::CanonicalPath;

use super::{Config, OnLimit};
use crate::address::Address;
use crate::sites::Sites;

/// From here on it is worth saying how long a held session goes on.
const LONG_CACHE: Duration = Duration::from_secs(60);

/// A secret that is shorter can be guessed by trying.
const SECRET_BYTES: usize = 16;

/// One warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    key: &'static str,
    text: String,
}

impl Warning {
    /// The dotted key that it is about.
    pub fn key(&self) -> &'static str {
        self.key
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The warnings about a configuration; see [`Config::warnings`].
pub(super) fn warnings(config: &Config) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |key, text: String| warnings.push(Warning { key, text });
    let (url, sessions) = (&config.http.public_url, &config.sessions);
    if url.is_loopback() {
        let text = "`public_url` is a loopback address: no phone can open the QR codes. Set it to the address that people use.";
        warn("http.public_url", text.to_owned());
    } else if !url.is_https() {
        let text = "is plain http: whoever listens on the network can take over sessions. Put a proxy with https in front.";
        warn("http.public_url", format!("`public_url` {text}"));
    }
    if !sessions.enabled {
        warn(
            "sessions.enabled",
            "`enabled` is false: nothing is recorded, and every check allows.".to_owned(),
        );
    } else if sessions.on_limit == OnLimit::Observe {
        warn(
            "sessions.on_limit",
            "`on_limit` is \"observe\": nothing is refused; answers only say what would be."
                .to_owned(),
        );
    }
    let (idle, lifetime) = (sessions.idle_timeout, sessions.max_lifetime);
    if !lifetime.is_zero() && idle >= lifetime {
        let text = "`idle_timeout` is not shorter than `max_lifetime`: it never comes into effect.";
        warn("sessions.idle_timeout", text.to_owned());
    }
    if sessions.cache_for >= LONG_CACHE {
        let cache = humantime::format_duration(sessions.cache_for);
        let text = format!(
            "`cache_for`: an application may go on with a session for {cache} after it was held or ended."
        );
        warn("sessions.cache_for", text);
    }
    if let Some(url) = login_behind_the_gate(config) {
        let text = format!(
            "`login_url` lies on the site itself ({url}), and `bypass.paths` does not name it: if the proxy asks Vahti about it \
             too, nobody can log in."
        );
        warn("pages.login_url", text);
    }
    let tim = &config.tim;
    if tim.enabled && tim.secrets.is_empty() {
        let text = "`secrets` is empty: no host of TIM's network can verify or invalidate here.";
        warn("tim.secrets", text.to_owned());
    }
    if tim
        .secrets
        .shortest_bytes()
        .is_some_and(|bytes| bytes < SECRET_BYTES)
    {
        let text = format!(
            "`secrets` holds one shorter than {SECRET_BYTES} bytes, which can be guessed by trying."
        );
        warn("tim.secrets", text);
    }
    warnings
}

/// The address of the login page, if it lies on one of the sites and no bypass opens it.
fn login_behind_the_gate(config: &Config) -> Option<String> {
    let sites = Sites::of(config);
    let url = sites.public().login(None)?;
    sites.find_address(&Address::parse(&url)?)?;
    let path = CanonicalPath::parse(&url);
    let is_open = |entry: &String| path.is_some_and(|path| path.is(entry));
    (!config.bypass.paths.iter().any(is_open)).then_some(url)
}
