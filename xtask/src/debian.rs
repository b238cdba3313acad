//! The Debian packages that tests need beside the Rust toolchain. This list is the only one.

use crate::process;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A package, needed where its command is not on PATH.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Need {
    command: &'static str,
    package: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        command: "bash",
        package: "bash",
    },
    Need {
        command: "curl",
        package: "curl",
    },
];

/// Makes sure that the tests find their commands: installs what is missing as root, else says how to.
pub(crate) fn ensure() -> Result<(), String> {
    let missing = missing(NEEDS, &search_path());
    if missing.is_empty() {
        return Ok(());
    }
    if !is_root() {
        return Err(format!(
            "the tests need packages that are not installed; run this, then try again:\n    sudo apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        ));
    }
    println!("Installing for the tests: {}", missing.join(" "));
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], &missing[..]].concat())
}

fn missing(needs: &[Need], folders: &[PathBuf]) -> Vec<&'static str> {
    let absent = needs
        .iter()
        .filter(|need| !is_on_path(need.command, folders));
    let mut packages: Vec<_> = absent.map(|need| need.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn is_on_path(command: &str, folders: &[PathBuf]) -> bool {
    folders
        .iter()
        .any(|folder| is_executable(&folder.join(command)))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where xtask reads PATH"
)]
fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect())
}

/// The owner of `/proc/self` is the user this process acts as.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let mut command = process::command("apt-get", arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    process::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_nowhere_makes_its_package_missing_once() {
        let twice = [NEEDS[1], NEEDS[1]];
        assert_eq!(missing(&twice, &[PathBuf::from("/nowhere")]), ["curl"]);
    }

    #[test]
    fn a_command_on_the_path_needs_nothing() {
        let shell = Need {
            command: "sh",
            package: "dash",
        };
        assert!(missing(&[shell], &[PathBuf::from("/bin")]).is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_run_is_no_command() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(!is_on_path("Cargo.toml", &[folder.to_owned()]));
    }
}
