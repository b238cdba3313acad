//! `check_allocations`: how often a check asks for memory. Counted in a program of its own
//! (`benches/allocations/main.rs`), because a counting allocator would slow down everything else here.

use std::process::Command;

use crate::{
    figure::{Figure, Reach},
    folder::Folder,
    options::Effort,
};

pub(crate) fn run(_: &Folder, _: Effort) -> Vec<Figure> {
    let counted = Command::new(env!("CARGO"))
        .args([
            "bench",
            "--quiet",
            "--package",
            "vahti-server",
            "--features",
            "bench",
            "--bench",
            "allocations",
        ])
        .output()
        .expect("cargo starts");
    let said = String::from_utf8_lossy(&counted.stdout);
    let number = said.trim().parse().unwrap_or_else(|_| {
        panic!(
            "the count failed: {said}{}",
            String::from_utf8_lossy(&counted.stderr)
        )
    });
    vec![Figure::alone("check_allocations", number, "a check").reach(Reach::AtMost(0.0))]
}
