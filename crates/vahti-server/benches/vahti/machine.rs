//! What the numbers were measured on.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Command,
    time::Duration,
};

use crate::measure::{Spread, Start};

/// Lines for the head of a report.
pub(crate) fn describe(folder: &Path) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let fsync = fsync(folder).as_secs_f64() * 1e6;
    vec![
        ("cpu", field("/proc/cpuinfo", "model name")),
        ("cores", cores.to_string()),
        ("kernel", first_line("/proc/sys/kernel/osrelease")),
        (
            "fsync",
            format!("{fsync:.0} µs (median of 50 times: write 4 KiB, fdatasync)"),
        ),
        ("rustc", rustc()),
    ]
}

/// How long it takes until 4 KiB are on the disk on which the databases lie.
pub(crate) fn fsync(folder: &Path) -> Duration {
    let path = folder.join("fsync");
    let mut file = File::create(&path).expect("the folder takes a file");
    let once = |_| {
        let start = Start::now();
        file.write_all(&[7; 4096])
            .and_then(|()| file.sync_data())
            .expect("the disk takes 4 KiB");
        start.elapsed().as_secs_f64()
    };
    let median = Spread::of(&(0..50).map(once).collect::<Vec<_>>()).median;
    fs::remove_file(&path).expect("the file is there");
    Duration::from_secs_f64(median)
}

/// A field of a file of the kernel: `name : value`.
pub(crate) fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    value.unwrap_or("unknown").trim().to_owned()
}

fn first_line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
