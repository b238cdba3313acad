//! The Debian package: its unit under systemd, its configuration, and that what is installed works.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;
use toml::{Table, Value};
use vahti_server::config::{Config, Source};

use crate::scene::{Folder, Outcome, Server, clean, command};
use vahti_store::conformance::is_long;

const MANIFEST: &str = include_str!("../../Cargo.toml");
const UNIT: &str = include_str!("../../debian/vahti.service");
const CONFIG: &str = include_str!("../../debian/vahti.toml");
/// Where the server may write.
const STATE: &str = "/var/lib/vahti";

/// What systemd may say of the unit's exposure, in tenths: what is left is the network, the database and its own socket.
const EXPOSURE: &str = "--threshold=16";

/// What keeps a server that was taken over from the rest of the host. systemd's own judgement forgives one of them.
const HARDENING: &[&str] = &[
    "User=vahti",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "MemoryDenyWriteExecute=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "SystemCallFilter=@system-service",
    "StateDirectory=vahti",
    "StateDirectoryMode=0700",
    "UMask=0077",
];

fn metadata() -> Table {
    let manifest: Table = MANIFEST.parse().expect("a manifest");
    let deb = manifest["package"]["metadata"]["deb"].as_table();
    deb.expect("the metadata of the package").clone()
}

/// Where each asset lies here, and where it is installed.
fn assets() -> Vec<(PathBuf, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = metadata()["assets"].as_array().expect("a list").clone();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    all.iter()
        .map(|asset| (here.join(text(&asset[0])), text(&asset[1])))
        .collect()
}

/// A root of a file system in which nothing is but the unit and what it starts and stands on.
fn root() -> TempDir {
    let root = TempDir::new().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    for target in [
        "sysinit",
        "basic",
        "shutdown",
        "network-online",
        "multi-user",
    ] {
        let path = format!("usr/lib/systemd/system/{target}.target");
        write(&path, "[Unit]\nDescription=A target\n");
    }
    for slice in ["-", "system"] {
        let path = format!("usr/lib/systemd/system/{slice}.slice");
        write(&path, "[Slice]\n");
    }
    write("usr/lib/systemd/system/vahti.service", UNIT);
    for (program, from) in [
        ("usr/bin/vahti", env!("CARGO_BIN_EXE_vahti")),
        ("bin/chown", "/bin/chown"),
    ] {
        write(program, "");
        fs::copy(from, root.path().join(program)).expect("copied");
    }
    root
}

fn systemd_analyze(arguments: &[&str], root: &TempDir) -> Outcome {
    let mut analyze = Command::new("systemd-analyze");
    analyze
        .args(arguments)
        .arg(format!("--root={}", root.path().display()))
        .arg("vahti.service");
    Outcome::of(clean(&mut analyze))
}

#[test]
fn systemd_takes_every_line_of_the_unit_and_finds_little_exposed() {
    let root = root();
    let said = systemd_analyze(&["verify", "--man=no"], &root);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let said = systemd_analyze(&["security", "--offline=true", EXPOSURE], &root);
    assert_eq!(said.code, 0, "{said:?}");
    for line in HARDENING {
        assert!(UNIT.lines().any(|found| found == *line), "{line}");
    }
}

#[test]
fn every_file_of_the_package_is_there() {
    for (path, _) in assets() {
        let path = path.to_str().expect("UTF-8");
        if path.contains("/target/release/") {
            // Cargo builds it; the name has to be that of the binary.
            assert!(path.ends_with("/vahti"), "{path}");
        } else if let Some(folder) = path.strip_suffix("/*.md") {
            let files = fs::read_dir(folder).expect("a folder");
            assert!(files.count() > 5, "{path}");
        } else {
            assert!(Path::new(path).is_file(), "{path}");
        }
    }
    let scripts = metadata()["maintainer-scripts"].clone();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join(scripts.as_str().expect("a folder"));
    for name in ["postinst", "vahti.service", "vahti.sysusers"] {
        assert!(scripts.join(name).is_file(), "{name}");
    }
}

#[test]
fn the_packaged_configuration_is_right_and_keeps_its_database_where_the_unit_may_write() {
    let path = Path::new("/etc/vahti/vahti.toml");
    let config = Config::load(Source {
        file: Some((path, CONFIG)),
        ..Source::default()
    });
    let config = config.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(config.store.path.parent(), Some(Path::new(STATE)));
    let defaults = Config::load(Source::default()).expect("the defaults");
    assert!(config.sessions == defaults.sessions && config.http == defaults.http);
    let start = format!("ExecStart=/usr/bin/vahti serve --config {}", path.display());
    assert!(UNIT.lines().any(|line| line == start));
    let readers = assets().into_iter().find(|(_, to)| to == "etc/vahti/");
    assert!(readers.is_some_and(|(from, _)| from.ends_with("debian/vahti.toml")));
}

#[test]
fn systemd_starts_the_server_again_however_it_ended_but_not_with_a_wrong_configuration() {
    for line in [
        "Type=notify",
        "Restart=always",
        "RestartPreventExitStatus=2",
    ] {
        assert!(UNIT.lines().any(|found| found == line), "{line}");
    }
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("it").to_string();
    for address in [taken.as_str(), "192.0.2.1:7300"] {
        folder.vahti(&["serve", "--listen", address]).refused(3);
        folder.write(
            "metrics.toml",
            &format!("[http]\nmetrics_listen = \"{address}\"\n"),
        );
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let serve = [&serve[..], &["--config", "metrics.toml"]].concat();
        assert_eq!(folder.vahti(&serve).code, 3);
    }
    folder.write("vahti.toml", "[http]\nlisten = 7300\n");
    folder.vahti(&["serve"]).refused(2);
}

/// `cargo deb` builds a package of this very binary, and what is in it is taken out and used.
#[test]
fn what_the_package_installs_starts_and_makes_keys() {
    if !is_long() {
        return;
    }
    let work = Folder::new();
    let release = work.join("release");
    fs::create_dir(&release).expect("made");
    fs::copy(env!("CARGO_BIN_EXE_vahti"), release.join("vahti")).expect("copied");
    let mut build = Command::new("cargo");
    build
        .args([
            "deb",
            "--package",
            "vahti-server",
            "--no-build",
            "--no-strip",
            "--fast",
            "--output",
        ])
        .arg(work.join("vahti.deb"))
        .env("CARGO_TARGET_DIR", work.path());
    Outcome::of(clean(&mut build)).done();
    for (what, into) in [("--extract", "files"), ("--control", "control")] {
        let mut unpack = Command::new("dpkg-deb");
        unpack
            .arg(what)
            .arg(work.join("vahti.deb"))
            .arg(work.join(into));
        Outcome::of(clean(&mut unpack)).done();
    }
    let read = |name: &str| fs::read_to_string(work.join(name)).expect(name);
    assert_eq!(read("control/conffiles"), "/etc/vahti/vahti.toml\n");
    assert_eq!(read("files/usr/lib/systemd/system/vahti.service"), UNIT);
    assert!(read("files/usr/lib/sysusers.d/vahti.conf").contains("u vahti "));
    let script = read("control/postinst");
    let place = |of: &str| script.find(of).unwrap_or_else(|| panic!("{of}: {script}"));
    assert!(place("chgrp vahti") < place("deb-systemd-invoke"));

    let installed = |arguments: &[&str]| {
        let mut vahti = command(work.path(), arguments);
        vahti.args(["--config", "files/etc/vahti/vahti.toml"]);
        vahti.env(
            "VAHTI__STORE__URL",
            format!("sqlite:{}", work.join("vahti.db").display()),
        );
        vahti
    };
    assert!(work.join("files/usr/bin/vahti").is_file());
    let server = Server::start(installed(&["serve", "--listen", "127.0.0.1:0"]));
    let made = Outcome::of(&mut installed(&[
        "key", "create", "--role", "app", "--name", "lms",
    ]));
    server.login(made.done().trim(), "aino", "home");
    assert!(server.stop().success());
}
