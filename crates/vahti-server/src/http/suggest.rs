//! "Did you mean": the known name that somebody most likely meant.

/// The known name nearest to `word`, when one is near enough to be worth naming, or is a part of it.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: String = word
        .chars()
        .take(64)
        .collect::<String>()
        .to_ascii_lowercase();
    let most = (word.chars().count() / 3).clamp(1, 3);
    let part = |name: &str| {
        word.len() > name.len() && word.split(['_', '-', '.']).any(|part| part == name)
    };
    let grown = |name: &str| name.len() >= 4 && word.starts_with(name);
    known
        .filter_map(|name| {
            let distance = strsim::damerau_levenshtein(&word, name);
            (distance <= most || part(name) || grown(name)).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name)
}

/// Names in a sentence.
pub(super) fn listed(names: &[&str]) -> String {
    super::problem::listed(names.iter().copied(), ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let near = |word| nearest(word, ["user", "session_id", "reason", "token"].into_iter());
        assert_eq!(near("username"), Some("user"));
        assert_eq!(near("user_name"), Some("user"));
        assert_eq!(near("User"), Some("user"));
        assert_eq!(near("sessionid"), Some("session_id"));
        assert_eq!(near("resaon"), Some("reason"));
        assert_eq!(near("colour"), None);
        assert_eq!(near(&"x".repeat(10_000)), None);
    }
}
