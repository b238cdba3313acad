//! The benchmarks of Vahti.

fn main() {}
