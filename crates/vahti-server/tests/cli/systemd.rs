//! The Debian package under systemd, in a container over a copy of this machine's files: what no reading of the unit proves.

use std::fs;

use vahti_store::conformance::is_long;

use crate::installed::{VERSIONS, build, on_a_copy};
use crate::scene::Folder;

/// All that systemd starts beside its own beginnings, and with whose end the container ends.
const CHECK: &str = "\
[Unit]
Requires=basic.target
After=basic.target
SuccessAction=exit
FailureAction=exit

[Service]
Type=oneshot
ExecStart=/bin/sh /mnt/systemd.sh
TimeoutStartSec=240
";

#[test]
fn systemd_starts_it_again_however_it_ended_and_says_at_once_what_it_cannot_start_with() {
    if !is_long() {
        return;
    }
    let work = Folder::new();
    for version in VERSIONS {
        build(&work, version);
    }
    work.write("systemd.sh", include_str!("systemd.sh"));
    work.write("check.service", CHECK);
    let mut boot = on_a_copy(&work);
    let container = [
        "--quiet",
        "--register=no",
        "--keep-unit",
        "--private-network",
    ];
    boot.arg("systemd-nspawn").args(container);
    boot.arg("--directory").arg(work.join("copy/root"));
    for (here, there) in [
        ("", "/mnt"),
        ("check.service", "/etc/systemd/system/check.service"),
    ] {
        let here = work.join(here);
        boot.arg(format!("--bind={}:{there}", here.display()));
    }
    boot.args(["--boot", "systemd.unit=check.service"]);
    let ended = boot.output().expect("unshare, of the package util-linux");
    let log = fs::read_to_string(work.join("log")).unwrap_or_default();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        work.join("done").exists(),
        "{log}\n{said}\nOnly root may start a container, with systemd-nspawn, of the package systemd-container"
    );
}
