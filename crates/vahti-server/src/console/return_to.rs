//! Where a supervisor goes on after the login: to one of our own pages, whatever the address says.

use crate::address;

/// The longest address that is carried through a login, in bytes.
const MAX_BYTES: usize = 1_000;

/// The address, if it is one of our own pages. A browser resolves dots in a path, also when they are encoded, so an address
/// with such a part is none.
pub(super) fn ours(text: &str) -> Option<&str> {
    let target = address::target(text).filter(|text| text.len() <= MAX_BYTES)?;
    let path = target.split('?').next().unwrap_or(target);
    let is_dots = |part: &str| {
        let part = part.to_ascii_lowercase().replace("%2e", ".");
        part == "." || part == ".."
    };
    let is_ours = path.starts_with("/vahti/") && !path.split('/').any(is_dots);
    is_ours.then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_returned_to() {
        for good in [
            "/vahti/console",
            "/vahti/s/abc.def?x=1",
            "/vahti/console?q=a%2fb..",
        ] {
            assert_eq!(ours(good), Some(good));
        }
        for bad in [
            "",
            "/",
            "/vahti",
            "//vahti/console",
            "https://evil.example/vahti/",
            "/vahti/../exam",
            "/vahti/%2e%2E/exam",
            "/vahti/.%2e",
            "/vahti\\..\\x",
            "/vahti/a b",
            "/vahti/\r\nSet-Cookie: x",
            &format!("/vahti/{}", "x".repeat(1_000)),
        ] {
            assert_eq!(ours(bad), None, "{bad:?}");
        }
    }
}
