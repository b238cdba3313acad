//! Vahti's pages in a real browser, behind a real proxy. A story is a script beside this file; `cargo xtask tools`
//! installs what drives the browser.

#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/app.rs"]
mod app;
#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/client.rs"]
mod client;
#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/house.rs"]
mod house;
#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/proxy.rs"]
mod proxy;
#[path = "../proxies/running.rs"]
mod running;
#[expect(dead_code, reason = "the tests of the command line use more of it")]
#[path = "../cli/scene.rs"]
mod scene;

use std::{path::Path, process::Command};

use crate::house::{House, Session};
use crate::proxy::Kind;
use crate::scene::{Outcome, clean};

/// Runs a story in a browser that holds this session's cookie, and shows what it said if it fails.
#[track_caller]
fn tell(story: &str, house: &House, session: &Session) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let driver = here.join("../../target/tools/node/node_modules");
    assert!(
        driver.join("playwright-core").is_dir(),
        "nothing drives the browser yet: `cargo xtask tools` installs it"
    );
    let mut node = Command::new("node");
    clean(node.arg(here.join("tests/browser").join(story)))
        .env("NODE_PATH", driver)
        .env("HOME", house.folder.path())
        .env("SITE", format!("http://{}", house.proxy.address))
        .env("GATE", format!("http://{}", house.gate.address))
        .env("SUPERVISOR", &house.supervisor_key)
        .env("TOKEN", &session.token)
        .env("SESSION", &session.id);
    let outcome = Outcome::of(&mut node);
    assert_eq!(outcome.code, 0, "{story}:\n{}{}", outcome.out, outcome.err);
}

#[test]
fn a_text_that_was_sent_while_held_is_still_there_after_the_session_is_let_in() {
    let house = House::new(Kind::Nginx);
    let session = house.login("aino");
    tell("typed_text.cjs", &house, &session);
    let seen = house.app.seen();
    let sent: Vec<_> = seen
        .iter()
        .filter(|seen| seen.line.starts_with("POST "))
        .collect();
    assert_eq!(sent.len(), 1, "{seen:?}");
    assert!(sent[0].body.starts_with("text=word0+word1+") && sent[0].body.ends_with("+word499"));
}
