//! The lines of `docs/proxies.md`, run as they stand.

use std::process::Command;

use crate::house::House;
use crate::proxy::Kind;
use crate::scene::{Outcome, clean};

const PAGE: &str = include_str!("../../../../docs/proxies.md");

#[test]
fn the_lines_that_show_that_it_works_show_it() {
    let lines: Vec<_> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("$ curl "))
        .collect();
    assert!(lines.len() >= 4, "{lines:?}");
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        for line in &lines {
            let (arguments, expected) = line.split_once("  # ").expect("a remark");
            let script = format!("curl {arguments}").replace(
                "http://localhost",
                &format!("http://{}", house.proxy.address),
            );
            let mut bash = Command::new("bash");
            clean(bash.arg("-c").arg(script)).env("TOKEN", &session.token);
            let said = Outcome::of(&mut bash).done().to_ascii_lowercase();
            for word in expected.trim().split(", ") {
                assert!(said.contains(word), "{kind:?}: {line} said {said}");
            }
        }
    }
}
