//! The console: where supervisors see who waits, and let them in. They log in under accounts of their own, with a password
//! or by an invitation; their logins are sessions of a host of their own ([`logins`]).
//!
//! It holds no rules: what is done here is what the API does, under the name of the supervisor.

mod act;
mod chart;
mod code;
mod confirm;
mod desk;
mod desk_words;
mod done;
mod everyone;
mod export;
pub(in crate::console) mod filters;
mod form;
mod history;
mod invitation;
mod invite;
mod list;
mod login;
mod logins;
mod logout;
mod many;
mod message;
mod namesake;
mod opened;
mod page;
mod password;
mod passwords;
mod person;
mod record;
mod records_words;
mod return_to;
mod samples;
mod scan;
mod stands;
mod stream;
mod take_back;
mod told;
mod words;

use core::num::NonZeroU32;
use core::time::Duration;
use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodRouter, get, post},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vahti::Vahti;
use vahti_core::{CONFIRMATION_LASTS, How, SessionId};

pub use self::logins::Logins;
pub(crate) use self::{
    logins::{INVITED, beside, policy},
    page::{closed, log_in_first, run_out},
    passwords::{Password, Passwords, Queue},
    samples::{Samples, count_each_minute},
};
use crate::{
    config::{Config, Per, Rate},
    http::{Access, App, Behind, access},
    limits::Limit,
    pages,
};

/// The console itself.
const CONSOLE: &str = "/vahti/console";
/// Where supervisors log in.
const LOGIN: &str = "/vahti/console/login";

/// Where they scan screens.
const SCAN: &str = "/vahti/console/scan";
/// Open consoles that are told of changes at a time.
const STREAMS: usize = 256;
/// For how long a browser is known in which somebody has logged in.
const KNOWN_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
/// Tries of a password under one name: so many at once, and then so many a minute.
const TRIES: Rate = Rate {
    count: NonZeroU32::MIN.saturating_add(9),
    per: Per::Minute,
};
/// Events that tell of wrong passwords under one name, and of those under names that nobody has: all others are in the log.
const REFUSALS: Rate = Rate {
    count: NonZeroU32::MIN.saturating_add(9),
    per: Per::Hour,
};
/// Events that tell of one supervisor's wrong codes.
const ALARMS: Rate = Rate {
    count: NonZeroU32::MIN,
    per: Per::Minute,
};

/// What the console stands on besides the host that it is about.
pub(crate) struct Console {
    /// The passwords of supervisors.
    pub(crate) passwords: Passwords,
    /// How often somebody may try a password under one name. Never by address: a school has one.
    pub(crate) tries: Limit,
    /// How often somebody may who is known: logged in, or in a browser where that account was before. So nobody keeps others
    /// out by trying passwords under their names.
    pub(crate) known_tries: Limit,
    /// How often the record tells of wrong passwords.
    pub(crate) refusals: Limit,
    /// How often a supervisor may type a wrong short code, if that is limited.
    pub(crate) codes: Option<Limit>,
    /// How often the record tells that somebody did so too often.
    pub(crate) alarms: Limit,
    /// The host of the supervisors' own logins; none in a process that answers no browser.
    logins: Option<Logins>,
    /// Invitations are accepted one after the other: a login begins only where the invitation is still there, so that those
    /// who come too late put nobody out.
    pub(crate) accepting: tokio::sync::Mutex<()>,
    pub(crate) cookie_name: &'static str,
    /// The cookie of a browser in which somebody has logged in before.
    pub(crate) known_name: &'static str,
    /// The cookie that keeps what was opened, through a login.
    pub(crate) opened_name: &'static str,
    /// How many went on and how many waited.
    pub(crate) samples: Samples,
    secure: bool,
    streams: Arc<Semaphore>,
}

impl Console {
    /// The console of a host, by this configuration.
    pub(crate) fn new(host: &Vahti, logins: Option<Logins>, config: &Config) -> Self {
        let secure = config.http.public_url.is_https();
        let limit = |rate| Limit::new(rate, Arc::clone(host.clock()));
        Self {
            passwords: Passwords::default(),
            tries: limit(TRIES),
            known_tries: limit(TRIES),
            refusals: limit(REFUSALS),
            codes: config.limits.codes_per_supervisor.map(limit),
            alarms: limit(ALARMS),
            logins,
            accepting: tokio::sync::Mutex::default(),
            cookie_name: if secure {
                "__Host-vahti-console"
            } else {
                "vahti-console"
            },
            known_name: if secure {
                "__Host-vahti-known"
            } else {
                "vahti-known"
            },
            opened_name: if secure {
                "__Host-vahti-opened"
            } else {
                "vahti-opened"
            },
            secure,
            samples: Samples::default(),
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    /// Whether browsers are answered.
    pub(crate) const fn is_there(&self) -> bool {
        self.logins.is_some()
    }

    /// The host of the supervisors' own logins; none while it cannot be told who is logged in.
    pub(crate) fn logins(&self) -> Option<Arc<Vahti>> {
        self.logins.as_ref()?.host()
    }

    /// The `Set-Cookie` that gives a browser this token, for as long as an invitation lasts, or a login with a password. Lax,
    /// so that a scanned link arrives logged in.
    pub(crate) fn set_cookie(&self, token: &str, invited_for: Option<Duration>) -> String {
        let length = invited_for.unwrap_or(logins::LIFETIME);
        self.cookie(self.cookie_name, token, length)
    }

    /// The `Set-Cookie` that makes this browser known.
    pub(crate) fn keep_known(&self, known: &str) -> String {
        self.cookie(self.known_name, known, KNOWN_FOR)
    }

    /// The `Set-Cookie` that takes the token away.
    pub(crate) fn clear_cookie(&self) -> String {
        self.cookie(self.cookie_name, "", Duration::ZERO)
    }

    /// The `Set-Cookie` that keeps a confirmation while its supervisor logs in.
    pub(crate) fn keep_opened(&self, confirmation: &str) -> String {
        self.cookie(self.opened_name, confirmation, CONFIRMATION_LASTS)
    }

    fn cookie(&self, name: &str, value: &str, length: Duration) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let max_age_s = length.as_secs();
        format!("{name}={value}; Max-Age={max_age_s}; Path=/{secure}; HttpOnly; SameSite=Lax")
    }

    /// How many consoles are open.
    #[cfg(test)]
    pub(crate) fn open_streams(&self) -> usize {
        STREAMS - self.streams.available_permits()
    }

    /// A place for an open console; none if all are taken.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.streams).try_acquire_owned().ok()
    }
}

/// A page: method, address, who may open it, and the handler.
type Page = (Method, &'static str, Access, MethodRouter<App>);

/// Who may open a page is read from its handler.
fn page<A, B>(method: Method, path: &'static str, handler: impl Handler<A, App> + Behind<B>) -> Page
where
    A: 'static,
{
    let access = access(&handler);
    let handler = if method == Method::GET {
        get(handler)
    } else {
        post(handler)
    };
    (method, path, access, handler)
}

fn pages_of_console() -> [Page; 32] {
    [
        page(Method::GET, CONSOLE, list::list),
        page(Method::GET, "/vahti/console/confirm", confirm::confirm),
        page(Method::POST, "/vahti/console/let-in", act::let_in),
        page(Method::POST, "/vahti/console/let-in-many", many::let_in),
        page(Method::GET, many::PATH, many::show),
        page(Method::POST, take_back::PATH, take_back::undo),
        page(Method::POST, "/vahti/console/hold", act::hold),
        page(Method::POST, "/vahti/console/log-out", act::log_out),
        page(Method::POST, "/vahti/console/undo", act::undo),
        page(Method::POST, "/vahti/console/leave", act::leave),
        page(Method::GET, "/vahti/console/done", done::done),
        page(Method::GET, "/vahti/console/person", person::person),
        page(Method::GET, "/vahti/console/record", record::record),
        page(Method::GET, "/vahti/console/export", export::export),
        page(Method::GET, "/vahti/console/message", message::message),
        page(Method::POST, "/vahti/console/message", message::say),
        page(Method::GET, "/vahti/console/everyone", everyone::everyone),
        page(Method::POST, "/vahti/console/everyone", everyone::done),
        page(Method::GET, "/vahti/console/hours", chart::hours),
        page(Method::GET, "/vahti/console/events", stream::events),
        page(Method::GET, LOGIN, login::ask),
        page(Method::POST, LOGIN, login::log_in),
        page(Method::POST, "/vahti/console/logout", logout::log_out),
        page(Method::GET, invitation::PATH, invitation::show),
        page(Method::POST, invitation::PATH, invitation::accept),
        page(Method::GET, SCAN, scan::scan),
        page(Method::POST, "/vahti/console/code", code::open),
        page(Method::GET, "/vahti/s/{challenge}", opened::open),
        page(Method::GET, password::PATH, password::ask),
        page(Method::POST, password::PATH, password::change),
        page(Method::GET, "/vahti/console/invite", invite::ask),
        page(Method::POST, "/vahti/console/invite", invite::invite),
    ]
}

/// The page on which a supervisor compares, before they let this session in.
fn confirm_page(session: &SessionId, how: How) -> String {
    format!("{CONSOLE}/confirm?session={session}&how={how}")
}

/// The methods and addresses of the console's pages, and who may open them.
pub(crate) fn routes() -> impl Iterator<Item = (Method, &'static str, Access)> {
    let pages = pages_of_console().into_iter();
    pages.map(|(method, path, access, _)| (method, path, access))
}

/// The console's pages, which refuse what another site sends.
pub(crate) fn router(app: &App) -> Router<App> {
    let pages = pages_of_console().into_iter();
    let router = pages.fold(Router::new(), |router, (_, path, _, page)| {
        router.route(path, page)
    });
    pages::guarded(router, app)
}
