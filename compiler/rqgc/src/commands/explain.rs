//! `rqgc explain`

use crate::failure::Failure;
use crate::terminal;
use rqg_compiler::diagnostics::Code;
use rqg_compiler::diagnostics::explain::explain;

pub fn run(code: &str) -> Result<(), Failure> {
    match Code::parse(code) {
        Some(code) => terminal::print(&format!("{}\n", explain(code).trim_end())),
        None => Err(Failure::Input(format!(
            "there is no diagnostic `{code}`; codes look like {}",
            Code::UnknownName
        ))),
    }
}
