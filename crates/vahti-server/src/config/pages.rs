//! `[pages]`: where browsers are sent.

use reqwest::Url;

use super::mistake::Wrong;
use super::raw::{Raw, shown};
use super::reader::Reader;
use super::text::text;
use crate::address::{self, Address, Host};

/// `[pages]`: where browsers are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Where somebody without a session is sent: an http or https address, or a path on the host that they came to.
    pub login_url: Option<String>,
    /// Hosts, perhaps with a port, besides that of the public address that a return address may name.
    pub return_hosts: Vec<String>,
}

impl Pages {
    /// Reads every key before it gives up on any: a mistake must not hide the next one.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let login_url = reader.get("pages.login_url", login_url);
        let return_hosts = reader.list("pages.return_hosts", return_host);
        Some(Self {
            login_url: login_url?,
            return_hosts: return_hosts?,
        })
    }
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
