//! `cargo xtask screenshots`: plays the first minute in the browser with `vahti dev`, and takes the pictures of the README. They
//! are looked at and committed by hand.

use crate::{process, test, workspace};
use std::process::ExitCode;

const SCRIPT: &str = "xtask/tools/screenshots.cjs";
const PICTURES: &str = "docs/images";

/// The whole task.
pub(crate) fn run() -> Result<ExitCode, String> {
    test::prepare()?;
    process::run(process::cargo(&["build", "--quiet", "--bin", "vahti"]))?;
    let root = workspace::root();
    let mut node = process::command("node", &[SCRIPT, PICTURES]);
    node.env("NODE_PATH", root.join("target/tools/node/node_modules"))
        .env("VAHTI", root.join("target/debug/vahti"));
    process::run(node)?;
    Ok(ExitCode::SUCCESS)
}
