//! The programs that tests take from PyPI and npm, where `cargo xtask tools` puts them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools");

/// A program of the Python environment.
#[track_caller]
pub(crate) fn python(program: &str) -> PathBuf {
    there(Path::new(HOME).join("python/bin").join(program))
}

/// A new folder in which the packages for Node are found.
#[track_caller]
pub(crate) fn folder() -> TempDir {
    let node = there(Path::new(HOME).join("node"));
    TempDir::new_in(node).expect("a folder")
}

/// An example of the workspace, which is built with its tests.
#[track_caller]
pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let built = test.ancestors().nth(2).expect("the folder of the build");
    let example = built.join("examples").join(name);
    assert!(
        example.exists(),
        "{name} is not built: `cargo test --workspace --all-features` builds it, and so does `cargo xtask test`"
    );
    example
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
