//! Drives a compiled grammar from bytes, as a coverage-guided fuzzer does: every input is a valid
//! statement, and inputs that are alike give statements that are alike.
//!
//! `printf 'some bytes' | cargo run -p rqg-examples --bin bytes`
//!
//! With cargo-fuzz, `Target` is made once and its `unit` called by each `fuzz_target!`:
//!
//! ```text
//! fuzz_target!(|bytes: &[u8]| TARGET.with_borrow_mut(|target| run(target.unit(bytes))));
//! ```

use payments::Grammar;
use rqg_runtime::choices::Bytes;
use rqg_runtime::entropy::Seed;
use rqg_runtime::native::{Generator, Worker};
use rqg_runtime::run::{Settings, SetupError};
use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::unit_text::UnitText;
use std::error::Error;
use std::io::{self, Read, Write};
use std::sync::Arc;

const SCHEMA: &str = include_str!("../payments/payments.sql");

/// What is made once.
struct Target {
    worker: Worker<Grammar>,
    text: UnitText,
}

impl Target {
    fn new(generator: &Generator<Grammar>) -> Self {
        Self {
            worker: generator.worker(),
            text: UnitText::default(),
        }
    }

    /// The unit that these bytes decide. Where they end, the simplest outcomes follow.
    fn unit(&mut self, bytes: &[u8]) -> &UnitText {
        self.worker
            .generate_from(0, &mut Bytes::new(bytes), &mut self.text);
        &self.text
    }
}

/// The bytes decide everything; no seed does.
fn generator() -> Result<Generator<Grammar>, Vec<SetupError>> {
    let settings = Settings::new(Seed::from(0).master_key());
    Generator::new(Arc::new(read_ddl(SCHEMA).model), settings)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    let generator = generator().map_err(|found| format!("{found:?}"))?;
    let mut output = Vec::new();
    // Derivations recurse: they need more stack than the main thread may have.
    generator.with_stack(|generator| {
        let mut target = Target::new(generator);
        for statement in target.unit(&bytes).statements() {
            output.extend_from_slice(statement);
            output.extend_from_slice(b";\n");
        }
    })?;
    io::stdout().write_all(&output)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_make_a_statement_and_the_same_ones_the_same() -> io::Result<()> {
        let generator = generator().map_err(|found| io::Error::other(format!("{found:?}")))?;
        generator.with_stack(|generator| {
            let mut target = Target::new(generator);
            let mut seen = std::collections::BTreeSet::new();
            for first in 0..=u8::MAX {
                let bytes = [first, 7, 3, 250, 9, 1, 44];
                let text = target.unit(&bytes).bytes.clone();
                assert!(!text.is_empty());
                assert_eq!(target.unit(&bytes).bytes, text);
                seen.insert(text);
            }
            assert!(seen.len() > 2);
            assert!(!target.unit(&[]).bytes.is_empty());
        })
    }
}
