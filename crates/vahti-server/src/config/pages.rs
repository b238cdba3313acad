//! `[pages]`: where browsers are sent, and what pages say.

use jiff::tz::TimeZone;
use reqwest::Url;

use super::mistake::Wrong;
use super::raw::{Raw, shown};
use super::reader::Reader;
use super::text::{text, word};
use crate::address::{self, Address, Host};
use crate::locale::Language;

/// The longest sentence about who helps, in bytes.
const HELP_MAX_BYTES: usize = 400;

/// `[pages]`: where browsers are sent, and what pages say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Where somebody without a session is sent: an http or https address, or a path on the host that they came to.
    pub login_url: Option<String>,
    /// Hosts, perhaps with a port, besides that of the public address that a return address may name.
    pub return_hosts: Vec<String>,
    /// Who helps: a sentence of the operator.
    pub help: Option<String>,
    /// Who waits.
    pub audience: Audience,
    /// The languages of the pages, each once; the first is for those who prefer none of them.
    pub languages: Vec<Language>,
    /// The zone of the times on the pages.
    pub time_zone: TimeZone,
}

/// Who waits at the waiting page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// People whom a supervisor lets in.
    Supervised,
    /// People who help themselves.
    Own,
}

impl Audience {
    /// Every value, in the order in which people are shown them.
    pub const ALL: &[Self] = &[Self::Supervised, Self::Own];

    /// The word that the configuration has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Own => "self",
        }
    }
}

impl Pages {
    /// Reads every key before it gives up on any: a mistake must not hide the next one.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let login_url = reader.get("pages.login_url", login_url);
        let return_hosts = reader.list("pages.return_hosts", return_host);
        let help = reader.get("pages.help", help);
        let audience = reader.get("pages.audience", |raw| {
            word(raw, Audience::ALL, Audience::as_str)
        });
        let languages = Self::read_languages(reader);
        let time_zone = reader.get("pages.time_zone", time_zone);
        Some(Self {
            login_url: login_url?,
            return_hosts: return_hosts?,
            help: help?,
            audience: audience?,
            languages: languages?,
            time_zone: time_zone?,
        })
    }

    fn read_languages(reader: &mut Reader<'_>) -> Option<Vec<Language>> {
        const KEY: &str = "pages.languages";
        let read = |raw: &Raw| word(raw, Language::ALL, Language::as_str);
        let none = Wrong::new("Pages speak no language at all.", "Name one or more.");
        let listed: Vec<Language> = reader.filled(KEY, read, none)?;
        let mut languages = Vec::new();
        for language in listed {
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
        Some(languages)
    }
}

fn help(raw: &Raw) -> Result<Option<String>, Wrong> {
    let text = text(raw)?;
    if text.len() > HELP_MAX_BYTES {
        let wrong = format!("This sentence has {} bytes.", text.len());
        let right = format!("Write at most {HELP_MAX_BYTES}: people read it while they wait.");
        return Err(Wrong::new(wrong, right));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn time_zone(raw: &Raw) -> Result<TimeZone, Wrong> {
    let text = text(raw)?;
    TimeZone::get(text).map_err(|_| {
        Wrong::new(
            format!("{} is not a known time zone.", shown(text)),
            "Write a name such as \"Europe/Helsinki\" or \"UTC\".",
        )
    })
}

fn login_url(raw: &Raw) -> Result<Option<String>, Wrong> {
    let text = text(raw)?;
    let is_path = !text.starts_with("//") && address::target(text).is_some();
    let is_address = || Address::parse(text).is_some() && Url::parse(text).is_ok();
    if text.is_empty() {
        Ok(None)
    } else if is_path || is_address() {
        Ok(Some(text.to_owned()))
    } else {
        Err(Wrong::new(
            format!(
                "{} is no address that a browser can be sent to.",
                shown(text)
            ),
            "Write \"https://host/path\" or \"/path\", percent-encoded and without a fragment.",
        ))
    }
}

fn return_host(raw: &Raw) -> Result<String, Wrong> {
    let text = text(raw)?;
    Host::parse(text)
        .map(|host| host.to_string().to_ascii_lowercase())
        .ok_or_else(|| {
            Wrong::new(
                format!("{} is not a host.", shown(text)),
                "Write the host alone, as \"app.example.org\" or \"app.example.org:8443\".",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    #[test]
    fn a_login_page_is_an_address_or_a_path() {
        for right in ["/login", "/login?a=b", "https://id.example.org/in?app=7"] {
            assert_eq!(
                login_url(&raw(right)).ok().flatten().as_deref(),
                Some(right)
            );
        }
        assert_eq!(login_url(&raw("")).ok(), Some(None));
        for wrong in [
            "login",
            "//evil",
            "https:evil",
            "https://u@a.fi/",
            "ftp://a.fi/",
            "/a#b",
            "/a b",
        ] {
            assert!(login_url(&raw(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_zone_is_a_name_that_is_known() {
        for right in ["UTC", "Europe/Helsinki", "America/New_York"] {
            assert!(time_zone(&raw(right)).is_ok(), "{right}");
        }
        for wrong in ["", "Helsinki", "+02:00", "Europe/Atlantis", "../etc/passwd"] {
            assert!(time_zone(&raw(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_return_host_is_a_host_and_nothing_else() {
        let read = |text| return_host(&raw(text)).ok();
        assert_eq!(read("App.Example.org.").as_deref(), Some("app.example.org"));
        assert_eq!(read("a.fi:8443").as_deref(), Some("a.fi:8443"));
        for wrong in [
            "",
            "https://a.fi",
            "a.fi/",
            "*.a.fi",
            "a.fi:",
            "u@a.fi",
            "a fi",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
