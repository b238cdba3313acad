//! The session cookie of a request (RFC 6265).

use axum::http::{HeaderMap, header};

/// The value of the one cookie of this name; two of them are as good as none. Other cookies may hold what they like.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| {
        let pair = pair.trim_ascii();
        pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")
    });
    let first = values.next();
    first
        .filter(|_| values.next().is_none())
        .and_then(|value| str::from_utf8(value).ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_cookie_of_the_name_counts_whatever_stands_beside_it() {
        let read = |lines: &str| {
            let mut headers = HeaderMap::new();
            for line in lines.lines() {
                let value = HeaderValue::from_bytes(line.as_bytes()).expect("a value");
                headers.append(header::COOKIE, value);
            }
            cookie(&headers, "vahti").map(str::to_owned)
        };
        for right in [
            "vahti=a",
            "x=1; vahti=a;y=2",
            "x=\u{ff}\nvahti=a",
            "x=\u{ff}; vahti=a; xvahti=b; vahti2=c; VAHTI=d",
        ] {
            assert_eq!(read(right).as_deref(), Some("a"), "{right:?}");
        }
        for wrong in [
            "vahti=a; vahti=b",
            "vahti=a\nvahti=a",
            "vahti=a; x=\u{ff}; vahti=b",
            "vahti",
            "x=vahti=a",
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
