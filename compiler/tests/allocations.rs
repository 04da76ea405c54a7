//! Generating allocates nothing per unit once its buffers have grown.

use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::{Generate, UnitText};
use std::path::Path;
use std::sync::Arc;

#[test]
fn a_warm_worker_allocates_nothing() {
    for grammar in ["crud", "queries", "json"] {
        for rows in [0, 1_000] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../grammars/{grammar}/{grammar}.rqg"));
            let program = compile(&Input::path(path)).program.expect("a program");
            let mut model = default_model();
            for table in &mut model.tables {
                table.rows = rows;
            }
            let settings = Settings::new(Seed::from(1).master_key());
            let generator =
                Generator::new(program, Arc::new(model), settings).expect("a generator");
            let allocated = generator
                .with_stack(|generator| {
                    let mut worker = generator.worker();
                    let mut unit = UnitText::default();
                    let mut make = || {
                        for index in 0..2_000 {
                            worker.generate(index, &mut unit);
                        }
                    };
                    let cold = allocation_counter::measure(&mut make).count_total;
                    assert!(cold > 0, "the buffers have to come from somewhere");
                    allocation_counter::measure(make).count_total
                })
                .expect("a thread");
            assert_eq!(allocated, 0, "{grammar}, {rows} rows");
        }
    }
}
