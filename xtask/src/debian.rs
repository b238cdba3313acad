//! The Debian packages that tests need beside the Rust toolchain. This list is the only one.

use crate::process;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A package, needed where its command is not on PATH, or fails with the arguments that try it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Need {
    command: &'static str,
    tried: &'static [&'static str],
    package: &'static str,
}

impl Need {
    const fn command(command: &'static str, package: &'static str) -> Self {
        Self {
            command,
            tried: &[],
            package,
        }
    }
}

const NEEDS: &[Need] = &[
    Need::command("bash", "bash"),
    Need::command("curl", "curl"),
    Need::command("script", "bsdutils"),
    Need::command("nginx", "nginx"),
    Need::command("caddy", "caddy"),
    Need::command("haproxy", "haproxy"),
    Need::command("systemd-analyze", "systemd"),
    Need::command("systemd-nspawn", "systemd-container"),
    Need::command("chromium", "chromium"),
    Need::command("node", "nodejs"),
    Need::command("npm", "npm"),
    // Debian's Python comes without the means to make an environment.
    Need {
        command: "python3",
        tried: &["-c", "import ensurepip"],
        package: "python3-venv",
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
        .filter(|need| !is_on_path(need.command, folders) || !works(need));
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

fn works(need: &Need) -> bool {
    need.tried.is_empty() || process::read(process::command(need.command, need.tried)).is_ok()
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
        let shell = Need::command("sh", "dash");
        assert!(missing(&[shell], &[PathBuf::from("/bin")]).is_empty());
    }

    #[test]
    fn a_command_that_fails_when_it_is_tried_makes_its_package_missing() {
        let tried = |tried| Need {
            tried,
            ..Need::command("sh", "dash")
        };
        let folders = [PathBuf::from("/bin")];
        assert!(missing(&[tried(&["-c", "exit 0"])], &folders).is_empty());
        assert_eq!(missing(&[tried(&["-c", "exit 1"])], &folders), ["dash"]);
    }

    #[test]
    fn a_file_that_cannot_be_run_is_no_command() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(!is_on_path("Cargo.toml", &[folder.to_owned()]));
    }
}
