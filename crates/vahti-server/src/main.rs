//! The program `vahti`. Everything it does is in the library; here its arguments and its environment are read.

use std::process::ExitCode;

use vahti_server::cli::{Environment, run};

fn main() -> ExitCode {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the environment is read"
    )]
    let environment = Environment::new(std::env::vars_os());
    run(std::env::args_os(), &environment)
}
