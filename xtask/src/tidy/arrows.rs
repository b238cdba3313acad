//! Which crate may depend on which. The table is the design; whoever needs another arrow changes it here, with a
//! reason that a reviewer believes. Dependencies of tests are free, but nothing depends on the ends of the graph.

use super::Finding;
use crate::workspace::{self, Package};
use std::fs;

const ALLOWED: &[(&str, &[&str])] = &[
    ("vahti-core", &[]),
    ("vahti-store", &["vahti-core"]),
    ("vahti", &["vahti-core", "vahti-store"]),
    ("vahti-client", &["vahti-core"]),
    ("vahti-tower", &["vahti-client", "vahti"]),
    (
        "vahti-server",
        &[
            "vahti-core",
            "vahti-store",
            "vahti",
            "vahti-client",
            "vahti-tower",
        ],
    ),
    ("xtask", &[]),
];

/// Nothing may depend on these, not even in tests.
const ENDS: &[&str] = &["vahti-server", "xtask"];

/// Every arrow between crates of the workspace that the table does not list.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let file = workspace::relative(&package.manifest).display().to_string();
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
        let message = format!(
            "the crate {} has no row in the table of arrows",
            package.name
        );
        return vec![Finding::new(&file, 1, message)];
    };
    let own = package
        .dependencies
        .iter()
        .filter(|dependency| ALLOWED.iter().any(|(name, _)| *name == dependency.name));
    let forbidden = own.filter(|dependency| {
        let name = dependency.name.as_str();
        ENDS.contains(&name) || !dependency.dev && !allowed.contains(&name)
    });
    forbidden
        .map(|dependency| {
            let message = format!("{} must not depend on {}", package.name, dependency.name);
            Finding::new(&file, line_of(package, &dependency.name), message)
        })
        .collect()
}

fn line_of(package: &Package, dependency: &str) -> usize {
    let manifest = fs::read_to_string(&package.manifest).unwrap_or_default();
    let names = |line: &str| {
        line.strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with([' ', '=', '.']))
    };
    manifest.lines().position(names).map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(package: &str, dependency: &str, kind: &str) -> Vec<Finding> {
        let metadata = format!(
            r#"{{"packages": [{{"name": "{package}", "version": "1.0.0", "manifest_path": "/w/Cargo.toml",
                "dependencies": [{{"name": "{dependency}", "kind": {kind}}}]}}]}}"#
        );
        check(&workspace::parse(&metadata).unwrap())
    }

    #[test]
    fn an_arrow_upwards_is_found() {
        let found = findings("vahti-core", "vahti-store", "null");
        assert_eq!(
            found[0].message,
            "vahti-core must not depend on vahti-store"
        );
        assert_eq!(findings("vahti-store", "vahti", r#""build""#).len(), 1);
        assert_eq!(findings("xtask", "vahti-core", "null").len(), 1);
    }

    #[test]
    fn tests_are_free_except_towards_the_ends() {
        assert_eq!(findings("vahti-core", "vahti-store", r#""dev""#), []);
        assert_eq!(findings("vahti", "vahti-server", r#""dev""#).len(), 1);
    }

    #[test]
    fn a_listed_arrow_and_other_peoples_crates_are_fine() {
        assert_eq!(findings("vahti-store", "vahti-core", "null"), []);
        assert_eq!(findings("vahti-core", "serde", "null"), []);
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        assert_eq!(findings("vahti-new", "serde", "null").len(), 1);
    }
}
