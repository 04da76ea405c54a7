//! Statements and bytes a second of every bundled grammar, compiled and interpreted, on one thread.
//! Compare ratios of one run.

mod support;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rqg_runtime::unit_text::UnitText;
use support::{Backend, worker};

/// Units in one measured round.
const UNITS: u64 = 1_000;

/// Grammars with the rows that each table holds.
const RUNS: [(&str, u64); 5] = [
    ("crud", 0),
    ("crud", 1_000),
    ("queries", 0),
    ("queries", 1_000),
    // It asks for no tables.
    ("json", 0),
];

fn main() {
    divan::main();
}

fn units(bencher: Bencher<'_, '_>, grammar: &str, backend: Backend, rows: u64) {
    let Some(mut worker) = worker(grammar, backend, rows, None) else {
        return;
    };
    let mut text = UnitText::default();
    let (mut statements, mut bytes) = (0, 0);
    for index in 0..UNITS {
        worker.generate(index, &mut text);
        statements += text.ends.len();
        bytes += text.bytes.len();
    }
    bencher
        .counter(ItemsCount::new(statements))
        .counter(BytesCount::new(bytes))
        .bench_local(|| {
            for index in 0..UNITS {
                worker.generate(index, &mut text);
                divan::black_box(&text);
            }
        });
}

#[divan::bench(args = RUNS)]
fn compiled(bencher: Bencher<'_, '_>, (grammar, rows): (&str, u64)) {
    units(bencher, grammar, Backend::Compiled, rows);
}

#[divan::bench(args = RUNS)]
fn interpreted(bencher: Bencher<'_, '_>, (grammar, rows): (&str, u64)) {
    units(bencher, grammar, Backend::Interpreted, rows);
}
