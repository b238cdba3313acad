//! The session token in the cookies of a request.

use reqwest::header::{COOKIE, HeaderMap, HeaderValue};

/// The token in the cookie `name`; empty if there is none. Two cookies of that name are as good as none: one of them may be
/// somebody else's.
#[must_use]
pub fn token_in<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let lines = headers.get_all(COOKIE).iter().map(HeaderValue::to_str);
    let pairs = lines.flatten().flat_map(|line| line.split(';'));
    let mut values = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(token), None) => token,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(lines: &[&'static str]) -> String {
        let line = |line: &&'static str| (COOKIE, HeaderValue::from_static(line));
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        token_in(&headers, "vahti").to_owned()
    }

    #[test]
    fn the_one_cookie_of_the_name_is_the_token() {
        assert_eq!(token(&["a=1; vahti=v1.x.y; b=2"]), "v1.x.y");
        assert_eq!(token(&["a=1", "vahti=v1.x.y"]), "v1.x.y");
        assert_eq!(token(&["vahti=a=b"]), "a=b");
    }

    #[test]
    fn none_two_and_another_name_are_no_token() {
        for lines in [
            &["a=1"][..],
            &["vahti=x; vahti=y"],
            &["vahti=x", "vahti=x"],
            &["Vahti=x; xvahti=y"],
            &["vahti"],
            &[],
        ] {
            assert_eq!(token(lines), "", "{lines:?}");
        }
    }
}
