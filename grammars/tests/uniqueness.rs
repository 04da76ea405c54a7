//! Statements of a strict run never repeat, checked from outside: by fingerprints that have nothing to
//! do with the generator's.

use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_grammars::named;
use rqg_runtime::engine::{self, Batch, Control, Format, Sink};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::sync::Arc;

const UNITS: u64 = 10_000_000;

/// Keeps a fingerprint of each line: SipHash, of the standard library.
#[derive(Default)]
struct Fingerprints(Vec<u64>);

impl Sink for Fingerprints {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let lines = batch.text.split_inclusive(|&byte| byte == b'\n');
        self.0.extend(lines.map(|line| {
            let mut hasher = DefaultHasher::new();
            hasher.write(line);
            hasher.finish()
        }));
        Ok(())
    }

    fn name(&self) -> String {
        "fingerprints".to_owned()
    }
}

/// Different lines share a fingerprint with a probability of 3·10⁻⁶: these have none that do, so if
/// some are the same, statements are.
#[test]
fn ten_million_statements_of_crud_are_different() {
    let crud = named("crud").expect("a grammar");
    let program = compile(&Input::text(crud.name, crud.text)).program;
    let settings = Settings::new(Seed::from(1).master_key());
    let model = Arc::new(default_model());
    let generator = Generator::new(program.expect("no errors"), model, settings).expect("a run");
    let generator = generator.enumerated(None, UNITS).expect("a thread");
    let space = generator.space().expect("a strict run").size();
    let compiled = (crud.native)(generator.planned()).expect("its own plan");

    let mut settings = engine::Settings::new(0..space);
    settings.threads = 2;
    settings.stack_size = compiled.required_stack();
    let format = Format::Sql {
        terminator: ";".to_owned(),
    };
    let mut found = Fingerprints::default();
    let worker = || compiled.any_worker();
    engine::run(&settings, &format, &Control::default(), &mut found, worker).expect("no failure");

    let mut found = found.0;
    let made = found.len() as u64;
    assert!(made >= UNITS, "{made} statements from {space} indexes");
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len() as u64, made);
}
