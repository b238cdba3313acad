//! `vahti dev`: what it prints can be copied, and tells the story.

use std::{net::TcpListener, os::unix::fs::PermissionsExt as _, process::Command};

use crate::scene::{Folder, Outcome, Server, clean, command};

fn dev(folder: &Folder) -> Server {
    Server::start(command(folder.path(), &["dev", "--listen", "127.0.0.1:0"]))
}

/// The lines that are meant to be copied, given to a shell as they are.
fn copied(server: &Server) -> Outcome {
    let copied = server.said.split("In another terminal").nth(1);
    let lines = copied
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix("  "));
    let script: Vec<_> = lines.collect();
    Outcome::of(clean(Command::new("bash").arg("-c").arg(script.join("\n"))))
}

#[track_caller]
fn tells_the_story(server: &Server, home: &str) {
    let outcome = copied(server);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{outcome:?}");
    let answers: Vec<_> = outcome.out.lines().collect();
    let expected = [
        r#""state":"active""#.to_owned(),
        r#""state":"held","reason":"over_limit""#.to_owned(),
        r#""verdict":"hold","reason":"over_limit""#.to_owned(),
        format!(r#""superseded":["{home}"]"#),
        r#""verdict":"hold","reason":"superseded""#.to_owned(),
    ];
    assert_eq!(answers.len(), expected.len(), "{}", outcome.out);
    for (answer, part) in answers.iter().zip(&expected) {
        assert!(answer.contains(part.as_str()), "{part} is not in {answer}");
    }
}

#[test]
fn the_lines_to_copy_tell_the_story_also_at_the_second_start() {
    let folder = Folder::new();
    let first = dev(&folder);
    tells_the_story(&first, "home");
    let keys = |server: &Server| -> Vec<String> {
        let lines = server
            .said
            .lines()
            .filter(|line| line.contains("export ") && !line.contains("V="));
        lines.map(str::to_owned).collect()
    };
    let before = keys(&first);
    assert_eq!(before.len(), 2);
    assert!(first.stop().success());
    let second = dev(&folder);
    assert_eq!(keys(&second), before, "the folder keeps its keys");
    tells_the_story(&second, "home-2");
}

#[test]
fn everything_it_makes_is_in_its_folder_and_secrets_are_their_owners_alone() {
    let folder = Folder::new();
    let server = dev(&folder);
    assert_eq!(folder.names("."), ["vahti-dev"]);
    let made = folder.names("vahti-dev");
    for name in ["keys", "vahti.db", "vahti.db.sock"] {
        assert!(made.iter().any(|made| made == name), "{made:?}");
        let file = folder.join("vahti-dev").join(name);
        let mode = file.metadata().expect("it").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    assert!(server.stop().success());
    assert!(
        !folder
            .names("vahti-dev")
            .contains(&"vahti.db.sock".to_owned())
    );
}

/// The status of a page.
fn status(url: &str) -> String {
    let ask = ["-s", "-o", "/dev/null", "-w", "%{http_code}", url];
    Outcome::of(clean(Command::new("curl").args(ask))).done()
}

#[test]
fn the_demo_is_there_with_dev_alone() {
    let folder = Folder::new();
    let dev = dev(&folder);
    let demo = |server: &Server| status(&format!("http://{}/vahti/demo", server.address));
    assert!(
        dev.said
            .contains(&format!("http://{}/vahti/demo ", dev.address))
    );
    assert_eq!(demo(&dev), "200");
    folder.write("vahti.toml", "");
    assert_eq!(demo(&folder.serve()), "404");
}

#[test]
fn each_start_prints_a_link_that_opens_the_console_once() {
    let folder = Folder::new();
    let link = |server: &Server| {
        let mut lines = server.said.lines();
        let link = lines.find(|line| line.contains("/vahti/console/invitation?i="));
        link.expect("a link").to_owned()
    };
    let first = dev(&folder);
    let opened = link(&first);
    assert_eq!(status(&opened), "200");
    assert_eq!(status(&opened), "200", "opening it uses nothing up");
    assert!(first.stop().success());
    let second = dev(&folder);
    assert_ne!(link(&second).rsplit('=').next(), opened.rsplit('=').next());
    assert_eq!(status(&link(&second)), "200");
}

#[test]
fn with_lan_other_devices_reach_it_at_the_address_that_it_prints() {
    let folder = Folder::new();
    let lan = ["dev", "--listen", "127.0.0.1:0", "--lan=127.0.0.2"];
    let server = Server::start(command(folder.path(), &lan));
    assert!(server.address.starts_with("127.0.0.2:"), "{}", server.said);
    assert!(
        server.said.contains("Anybody in this network"),
        "{}",
        server.said
    );
    assert_eq!(
        status(&format!("http://{}/vahti/demo", server.address)),
        "200"
    );
    assert!(
        server.said.contains("██"),
        "the picture for a phone: {}",
        server.said
    );
    let port = server.address.rsplit(':').next().unwrap_or_default();
    assert_eq!(status(&format!("http://127.0.0.1:{port}/healthz")), "200");
    tells_the_story(&server, "home");
}

#[test]
fn a_revoked_key_is_replaced_at_the_next_start() {
    let folder = Folder::new();
    let first = dev(&folder);
    let config = ["--config", "vahti-dev/vahti.toml"];
    folder
        .vahti(&[&["key", "revoke", "app"], &config[..]].concat())
        .done();
    assert!(first.stop().success());
    tells_the_story(&dev(&folder), "home");
    let keys = folder
        .vahti(&[&["key", "list"], &config[..]].concat())
        .done();
    assert!(keys.contains("app-2"), "{keys}");
}

#[test]
fn a_port_in_use_and_an_open_address_are_answered_with_what_to_do() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("it").to_string();
    let said = folder.vahti(&["dev", "--listen", &address]).refused(3);
    let start = format!(
        "vahti: {address} is in use, perhaps by another `vahti dev`. Try `--listen 127.0.0.1:"
    );
    assert!(said.starts_with(&start), "{said}");
    let said = folder
        .vahti(&["dev", "--listen", "0.0.0.0:7300"])
        .refused(2);
    assert!(
        said.contains("answers on this machine only") && said.contains("--lan"),
        "{said}"
    );
    assert_eq!(folder.names("."), [""; 0], "nothing was made");
}
