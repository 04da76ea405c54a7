//! Units a second of the interpreter, over the default schema. Compare ratios of one run: `bytes`
//! tells how much text a unit has.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::{Generate, UnitText};
use std::path::Path;
use std::sync::Arc;

/// Units in one measured round.
const UNITS: u64 = 1_000;

/// A statement of each kind, as short as they come.
const SHORT: &str = r#"
rule query = 4: select | 2: insert | update | delete;
rule select =
    let t = table();
    SELECT DISTINCT?10% (for c in distinct column(t){1..=5} "," { c }) FROM t where(t)?80%
    (LIMIT int(1..=100, zipf(1.1)))?;
rule insert =
    let t = table();
    let cs = distinct insertable(t){1..};
    INSERT INTO t "(" (for c in cs "," { c }) ")" VALUES "(" (for c in cs "," { value(c) }) ")";
rule update =
    let t = table();
    let c = updatable(t);
    UPDATE t SET c "=" value(c) where(t);
rule delete = let t = table(); DELETE FROM t where(t);
rule where(t: table) = let c = column(t, comparable); WHERE c ("=" | "<" | ">" | "<>") comparand(c);
"#;

fn main() {
    divan::main();
}

fn generator(input: &Input, rows: u64) -> Option<Generator> {
    let program = compile(input).program?;
    let mut model = default_model();
    for table in &mut model.tables {
        table.rows = rows;
    }
    let settings = Settings::new(Seed::from(1).master_key());
    Generator::new(program, Arc::new(model), settings).ok()
}

fn units(bencher: Bencher<'_, '_>, input: &Input, rows: u64) {
    let Some(generator) = generator(input, rows) else {
        return;
    };
    let mut worker = generator.worker();
    let mut text = UnitText::default();
    let mut bytes = 0u64;
    for index in 0..UNITS {
        worker.generate(index, &mut text);
        bytes += text.bytes.len() as u64;
    }
    bencher
        .counter(ItemsCount::new(UNITS))
        .counter(BytesCount::new(bytes))
        .bench_local(|| {
            for index in 0..UNITS {
                worker.generate(index, &mut text);
                divan::black_box(&text);
            }
        });
}

#[divan::bench]
fn short(bencher: Bencher<'_, '_>) {
    units(bencher, &Input::text("short", SHORT), 0);
}

#[divan::bench(args = ["grammars/crud/crud.rqg", "grammars/queries/queries.rqg",
    "grammars/json/json.rqg", "tests/fixtures/run/typed_expressions.rqg",
    "tests/fixtures/run/upsert.rqg"])]
fn file(bencher: Bencher<'_, '_>, path: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    units(bencher, &Input::path(root.join(path)), 0);
}

/// Over tables that hold rows.
#[divan::bench(args = ["grammars/crud/crud.rqg", "grammars/queries/queries.rqg"])]
fn filled(bencher: Bencher<'_, '_>, path: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    units(bencher, &Input::path(root.join(path)), 1_000);
}

/// Compiles a grammar of a thousand rules, each of which calls the next: what `rqgc check` does.
#[divan::bench]
fn check_a_thousand_rules(bencher: Bencher<'_, '_>) {
    let mut text = String::from("rule query = r0;\n");
    for rule in 0..1_000 {
        let next = rule + 1;
        text += &format!("rule r{rule} = 3: WORD r{next}? \"x\" | 2: A (B | C)?30% | END;\n");
    }
    text += "rule r1000 = END;\n";
    let input = Input::text("thousand", text);
    bencher.bench(|| compile(divan::black_box(&input)));
}
