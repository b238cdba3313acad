//! A disk of 16 MiB that is filled while the server works: who is in goes on, nobody new gets in, and when there is room
//! again, all goes on by itself. The disk is a file system in memory, mounted where only the test sees it.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use crate::scene::{Folder, Outcome, Server};
use vahti_store::conformance::is_long;

/// Names the small disk for the part of the test that works on it.
const DISK: &str = "VAHTI_TEST_SMALL_DISK";

#[test]
fn a_full_disk_logs_nobody_out_lets_nobody_in_and_is_forgotten_within_five_seconds() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test starts itself again, on the small disk"
    )]
    let disk = env::var_os(DISK).map(PathBuf::from);
    if let Some(disk) = disk {
        return on_the_small_disk(&disk);
    }
    let folder = Folder::new();
    let mount = r#"mount -t tmpfs -o size=16m small "$VAHTI_TEST_SMALL_DISK" && exec "$@""#;
    let name =
        "full::a_full_disk_logs_nobody_out_lets_nobody_in_and_is_forgotten_within_five_seconds";
    let inside = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            mount,
            "sh",
        ])
        .arg(env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture"])
        .env(DISK, folder.path())
        .status();
    assert!(
        inside
            .expect("unshare, of the package util-linux")
            .success(),
        "see above. If nothing could be mounted: `sysctl -w kernel.unprivileged_userns_clone=1 \
         kernel.apparmor_restrict_unprivileged_userns=0` makes it possible"
    );
}

fn on_the_small_disk(disk: &Path) {
    let folder = Folder::at(disk);
    // One user asks again and again until there is room: how often is not what this is about.
    let limits = "[limits]\nlogins_per_user = \"0/min\"\n";
    let config = format!("[store]\nmin_free = \"4MiB\"\n{limits}");
    folder.write("vahti.toml", &config);
    let (app, hall) = (folder.key("app", "lms"), folder.key("supervisor", "hall"));
    let server = folder.serve();
    assert_eq!(server.login(&app, "aino", "home"), "active");
    let refused = folder.vahti(&["backup", "copy.db"]).refused(3);
    assert!(
        refused.contains("bytes of free disk are missing"),
        "{refused}"
    );
    let mut acknowledged = vec!["aino".to_owned()];
    let rounds = if is_long() { 200 } else { 5 };
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let leaver = format!("leaver-{round}");
        assert_eq!(server.login(&app, &leaver, &leaver), "active");
        acknowledged.extend(fill_under_load(&folder, &server, &app, round));
        almost_full(&folder, &server, &app, &hall);
        let end = format!(r#"{{"session_id":"{leaver}"}}"#);
        assert_eq!(server.call(&app, "end", &end).0, 200);
        let ended = server.check(&app, &leaver, &leaver);
        assert_eq!(ended, "deny, logged_out");
        acknowledged.push(leaver);
        full(&folder, &server, &app, &hall);
        slowest = slowest.max(recovery(&folder, &server, &app, round));
    }
    println!("{} logins, recovery within {slowest:?}", acknowledged.len());
    assert!(server.stop().success());
    let list = folder
        .vahti(&["sessions", "list", "--format", "csv"])
        .done();
    for user in acknowledged {
        assert!(list.contains(&format!("\"{user}\",")), "{user} is lost");
    }
    folder.vahti(&["events", "check"]).done();
    let told = (0..100).any(|_| {
        fill(&mut filler(&folder));
        let Outcome { code, err, .. } = folder.vahti(&["sessions", "list"]);
        assert!([0, 3].contains(&code), "{err}");
        // There may still have been room for it.
        code == 3 && err.contains("the disk is full, or fails")
    });
    assert!(told, "why it cannot be opened");
}

fn filler(folder: &Folder) -> fs::File {
    let mut options = fs::OpenOptions::new();
    let file = options
        .create(true)
        .append(true)
        .open(folder.join("filler"));
    file.expect("a file")
}

/// Writes until nothing more can be written.
fn fill(filler: &mut fs::File) {
    while filler.write(&[7; 4096]).is_ok_and(|written| written > 0) {}
}

fn free_bytes(folder: &Folder) -> u64 {
    let disk = rustix::fs::statvfs(folder.path()).expect("a disk");
    disk.f_bavail * disk.f_frsize
}

fn status(server: &Server, key: &str, verb: &str, user: &str, session: &str) -> u16 {
    let body = format!(r#"{{"user":"{user}","session_id":"{session}"}}"#);
    server.call(key, verb, &body).0
}

/// Logins until the disk has less than 4 MiB left, which a file takes from it at the same time.
fn fill_under_load(folder: &Folder, server: &Server, app: &str, round: u32) -> Vec<String> {
    let enough = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut users = Vec::new();
            for number in 0.. {
                let user = format!("user-{round}-{number}");
                match status(server, app, "login", &user, &user) {
                    201 => users.push(user),
                    503 if enough.load(Ordering::Relaxed) => break,
                    503 => {}
                    other => panic!("{other}"),
                }
            }
            users
        });
        let mut filler = filler(folder);
        while free_bytes(folder) > 3 * 1024 * 1024 {
            filler.write_all(&[7; 64 * 1024]).expect("room");
        }
        enough.store(true, Ordering::Relaxed);
        load.join().expect("it works")
    })
}

/// Logins wait; who is in goes on, and supervisors can work.
fn almost_full(folder: &Folder, server: &Server, app: &str, hall: &str) {
    assert!(free_bytes(folder) > 1024 * 1024);
    assert_eq!(status(server, app, "login", "eino", "desk"), 503);
    assert_eq!(server.check(app, "aino", "home"), "allow, active");
    assert_eq!(status(server, hall, "invalidate", "aino", "home"), 200);
    assert_eq!(status(server, hall, "verify", "aino", "home"), 200);
    assert_eq!(server.check(app, "nobody", "nothing"), "deny, no_session");
}

/// Nothing can be written; who is in goes on, who is not known is denied.
fn full(folder: &Folder, server: &Server, app: &str, hall: &str) {
    let mut filler = filler(folder);
    // What the log still has room for is written; then no more.
    let refused = (0..10_000).any(|_| {
        fill(&mut filler);
        status(server, hall, "verify", "aino", "home") == 503
    });
    assert!(refused, "the disk is full");
    assert_eq!(status(server, app, "login", "eino", "desk"), 503);
    assert_eq!(server.check(app, "aino", "home"), "allow, active");
    assert_eq!(server.check(app, "nobody", "nothing"), "deny, no_session");
}

/// How long after there is room again a login is taken.
fn recovery(folder: &Folder, server: &Server, app: &str, round: u32) -> Duration {
    fs::remove_file(folder.join("filler")).expect("removed");
    #[expect(clippy::disallowed_methods, reason = "a promise about real time")]
    let begun = Instant::now();
    let user = format!("late-{round}");
    while status(server, app, "login", &user, &user) != 201 {
        assert!(begun.elapsed() < Duration::from_secs(5), "no recovery");
    }
    assert_eq!(server.check(app, "aino", "home"), "allow, active");
    begun.elapsed()
}
