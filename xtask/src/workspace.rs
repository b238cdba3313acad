//! What lies in the workspace: its root, its packages as cargo sees them, and its files. Reads only.

use crate::process;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest that names another package.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) dev: bool,
}

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// The packages of the workspace.
pub(crate) fn packages() -> Result<Vec<Package>, String> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps"];
    parse(&process::read(process::cargo(&arguments))?)
}

/// Reads what `cargo metadata` prints.
pub(crate) fn parse(metadata: &str) -> Result<Vec<Package>, String> {
    let metadata: Value = serde_json::from_str(metadata)
        .map_err(|error| format!("`cargo metadata` wrote no JSON: {error}"))?;
    Ok(list(&metadata["packages"]).iter().map(package).collect())
}

fn package(value: &Value) -> Package {
    Package {
        name: text(&value["name"]),
        version: text(&value["version"]),
        manifest: PathBuf::from(text(&value["manifest_path"])),
        dependencies: list(&value["dependencies"])
            .iter()
            .map(dependency)
            .collect(),
    }
}

fn dependency(value: &Value) -> Dependency {
    Dependency {
        name: text(&value["name"]),
        dev: value["kind"] == "dev",
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Every file of the tree with that ending, relative to the root, sorted. Hidden folders and what cargo builds
/// are no part of the tree.
pub(crate) fn files(ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    collect(root(), ending, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<(), String> {
    for path in entries(folder)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            let built = folder == root() && name == "target";
            if !built && !name.starts_with('.') && !path.is_symlink() {
                collect(&path, ending, found)?;
            }
        } else if path.extension().is_some_and(|own| own == ending) {
            found.push(relative(&path).to_owned());
        }
    }
    Ok(())
}

/// What lies in a folder, sorted by name.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let cannot = |error| format!("cannot read {}: {error}", folder.display());
    let mut paths = fs::read_dir(folder)
        .map_err(cannot)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(cannot)?;
    paths.sort();
    Ok(paths)
}

/// The path as seen from the root.
pub(crate) fn relative(path: &Path) -> &Path {
    path.strip_prefix(root()).unwrap_or(path)
}

/// The text of a file, named relative to the root.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(root().join(path))
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}
