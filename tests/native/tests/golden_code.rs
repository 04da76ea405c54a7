//! The files that show what generated code looks like compile without a warning, and run.

#![deny(warnings)]

use rqg_native_tests::externs;
use rqg_runtime::entropy::Seed;
use rqg_runtime::native::{Generator, Grammar};
use rqg_runtime::run::Settings;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::sync::Arc;

include!("../goldens/hello.rs");
include!("../goldens/shop.rs");

fn first_units<G: Grammar>() -> Vec<String> {
    let settings = Settings::new(Seed::from(7).master_key());
    let generator = Generator::<G>::new(Arc::new(default_model()), settings).expect("a run");
    let mut worker = generator.worker();
    let mut unit = UnitText::default();
    let mut made = Vec::new();
    for index in 0..50 {
        worker.generate(index, &mut unit);
        assert_eq!(worker.unmet(), 0);
        made.push(String::from_utf8_lossy(&unit.bytes).into_owned());
    }
    made
}

#[test]
fn hello() {
    let all = ["SELECT 'hello'", "SELECT 'hi'", "SELECT NULL"];
    for unit in first_units::<hello::Grammar>() {
        assert!(all.iter().any(|start| unit.starts_with(start)), "{unit}");
    }
}

#[test]
fn shop() {
    let units = first_units::<shop::Grammar>();
    for start in ["SELECT '", "INSERT INTO ", "SELECT r1."] {
        assert!(units.iter().any(|unit| unit.starts_with(start)), "{start}");
    }
}
