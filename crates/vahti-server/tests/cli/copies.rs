//! Backup and restore: copies are whole while the server works, and an old one revives nobody by accident.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::{
        fs::{PermissionsExt as _, symlink},
        net::{UnixListener, UnixStream},
    },
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use rusqlite::Connection;
use serde_json::Value;

use crate::scene::Folder;

/// A database as the first schema wrote it.
const EARLIER: &str = include_str!("../../../vahti-store/tests/databases/0001.sql");

fn sessions(folder: &Folder, state: &str) -> Vec<String> {
    let list = ["sessions", "list", "--format", "json", "--state", state];
    let list: Vec<Value> = serde_json::from_str(&folder.vahti(&list).done()).expect("JSON");
    let id = |session: &Value| session["id"].as_str().expect("an id").to_owned();
    list.iter().map(id).collect()
}

fn events(folder: &Folder, verb: &str) -> Vec<Value> {
    let list = ["events", "list", "--format", "json", "--verb", verb];
    serde_json::from_str(&folder.vahti(&list).done()).expect("JSON")
}

fn is_whole(database: &Path) {
    let connection = Connection::open(database).expect("a database");
    let found: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("an answer");
    assert_eq!(found, "ok");
}

/// A folder with a backup of a server that has worked while it was made, and then on.
fn backed_up() -> (Folder, String) {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    folder.key("auditor", "revoked-later");
    let server = folder.serve();
    server.login(&key, "aino", "home");
    let done = AtomicBool::new(false);
    let worked = std::thread::scope(|scope| {
        let busy = scope.spawn(|| {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                server.login(&key, &format!("user-{number}"), &format!("s-{number}"));
            }
            number
        });
        for _ in 0..5 {
            folder.vahti(&["backup", "copy.db", "--force"]).done();
        }
        done.store(true, Ordering::Relaxed);
        busy.join().expect("it works")
    });
    assert!(worked > 0);
    folder.vahti(&["sessions", "end", "aino"]).done();
    server.login(&key, "eino", "later");
    folder.vahti(&["key", "revoke", "revoked-later"]).done();
    assert!(server.stop().success());
    (folder, key)
}

#[test]
fn a_copy_that_is_made_beside_a_busy_server_is_whole_and_for_its_owner_alone() {
    let (folder, _) = backed_up();
    let copy = folder.join("copy.db");
    let mode = fs::metadata(&copy).expect("the copy").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    is_whole(&copy);
    assert_eq!(events(&folder, "backup").len(), 5);
    let left = folder.names(".");
    assert!(
        !left
            .iter()
            .any(|name| name.contains("unfinished") || name.contains("copying")),
        "{left:?}"
    );

    let refused = folder.vahti(&["backup", "copy.db"]).refused(2);
    assert!(refused.contains("is there already"), "{refused}");
    for force in [&["backup", "."][..], &["backup", ".", "--force"]] {
        let refused = folder.vahti(force).refused(2);
        assert!(refused.contains("is a folder"), "{refused}");
    }
    let nowhere = folder.vahti(&["backup", "nowhere/copy.db"]).refused(3);
    assert!(nowhere.contains("cannot be written"), "{nowhere}");
    for name in ["alone.db", "vahti.db.backup"] {
        folder.vahti(&["backup", name]).done();
        is_whole(&folder.join(name));
    }
}

#[test]
fn a_backup_that_breaks_off_says_so_and_leaves_nothing_behind() {
    let folder = Folder::new();
    folder.key("app", "lms");
    folder.write("copy.db", "of yesterday");
    let before = folder.names(".");
    // A server that ends in the middle of its answer.
    let socket = folder.join("vahti.db.sock");
    let server = UnixListener::bind(&socket).expect("a socket");
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            // Whoever only looks whether somebody is there sends nothing.
            let asked = server.incoming().map(|stream| stream.expect("a client"));
            let head = |mut stream: UnixStream| {
                let read = stream.read(&mut [0; 4096]).expect("a request");
                (read > 0).then_some(stream)
            };
            let mut stream = asked.filter_map(head).next().expect("a request");
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nSQLite format 3";
            // Nobody reads it if nobody has asked.
            let _ = stream.write_all(answer.as_bytes());
        });
        let outcome = folder.vahti(&["backup", "copy.db", "--force"]);
        let mut last = UnixStream::connect(&socket).expect("a server");
        last.write_all(b"no more").expect("written");
        outcome
    });
    let refused = outcome.refused(3);
    assert!(
        refused.contains("The server ended before it had answered"),
        "{refused}"
    );
    fs::remove_file(&socket).expect("removed");
    assert_eq!(folder.names("."), before);
    let kept = fs::read_to_string(folder.join("copy.db"));
    assert_eq!(kept.expect("it is kept"), "of yesterday");
}

#[test]
fn a_backup_never_takes_the_place_of_the_database() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    server.login(&key, "aino", "before");
    fs::create_dir(folder.join("sub")).expect("a folder");
    symlink("vahti.db", folder.join("linked.db")).expect("a link");
    symlink("vahti.db", folder.join("copy.db.unfinished")).expect("a link");
    symlink(".", folder.join("here")).expect("a link");
    fs::hard_link(folder.join("vahti.db"), folder.join("second.db")).expect("a link");
    let before = folder.names(".");
    for name in [
        "vahti.db",
        "./sub/../vahti.db",
        "here/vahti.db",
        "linked.db",
        "second.db",
        "copy.db",
        "vahti.db-wal",
        "here/vahti.db-shm",
        "vahti.db.lock",
        "vahti.db.sock",
        "vahti.db.restoring",
        "vahti.db.copying",
    ] {
        let refused = folder.vahti(&["backup", name, "--force"]).refused(2);
        let expected = "That is the database itself. Nothing was copied. Choose another name.";
        assert!(refused.contains(expected), "{name}: {refused}");
    }
    assert_eq!(folder.names("."), before);
    server.login(&key, "eino", "after");
    assert!(server.stop().success());
    assert_eq!(sessions(&folder, "active").len(), 2);
    assert!(events(&folder, "backup").is_empty());
}

#[test]
fn a_backup_takes_the_place_of_a_file_and_of_nothing_else() {
    let (folder, _) = backed_up();
    folder.write("other.db", "an older copy");
    symlink("other.db", folder.join("newest.db")).expect("a link");
    symlink("nowhere.db", folder.join("broken.db")).expect("a link");
    let _socket = UnixListener::bind(folder.join("a.sock")).expect("a socket");
    let before = folder.names(".");
    for (name, why) in [
        ("newest.db", "is a link, a device or the like"),
        ("broken.db", "is a link, a device or the like"),
        ("a.sock", "is a link, a device or the like"),
        (".", "is a folder"),
    ] {
        for arguments in [&["backup", name][..], &["backup", name, "--force"]] {
            let refused = folder.vahti(arguments).refused(2);
            assert!(refused.contains(why), "{name}: {refused}");
        }
    }
    assert_eq!(folder.names("."), before);
    let refused = folder.vahti(&["backup", "other.db"]).refused(2);
    assert!(refused.contains("is there already"), "{refused}");
    folder.vahti(&["backup", "other.db", "--force"]).done();
    is_whole(&folder.join("other.db"));
}

#[test]
fn a_restore_of_what_is_no_file_says_so() {
    let (folder, _) = backed_up();
    for (file, why) in [
        ("absent.db", "There is no file absent.db."),
        ("nowhere/absent.db", "There is no file nowhere/absent.db."),
        (".", ". is not a file with a backup."),
    ] {
        let refused = folder.vahti(&["restore", file, "--yes"]).refused(2);
        assert_eq!(refused, format!("vahti: {why} Nothing was changed.\n"));
    }
}

/// The number of the newest event.
fn last_event(folder: &Folder) -> i64 {
    let connection = Connection::open(folder.join("vahti.db")).expect("a database");
    connection
        .query_row("SELECT max(seq) FROM event", [], |row| row.get(0))
        .expect("a number")
}

#[test]
fn no_number_of_an_event_is_used_twice_after_a_restore() {
    let (folder, _) = backed_up();
    let before = last_event(&folder);
    let restored = folder.vahti(&["restore", "copy.db", "--yes"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(!restored.err.contains("begins anew"), "{restored:?}");
    let told = &events(&folder, "restore")[0];
    assert_eq!(told["sequence"].as_i64(), Some(before + 1), "{told}");
    folder.vahti(&["events", "check"]).done();
    let after = last_event(&folder);
    folder.vahti(&["restore", "copy.db", "--yes"]).done();
    assert_eq!(events(&folder, "restore")[0]["sequence"], after + 1);
}

#[test]
fn a_restore_over_what_cannot_be_read_says_that_followers_begin_anew() {
    let (folder, _) = backed_up();
    folder.write("vahti.db", "This is a letter, and no database at all.");
    let restored = folder.vahti(&["restore", "copy.db", "--yes"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(restored.err.contains("begins anew"), "{restored:?}");
    folder.vahti(&["events", "check"]).done();
}

#[test]
fn a_restore_replaces_no_database_of_another_program_and_no_folder() {
    let (folder, _) = backed_up();
    let theirs = Connection::open(folder.join("theirs.db")).expect("a database");
    theirs
        .execute_batch("CREATE TABLE theirs (x)")
        .expect("theirs");
    drop(theirs);
    fs::create_dir(folder.join("sub")).expect("a folder");
    for there in ["theirs.db", "sub"] {
        folder.write(
            "wrong.toml",
            &format!("[store]\nurl = \"sqlite:{there}\"\n"),
        );
        let before = folder.names(".");
        let restore = ["restore", "copy.db", "--yes", "--config", "wrong.toml"];
        let refused = folder.vahti(&restore).refused(3);
        let why = format!("{there} is of another program, and is not replaced.");
        assert!(
            refused.contains(&why) && refused.contains("Nothing was changed"),
            "{refused}"
        );
        assert_eq!(folder.names("."), before);
    }
}

#[test]
fn a_database_that_somebody_else_reads_is_not_replaced() {
    let (folder, _) = backed_up();
    let reader = Connection::open(folder.join("vahti.db")).expect("a database");
    reader
        .execute_batch("UPDATE account SET newest = newest + 1 WHERE id = 0; BEGIN")
        .expect("a log");
    let read = |_: &rusqlite::Row<'_>| Ok(());
    reader
        .query_row("SELECT count(*) FROM event", [], read)
        .expect("an answer");
    let before = folder.names(".");
    let refused = folder.vahti(&["restore", "copy.db", "--yes"]).refused(3);
    assert!(
        refused.contains("Somebody else reads the database")
            && refused.contains("Nothing was changed"),
        "{refused}"
    );
    assert_eq!(folder.names("."), before);
    drop(reader);
    assert!(events(&folder, "restore").is_empty());
    folder.vahti(&["restore", "copy.db", "--yes"]).done();
}

#[test]
fn a_restored_copy_revives_nobody_and_what_was_there_before_is_kept() {
    let (folder, key) = backed_up();
    let server = folder.serve();
    let refused = folder.vahti(&["restore", "copy.db", "--yes"]).refused(1);
    assert!(refused.contains("Stop it first"), "{refused}");
    assert!(server.stop().success());
    let refused = folder.vahti(&["restore", "copy.db"]).refused(2);
    assert!(refused.contains("--yes"), "{refused}");
    assert_eq!(sessions(&folder, "ended"), ["home"]);

    let restored = folder.vahti(&["restore", "copy.db", "--yes"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(
        restored.out.contains("vahti.db.before-restore-1"),
        "{restored:?}"
    );
    assert!(restored.err.contains("lms, revoked-later"), "{restored:?}");
    assert!(sessions(&folder, "active").is_empty());
    assert!(sessions(&folder, "ended").contains(&"home".to_owned()));
    assert!(!sessions(&folder, "ended").contains(&"later".to_owned()));
    let told = events(&folder, "restore");
    assert_eq!(told.len(), 1);
    let note = told[0]["note"].as_str().expect("a note");
    assert!(
        note.starts_with("copy.db, whose newest event is of 20"),
        "{note}"
    );
    assert_eq!(
        (&told[0]["how"], &told[0]["actor"]),
        (&"cli".into(), &"maija".into())
    );
    folder.vahti(&["events", "check"]).done();
    is_whole(&folder.join("vahti.db.before-restore-1"));
    let left = folder.names(".");
    assert!(
        !left.iter().any(|name| name.contains("restoring")),
        "{left:?}"
    );

    let server = folder.serve();
    assert_eq!(
        server.check(&key, "aino", "home"),
        "deny, ended_by_supervisor"
    );
    assert_eq!(server.login(&key, "aino", "again"), "active");
    assert!(server.stop().success());
    let back = ["restore", "vahti.db.before-restore-1", "--yes"];
    folder.vahti(&back).done();
    assert!(sessions(&folder, "ended").contains(&"later".to_owned()));
    assert!(folder.join("vahti.db.before-restore-2").exists());
}

#[test]
fn sessions_go_on_after_a_restore_only_if_that_is_asked_for() {
    let (folder, key) = backed_up();
    let restored = folder.vahti(&["restore", "copy.db", "--yes", "--keep-sessions"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(restored.err.contains("go on as they were"), "{restored:?}");
    let server = folder.serve();
    assert_eq!(server.check(&key, "aino", "home"), "allow, active");
}

/// The backup with one letter changed in the name of a key: its record is whole, and only the pages tell.
fn damaged(folder: &Folder, mut backup: Vec<u8>) -> Vec<u8> {
    let copy = Connection::open(folder.join("copy.db")).expect("a database");
    let number = |sql: &str| {
        copy.query_row(sql, [], |row| row.get::<_, u32>(0))
            .map(|it| it as usize)
    };
    let page = number("SELECT rootpage FROM sqlite_schema WHERE name = 'key'").expect("a page");
    let size = number("PRAGMA page_size").expect("a size");
    let page = &mut backup[(page - 1) * size..page * size];
    let name = b"revoked-later";
    let at = page.windows(name.len()).position(|bytes| bytes == name);
    page[at.expect("the key")] = b'R';
    backup
}

#[test]
fn what_is_no_whole_backup_is_refused_and_nothing_changes() {
    let (folder, _) = backed_up();
    let before = fs::read(folder.join("vahti.db")).expect("bytes");
    let whole = fs::read(folder.join("copy.db")).expect("bytes");
    fs::write(folder.join("half.db"), &whole[..whole.len() / 2]).expect("written");
    fs::write(folder.join("empty.db"), "").expect("written");
    folder.write("text.db", "This is a letter, and no database at all.");
    fs::write(folder.join("edited.db"), &whole).expect("written");
    let edited = Connection::open(folder.join("edited.db")).expect("a database");
    edited
        .execute_batch(
            "DROP TRIGGER event_stays_as_written; UPDATE event SET verb = 'end' WHERE seq = 3",
        )
        .expect("an edit");
    drop(edited);
    fs::write(folder.join("damaged.db"), damaged(&folder, whole)).expect("written");
    for file in ["half.db", "empty.db", "text.db", "edited.db", "damaged.db"] {
        let refused = folder.vahti(&["restore", file, "--yes"]).refused(3);
        assert!(
            refused.contains(file) && refused.contains("Nothing was changed"),
            "{refused}"
        );
        assert_eq!(
            fs::read(folder.join("vahti.db")).expect("bytes"),
            before,
            "{file}"
        );
    }
    let left = folder.names(".");
    let is_left_over =
        |name: &String| name.contains("restoring") || name.contains("before-restore");
    assert!(!left.iter().any(is_left_over), "{left:?}");
}

#[test]
fn a_backup_from_which_a_person_was_deleted_is_reported_and_can_be_restored() {
    let (folder, _) = backed_up();
    let edited = Connection::open(folder.join("copy.db")).expect("a database");
    let aino = "(SELECT account FROM person WHERE user = 'aino')";
    let gone = format!(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER event_stays;
         DELETE FROM account WHERE id = {aino}; DELETE FROM slot WHERE account = {aino};
         DELETE FROM session WHERE account = {aino}; DELETE FROM event WHERE account = {aino};
         DELETE FROM text WHERE account = {aino}; DELETE FROM person WHERE user = 'aino';"
    );
    edited.execute_batch(&gone).expect("an edit");
    drop(edited);
    let restored = folder.vahti(&["restore", "copy.db", "--yes"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let told = "Events are missing before event ";
    assert!(restored.err.contains(told), "{restored:?}");
    let refused = folder.vahti(&["events", "check"]).refused(1);
    assert!(refused.contains("deleted a person"), "{refused}");
}

#[test]
fn a_backup_of_an_earlier_version_is_brought_up_to_date() {
    let folder = Folder::new();
    let old = Connection::open(folder.join("old.db")).expect("a database");
    old.execute_batch(EARLIER)
        .expect("what the old version wrote");
    drop(old);
    folder.vahti(&["restore", "old.db", "--yes"]).done();
    assert_eq!(sessions(&folder, "ended").len(), 5);
    folder.vahti(&["events", "check"]).done();
    folder.vahti(&["erase", "aino", "--yes"]).done();
    let list = folder.vahti(&["events", "list"]).done();
    assert!(
        list.contains("(erased)") && !list.contains("aino"),
        "{list}"
    );
}
