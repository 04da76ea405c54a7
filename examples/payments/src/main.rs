//! The command of the grammar `payments`.

fn main() -> std::process::ExitCode {
    rqg_cli::main::<payments::Grammar>()
}
