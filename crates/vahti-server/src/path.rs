//! Names of files that stand beside another. It looks at no disk.

use std::path::{Path, PathBuf};

/// The file of the same name with this after it: `vahti.db.sock` for `vahti.db`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder that a file is in; a bare name is in the folder of the process.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
