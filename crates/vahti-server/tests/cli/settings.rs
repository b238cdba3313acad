//! The configuration at the command line, and the exit codes.

use crate::scene::Folder;

const FIVE: &str = "\
[http]
listen = \"nowhere\"
[sessions]
max_per_user = -1
on_limit = \"maybe\"
idle_timeout = \"5s\"
colour = \"red\"
";

#[test]
fn five_mistakes_are_reported_at_once_and_nothing_is_started() {
    let folder = Folder::new();
    folder.write("vahti.toml", FIVE);
    for arguments in [
        &["config", "check"][..],
        &["serve"],
        &["sessions", "list"],
        &["config", "print", "--config", "vahti.toml"],
    ] {
        let said = folder.vahti(arguments).refused(2);
        assert!(
            said.starts_with("vahti: vahti.toml has 5 mistakes"),
            "{said}"
        );
        assert_eq!(said.lines().count(), 6, "{said}");
    }
    assert_eq!(folder.names("."), ["vahti.toml"]);
}

#[test]
fn a_profile_is_written_once_and_holds_no_mistake() {
    for profile in ["exam", "seats", "regulated", "tim"] {
        let folder = Folder::new();
        let init = ["init", "--profile", profile];
        folder.vahti(&init).done();
        assert_eq!(folder.vahti(&["config", "check"]).code, 0);
        let said = folder.vahti(&init).refused(1);
        assert!(said.contains("is there already"), "{said}");
        let print = folder.vahti(&["config", "print"]).done();
        assert!(print.contains("[sessions]"), "{print}");
    }
}

#[test]
fn the_files_of_a_proxy_are_written_together_or_not_at_all() {
    let written = [
        ("nginx", &["down.html", "vahti.conf"][..]),
        ("caddy", &["Caddyfile", "down.html"]),
        ("haproxy", &["down.html", "haproxy.cfg", "vahti.lua"]),
        ("traefik", &["traefik.toml"]),
        ("envoy", &["envoy.yaml"]),
    ];
    for (proxy, names) in written {
        let folder = Folder::new();
        let said = folder.vahti(&["init", "--proxy", proxy]).done();
        assert!(
            said.contains("written") && said.contains(names[0]),
            "{said}"
        );
        assert_eq!(folder.names("."), names);
    }
    let folder = Folder::new();
    folder.write("down.html", "mine");
    let both = ["init", "--profile", "exam", "--proxy", "nginx"];
    let said = folder.vahti(&both).refused(1);
    assert!(said.contains("down.html is there already"), "{said}");
    assert_eq!(folder.names("."), ["down.html"]);
}

#[test]
fn what_cannot_be_written_whole_leaves_nothing_in_the_way_of_a_second_try() {
    let folder = Folder::new();
    // Nothing is there behind the link, so that it shows only when the file is made, after others of the proxy.
    std::os::unix::fs::symlink("none/down.html", folder.join("down.html")).expect("a link");
    let said = folder.vahti(&["init", "--proxy", "haproxy"]).refused(1);
    assert!(said.contains("down.html is there already"), "{said}");
    assert_eq!(folder.names("."), ["down.html"]);
}

#[test]
fn what_to_begin_with_is_written_into_a_folder_that_is_named() {
    let folder = Folder::new();
    std::fs::create_dir(folder.join("etc")).expect("a folder");
    for output in ["etc", "etc/"] {
        let init = ["init", "--profile", "exam", "--proxy", "nginx", "--output"];
        let said = folder.vahti(&[&init[..], &[output]].concat()).done();
        assert!(
            said.contains("vahti serve --config etc/vahti.toml"),
            "{said}"
        );
        assert_eq!(
            folder.names("etc"),
            ["down.html", "vahti.conf", "vahti.toml"]
        );
        for name in folder.names("etc") {
            std::fs::remove_file(folder.join(&format!("etc/{name}"))).expect("removed");
        }
    }
    let nowhere = ["init", "--proxy", "nginx", "--output", "none/"];
    let said = folder.vahti(&nowhere).refused(2);
    assert!(
        said.contains("none/vahti.conf cannot be written") && said.contains("Nothing was written"),
        "{said}"
    );
    assert_eq!(folder.names("."), ["etc"]);
}

#[test]
fn what_can_be_begun_with_is_told_to_whoever_names_nothing() {
    let outcome = Folder::new().vahti(&["init"]);
    assert_eq!(outcome.code, 2);
    for way in ["--profile <PROFILE>", "--proxy <PROXY>"] {
        assert!(outcome.err.contains(way), "{outcome:?}");
    }
}

#[test]
fn flags_and_the_environment_reach_the_configuration() {
    let folder = Folder::new();
    let mut print = crate::scene::command(folder.path(), &["config", "print"]);
    print.env("VAHTI__SESSIONS__MAX_PER_USER", "3");
    let printed = crate::scene::Outcome::of(&mut print).done();
    assert!(
        printed.contains("max_per_user = 3  # from environment"),
        "{printed}"
    );
    let said = folder.vahti(&["serve", "--listen", "nowhere"]).refused(2);
    assert!(said.contains("http.listen"), "{said}");
}

#[test]
fn every_exit_code_means_what_the_help_says() {
    let folder = Folder::new();
    assert_eq!(folder.vahti(&["--help"]).code, 0);
    assert_eq!(folder.vahti(&["--version"]).code, 0);
    assert_eq!(folder.vahti(&["nonsense"]).code, 2);
    assert_eq!(folder.vahti(&[]).code, 2);
    assert_eq!(
        folder
            .vahti(&["config", "check", "--config", "none.toml"])
            .code,
        2
    );
    // No database: nothing can be told, and none is made by looking.
    for looks in [
        &["sessions", "list"][..],
        &["key", "list"],
        &["events", "check"],
    ] {
        let said = folder.vahti(looks).refused(3);
        assert!(
            said.contains("There is no database") && said.contains("vahti key create"),
            "{said}"
        );
    }
    assert_eq!(folder.names("."), [""; 0]);
    folder.key("app", "lms");
    assert_eq!(
        folder
            .vahti(&["key", "create", "--role", "app", "--name", "lms"])
            .code,
        1
    );
    assert_eq!(folder.vahti(&["sessions", "verify", "nobody"]).code, 1);
    assert_eq!(folder.vahti(&["sessions", "list"]).code, 0);
    folder.write("other.toml", "[store]\nurl = \"sqlite:other.toml\"\n");
    assert_eq!(
        folder
            .vahti(&["sessions", "list", "--config", "other.toml"])
            .code,
        3
    );
    let log = crate::scene::command(folder.path(), &["sessions", "list"]);
    let mut log = log;
    assert_eq!(
        crate::scene::Outcome::of(log.env("VAHTI_LOG", "a=b=c")).code,
        2
    );
}

#[test]
fn a_name_that_leads_through_an_address_asks_for_nothing_else() {
    let folder = Folder::new();
    folder.key("app", "lms");
    for command in [
        &["explain"][..],
        &["key", "revoke"],
        &["supervisor", "disable"],
    ] {
        for name in ["", ".", ".."] {
            let said = folder.vahti(&[command, &[name]].concat()).refused(2);
            assert!(said.contains("is no name"), "{said}");
        }
    }
}

#[test]
fn a_folder_that_is_not_there_is_named_and_not_made() {
    let folder = Folder::new();
    folder.write("vahti.toml", "[store]\nurl = \"sqlite:none/v.db\"\n");
    let key = ["key", "create", "--role", "app", "--name", "lms"];
    assert_eq!(
        folder.vahti(&key).refused(3),
        "vahti: The database none/v.db cannot be used: its folder is not there.\n"
    );
    let doctor = folder.vahti(&["doctor"]);
    assert_eq!(doctor.code, 1);
    let said = "FAIL  folder           none is not there: make it, or set `store.url`";
    assert!(doctor.out.contains(said), "{doctor:?}");
    assert_eq!(folder.names("."), ["vahti.toml"]);
}

#[test]
fn a_verb_that_stands_alone_and_a_port_without_an_address_are_answered_with_what_is_meant() {
    let folder = Folder::new();
    let said = |arguments: &[&str]| {
        let outcome = folder.vahti(arguments);
        assert_eq!(outcome.code, 2, "{outcome:?}");
        outcome.err
    };
    for verb in ["list", "verify", "invalidate", "end"] {
        let error = said(&[verb, "aino"]);
        assert!(error.contains(&format!("'sessions {verb}'")), "{error}");
    }
    assert!(!said(&["login"]).contains("tip"), "there is no such verb");
    let error = said(&["dev", "--listen", "7301"]);
    assert!(error.contains("like 127.0.0.1:7301"), "{error}");
}
