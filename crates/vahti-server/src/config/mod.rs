//! The configuration of the server: one commented default file that *is* the defaults, a file of the operator over it,
//! then the environment, then flags. All mistakes are found before anything starts, and reported at once.
//!
//! Nothing here reads a file, the environment or a clock; what was read comes in as a [`Source`], with the way to read
//! the files that secrets are kept in. Options that have no
//! effect yet do not exist.

mod broken;
mod key;
mod layers;
mod mistake;
mod network;
mod number;
mod pages;
mod place;
mod print;
mod profile;
mod public_url;
mod rate;
mod raw;
mod reader;
mod room;
mod schema;
mod secret;
mod sections;
mod suggest;
mod text;
mod tim;
mod toml_file;
mod warning;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use self::mistake::{Mistake, Mistakes};
pub use self::pages::{Audience, Pages};
pub use self::place::Place;
pub use self::profile::{Profile, profile};
pub use self::public_url::PublicUrl;
pub use self::rate::{Per, Rate};
pub use self::room::{Room, Rooms};
pub use self::secret::Secrets;
pub use self::sections::{Bypass, Cookie, Http, Limits, SameSite, Sessions, Store};
pub use self::tim::{Tim, UnknownSession};
pub use self::warning::Warning;

pub use vahti_core::OnLimit;

pub use crate::locale::Language;

use self::layers::Layers;
use self::raw::Setting;
use self::reader::Reader;

/// The commented default file. It holds every default value; there is none in the code.
pub const DEFAULT_FILE: &str = include_str!("default.toml");

/// What the configuration is made from, weakest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// The operator's file: its path, as messages shall name it, and its text.
    pub file: Option<(&'a Path, &'a str)>,
    /// The folder that a relative database path counts from, in whichever layer it stands. Without it: the folder of
    /// the file, and without a file the process's own.
    pub base_dir: Option<&'a Path>,
    /// Environment variables and their values; all of them may be passed, only `VAHTI__…` counts.
    pub environment: &'a [(String, String)],
    /// Flags of the command line: a dotted key such as `http.listen`, and its value as text. The last one wins.
    pub flags: &'a [(String, String)],
    /// Reads a file that holds a secret. Without it `"file:PATH"` is a mistake.
    pub read_secret: Option<fn(&Path) -> std::io::Result<String>>,
}

/// The configuration, complete and checked. Only [`Config::load`] makes one.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[http]`: where Vahti answers.
    pub http: Http,
    /// `[store]`: the database.
    pub store: Store,
    /// `[sessions]`: limits, policy and deadlines.
    pub sessions: Sessions,
    /// `[bypass]`: who and what is never held.
    pub bypass: Bypass,
    /// `[cookie]`: the session cookie.
    pub cookie: Cookie,
    /// `[pages]`: where browsers are sent, and what pages say.
    pub pages: Pages,
    /// `[limits]`: how often something may be done.
    pub limits: Limits,
    /// `[[room]]`: where the computers stand.
    pub rooms: Rooms,
    /// `[tim]`: the addresses for hosts of TIM's network.
    pub tim: Tim,
    /// What is in effect and where it stands, for [`Config::to_toml`].
    effective: Vec<Setting>,
    /// How the operator's file is called.
    file: Option<String>,
}

impl Config {
    /// Lays the layers over each other and checks every value of every layer, overridden ones too.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, at once: first the file in its own order, then the environment, then flags.
    pub fn load(source: Source<'_>) -> Result<Self, Mistakes> {
        let file = source.file.map(|(path, _)| path.display().to_string());
        let base_dir = source
            .base_dir
            .or_else(|| source.file.and_then(|(path, _)| path.parent()));
        let layers = Layers::stack(&source);
        let mut reader = Reader::new(&layers.settings, layers.mistakes);

        let http = Http::read(&mut reader);
        let store = Store::read(&mut reader, base_dir);
        let sessions = Sessions::read(&mut reader);
        let bypass = Bypass::read(&mut reader);
        let cookie = Cookie::read(&mut reader);
        let pages = Pages::read(&mut reader);
        let limits = Limits::read(&mut reader);
        let rooms = Rooms::read(&mut reader);
        let tim = Tim::read(&mut reader, &source, base_dir);

        let mistakes = reader.into_mistakes();
        match (
            http, store, sessions, bypass, cookie, pages, limits, rooms, tim,
        ) {
            (
                Some(http),
                Some(store),
                Some(sessions),
                Some(bypass),
                Some(cookie),
                Some(pages),
                Some(limits),
                Some(rooms),
                Some(tim),
            ) if mistakes.is_empty() => {
                let effective = layers::effective(layers.settings);
                Ok(Self {
                    http,
                    store,
                    sessions,
                    bypass,
                    cookie,
                    pages,
                    limits,
                    rooms,
                    tim,
                    effective,
                    file,
                })
            }
            _ => Err(Mistakes::new(file, mistakes)),
        }
    }

    /// The effective configuration as TOML: every key in the order of the default file, without its comments. Behind a
    /// value that is not the default stands where it comes from. It loads back to the same configuration, unless a
    /// secret stands in it: that is shown as a word that does not load.
    pub fn to_toml(&self) -> String {
        print::print(self)
    }

    /// What is allowed and still probably not meant; empty when nothing is.
    pub fn warnings(&self) -> Vec<Warning> {
        warning::warnings(self)
    }
}

/// Two configurations are the same when they say the same, wherever it stands.
impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.http == other.http
            && self.store == other.store
            && self.sessions == other.sessions
            && self.bypass == other.bypass
            && self.cookie == other.cookie
            && self.pages == other.pages
            && self.limits == other.limits
            && self.rooms == other.rooms
            && self.tim == other.tim
    }
}
