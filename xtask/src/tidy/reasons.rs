//! Every crate from outside stands once, in the workspace's manifest, with a comment that says why it is there.

use super::Finding;
use toml::{Table, Value};

/// The manifest of the workspace: one line a dependency, a reason at its end.
pub(super) fn check_workspace(file: &str, manifest: &str) -> Vec<Finding> {
    let mut inside = false;
    let mut findings = Vec::new();
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim_end() == "[workspace.dependencies]";
        } else if inside && let Some(message) = problem(line) {
            findings.push(Finding::new(file, number + 1, message));
        }
    }
    findings
}

fn problem(line: &str) -> Option<&'static str> {
    let Ok(entry) = line.parse::<Table>() else {
        return Some("write a dependency on one line");
    };
    let (_, value) = entry.iter().next()?;
    if value.get("path").is_some() || has_comment(line) {
        return None;
    }
    Some("say why the dependency is there, in a comment at the end of its line")
}

fn has_comment(line: &str) -> bool {
    let mut quoted = false;
    let hash = line.char_indices().find(|(_, character)| {
        quoted ^= *character == '"';
        !quoted && *character == '#'
    });
    hash.is_some_and(|(at, _)| !line[at + 1..].trim().is_empty())
}

/// The manifest of a member: everything comes from the workspace, so that the reasons are complete.
pub(super) fn check_member(file: &str, manifest: &str) -> Vec<Finding> {
    let Ok(parsed) = manifest.parse::<Table>() else {
        return vec![Finding::new(file, 1, "this is not TOML")];
    };
    let own = tables(&parsed).filter(|(_, value)| value.get("workspace").is_none());
    own.map(|(name, _)| {
        let message = format!("take {name} from [workspace.dependencies], where its reason stands");
        Finding::new(file, line_of(manifest, name), message)
    })
    .collect()
}

fn tables(manifest: &Table) -> impl Iterator<Item = (&String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let platforms = targets.into_iter().flat_map(Table::values);
    let places = std::iter::once(manifest).chain(platforms.filter_map(Value::as_table));
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    places
        .flat_map(move |place| kinds.map(|kind| place.get(kind)))
        .flatten()
        .filter_map(Value::as_table)
        .flatten()
}

fn line_of(manifest: &str, name: &str) -> usize {
    let found = manifest.lines().position(|line| line.starts_with(name));
    found.map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "[workspace.dependencies]\nown = { path = \"own\" }\n# Heading.\n\nbad = \"1\"\ngood = \"1\" # why\nempty = \"1\" #\n[profile.dev]\nopt-level = 1\n";
        let lines: Vec<_> = check_workspace("Cargo.toml", manifest)
            .iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [5, 7]);
    }

    #[test]
    fn a_hash_in_quotes_is_no_reason() {
        let manifest = "[workspace.dependencies]\nbad = { version = \"1\", registry = \"a#b\" }\n";
        assert_eq!(check_workspace("Cargo.toml", manifest).len(), 1);
    }

    #[test]
    fn a_dependency_over_several_lines_is_found() {
        let manifest = "[workspace.dependencies]\nbad = { version = \"1\", features = [\n";
        assert_eq!(check_workspace("Cargo.toml", manifest).len(), 1);
    }

    #[test]
    fn a_member_that_goes_its_own_way_is_found() {
        let manifest = "[dependencies]\ngood.workspace = true\nbad = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\nworse = { version = \"1\" }\n";
        let lines: Vec<_> = check_member("Cargo.toml", manifest)
            .iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [3, 5]);
    }
}
