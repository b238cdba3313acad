//! The example of the library runs and tells its story.

use std::process::Command;

#[test]
fn the_example_logs_in_checks_and_verifies() {
    let test = std::env::current_exe().expect("the path of this test");
    let built = test.ancestors().nth(2).expect("the folder of the build");
    let ran = Command::new(built.join("examples").join("embed"))
        .output()
        .expect("the example is built with the tests");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(said.trim(), "The hall goes on; at home: hold (superseded).");
}

#[test]
fn the_example_is_short() {
    let example = include_str!("../examples/embed.rs");
    let body = example
        .split("async fn main")
        .nth(1)
        .expect("a main function");
    assert!(body.lines().count() <= 48, "an example is read in a minute");
}
