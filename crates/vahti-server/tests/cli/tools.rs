//! The programs that tests take from PyPI and npm, where `cargo xtask tools` puts them.

use std::path::{Path, PathBuf};

const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools");

/// A program of the Python environment.
#[track_caller]
pub(crate) fn python(program: &str) -> PathBuf {
    there(Path::new(HOME).join("python/bin").join(program))
}

/// Whether the long form of a proof is asked for.
pub(crate) fn is_long() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by its environment to take longer"
    )]
    std::env::var_os("VAHTI_LONG").is_some()
}

#[track_caller]
fn there(path: PathBuf) -> PathBuf {
    assert!(
        path.exists(),
        "{} is missing: `cargo xtask tools` installs what tests need, and so does `cargo xtask test`",
        path.display()
    );
    path
}
