//! The address that people's browsers use for Vahti.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::mistake::Wrong;
use super::raw::{Raw, shown};
use super::text::text;

/// The address that people's browsers use: scheme, host and port, nothing else. Its text has no slash at the end, the
/// host in lower case (and in ASCII), and no port where it is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    https: bool,
    loopback: bool,
}

impl PublicUrl {
    /// `https://exam.example.org`, without a slash at the end: links are made by adding a path.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The host alone, without port; IPv6 addresses in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers come over https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether only this machine itself can open it.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Reads it from the configuration.
    pub(super) fn read(raw: &Raw) -> Result<Self, Wrong> {
        let text = text(raw)?;
        let right =
            "Write what people's browsers use, without a path: \"https://exam.example.org\".";
        let wrong = |what: &str| Err(Wrong::new(format!("{} {what}", shown(text)), right));
        let url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            _ => return wrong("is not an http or https address."),
        };
        let Some(host) = url.host_str() else {
            return wrong("has no host.");
        };
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        if !url.username().is_empty() || url.password().is_some() {
            wrong("holds a user name or password.")
        } else if url.query().is_some() || url.fragment().is_some() {
            wrong("has a query or a fragment.")
        } else if url.path() != "/" {
            wrong("has a path: Vahti's pages lie under /vahti/ of the host itself.")
        } else if address.is_some_and(|address| address.is_unspecified()) {
            wrong("is no address that a browser can open.")
        } else {
            let named = host == "localhost" || host.ends_with(".localhost");
            let loopback =
                named || address.is_some_and(|address| address.to_canonical().is_loopback());
            let https = url.scheme() == "https";
            Ok(Self {
                origin: url.origin().ascii_serialization(),
                host: host.to_owned(),
                https,
                loopback,
            })
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<PublicUrl> {
        PublicUrl::read(&Raw::Text(text.to_owned())).ok()
    }

    #[test]
    fn it_is_a_scheme_a_host_and_a_port() {
        let origin = |text| read(text).map(|url| url.as_str().to_owned());
        assert_eq!(
            origin("https://Exam.Example.org/").as_deref(),
            Some("https://exam.example.org")
        );
        assert_eq!(
            origin("https://exam.example.org:443").as_deref(),
            Some("https://exam.example.org")
        );
        assert_eq!(
            origin("http://[::1]:7300").as_deref(),
            Some("http://[::1]:7300")
        );
        for wrong in [
            "",
            "exam.example.org",
            "ftp://exam.example.org",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "https://u:p@a",
            "http://0.0.0.0:7300",
            "http://[::]",
            "https://a b",
            "mailto:a@b",
        ] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn loopback_is_recognised_by_name_and_by_address() {
        let loopback = |text| read(text).map(|url| url.is_loopback());
        for own in [
            "http://localhost:7300",
            "http://a.localhost",
            "http://127.8.9.1",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert_eq!(loopback(own), Some(true), "{own}");
        }
        for other in [
            "http://localhost.example.org",
            "http://10.0.0.1",
            "http://[2001:db8::1]",
        ] {
            assert_eq!(loopback(other), Some(false), "{other}");
        }
    }
}
