//! Logs: one line an event, to standard error, whatever a value of the event holds.

use std::io;

use tracing::Subscriber;
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
    let lines = lines(filter, format, colours, std::io::stderr);
    // Logging that runs already, as in a program that calls this twice, is no reason to stop.
    drop(tracing::subscriber::set_global_default(lines));
    Ok(())
}

/// What turns events into lines.
fn lines<W: io::Write + 'static>(
    filter: EnvFilter,
    format: LogFormat,
    colours: bool,
    to: impl Fn() -> W + Send + Sync + 'static,
) -> Box<dyn Subscriber + Send + Sync> {
    let lines = fmt()
        .with_env_filter(filter)
        .with_writer(move || OneLine { to: to(), colours })
        .with_ansi(colours)
        .log_internal_errors(false);
    match format {
        LogFormat::Text => Box::new(lines.with_target(false).finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    }
}

/// Writes an event as one line: what would begin another, or do more to a terminal than change the colour, is written as
/// an escape. The formatter gives a whole event at a time, with the line's end.
struct OneLine<W> {
    to: W,
    colours: bool,
}

impl<W: io::Write> io::Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let mut safe = harmless(line, self.colours);
        safe.push('\n');
        self.to.write_all(safe.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn harmless(line: &str, colours: bool) -> String {
    let mut safe = String::with_capacity(line.len() + 1);
    for (at, c) in line.char_indices() {
        let harms = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if harms && !(colours && is_colour(&line[at..])) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether the text begins with an order to change the colour, as the formatter writes them: `ESC [ numbers m`.
fn is_colour(text: &str) -> bool {
    text.strip_prefix("\u{1b}[").is_some_and(|order| {
        order
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
            .starts_with('m')
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::subscriber::DefaultGuard;

    use super::*;

    /// What was written.
    #[derive(Clone, Default)]
    pub(in crate::serve) struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("a lock").extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        /// A log of this thread, until the guard is dropped.
        pub(in crate::serve) fn begin(format: LogFormat, colours: bool) -> (Self, DefaultGuard) {
            let paper = Self::default();
            let to = paper.clone();
            let lines = lines("info".into(), format, colours, move || to.clone());
            (paper, tracing::subscriber::set_default(lines))
        }

        pub(in crate::serve) fn text(&self) -> String {
            let bytes = self.0.lock().expect("a lock").clone();
            String::from_utf8(bytes).expect("UTF-8")
        }
    }

    fn written(format: LogFormat, colours: bool, event: impl Fn()) -> String {
        let (paper, _guard) = Paper::begin(format, colours);
        event();
        paper.text()
    }

    #[test]
    fn an_event_is_one_line_whatever_a_value_holds() {
        let hostile = "Mozilla\r\n2026-11-23 ERROR forged\n\u{2028}\u{1b}[2J\u{85}\0end";
        for format in [LogFormat::Text, LogFormat::Json] {
            for colours in [false, true] {
                let text = written(format, colours, || {
                    tracing::info!(agent = %hostile, quoted = hostile, "login {hostile}");
                });
                let ends = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\0');
                assert_eq!(text.matches(ends).count(), 1, "{text:?}");
                assert!(text.ends_with('\n') && text.contains("forged"), "{text:?}");
                assert!(!text.contains("\u{1b}[2J"), "{text:?}");
            }
        }
    }

    #[test]
    fn a_line_of_json_is_one_object_with_the_fields_of_the_event() {
        let text = written(LogFormat::Json, false, || {
            tracing::info!(user = %"ai\"no", active = 1_u32, "login");
        });
        let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (&line["message"], &line["user"], &line["active"]),
            (&"login".into(), &"ai\"no".into(), &1.into())
        );
    }
}
