//! The languages of the pages, and which of them a browser prefers. A translator adds one here and a folder of words.

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Finnish.
    Finnish,
    /// Swedish.
    Swedish,
}

impl Language {
    /// Every language that has words.
    pub const ALL: &[Self] = &[Self::English, Self::Finnish, Self::Swedish];

    /// Its tag (BCP 47), as the configuration, addresses and files of words have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Finnish => "fi",
            Self::Swedish => "sv",
        }
    }

    /// Its name, as those who speak it write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Finnish => "Suomi",
            Self::Swedish => "Svenska",
        }
    }

    /// The language with this tag, if it is among these.
    pub(super) fn find(tag: &str, among: &[Self]) -> Option<Self> {
        let mut languages = among.iter().copied();
        languages.find(|language| language.as_str() == tag)
    }

    /// Which of these an `Accept-Language` (RFC 9110, 12.5.4) prefers; regions are nothing to us.
    pub(super) fn preferred(header: &str, among: &[Self]) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let primary = tag.split('-').next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |weight| weight.parse().ok());
            let (Some(language), Some(weight)) = (Self::find(primary, among), weight) else {
                continue;
            };
            // Of several with one weight the first is meant.
            if weight > best.map_or(0.0, |(weight, _)| weight) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_what_it_prefers_among_what_is_offered() {
        use Language::{English, Finnish, Swedish};
        let all = [English, Finnish, Swedish];
        for (header, among, language) in [
            ("fi-FI,fi;q=0.9,en;q=0.8", all.as_slice(), Some(Finnish)),
            ("de,sv;q=0.2,en;q=0.7", &all, Some(English)),
            ("SV", &all, Some(Swedish)),
            ("fi;q=0.5, sv ; q=0.5", &all, Some(Finnish)),
            ("fi;q=0, sv;q=0.001", &all, Some(Swedish)),
            ("fi;q=x, *", &all, None),
            ("", &all, None),
            (",;q=1,-,;;;", &all, None),
            ("fi, sv;q=0.1", &[English, Swedish], Some(Swedish)),
        ] {
            assert_eq!(Language::preferred(header, among), language, "{header}");
        }
    }
}
