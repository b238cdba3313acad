//! The name of a value: a dotted key, as the file, the environment and flags write it.
//!
//! Which keys there are is said by the default file alone. The one family it cannot list is the limits of groups, whose
//! names the operator chooses.

use std::fmt;

use super::raw::shown;

/// What stands before a group's name in a dotted key.
const GROUPS: &str = "sessions.groups.";
/// The one key of a group.
const LIMIT: &str = ".max_per_user";

/// The name of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A key of the default file, dotted, such as `http.listen`.
    Plain(String),
    /// `sessions.groups.NAME.max_per_user`, with the name as it was written.
    GroupLimit(String),
}

impl Key {
    /// A dotted key, as flags name it: the name of a group may itself hold dots.
    pub(super) fn from_dotted(dotted: &str) -> Self {
        let group = dotted
            .strip_prefix(GROUPS)
            .and_then(|rest| rest.strip_suffix(LIMIT));
        group.map_or_else(
            || Self::Plain(dotted.to_owned()),
            |name| Self::GroupLimit(name.to_owned()),
        )
    }

    /// The limit of a group, when that is what a variable of the environment names.
    pub(super) fn group_from_variable(variable: &str) -> Option<Self> {
        let rest = variable.strip_prefix(&to_variable(GROUPS))?;
        let name = rest.strip_suffix(&to_variable_part(LIMIT))?;
        Some(Self::GroupLimit(name.to_owned()))
    }

    /// Whether it is this dotted key of the default file.
    pub(super) fn is(&self, dotted: &str) -> bool {
        matches!(self, Self::Plain(name) if name == dotted)
    }

    /// The key whose value in the default file has the same kind as this one's.
    pub(super) fn like(&self) -> &str {
        match self {
            Self::Plain(dotted) => dotted,
            Self::GroupLimit(_) => "sessions.max_per_user",
        }
    }
}

/// The variable of the environment that stands for a dotted key.
pub(super) fn to_variable(dotted: &str) -> String {
    format!("VAHTI__{}", to_variable_part(dotted))
}

fn to_variable_part(dotted: &str) -> String {
    dotted.to_ascii_uppercase().replace('.', "__")
}

/// A name as a part of a dotted key: quoted where it must be, and always on one line.
pub(super) fn quoted(name: &str) -> String {
    let bare = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { shown(name) }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(dotted) => f.write_str(dotted),
            Self::GroupLimit(name) => write!(f, "{GROUPS}{}{LIMIT}", quoted(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_keeps_its_name_in_flags_and_in_the_environment() {
        let group = |name: &str| Key::GroupLimit(name.to_owned());
        assert_eq!(
            Key::from_dotted("sessions.groups.a.b.max_per_user"),
            group("a.b")
        );
        let variable = "VAHTI__SESSIONS__GROUPS__Exam__Staff__MAX_PER_USER";
        assert_eq!(
            Key::group_from_variable(variable),
            Some(group("Exam__Staff"))
        );
        assert_eq!(
            Key::group_from_variable("VAHTI__SESSIONS__MAX_PER_USER"),
            None
        );
        assert_eq!(
            group("a.b").to_string(),
            "sessions.groups.\"a.b\".max_per_user"
        );
    }
}
