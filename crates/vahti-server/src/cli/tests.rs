//! What holds for every command.

use clap::CommandFactory as _;

use super::Cli;

fn every_command(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Command)>) {
    let path = format!("{path} {}", command.get_name());
    found.push((path.trim().to_owned(), command.clone()));
    for inner in command.get_subcommands() {
        every_command(inner, &path, found);
    }
}

fn all() -> Vec<(String, clap::Command)> {
    let mut found = Vec::new();
    every_command(&Cli::command(), "", &mut found);
    found
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_help_of_every_command_holds_an_example_that_can_be_parsed() {
    for (path, command) in all() {
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(help.contains("Example"), "{path} has no example");
        let examples: Vec<_> = help
            .lines()
            .filter(|line| line.starts_with("  ") && line.contains("vahti "))
            .collect();
        assert!(
            examples.iter().any(|line| line.contains(path.as_str())),
            "{path} has no example of its own"
        );
        for line in examples {
            let words = words(line);
            let parsed = Cli::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{path}: {words:?}: {parsed:?}");
        }
    }
}

/// The words of an example, as a shell would see them: up to a remark behind three spaces, a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let line = line.trim_start();
    let end = ["   ", " > ", " && "]
        .iter()
        .filter_map(|stop| line.find(stop))
        .min();
    let line = &line[..end.unwrap_or(line.len())];
    let line = line.split_once("vahti ").map_or(line, |(_, rest)| rest);
    // The one command that examples run inside a word.
    let line = line.replace("$(date +%F)", "2026-11-23");
    let mut words = vec!["vahti".to_owned()];
    for (place, part) in line.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_and_every_option_says_what_it_is() {
    for (path, command) in all() {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(!about.is_empty(), "{path} says nothing");
        for argument in command.get_arguments() {
            let help = argument
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                !help.is_empty(),
                "{path} --{} says nothing",
                argument.get_id()
            );
        }
    }
}
