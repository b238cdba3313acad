//! The tools that tests take from PyPI and npm, in the versions that `xtask/tools` names: installed below `target/tools`
//! and nowhere else on the machine, and anew when a version there has changed.

use crate::{process, workspace};
use std::fs;
use std::path::{Path, PathBuf};

/// What makes the Debian package, where there is none.
const DEB_VERSION: &str = "3.8.0";
/// The lists of versions.
const LISTS: &str = "xtask/tools";

/// Makes sure that the tests find their tools.
pub(crate) fn ensure() -> Result<(), String> {
    let home = workspace::root().join("target/tools");
    installed(&home.join("python"), &["requirements.txt"], python)?;
    installed(
        &home.join("node"),
        &["package.json", "package-lock.json"],
        node,
    )
}

/// Makes sure that the long tests find what they need besides.
pub(crate) fn ensure_for_long() -> Result<(), String> {
    cargo_command("deb", DEB_VERSION)
}

/// Installs the command of cargo with this name where there is none.
pub(crate) fn cargo_command(name: &str, version: &str) -> Result<(), String> {
    let present = process::cargo(&[name, "--version"]).output();
    if present.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let program = format!("cargo-{name}");
    process::run(process::cargo(&[
        "install",
        "--locked",
        &program,
        "--version",
        version,
    ]))
}

/// Installs into an empty folder what these lists name, unless that was done before. The copy of the lists is written
/// last, so that an installation that broke off is made again; with it the folder's own path, for programs of Python name it
/// and do not run in a copy.
fn installed(
    folder: &Path,
    lists: &[&str],
    install: fn(&Path) -> Result<(), String>,
) -> Result<(), String> {
    let read = |name: &&str| workspace::read(&Path::new(LISTS).join(name));
    let wanted = lists.iter().map(read).collect::<Result<String, _>>()?;
    let wanted = format!("{}\n{wanted}", folder.display());
    let done = folder.join("installed");
    if fs::read_to_string(&done).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    println!("Installing for the tests: {}", folder.display());
    let cannot = |error| format!("cannot write {}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(cannot)?;
    }
    fs::create_dir_all(folder).map_err(cannot)?;
    install(folder)?;
    fs::write(&done, wanted).map_err(cannot)
}

fn python(folder: &Path) -> Result<(), String> {
    let list = list("requirements.txt").display().to_string();
    process::run(process::command(
        "python3",
        &["-m", "venv", &folder.display().to_string()],
    ))?;
    let pip = folder.join("bin/pip").display().to_string();
    let arguments = ["install", "--quiet", "--no-deps", "--requirement", &list];
    process::run(process::command(&pip, &arguments))
}

fn node(folder: &Path) -> Result<(), String> {
    for name in ["package.json", "package-lock.json"] {
        let copied = fs::copy(list(name), folder.join(name));
        copied.map_err(|error| format!("cannot copy {name}: {error}"))?;
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let mut npm = process::command("npm", &arguments);
    npm.current_dir(folder);
    process::run(npm)
}

fn list(name: &str) -> PathBuf {
    workspace::root().join(LISTS).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(_: &Path) -> Result<(), String> {
        Err("it broke off".to_owned())
    }

    fn right(folder: &Path) -> Result<(), String> {
        fs::write(folder.join("tool"), "").map_err(|error| error.to_string())
    }

    #[test]
    fn what_broke_off_or_was_moved_is_installed_again_and_what_is_there_is_left() {
        let folder = workspace::root().join("target/tmp/tools-of-a-test");
        let lists = ["requirements.txt"];
        let _ = fs::remove_dir_all(&folder);
        assert!(installed(&folder, &lists, broken).is_err());
        assert_eq!(installed(&folder, &lists, right), Ok(()));
        assert!(folder.join("tool").exists());
        assert_eq!(installed(&folder, &lists, broken), Ok(()), "it is there");
        fs::write(folder.join("installed"), "older versions").unwrap();
        assert!(installed(&folder, &lists, broken).is_err());
        assert!(!folder.join("tool").exists(), "the folder was emptied");
        assert_eq!(installed(&folder, &lists, right), Ok(()));
        let elsewhere = folder.with_extension("moved");
        fs::rename(&folder, &elsewhere).unwrap();
        assert!(installed(&elsewhere, &lists, broken).is_err());
        fs::remove_dir_all(&elsewhere).unwrap();
    }
}
