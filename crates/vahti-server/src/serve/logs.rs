//! Logs: one line an event, to standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::cli::exit::Failure;
use crate::cli::settings::Environment;

/// The variable that says what is logged: `debug`, or `info,vahti_store=debug`.
const VARIABLE: &str = "VAHTI_LOG";

/// How a line is written: for people, or as one JSON object for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Starts logging. `otherwise` is logged where the environment says nothing.
pub(crate) fn start(
    environment: &Environment,
    format: LogFormat,
    otherwise: &str,
) -> Result<(), Failure> {
    use std::io::IsTerminal as _;

    let wanted = environment.find(VARIABLE).unwrap_or(otherwise);
    let filter: EnvFilter = wanted.parse().map_err(|cause| {
        Failure::wrong(format!(
            "{VARIABLE} is not right: {cause}. Write a level (error, warn, info, debug), or `info,vahti_store=debug`."
        ))
    })?;
    let colours = std::io::stderr().is_terminal() && environment.find("NO_COLOR").is_none();
    let lines = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .log_internal_errors(false);
    let started = match format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    // Logging that runs already, as in a program that calls this twice, is no reason to stop.
    drop(started);
    Ok(())
}
