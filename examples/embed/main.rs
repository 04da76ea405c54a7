//! Embeds generators in a program of its own: the engine runs one on several threads over a range of
//! indexes, hands the text to a sink and tells what was done.
//!
//! `cargo run -p rqg-examples --bin embed` runs `hello.rqg`, which `build.rs` compiled to Rust;
//! `cargo run -p rqg-examples --bin embed GRAMMAR.rqg` compiles a grammar now and interprets it. Both
//! make the same units.

mod interpreted;
mod native;

use rqg_runtime::engine::{
    Control, EngineError, Format, Settings, Sink, Statistics, StdoutSink, run,
};
use rqg_runtime::unit_text::Generate;
use std::error::Error;
use std::ops::Range;

/// Units that are made: those of these indexes, whatever other ones there are.
const UNITS: Range<u64> = 0..10;

/// The seed of all that is random.
const SEED: u64 = 42;

fn main() -> Result<(), Box<dyn Error>> {
    let mut stdout = StdoutSink::default();
    let done = match std::env::args().nth(1) {
        Some(grammar) => interpreted::units(&grammar, UNITS, &mut stdout)?,
        None => native::units(UNITS, &mut stdout)?,
    };
    eprintln!(
        "{} units with {} statements, {} bytes; index {} is the next",
        done.units, done.statements, done.bytes, done.next
    );
    Ok(())
}

/// Runs the engine: `worker` makes a generator for each of its threads.
fn generate<G: Generate>(
    units: Range<u64>,
    stack_size: usize,
    sink: &mut dyn Sink,
    worker: impl Fn() -> G + Sync,
) -> Result<Statistics, EngineError> {
    let settings = Settings {
        threads: 2,
        // Derivations recurse: how deeply, the grammar knows.
        stack_size,
        ..Settings::new(units)
    };
    let format = Format::Sql {
        terminator: ";".to_owned(),
    };
    // Another thread may stop the run through it, or ask how far it is.
    let control = Control::default();
    run(&settings, &format, &control, sink, worker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_make_the_same_units_and_a_part_of_them_is_a_part() -> Result<(), Box<dyn Error>> {
        let hello = concat!(env!("CARGO_MANIFEST_DIR"), "/hello/hello.rqg");
        let (mut all, mut again, mut last) = (Vec::new(), Vec::new(), Vec::new());
        let done = native::units(0..1_000, &mut all)?;
        assert_eq!((done.units, done.next), (1_000, 1_000));
        assert_eq!(done.bytes, all.len() as u64);
        assert_eq!(
            interpreted::units(hello, 0..1_000, &mut again)?.units,
            1_000
        );
        assert!(all == again && !all.is_empty());
        native::units(900..1_000, &mut last)?;
        assert!(all.ends_with(&last) && !last.is_empty());
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_told() {
        let mut sink = Vec::new();
        let error = interpreted::units("no/such.rqg", UNITS, &mut sink).map(|done| done.units);
        assert!(error.is_err_and(|error| error.to_string().contains("no/such.rqg")));
        assert!(sink.is_empty());
    }
}
