//! The README's own lines, run as they stand.

use std::process::Command;

use crate::scene::{Folder, Outcome, Server, clean, command};

const README: &str = include_str!("../../../../README.md");

/// The lines of the first console block after `heading`.
fn block(heading: &str) -> Vec<&'static str> {
    let part = README.split(heading).nth(1).expect("the heading");
    let blocks: Vec<_> = part
        .split("\n## ")
        .next()
        .expect("a part")
        .split("```")
        .collect();
    let lines = |block: &'static str| {
        block
            .strip_prefix("console\n")
            .map(|block| block.lines().collect::<Vec<_>>())
    };
    blocks.into_iter().filter_map(lines).flatten().collect()
}

/// The fragments of an expected line: what stands between the dots.
fn fragments(line: &str) -> Vec<&str> {
    line.split('…')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

#[test]
fn the_first_minute_goes_as_it_is_written() {
    let lines = block("## The first minute");
    let commands: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    let start = commands
        .first()
        .and_then(|line| line.split('#').next())
        .map(str::trim);
    assert_eq!(
        start,
        Some("cargo run --release -- dev"),
        "the first line starts it"
    );
    let folder = Folder::new();
    let server = Server::start(command(folder.path(), &["dev", "--listen", "127.0.0.1:0"]));
    let printed = |name: &str| {
        let line = server
            .said
            .lines()
            .find(|line| line.trim().starts_with(&format!("export {name}=")));
        line.unwrap_or_else(|| panic!("{name} is not in {}", server.said))
            .trim()
            .to_owned()
    };
    assert!(
        commands[1].starts_with("export V=http://127.0.0.1:7300 APP=… SUP=…"),
        "{}",
        commands[1]
    );
    let mut script = vec![printed("V"), printed("APP"), printed("SUP")];
    script.extend(commands[2..].iter().map(|line| (*line).to_owned()));
    let outcome = Outcome::of(clean(Command::new("bash").arg("-c").arg(script.join("\n"))));
    let answers = outcome.done();
    let expected: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("  …"))
        .collect();
    assert_eq!(answers.lines().count(), expected.len(), "{answers}");
    for (answer, expected) in answers.lines().zip(expected) {
        for fragment in fragments(expected) {
            assert!(answer.contains(fragment), "{fragment} is not in {answer}");
        }
    }
}

#[test]
fn the_commands_to_run_it_do_what_they_say() {
    let folder = Folder::new();
    let lines = block("## Run it");
    let commands: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("$ vahti "))
        .collect();
    assert!(commands.len() >= 6, "{commands:?}");
    let mut server = None;
    for line in commands {
        let words: Vec<_> = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        if words.first() == Some(&"serve") {
            let mut arguments = words.clone();
            arguments.extend(["--listen", "127.0.0.1:0"]);
            server = Some(Server::start(command(folder.path(), &arguments)));
        } else {
            folder.vahti(&words).done();
        }
    }
    assert!(server.is_some_and(|server| server.stop().success()));
}
