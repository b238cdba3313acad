//! Links between the pages of the repository. Links to other hosts are not followed, and anchors not looked up.

use super::Finding;
use crate::workspace;
use std::path::{Component, Path, PathBuf};

/// Every Markdown file of the tree.
pub(super) fn check_all() -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for path in workspace::files("md")? {
        let text = workspace::read(&path)?;
        findings.extend(check(&path, &text, |target| {
            workspace::root().join(target).exists()
        }));
    }
    Ok(findings)
}

fn check(file: &Path, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let mut fenced = false;
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if is_fence(line) {
            fenced = !fenced;
        }
        let targets = if fenced { Vec::new() } else { targets(line) };
        let broken = targets
            .into_iter()
            .filter(|target| !resolve(file, target).is_some_and(|path| exists(&path)));
        findings.extend(broken.map(|target| {
            let message = format!("the link to {target} leads nowhere");
            Finding::new(&file.display().to_string(), number + 1, message)
        }));
    }
    findings
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// The targets in this line that must be files: `[text](target)` and `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let prose: String = line.split('`').step_by(2).collect();
    let inline = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let definition = prose
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .map(|(_, target)| target);
    let all = inline
        .chain(definition)
        .filter_map(|target| target.split_whitespace().next());
    all.map(|target| target.trim_matches(['<', '>']))
        .filter(|target| !is_elsewhere(target))
        .map(|target| target.split('#').next().unwrap_or(target).to_owned())
        .collect()
}

fn is_elsewhere(target: &str) -> bool {
    target.starts_with('#') || target.contains("://") || target.starts_with("mailto:")
}

/// The target as a path from the root; `None` when it leads out of the repository.
fn resolve(file: &Path, target: &str) -> Option<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let joined = match target.strip_prefix('/') {
        Some(from_root) => PathBuf::from(from_root),
        None => folder.join(target),
    };
    let mut path = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::ParentDir => path.pop().then_some(())?,
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<usize> {
        let exists = |path: &Path| path == Path::new("docs/a.md") || path == Path::new("b.md");
        let findings = check(Path::new("docs/page.md"), text, exists);
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_link_to_no_file_is_found() {
        let text = "[a](a.md#part) [b](../b.md \"title\")\n[c](c.md)\n![d](/d.png)\n[e]: e.md\n[f](../../b.md)\n";
        assert_eq!(broken(text), [2, 3, 4, 5]);
    }

    #[test]
    fn what_is_no_link_to_a_file_is_fine() {
        let text = "[a](https://example.org/x) [b](#part) [c](mailto:a@example.org)\n`[d](d.md)`\n```\n[e](e.md)\n```\n[f](/b.md)\n";
        assert_eq!(broken(text), [0; 0]);
    }
}
