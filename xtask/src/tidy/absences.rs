//! What a crate must never reach, over any number of steps: the rules know no clock, network, database or source
//! of randomness, and whoever embeds the library brings their own SQLite or none.

use super::Finding;
use crate::process;
use crate::workspace::Package;

struct Absence {
    package: &'static str,
    features: &'static [&'static str],
    never: &'static [&'static str],
}

const ABSENCES: &[Absence] = &[
    Absence {
        package: "vahti-core",
        features: &["--all-features"],
        never: &["tokio", "rusqlite", "axum", "hyper"],
    },
    Absence {
        package: "vahti-core",
        features: &[],
        never: &["getrandom"],
    },
    Absence {
        package: "vahti",
        features: &[],
        never: &["rusqlite", "libsqlite3-sys"],
    },
];

/// Asks cargo for the tree of each crate above.
pub(super) fn check(packages: &[Package]) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for absence in ABSENCES {
        if packages
            .iter()
            .any(|package| package.name == absence.package)
        {
            findings.extend(absence.check(&absence.tree()?));
        }
    }
    Ok(findings)
}

impl Absence {
    fn tree(&self) -> Result<String, String> {
        let mut cargo = process::cargo(&["tree", "--package", self.package]);
        cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "none"]);
        cargo.args(self.features);
        process::read(cargo)
    }

    /// `tree` holds one package a line: its name, a space, its version.
    fn check(&self, tree: &str) -> Vec<Finding> {
        let reached = |name: &&&str| {
            tree.lines()
                .any(|line| line.split(' ').next() == Some(**name))
        };
        self.never
            .iter()
            .filter(reached)
            .map(|name| self.finding(name))
            .collect()
    }

    fn finding(&self, name: &str) -> Finding {
        let Self {
            package, features, ..
        } = self;
        let ask = [
            &["cargo tree -e normal -p", package],
            *features,
            &["-i", name],
        ]
        .concat();
        let file = format!("crates/{package}/Cargo.toml");
        let message = format!("{package} must never reach {name}; see `{}`", ask.join(" "));
        Finding::new(&file, 1, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_crate_at_any_depth_is_found() {
        let tree = "vahti-core v0.1.0 (/w)\nsha2 v0.11.0\ntokio v1.54.1 (*)\n";
        let found = ABSENCES[0].check(tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("never reach tokio"), "{found:?}");
    }

    #[test]
    fn a_longer_name_is_another_crate() {
        assert_eq!(
            ABSENCES[0].check("tokio-util v0.7.0\nhyper-util v0.1.0\n"),
            []
        );
    }
}
