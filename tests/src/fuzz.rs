//! The bodies of the fuzz targets in `tests/fuzz`: each takes any bytes and may do anything but
//! panic, overflow the stack or hang. An ordinary test replays the corpora.

use crate::compile::{self, Settings};
use rqg_compiler::diagnostics::Diagnostics;
use rqg_compiler::source::SourceId;
use rqg_runtime::schema::ddl::read_ddl;

/// Parses a grammar.
pub fn parse(data: &[u8]) {
    if let Ok(text) = rqg_compiler::syntax::read(data.to_vec()) {
        rqg_compiler::syntax::parse(SourceId(0), &text, &mut Diagnostics::default());
    }
}

/// Checks and lowers a grammar.
pub fn check(data: &[u8]) {
    drop(compile::check_bytes("fuzz.rqg", data, &Settings::default()));
}

/// Derives a unit: what follows the first zero byte are its choices, what is before is the grammar.
pub fn interpret(data: &[u8]) {
    let (grammar, choices) = match data.iter().position(|&byte| byte == 0) {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[][..]),
    };
    let settings = Settings::default();
    let checked = compile::check_bytes("fuzz.rqg", grammar, &settings);
    if let Ok(plan) = checked.plan(&settings) {
        let unit = plan.from_bytes(1, choices);
        assert_eq!(unit, plan.from_bytes(1, choices));
    }
}

/// Reads a schema.
pub fn ddl(data: &[u8]) {
    drop(read_ddl(&String::from_utf8_lossy(data)));
}
