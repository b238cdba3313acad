//! The folder in which the databases of a run lie. It is on the disk that cargo builds on, and gone afterwards.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that removes itself.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// Makes it.
    pub(crate) fn make() -> Self {
        let made = tempfile::Builder::new()
            .prefix("vahti-bench-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        Self(made.expect("the target folder takes another folder"))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A database in it.
    pub(crate) fn database(&self, name: &str) -> PathBuf {
        self.path().join(name).with_extension("db")
    }
}
