//! `start`, `memory_session` and `disk_session`: a process opens a database of a million sessions, one a user. How long
//! until it is ready, and how much memory and disk a session takes. Each time it is a process of its own.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, ExitCode},
};

use futures::FutureExt as _;
use rustix::{
    fs::{Advice, fadvise},
    time::{ClockId, clock_gettime},
};
use serde_json::{Value, json};
use vahti::Question;

use crate::{
    database,
    figure::{Figure, Reach},
    folder::Folder,
    host, machine,
    measure::{Pairs, Spread, Start},
    options::Effort,
    references,
};

const SESSIONS: u64 = 1_000_000;

#[expect(clippy::cast_precision_loss, reason = "an average is no exact number")]
pub(crate) fn run(folder: &Folder, effort: Effort) -> Vec<Figure> {
    let path = folder.database("start");
    let runtime = host::runtime(2);
    let tokens = database::make(&runtime, &path, SESSIONS);
    fs::write(path.with_extension("tokens"), tokens.join("\n")).expect("the tokens are written");

    let cold = {
        forget_in_memory(&path);
        open(&path)
    };
    let mut opened = Vec::new();
    let reference = || {
        let start = Start::now();
        references::read_everything(&path).expect("the database is read");
        start.elapsed().as_secs_f64()
    };
    let subject = || {
        opened.push(open(&path));
        seconds(opened.last().unwrap_or(&cold))
    };
    let pairs = Pairs::measure(effort, reference, subject);
    let memory: Vec<_> = opened
        .iter()
        .map(|one| number(one, "memory") / SESSIONS as f64)
        .collect();
    let memory = Spread::of(&memory);
    let cpu: Vec<_> = opened.iter().map(|one| number(one, "cpu")).collect();
    let peak = opened
        .iter()
        .map(|one| number(one, "peak"))
        .fold(0.0, f64::max)
        / SESSIONS as f64;
    vec![
        Figure::beside("start", "s", &pairs)
            .reach(Reach::AtMost(5.0))
            .remark(format!(
                "{:.2} s with a cold page cache; {:.2} s of CPU time on both cores",
                seconds(&cold),
                Spread::of(&cpu).median
            )),
        Figure::alone("memory_session", memory.median, "B")
            .reach(Reach::AtMost(400.0))
            .remark(format!(
                "{:.0}..{:.0} B; highest while it starts: {peak:.0} B",
                memory.min, memory.max
            )),
        Figure::alone(
            "disk_session",
            database::bytes(&path) as f64 / SESSIONS as f64,
            "B",
        ),
    ]
}

/// Has a process of its own open the database.
fn open(path: &Path) -> Value {
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program)
        .arg("--child")
        .arg("open")
        .arg(path)
        .output()
        .expect("it starts");
    let said = serde_json::from_slice(&child.stdout);
    said.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&child.stderr)))
}

fn number(opened: &Value, name: &str) -> f64 {
    opened[name].as_f64().unwrap_or(f64::NAN)
}

fn seconds(opened: &Value) -> f64 {
    number(opened, "seconds")
}

/// Asks the kernel to drop what it holds of the file.
fn forget_in_memory(path: &Path) {
    let file = File::open(path).expect("the database");
    file.sync_all().expect("it is on the disk");
    fadvise(&file, 0, None, Advice::DontNeed).expect("advice is free");
}

/// The process of its own: opens the database, makes sure that it is what it should be, and says what it took.
pub(crate) fn child(path: &Path) -> ExitCode {
    let runtime = host::runtime(2);
    let before = resident("VmRSS");
    let (start, worked) = (Start::now(), cpu_seconds());
    let vahti = runtime.block_on(host::open(path));
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - worked);
    let memory = resident("VmRSS") - before;
    assert_eq!(
        vahti.index().len() as u64,
        SESSIONS,
        "every session is there"
    );
    let tokens = fs::read_to_string(path.with_extension("tokens")).expect("the tokens");
    let mut checks = tokens.lines().map(|token| {
        let (caller, question) = (host::app(), Question::token(token));
        vahti
            .check(&caller, &question)
            .now_or_never()
            .expect("a check waits for nothing")
            .expect("an answer")
    });
    assert!(
        checks.all(|checked| checked.allows()),
        "their tokens are right"
    );
    runtime.block_on(vahti.close());
    let peak = resident("VmHWM") - before;
    println!(
        "{}",
        json!({ "seconds": seconds, "cpu": cpu, "memory": memory, "peak": peak })
    );
    ExitCode::SUCCESS
}

/// How long this process has worked, on all cores.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// A field of `/proc/self/status`, in bytes.
pub(super) fn resident(field: &str) -> f64 {
    let text = machine::field("/proc/self/status", field);
    let kibibytes = text
        .split_whitespace()
        .next()
        .and_then(|number| number.parse::<f64>().ok());
    kibibytes.expect("the kernel says so") * 1024.0
}
