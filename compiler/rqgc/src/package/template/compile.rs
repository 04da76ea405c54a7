//! Makes units of the grammar `{name}`.

mod grammar;

fn main() -> std::process::ExitCode {{
    rqg_cli::main::<grammar::{module}::Grammar>()
}}
