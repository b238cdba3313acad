//! A story: a script for the browser, what it plays in, and what only the test can do for it.

use std::{
    cell::RefCell,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use vahti::core::Policy;

use crate::hall::Hall;
use crate::house::House;
use crate::proxy::Kind;
use crate::scene::{Folder, Server, clean, command};

/// Tells a story in a house of its own, which is returned.
#[track_caller]
pub(crate) fn tell(script: &str) -> House {
    tell_at(script, House::new(Kind::Nginx), &[])
}

/// The same at a house whose gate has another `on_limit`.
#[track_caller]
pub(crate) fn tell_with_limit(script: &str, on_limit: &str) {
    let house = House::new(Kind::Nginx).stop_gate();
    let config = std::fs::read_to_string(house.folder.join("vahti.toml")).expect("a text");
    let limit = format!("[sessions]\non_limit = \"{on_limit}\"");
    let config = config.replacen("[sessions]", &limit, 1);
    house.folder.write("vahti.toml", &config);
    tell_at(script, house.start_gate(), &[]);
}

/// Tells a story in this house, which is told more.
#[track_caller]
pub(crate) fn tell_at(script: &str, house: House, more: &[(&'static str, String)]) -> House {
    let mut told = vec![
        ("SITE", format!("http://{}", house.proxy.address)),
        ("GATE", format!("http://{}", house.gate_address)),
        ("APP", house.app_key.clone()),
        ("SUPERVISOR", house.supervisor_key.clone()),
        ("ADMIN", house.folder.key("admin", "office")),
    ];
    told.extend_from_slice(more);
    let folder = house.folder.path().to_owned();
    let house = RefCell::new(Some(house));
    let change = |to: fn(House) -> House| {
        let changed = house.take().map(to);
        house.replace(changed);
    };
    run(script, &folder, &told, |wish| {
        match wish {
            "stop the gate" => change(House::stop_gate),
            "start the gate" => change(House::start_gate),
            _ => panic!("nobody can do this: {wish}"),
        }
        String::new()
    });
    house.take().expect("a house")
}

/// Tells a story in which time passes.
#[track_caller]
pub(crate) fn tell_over_time(script: &str, policy: &Policy) {
    let hall = Hall::new(policy);
    run(script, hall.folder.path(), &hall.told, |wish| {
        hall.obey(wish)
    });
}

/// Tells a story with `vahti dev`.
#[track_caller]
pub(crate) fn tell_of_dev(script: &str) {
    let folder = Folder::new();
    let dev = Server::start(command(folder.path(), &["dev", "--listen", "127.0.0.1:0"]));
    let here = format!("http://{}", dev.address);
    let key = |name: &str| {
        let after = dev.said.split(&format!("export {name}=")).nth(1);
        after
            .and_then(|rest| rest.lines().next())
            .expect("a key")
            .to_owned()
    };
    let told = [
        ("SITE", here.clone()),
        ("GATE", here),
        ("SUPERVISOR", key("SUP")),
    ];
    run(script, folder.path(), &told, |wish| {
        panic!("nobody can do this: {wish}")
    });
}

/// Runs a script, does what it asks for, and shows what it said if it fails.
#[track_caller]
fn run(script: &str, folder: &Path, told: &[(&str, String)], mut obey: impl FnMut(&str) -> String) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let driver = here.join("../../target/tools/node/node_modules");
    assert!(
        driver.join("playwright-core").is_dir(),
        "nothing drives the browser yet: `cargo xtask tools` installs it"
    );
    let mut node = Command::new("node");
    clean(node.arg(here.join("tests/browser").join(script)))
        .envs(told.iter().map(|(name, value)| (name, value)))
        .env("NODE_PATH", driver)
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = node.spawn().expect("node starts");
    let mut errors = child.stderr.take().expect("its errors");
    let errors = thread::spawn(move || {
        let mut text = String::new();
        let _ = errors.read_to_string(&mut text);
        text
    });
    let mut answers = child.stdin.take().expect("its input");
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().expect("its output")).lines() {
        let line = line.expect("text");
        let Some(wish) = line.strip_prefix('@') else {
            said = format!("{said}{line}\n");
            continue;
        };
        let answer = obey(wish);
        writeln!(answers, "{answer}").expect("it listens");
    }
    let ended = child.wait().expect("it ends");
    let errors = errors.join().expect("no panic");
    assert!(ended.success(), "{script}:\n{said}{errors}");
}
