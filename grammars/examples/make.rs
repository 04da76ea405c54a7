//! Makes units of a bundled grammar with one backend, on one thread, and tells how many there were:
//!
//! ```text
//! make GRAMMAR compiled|interpreted ROWS UNITS [SPACE]
//! ```
//!
//! With SPACE the units are those of the first indexes of a strict run with so many.
//!
//! ROWS is what each table of the default schema holds. Under `valgrind --tool=callgrind` it counts
//! instructions; the same with 0 units is what starting takes.

#[path = "../benches/support/mod.rs"]
mod support;

use rqg_runtime::unit_text::UnitText;
use std::process::ExitCode;
use std::time::Instant;
use support::{Backend, worker};

const USAGE: &str = "usage: make GRAMMAR compiled|interpreted ROWS UNITS [SPACE]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(report) = make(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    eprintln!("{report}");
    ExitCode::SUCCESS
}

/// Makes what the arguments ask for and tells how it went; none if they are wrong.
fn make(arguments: &[String]) -> Option<String> {
    let (grammar, backend, rows, units, space) = match arguments {
        [grammar, backend, rows, units] => (grammar, backend, rows, units, None),
        [grammar, backend, rows, units, space] => {
            (grammar, backend, rows, units, Some(space.parse().ok()?))
        }
        _ => return None,
    };
    let backend = match backend.as_str() {
        "compiled" => Backend::Compiled,
        "interpreted" => Backend::Interpreted,
        _ => return None,
    };
    let units: u64 = units.parse().ok()?;
    let mut worker = worker(grammar, backend, rows.parse().ok()?, space)?;
    let mut text = UnitText::default();
    let (mut statements, mut bytes) = (0, 0);
    let begin = Instant::now();
    for index in 0..units {
        worker.generate(index, &mut text);
        statements += text.ends.len();
        bytes += text.bytes.len();
    }
    let seconds = begin.elapsed().as_secs_f64();
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    Some(format!(
        "{statements} statements, {bytes} bytes, {:.1} each; {:.0} statements/s, {:.1} MiB/s",
        bytes as f64 / statements as f64,
        statements as f64 / seconds,
        mebibytes / seconds,
    ))
}
