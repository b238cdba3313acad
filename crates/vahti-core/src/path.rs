//! Paths, in the one form in which they are compared with the bypass list.

/// A request's path in canonical form, with the origin it was asked from, if known.
///
/// There is one way to write a path that can be on the bypass list: printable ASCII, without escapes,
/// empty or dot segments, backslashes and semicolons. Whatever needs interpreting is not canonical, so two
/// programs that read it differently cannot disagree about a bypass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanonicalPath<'a> {
    origin: Option<&'a str>,
    path: &'a str,
}

impl<'a> CanonicalPath<'a> {
    /// Reads `/path?query` or `https://host/path?query`; the query does not count. `None` if it is not canonical.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (origin, rest) = if text.starts_with('/') {
            (None, text)
        } else {
            split_origin(text)?
        };
        if !rest.bytes().all(|byte| byte.is_ascii_graphic()) || rest.contains('#') {
            return None;
        }
        let path = rest.split_once('?').map_or(rest, |(path, _)| path);
        is_canonical(path).then_some(Self { origin, path })
    }

    /// Whether an entry of the bypass list, `/path` or `https://host/path`, means this path.
    #[must_use]
    pub fn is(&self, entry: &str) -> bool {
        if entry.starts_with('/') {
            return entry == self.path;
        }
        match (self.origin, split_origin(entry)) {
            (Some(mine), Some((Some(theirs), path))) => {
                path == self.path && same_origin(mine, theirs)
            }
            _ => false,
        }
    }
}

fn split_origin(text: &str) -> Option<(Option<&str>, &str)> {
    let authority = text.find("://")? + 3;
    let path = authority + text[authority..].find('/')?;
    let scheme_is_web = ["http", "https"]
        .iter()
        .any(|web| text[..authority - 3].eq_ignore_ascii_case(web));
    (scheme_is_web && is_host(&text[authority..path]))
        .then_some((Some(&text[..path]), &text[path..]))
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

fn is_canonical(path: &str) -> bool {
    !path.contains(['%', '\\', ';'])
        && path.starts_with('/')
        && !path.contains("//")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Hosts are folded: case, one trailing dot and the scheme's own port do not count.
fn same_origin(mine: &str, theirs: &str) -> bool {
    let fold = |origin: &str| {
        let origin = origin.to_ascii_lowercase();
        let port = if origin.starts_with("https:") {
            ":443"
        } else {
            ":80"
        };
        let origin = origin.strip_suffix(port).unwrap_or(&origin).to_owned();
        origin.strip_suffix('.').unwrap_or(&origin).to_owned()
    };
    fold(mine) == fold(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_compared_exactly_and_without_its_query() {
        let path = CanonicalPath::parse("/exam/rules?x=/other").expect("canonical");
        assert!(path.is("/exam/rules"));
        for other in [
            "/exam",
            "/exam/rules/",
            "/Exam/rules",
            "/other",
            "https://a.fi/exam/rules",
        ] {
            assert!(!path.is(other), "{other}");
        }
    }

    #[test]
    fn a_host_is_compared_whatever_its_case_its_dot_and_its_own_port() {
        for same in [
            "https://A.Fi/open",
            "https://a.fi./open",
            "https://a.fi:443/open?x",
        ] {
            assert!(
                CanonicalPath::parse(same)
                    .expect(same)
                    .is("https://a.fi/open"),
                "{same}"
            );
        }
        for other in [
            "http://a.fi/open",
            "https://b.fi/open",
            "https://a.fi:444/open",
            "/open",
        ] {
            assert!(
                !CanonicalPath::parse(other)
                    .expect(other)
                    .is("https://a.fi/open"),
                "{other}"
            );
        }
        assert!(
            CanonicalPath::parse("https://anywhere.fi/open")
                .expect("canonical")
                .is("/open")
        );
    }

    #[test]
    fn what_needs_interpreting_is_never_on_the_list() {
        for odd in [
            "",
            "open",
            "/a/../open",
            "/./open",
            "//open",
            "/a//open",
            "/%6fpen",
            "/open%2f",
            "/open;x",
            "/a\\open",
            "/open#x",
            "/open\0",
            "/öpen",
            "/open\n",
            "ftp://a.fi/open",
            "https:///open",
            "https://a b/open",
            "https://u@a.fi/open",
        ] {
            assert!(CanonicalPath::parse(odd).is_none(), "{odd:?}");
        }
    }
}
