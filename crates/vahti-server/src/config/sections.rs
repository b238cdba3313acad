//! The sections of the configuration as the rest of the server uses them: typed, checked, nothing left to interpret.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use vahti_core::OnLimit;

use super::mistake::Wrong;
use super::public_url::PublicUrl;
use super::rate::{self, Rate};
use super::reader::Reader;
use super::{network, number, text};

/// `[http]`: where Vahti answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The address and port to answer on.
    pub listen: SocketAddr,
    /// Where the figures are told without a key, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// The address that people's browsers use.
    pub public_url: PublicUrl,
    /// The networks whose proxies may ask at `/authz`.
    pub trusted_proxies: Vec<IpNet>,
}

/// `[store]`: the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The file of the SQLite database, laid onto the base folder when it was relative.
    pub path: PathBuf,
    /// Below this many free bytes on its disk logins are refused; 0: the disk is not watched.
    pub min_free_bytes: u64,
}

/// `[sessions]`: limits, policy and deadlines. A duration of zero is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Whether sessions are tracked at all; if not, every check allows.
    pub enabled: bool,
    /// Active sessions a user may have at the same time; 0: no limit.
    pub max_per_user: u32,
    /// What happens to a login beyond the limit.
    pub on_limit: OnLimit,
    /// A login this soon after a session of the user was put out is held.
    pub hold_after_end: Duration,
    /// Held sessions a user may have; at least 1.
    pub held_max_per_user: u32,
    /// A session not seen for this long ends; zero, or at least 60 s.
    pub idle_timeout: Duration,
    /// A session ends this long after its login.
    pub max_lifetime: Duration,
    /// Ended sessions are forgotten after this time; zero: never.
    pub retention: Duration,
    /// Origins are forgotten this long after the last login from them; zero: never.
    pub origin_retention: Duration,
    /// How long a host may reuse an answer.
    pub cache_for: Duration,
    /// The limits of groups, by name; 0: no limit.
    pub groups: BTreeMap<String, u32>,
}

/// `[bypass]`: who and what is never held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bypass {
    /// User names, compared byte for byte.
    pub users: BTreeSet<String>,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// `/path` or `https://host/path`, exact.
    pub paths: BTreeSet<String>,
}

/// `[cookie]`: the session cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name; the default one is already resolved.
    pub name: String,
    /// Whether it carries `Secure`: when browsers come over https.
    pub secure: bool,
    /// Its `SameSite`.
    pub same_site: SameSite,
}

/// `[limits]`: how often something may be done; none is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Logins of one user, reported with one key.
    pub logins_per_user: Option<Rate>,
    /// Wrong short codes of one supervisor.
    pub codes_per_supervisor: Option<Rate>,
}

/// When a browser sends the cookie along from other sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// With links that lead here, not with embedded content.
    Lax,
    /// Never.
    Strict,
    /// Always; browsers take it over https only.
    None,
}

impl SameSite {
    /// Every value, in the order in which people are shown them.
    pub const ALL: &[Self] = &[Self::Lax, Self::Strict, Self::None];

    /// The word that the configuration has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "lax",
            Self::Strict => "strict",
            Self::None => "none",
        }
    }
}

// Each of these reads every key before it gives up on any: a mistake must not hide the next one.

impl Http {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let listen = reader.get("http.listen", text::socket_address);
        let metrics = reader.find("http.metrics_listen", text::perhaps_socket_address);
        if let (Some(listen), Some(found)) = (listen, &metrics)
            && let Some(address) = found.value
            && text::is_one_place(listen, address)
        {
            let wrong = format!("Vahti answers on {listen} already, as `http.listen` says.");
            let right = "Write another port, or another address of this machine.";
            reader.note(
                Wrong::new(wrong, right),
                found.place.clone(),
                "http.metrics_listen",
            );
        }
        let public_url = reader.get("http.public_url", PublicUrl::read);
        let trusted_proxies = reader.list("http.trusted_proxies", network::network);
        Some(Self {
            listen: listen?,
            metrics_listen: metrics?.value,
            public_url: public_url?,
            trusted_proxies: trusted_proxies?,
        })
    }
}

impl Store {
    pub(super) fn read(reader: &mut Reader<'_>, base_dir: Option<&Path>) -> Option<Self> {
        let path = reader.get("store.url", |raw| text::store_path(raw, base_dir));
        let min_free_bytes = reader.get("store.min_free", number::size);
        Some(Self {
            path: path?,
            min_free_bytes: min_free_bytes?,
        })
    }
}

impl Sessions {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let enabled = reader.get("sessions.enabled", number::yes_or_no);
        let max_per_user = reader.get("sessions.max_per_user", number::count);
        let on_limit = reader.get("sessions.on_limit", |raw| {
            text::word(raw, OnLimit::ALL, OnLimit::as_str)
        });
        let hold_after_end = reader.get("sessions.hold_after_end", number::duration);
        let held_max_per_user = reader.get("sessions.held_max_per_user", number::count_from_one);
        let idle_timeout = reader.get("sessions.idle_timeout", number::idle_timeout);
        let max_lifetime = reader.get("sessions.max_lifetime", number::duration);
        let retention = reader.get("sessions.retention", number::duration);
        let origin_retention = reader.get("sessions.origin_retention", number::duration);
        let cache_for = reader.get("sessions.cache_for", number::duration);
        let groups =
            reader.groups(|name, raw| text::group_name(name).and_then(|()| number::count(raw)));
        Some(Self {
            enabled: enabled?,
            max_per_user: max_per_user?,
            on_limit: on_limit?,
            hold_after_end: hold_after_end?,
            held_max_per_user: held_max_per_user?,
            idle_timeout: idle_timeout?,
            max_lifetime: max_lifetime?,
            retention: retention?,
            origin_retention: origin_retention?,
            cache_for: cache_for?,
            groups,
        })
    }
}

impl Bypass {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let users = reader.list("bypass.users", text::user);
        let groups = reader.list("bypass.groups", text::group);
        let paths = reader.list("bypass.paths", text::bypass_path);
        Some(Self {
            users: users?,
            groups: groups?,
            paths: paths?,
        })
    }
}

impl Cookie {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let name = reader.find("cookie.name", text::cookie_name);
        let same_site = reader.find("cookie.same_site", |raw| {
            text::word(raw, SameSite::ALL, SameSite::as_str)
        });
        // When the address is wrong, only what can be checked without it is.
        let secure = reader.peek("http.public_url", PublicUrl::read)?.is_https();
        let right = "Set `http.public_url` to the https address, or choose another.";
        if let Some(found) = &name
            && let Some(name) = found
                .value
                .as_deref()
                .filter(|name| text::needs_https(name) && !secure)
        {
            let wrong = format!(
                "Browsers take a cookie named \"{name}\" over https only, and `http.public_url` is http."
            );
            reader.note(Wrong::new(wrong, right), found.place.clone(), "cookie.name");
        }
        if let Some(found) = same_site
            .as_ref()
            .filter(|found| found.value == SameSite::None && !secure)
        {
            let wrong = "Browsers take \"none\" over https only, and `http.public_url` is http.";
            reader.note(
                Wrong::new(wrong, right),
                found.place.clone(),
                "cookie.same_site",
            );
        }
        let default_name = if secure { "__Host-vahti" } else { "vahti" };
        let name = name?.value.unwrap_or_else(|| default_name.to_owned());
        Some(Self {
            name,
            secure,
            same_site: same_site?.value,
        })
    }
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let logins_per_user = reader.get("limits.logins_per_user", rate::read);
        let codes_per_supervisor = reader.get("limits.codes_per_supervisor", rate::read);
        Some(Self {
            logins_per_user: logins_per_user?,
            codes_per_supervisor: codes_per_supervisor?,
        })
    }
}
