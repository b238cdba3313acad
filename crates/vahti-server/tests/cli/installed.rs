//! The Debian package in the hands of dpkg: installed, upgraded, removed and purged, with its scripts, on a copy of this
//! machine's files. The copy lies over them and holds what changes (overlayfs), where only the test sees it. systemd does
//! not run in this one: the test does what the unit says.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use vahti_store::conformance::is_long;

use crate::scene::{Folder, Outcome, Server, clean};

const UNIT: &str = include_str!("../../debian/vahti.service");
const CONFIG: &str = include_str!("../../debian/vahti.toml");

/// Names the folder with the packages for the part of the test that installs them.
const WORK: &str = "VAHTI_TEST_PACKAGES";

/// Makes the copy in the folder `$1`, and does there what follows.
const ON_A_COPY: &str = r#"
set -e
mount -t tmpfs layers "$1"
mkdir "$1/changes" "$1/work" "$1/root"
mount -t overlay copy -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" "$1/root"
shift
exec "$@"
"#;

/// Two packages that differ in their version alone.
pub(crate) const VERSIONS: [&str; 2] = ["1.0.0-1", "1.0.0-2"];

#[test]
fn dpkg_installs_upgrades_removes_and_purges_it_and_never_takes_the_database() {
    if !is_long() {
        return;
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the test starts itself again, on the copy"
    )]
    let work = env::var_os(WORK).map(PathBuf::from);
    if let Some(work) = work {
        return on_the_copy(&work);
    }
    let work = Folder::new();
    for version in VERSIONS {
        build(&work, version);
    }
    let name =
        "installed::dpkg_installs_upgrades_removes_and_purges_it_and_never_takes_the_database";
    let inside = on_a_copy(&work)
        .arg(env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture"])
        .env(WORK, work.path())
        .status();
    assert!(
        inside
            .expect("unshare, of the package util-linux")
            .success(),
        "see above. Only root may mount what this test needs, and dpkg installs for nobody else"
    );
}

/// What follows on this command line, in a copy of this machine: its files are in the folder `copy/root` of `work`, and gone with
/// the command.
pub(crate) fn on_a_copy(work: &Folder) -> Command {
    let copy = work.join("copy");
    fs::create_dir(&copy).expect("made");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", ON_A_COPY, "sh"]);
    unshare.arg(copy);
    unshare
}

/// A package of this very binary.
pub(crate) fn build(work: &Folder, version: &str) {
    let release = work.join("release");
    fs::create_dir_all(&release).expect("made");
    fs::copy(env!("CARGO_BIN_EXE_vahti"), release.join("vahti")).expect("copied");
    let mut build = Command::new("cargo");
    build
        .args(["deb", "--package", "vahti-server", "--deb-version", version])
        .args(["--no-build", "--no-strip", "--fast", "--output"])
        .arg(work.join(&format!("{version}.deb")))
        .env("CARGO_TARGET_DIR", work.path());
    Outcome::of(clean(&mut build)).done();
}

/// The copy of the machine.
struct Machine {
    root: PathBuf,
}

impl Machine {
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        clean(&mut command)
            .arg(&self.root)
            .args(arguments)
            .current_dir("/")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// What root types.
    fn root(&self, line: &str) -> Outcome {
        let words: Vec<_> = line.split(' ').collect();
        Outcome::of(&mut self.command(&words))
    }

    fn vahti(&self, line: &str) -> Outcome {
        self.root(&format!("vahti {line} --config /etc/vahti/vahti.toml"))
    }

    fn install(&self, work: &Path, version: &str) {
        let name = format!("{version}.deb");
        fs::copy(work.join(&name), self.path(&format!("/root/{name}"))).expect("copied");
        self.root(&format!("dpkg --install /root/{name}")).done();
    }

    /// Owner, group and mode, as `stat` shows them.
    fn owned(&self, path: &str) -> String {
        let said = self.root(&format!("stat --format=%U:%G:%a {path}"));
        said.done().trim_end().to_owned()
    }

    /// What the unit says: the preparation as root, the server as its user without any right.
    fn start(&self) -> Server {
        let line = |key: &str| {
            let mut lines = UNIT.lines().filter_map(|line| line.strip_prefix(key));
            lines.next().unwrap_or_else(|| panic!("{key}"))
        };
        self.root(line("ExecStartPre=+")).done();
        let user = line("User=");
        let (user, group) = (format!("--reuid={user}"), format!("--regid={user}"));
        let mut serve = vec!["setpriv", &user, &group, "--clear-groups"];
        serve.extend(["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]);
        serve.extend(line("ExecStart=").split(' '));
        let mut serve = self.command(&serve);
        serve.env("VAHTI__HTTP__LISTEN", "127.0.0.1:0");
        Server::start(serve)
    }

    fn is_enabled(&self) -> bool {
        let link = self.path("/etc/systemd/system/multi-user.target.wants/vahti.service");
        fs::symlink_metadata(link).is_ok()
    }
}

fn on_the_copy(work: &Path) {
    let machine = Machine {
        root: work.join("copy/root"),
    };
    let mut devices = Command::new("mount");
    devices.args(["--rbind", "/dev"]).arg(machine.path("/dev"));
    Outcome::of(&mut devices).done();
    machine.install(work, "1.0.0-1");
    installed_for_its_user_alone(&machine);
    let key = what_root_makes_before_the_first_start_belongs_to_the_server(&machine);
    upgraded_with_configuration_and_sessions(&machine, work, &key);
    restored_by_root(&machine, &key);
    removed_and_purged(&machine, work, &key);
}

fn installed_for_its_user_alone(machine: &Machine) {
    assert_eq!(machine.owned("/etc/vahti/vahti.toml"), "root:vahti:640");
    assert_eq!(machine.owned("/var/lib/vahti"), "vahti:vahti:700");
    assert!(machine.is_enabled());
    let users = fs::read_to_string(machine.path("/etc/passwd")).expect("users");
    let user = users.lines().find(|line| line.starts_with("vahti:"));
    let user = user.expect("the user of the server");
    assert!(user.ends_with("/nologin"), "{user}");
    let other = machine.root(
        "setpriv --reuid=65534 --regid=65534 --clear-groups \
         vahti sessions list --config /etc/vahti/vahti.toml",
    );
    let refused = other.refused(2);
    assert!(refused.contains("or as root"), "{refused}");
}

fn what_root_makes_before_the_first_start_belongs_to_the_server(machine: &Machine) -> String {
    let made = machine.vahti("key create --role app --name lms");
    let key = made.done().trim_end().to_owned();
    assert_eq!(machine.owned("/var/lib/vahti/vahti.db"), "root:root:600");
    let server = machine.start();
    assert_eq!(server.login(&key, "aino", "home"), "active");
    let list = machine.vahti("sessions list").done();
    assert!(list.contains("aino"), "root reaches the server: {list}");
    let database = machine.path("/var/lib/vahti");
    let owner = fs::metadata(&database).expect("a folder").uid();
    for file in fs::read_dir(database).expect("a folder") {
        let file = file.expect("a file");
        let found = file.metadata().expect("a file");
        let mode = found.permissions().mode() & 0o777;
        assert_eq!((found.uid(), mode), (owner, 0o600), "{file:?}");
    }
    assert!(server.stop().success());
    key
}

fn upgraded_with_configuration_and_sessions(machine: &Machine, work: &Path, key: &str) {
    let config = machine.path("/etc/vahti/vahti.toml");
    let mine = CONFIG.replace("max_per_user = 1", "max_per_user = 2");
    fs::write(&config, &mine).expect("written");
    machine.install(work, "1.0.0-2");
    assert_eq!(fs::read_to_string(&config).expect("a file"), mine);
    assert_eq!(machine.owned("/etc/vahti/vahti.toml"), "root:vahti:640");
    let server = machine.start();
    assert_eq!(server.check(key, "aino", "home"), "allow, active");
    assert_eq!(server.login(key, "aino", "phone"), "active", "two places");
    machine.vahti("backup /root/copy.db").done();
    assert!(server.stop().success());
}

fn restored_by_root(machine: &Machine, key: &str) {
    machine
        .vahti("restore /root/copy.db --yes --keep-sessions")
        .done();
    let server = machine.start();
    assert_eq!(server.check(key, "aino", "phone"), "allow, active");
    assert!(server.stop().success());
}

fn removed_and_purged(machine: &Machine, work: &Path, key: &str) {
    machine.root("dpkg --remove vahti").done();
    assert!(!machine.path("/usr/bin/vahti").exists());
    assert!(machine.path("/etc/vahti/vahti.toml").exists());
    machine.install(work, "1.0.0-2");
    assert!(machine.is_enabled());
    let server = machine.start();
    assert_eq!(server.check(key, "aino", "home"), "allow, active");
    assert!(server.stop().success());
    machine.root("dpkg --purge vahti").done();
    assert!(!machine.path("/etc/vahti").exists());
    assert!(!machine.is_enabled());
    assert_eq!(machine.owned("/var/lib/vahti/vahti.db"), "vahti:vahti:600");
}
