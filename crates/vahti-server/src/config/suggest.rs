//! "Did you mean": the known word that somebody most likely meant.

/// The known word nearest to `word`, when one is near enough to be worth naming.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, candidate);
    let (known, near) = known
        .into_iter()
        .map(|known| (known, distance(&known.to_ascii_lowercase())))
        .min_by_key(|(known, distance)| {
            (if is_part(&word, known) { 1 } else { *distance }, *distance)
        })?;
    let most = (word.chars().count() / 3).clamp(1, 3);
    (near <= most || is_part(&word, known)).then_some(known)
}

/// `timeout` of `idle_timeout`: whole words, and long enough to mean something.
fn is_part(word: &str, known: &str) -> bool {
    word.len() >= 3 && known.split('_').any(|part| part == word)
}

/// Words in a sentence: `a`, `b`.
pub(super) fn listed(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = [
            "listen",
            "public_url",
            "idle_timeout",
            "max_lifetime",
            "url",
        ];
        let near = |word| nearest(word, known);
        assert_eq!(near("lisen"), Some("listen"));
        assert_eq!(near("LISTEN"), Some("listen"));
        assert_eq!(near("publicurl"), Some("public_url"));
        assert_eq!(near("timeout"), Some("idle_timeout"));
        assert_eq!(near("lifetime"), Some("max_lifetime"));
        assert_eq!(near("ulr"), Some("url"));
        assert_eq!(near("tim"), None);
        assert_eq!(near("secrets"), None);
    }
}
