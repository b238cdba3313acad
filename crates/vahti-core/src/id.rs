//! Names of users, sessions and groups: each a type of its own, valid by construction.

use core::fmt;

use compact_str::CompactString;

/// Why a text cannot be a user name, a session id or a group.
///
/// The message names the text and says what would be right; it is meant for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidId(String);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(CompactString);

        impl $name {
            /// Takes `text` as it is, or says why it cannot be one.
            ///
            /// # Errors
            /// [`InvalidId`] with a sentence for people.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                $check(text)?;
                Ok(Self(CompactString::new(text)))
            }

            /// The text, byte for byte as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl core::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }
    };
}

text_id! {
    /// The host application's name for a person: opaque, compared byte for byte.
    ///
    /// Not empty, at most 256 bytes, not `-` (which stands for "nobody" in headers), no control
    /// characters, and none of the characters that change the direction of text.
    UserId, check_user
}

text_id! {
    /// One login of one user on one device: `[A-Za-z0-9_-]{1,64}`, not `current`, unique over all users.
    ///
    /// Public: it appears in URLs and logs, and proves nothing.
    SessionId, check_session
}

text_id! {
    /// A set of users with a policy of its own: `[A-Za-z0-9_.:@/-]{1,64}`.
    Group, check_group
}

text_id! {
    /// What a supervisor is called: one to 64 characters, also spaces between them, but none that deceives whoever reads it.
    SupervisorName, check_supervisor
}

const USER_MAX_BYTES: usize = 256;
const NAME_MAX_CHARS: usize = 64;
const ID_MAX_BYTES: usize = 64;

fn check_user(text: &str) -> Result<(), InvalidId> {
    let wrong = if text.is_empty() {
        "A user name cannot be empty.".to_owned()
    } else if text.len() > USER_MAX_BYTES {
        format!(
            "A user name has at most {USER_MAX_BYTES} bytes; this one has {}.",
            text.len()
        )
    } else if text == "-" {
        "`-` cannot be a user name: it stands for nobody.".to_owned()
    } else if let Some(c) = text.chars().find(|c| c.is_control() || turns_text(*c)) {
        format!(
            "A user name cannot hold the invisible character U+{:04X}.",
            u32::from(c)
        )
    } else {
        return Ok(());
    };
    Err(InvalidId(wrong))
}

fn check_supervisor(text: &str) -> Result<(), InvalidId> {
    let wrong = if text.trim().is_empty() {
        "The name of a supervisor cannot be empty.".to_owned()
    } else if text.chars().count() > NAME_MAX_CHARS {
        format!("The name of a supervisor has at most {NAME_MAX_CHARS} characters.")
    } else if text.trim() != text {
        "The name of a supervisor neither begins nor ends with a space.".to_owned()
    } else if let Some(c) = text.chars().find(|c| c.is_control() || turns_text(*c)) {
        format!(
            "The name of a supervisor cannot hold the invisible character U+{:04X}.",
            u32::from(c)
        )
    } else {
        return Ok(());
    };
    Err(InvalidId(wrong))
}

/// Characters that change the direction in which text is shown (Unicode Bidi_Control), and line
/// separators: with them, one name can be made to look like another.
fn turns_text(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}')
}

fn check_session(text: &str) -> Result<(), InvalidId> {
    if text == "current" {
        return Err(InvalidId(
            "`current` cannot be a session id: it is an address of its own.".to_owned(),
        ));
    }
    let right = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    check_charset(text, right).map_err(|shown| {
        InvalidId(format!("`{shown}` cannot be a session id: letters, digits, `-` and `_`, at most {ID_MAX_BYTES}."))
    })
}

fn check_group(text: &str) -> Result<(), InvalidId> {
    let right = |c: u8| c.is_ascii_alphanumeric() || b"_.:@/-".contains(&c);
    check_charset(text, right).map_err(|shown| {
        InvalidId(format!(
            "`{shown}` cannot be a group: letters, digits and `_ . : @ / -`, at most {ID_MAX_BYTES}."
        ))
    })
}

fn check_charset(text: &str, right: impl Fn(u8) -> bool) -> Result<(), String> {
    if (1..=ID_MAX_BYTES).contains(&text.len()) && text.bytes().all(right) {
        return Ok(());
    }
    let mut shown: String = text
        .chars()
        .take(40)
        .flat_map(char::escape_default)
        .collect();
    if text.chars().count() > 40 {
        shown.push('…');
    }
    Err(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_may_be_anything_that_can_be_shown() {
        for good in [
            "aino",
            "Äinö Ö",
            "a@b.fi",
            "名前",
            "😀",
            "--",
            &"x".repeat(256),
        ] {
            assert_eq!(UserId::new(good).expect(good).as_str(), good);
        }
        for bad in [
            "",
            "-",
            "a\r\nb",
            "a\0",
            "\u{202E}txt",
            "\u{2066}",
            "a\u{2028}b",
            &"x".repeat(257),
        ] {
            assert!(UserId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_session_id_is_safe_in_a_url_and_in_a_log() {
        for good in ["a", "seat-17", "A_z-9", &"x".repeat(64)] {
            assert!(SessionId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "current", "seat.17", "a b", "ä", "a\n", &"x".repeat(65)] {
            assert!(SessionId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_wrong_id_is_shown_short_and_escaped() {
        let message = SessionId::new(&"\n".repeat(500))
            .expect_err("newlines")
            .to_string();
        assert!(message.contains("\\n") && message.len() < 200, "{message}");
    }

    #[test]
    fn a_supervisor_is_called_as_people_are() {
        for good in ["Maija K", "maija", "Åke Öst", "名前", &"ä".repeat(64)] {
            assert_eq!(SupervisorName::new(good).expect(good).as_str(), good);
        }
        for bad in [
            "",
            " ",
            " Maija",
            "Maija ",
            "Mai\nja",
            "Mai\u{202E}ja",
            &"x".repeat(65),
        ] {
            assert!(SupervisorName::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_group_holds_what_directories_use() {
        assert!(Group::new("cn:exam/2026.a@b-c_d").is_ok());
        for bad in ["", "a b", "a,b", "ä"] {
            assert!(Group::new(bad).is_err(), "{bad:?}");
        }
    }
}
