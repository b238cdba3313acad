//! What people call the device that a login came from, out of the text that its browser sends (`User-Agent`). It is a help
//! for the eye: it may be wrong, and nothing depends on it.

/// Words of a `User-Agent` and the browser that sends them. Most browsers name others too, so the order matters.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The same for systems.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

/// Where a login came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    /// The address, as it was told.
    pub(crate) address: Option<&'a str>,
    /// The rest: a `User-Agent`, or the host application's own words.
    pub(crate) text: &'a str,
}

impl<'a> Origin<'a> {
    /// Takes apart what is recorded: `[address] text`.
    pub(crate) fn of(recorded: &'a str) -> Self {
        let parts = recorded.strip_prefix('[');
        match parts.and_then(|rest| rest.split_once(']')) {
            Some((address, text)) => Self {
                address: Some(address),
                text: text.trim_start(),
            },
            None => Self {
                address: None,
                text: recorded,
            },
        }
    }

    /// The browser and the system, if the text is one that browsers send.
    pub(crate) fn device(&self) -> Option<(&'static str, &'static str)> {
        let known = |names: &[(&str, &'static str)]| {
            let mut names = names.iter();
            names
                .find(|(word, _)| self.text.contains(word))
                .map(|(_, name)| *name)
        };
        Some((known(&BROWSERS)?, known(&SYSTEMS)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_that_people_use_have_their_names() {
        for (text, device) in [
            (
                "[10.1.4.17] Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Some(("Firefox", "Linux")),
            ),
            (
                "[::1] Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
                Some(("Chrome", "Windows")),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
                Some(("Edge", "Windows")),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                Some(("Safari", "iPhone")),
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                Some(("Samsung Internet", "Android")),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                Some(("Safari", "Mac")),
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
                Some(("Chrome", "ChromeOS")),
            ),
            ("[10.0.0.1]", None),
            ("the kiosk in the hall", None),
            ("curl/8.5.0", None),
        ] {
            assert_eq!(Origin::of(text).device(), device, "{text}");
        }
    }

    #[test]
    fn the_address_stands_apart() {
        let of = Origin::of("[10.1.4.17] Firefox");
        assert_eq!((of.address, of.text), (Some("10.1.4.17"), "Firefox"));
        for text in ["Firefox", "", "[10.1.4.17"] {
            let of = Origin::of(text);
            assert_eq!((of.address, of.text), (None, text));
        }
    }
}
