//! Where a value or a mistake stands. The order of places is the order in which mistakes are reported.

use std::fmt;

/// Where a value or a mistake stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the embedded default file.
    Default {
        /// Where it begins, in bytes from the start of the file.
        at: usize,
    },
    /// In the operator's file.
    File {
        /// Where it begins, in bytes from the start of the file.
        at: usize,
        /// The line, counted from 1.
        line: usize,
    },
    /// In the environment.
    Environment {
        /// The name of the variable.
        variable: String,
    },
    /// On the command line.
    Flag,
}

impl Place {
    /// The place as people read it; `file` is the name of the operator's file.
    pub(super) fn shown<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| match self {
            Self::Default { .. } => f.write_str("default"),
            Self::File { line, .. } => write!(f, "{file}:{line}"),
            Self::Environment { .. } => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        })
    }
}

/// The line of a text, counted from 1, in which byte `at` stands.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let text = "a\nb\n\nc";
        assert_eq!(
            [0, 1, 2, 4, 5, 99].map(|at| line_of(text, at)),
            [1, 1, 2, 3, 4, 4]
        );
    }
}
