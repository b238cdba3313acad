//! `vahti doctor`: looks at everything that a server stands on, in the order in which it would fail, and says what to do.
//! It changes nothing but what every opening of a database does.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::Args;
use vahti_client::{EventsPage, PolicyResponse};

use crate::config::Config;
use crate::path::folder_of;
use crate::serve::{self, Closed};

use super::call::Call;
use super::door::{Absent, Door};
use super::exit::Failure;
use super::settings::{Environment, Settings};
use super::{events, output};

/// How long a server on the configured port may take to say that it lives.
const PATIENCE: Duration = Duration::from_secs(3);
/// How far the clock may be behind the newest event.
const BEHIND: Duration = Duration::from_secs(60);

/// Look for what could go wrong: configuration, folder, databases, disk, clock, record, port.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vahti doctor --config /etc/vahti/vahti.toml\n\n\
    Exit code 0 when there is no FAIL, 1 when there is one, 2 when the configuration is wrong."
)]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: Settings,
}

impl Doctor {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let mut report = Report::default();
        let name = self.settings.file().map_or_else(
            || "the built-in configuration".to_owned(),
            |file| file.display().to_string(),
        );
        let config = match self.settings.load(environment) {
            Ok(config) => config,
            Err(mistakes) => {
                report.fail("configuration", "not usable, see below")?;
                return Err(mistakes);
            }
        };
        report.ok("configuration", &format!("{name} holds no mistake"))?;
        for warning in config.warnings() {
            report.warn(warning.key(), &warning.to_string())?;
        }
        folder(&config, &mut report)?;
        disk(&config, &mut report)?;
        let owned = data(&config, &mut report).await?;
        console(&config, owned, &mut report).await?;
        port(&config, owned, &mut report).await?;
        report.conclude()
    }
}

/// What was found so far.
#[derive(Default)]
struct Report {
    failed: u64,
}

impl Report {
    fn ok(&mut self, what: &str, said: &str) -> Result<(), Failure> {
        line(AnsiColor::Green.on_default(), "ok", what, said)
    }

    fn warn(&mut self, what: &str, said: &str) -> Result<(), Failure> {
        line(AnsiColor::Yellow.on_default(), "warn", what, said)
    }

    fn fail(&mut self, what: &str, said: &str) -> Result<(), Failure> {
        self.failed += 1;
        line(AnsiColor::Red.on_default().bold(), "FAIL", what, said)
    }

    fn conclude(self) -> Result<(), Failure> {
        match self.failed {
            0 => Ok(()),
            failed => Err(Failure::no(format!("{failed} to put right."))),
        }
    }
}

fn line(style: Style, word: &str, what: &str, said: &str) -> Result<(), Failure> {
    output::line(format!("{style}{word:<4}{style:#}  {what:<15}  {said}"))
}

/// The folder can be written, and the files are their owner's alone.
fn folder(config: &Config, report: &mut Report) -> Result<(), Failure> {
    let path = &config.store.path;
    let folder = folder_of(path);
    let shown = folder.display();
    let access = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    if !folder.exists() {
        let said = format!("{shown} is not there: make it, or set `store.url`");
        return report.fail("folder", &said);
    }
    match rustix::fs::access(folder, access) {
        Ok(()) => report.ok("folder", &format!("{shown} can be written"))?,
        Err(cause) => {
            report.fail("folder", &format!("{shown} cannot be written: {cause}"))?;
        }
    }
    file(path, report)?;
    file(&crate::console::beside(path), report)
}

/// The file, if it is there, is its owner's alone.
fn file(path: &Path, report: &mut Report) -> Result<(), Failure> {
    let Some(found) = fs::metadata(path).ok().filter(fs::Metadata::is_file) else {
        return Ok(());
    };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        report.ok(
            "file",
            &format!("{} is its owner's alone ({mode:04o})", path.display()),
        )
    } else {
        let said = format!(
            "{} is open to others ({mode:04o}); the server closes that when it opens it",
            path.display()
        );
        report.warn("file", &said)
    }
}

/// More is free than logins need.
fn disk(config: &Config, report: &mut Report) -> Result<(), Failure> {
    let needed = config.store.min_free_bytes;
    let Ok(disk) = rustix::fs::statvfs(folder_of(&config.store.path)) else {
        return report.warn("disk", "nobody knows how much is free there");
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let said = format!(
        "{} free, logins need {}",
        mebibytes(free),
        mebibytes(needed)
    );
    if free < needed {
        report.fail("disk", &format!("{said}: make room, logins are refused"))
    } else if free / 4 < needed {
        report.warn("disk", &format!("{said}: make room soon"))
    } else {
        report.ok("disk", &said)
    }
}

/// The database: whether it opens or its owner answers, its clock, its record. Says whether a server owns it.
async fn data(config: &Config, report: &mut Report) -> Result<bool, Failure> {
    let path = &config.store.path;
    if !path.exists() {
        let said = format!(
            "{} is not there yet; `vahti serve` makes it",
            path.display()
        );
        report.warn("database", &said)?;
        return Ok(false);
    }
    let door = match Door::open(config, Absent::Refuse).await {
        Ok(door) => door,
        Err(failure) => {
            report.fail("database", &failure.text)?;
            return Ok(false);
        }
    };
    let owned = door.is_owner();
    report.ok(
        "database",
        if owned {
            "a server owns it and answers on its socket; SQLite and schema are right"
        } else {
            "nobody owns it; it opens, SQLite and schema are right"
        },
    )?;
    let looked = inside(&door, report).await;
    door.close().await;
    looked.map(|()| owned)
}

/// The database of the logins at the console. A server that cannot use it goes on, and the console is closed.
async fn console(config: &Config, owned: bool, report: &mut Report) -> Result<(), Failure> {
    let path = crate::console::beside(&config.store.path);
    if !path.exists() {
        return if owned {
            let said = "closed: the server could not make the database of its logins, and its log says why";
            report.warn("console", said)
        } else {
            report.ok("console", "`vahti serve` makes the database of its logins")
        };
    }
    let logins = match serve::open_logins(&path).await {
        Ok(logins) => logins,
        Err(Closed::Owned { .. }) if owned => {
            return report.ok("console", "the server has the database of its logins");
        }
        Err(closed @ Closed::Broken(_)) => {
            let said = format!(
                "{} `vahti serve` puts it aside, and all supervisors log in again",
                closed.sentence(&path)
            );
            return report.warn("console", &said);
        }
        Err(closed) => {
            let said = format!(
                "{} Nobody can log in to the console",
                closed.sentence(&path)
            );
            return report.fail("console", &said);
        }
    };
    let door = Door::inside(config, logins);
    let chain = events::chain(&door).await;
    door.close().await;
    match chain {
        Ok(Ok(_)) if owned => {
            let said = "closed, although a server runs; its log says why";
            report.warn("console", said)
        }
        Ok(Ok(_)) => report.ok("console", "nobody owns its database; it opens and is whole"),
        Ok(Err(fault)) => report.warn("console", &fault),
        Err(failure) => report.fail("console", &failure.text),
    }
}

async fn inside(door: &Door, report: &mut Report) -> Result<(), Failure> {
    match behind(door).await {
        Ok(None) => report.ok("clock", "not behind the newest event")?,
        Ok(Some(behind)) => {
            let said = format!(
                "{} s behind the newest event: set it, for example with NTP",
                behind.as_secs()
            );
            report.warn("clock", &said)?;
        }
        Err(failure) => return report.fail("record", &failure.text),
    }
    let policy: PolicyResponse = match door.call(&Call::get(&["policy"])?).await {
        Ok(policy) => policy,
        Err(failure) => return report.fail("policy", &failure.text),
    };
    if let Some(until) = policy.paused_until {
        let said =
            format!("THE GATE IS PAUSED until {until}: every check allows; `vahti resume` ends it");
        report.warn("gate", &said)?;
    }
    match events::chain(door).await {
        Ok(Ok(whole)) => report.ok(
            "record",
            whole
                .trim_start_matches("The record is ")
                .trim_end_matches('.'),
        ),
        Ok(Err(fault)) => report.fail("record", &fault),
        Err(failure) => report.fail("record", &failure.text),
    }
}

/// How far this machine's clock is behind the newest event, if that is worth a word.
async fn behind(door: &Door) -> Result<Option<Duration>, Failure> {
    let call = Call::get(&["events"])?
        .with("order", Some("newest"))
        .with("limit", Some(1));
    let page: EventsPage = door.call(&call).await?;
    let newest = page.events.first().map(|event| event.at.0);
    let behind = newest.map(|newest| newest.since(serve::now()));
    Ok(behind.filter(|behind| *behind > BEHIND))
}

/// The port is free when nobody serves, and answered when somebody does.
async fn port(config: &Config, owned: bool, report: &mut Report) -> Result<(), Failure> {
    let listen = config.http.listen;
    let free = match tokio::net::TcpListener::bind(listen).await {
        Ok(_) => true,
        Err(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => false,
        Err(cause) => {
            let said = format!("{listen} cannot be listened on: {cause}");
            return report.fail("port", &said);
        }
    };
    match (owned, free) {
        (false, true) => report.ok("port", &format!("{listen} is free")),
        (true, false) if is_alive(listen).await => {
            report.ok("port", &format!("{listen} is answered by a server"))
        }
        (true, false) => report.fail("port", &format!("{listen} is in use, but does not answer")),
        (true, true) => {
            let said = format!(
                "{listen} is free although a server runs: it was started with another address"
            );
            report.warn("port", &said)
        }
        (false, false) => {
            let said = format!(
                "{listen} is in use by another program: `vahti serve` could not listen there"
            );
            report.fail("port", &said)
        }
    }
}

async fn is_alive(listen: SocketAddr) -> bool {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listen.port());
    let Ok(client) = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .build()
    else {
        return false;
    };
    let answer = client.get(format!("http://{address}/healthz")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

fn mebibytes(bytes: u64) -> String {
    match bytes >> 20 {
        10_240.. => format!("{} GiB", bytes >> 30),
        mebibytes => format!("{mebibytes} MiB"),
    }
}
