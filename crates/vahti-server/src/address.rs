//! Addresses of the web as they come from outside, read strictly: what two programs could read differently is refused,
//! not mended. Nothing is decoded and nothing is looked up here.

use std::fmt;
use std::net::Ipv6Addr;

/// `http://host/path?query`, or `https`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address<'a> {
    /// Whether the scheme is `https`.
    pub(crate) secure: bool,
    /// Where; a port only if it is not the scheme's own.
    pub(crate) host: Host<'a>,
    /// The path, with its query. It begins with a slash.
    pub(crate) target: &'a str,
}

impl<'a> Address<'a> {
    /// Reads an address. A missing path is `/`; user names, fragments, backslashes in the path and anything but visible
    /// ASCII are no address.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let secure = is_secure(scheme)?;
        let (host, target) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        Some(Self {
            secure,
            host: Host::parse(host)?.by(secure),
            target: self::target(target)?,
        })
    }
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.host, self.target)
    }
}

/// Whether a scheme of the web is the secure one; `None` if it is no scheme of the web.
pub(crate) fn is_secure(scheme: &str) -> Option<bool> {
    let is = |known: &str| scheme.eq_ignore_ascii_case(known);
    match scheme {
        _ if is("https") => Some(true),
        _ if is("http") => Some(false),
        _ => None,
    }
}

/// A path with its query, as it stands in a request.
pub(crate) fn target(text: &str) -> Option<&str> {
    let path = text.split_once('?').map_or(text, |(path, _)| path);
    let fits = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'#');
    (fits && path.starts_with('/') && !path.contains('\\')).then_some(text)
}

/// A host, perhaps with a port. Its case and one dot at its end do not count.
#[derive(Clone, Copy, Debug, Eq)]
pub(crate) struct Host<'a> {
    name: &'a str,
    port: Option<u16>,
}

impl<'a> Host<'a> {
    /// Reads `name`, `name:port`, `[IPv6 address]` or `[IPv6 address]:port`.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (name, port) = if text.starts_with('[') {
            let end = text.find(']')? + 1;
            let (name, rest) = text.split_at(end);
            name[1..end - 1].parse::<Ipv6Addr>().ok()?;
            (
                name,
                rest.strip_prefix(':').or(rest.is_empty().then_some("")),
            )
        } else {
            let (name, port) = text.split_once(':').unwrap_or((text, ""));
            let name = name.strip_suffix('.').unwrap_or(name);
            (is_name(name).then_some(name)?, Some(port))
        };
        let port = match port? {
            "" if !text.ends_with(':') => None,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok().filter(|port| *port > 0)?)
            }
            _ => return None,
        };
        Some(Self { name, port })
    }

    /// The same, without the port if it is the usual one of `https` or of `http`.
    pub(crate) fn by(self, secure: bool) -> Self {
        let usual = if secure { 443 } else { 80 };
        Self {
            port: self.port.filter(|port| *port != usual),
            ..self
        }
    }
}

impl PartialEq for Host<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(other.name) && self.port == other.port
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !name.is_empty() && name.bytes().all(fits) && !name.split('.').any(str::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let read = |text| Address::parse(text).expect("an address").host;
        read(one) == read(other)
    }

    #[test]
    fn a_host_is_compared_whatever_its_case_its_dot_and_its_own_port() {
        for host in [
            "https://A.Fi",
            "https://a.fi.",
            "https://a.fi:443/x",
            "http://a.fi:80",
        ] {
            assert!(same(host, "https://a.fi/"), "{host}");
        }
        for other in [
            "https://b.fi",
            "https://a.fi:80",
            "http://a.fi:443",
            "https://a.fi.b",
        ] {
            assert!(!same(other, "https://a.fi/"), "{other}");
        }
        assert!(same("http://[::1]:80/", "http://[::1]"));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_no_address() {
        for odd in [
            "",
            "a.fi",
            "/a",
            "//a.fi",
            "https:a.fi",
            "https:/a.fi",
            "https:\\\\a.fi",
            "ftp://a.fi",
            "https://",
            "https:///a",
            "https://u@a.fi",
            "https://u:p@a.fi/",
            "https://a.fi:",
            "https://a.fi:0",
            "https://a.fi:65536",
            "https://a.fi:+1",
            "https://a..fi",
            "https://.a.fi",
            "https://a.fi..",
            "https://a b",
            "https://a.fi\\@b",
            "https://a.fi?x",
            "https://a.fi/a\\b",
            "https://a.fi/#x",
            "https://a.fi/ä",
            "https://a.fi/\0",
            "https://a.fi/a b",
            "https://[::1",
            "https://[a]",
            "https://[::1]x",
            " https://a.fi",
            "https://ä.fi",
        ] {
            assert!(Address::parse(odd).is_none(), "{odd:?}");
        }
    }

    #[test]
    fn an_address_is_written_as_it_is_compared() {
        let written = |text| Address::parse(text).map(|address| address.to_string());
        assert_eq!(
            written("HTTPS://a.fi.:443").as_deref(),
            Some("https://a.fi/")
        );
        assert_eq!(
            written("http://a.fi:8080/b?c=/d\\").as_deref(),
            Some("http://a.fi:8080/b?c=/d\\")
        );
    }
}
