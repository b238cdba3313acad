//! The session token in the cookies of a request.

use reqwest::header::{COOKIE, HeaderMap, HeaderValue};

/// The token in the cookie `name`; empty if there is none. Two cookies of that name are as good as none: one of them may be
/// somebody else's. Other cookies may hold what they like, also what is no text.
#[must_use]
pub fn token_in<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        value.strip_prefix(b"=")
    });
    match (values.next(), values.next()) {
        (Some(token), None) => str::from_utf8(token).unwrap_or_default(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).expect("a value");
            headers.append(COOKIE, value);
        }
        token_in(&headers, "vahti").to_owned()
    }

    #[test]
    fn the_one_cookie_of_the_name_is_the_token() {
        assert_eq!(token(&["a=1; vahti=v1.x.y; b=2"]), "v1.x.y");
        assert_eq!(token(&["a=1", "vahti=v1.x.y"]), "v1.x.y");
        assert_eq!(token(&["vahti=a=b"]), "a=b");
        assert_eq!(token(&["name=P\u{e4}ivi; vahti=v1.x.y"]), "v1.x.y");
    }

    #[test]
    fn none_two_and_another_name_are_no_token() {
        for lines in [
            &["a=1"][..],
            &["vahti=x; vahti=y"],
            &["vahti=x", "vahti=x"],
            &["vahti=x; name=\u{e4}; vahti=y"],
            &["Vahti=x; xvahti=y"],
            &["vahti"],
            &[],
        ] {
            assert_eq!(token(lines), "", "{lines:?}");
        }
    }
}
