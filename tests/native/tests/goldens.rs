//! The text of generated code, for its readers: `RQG_BLESS=1` rewrites what is expected.

use rqg_compiler::codegen::{self, Options};
use rqg_compiler::{Input, compile};
use rqg_tests::fixtures;
use std::path::Path;

fn check(name: &str) {
    let path = Path::new("goldens").join(name);
    let compilation = compile(&Input::path(path.with_extension("rqg")));
    let program = compilation.program.expect("a grammar without errors");
    let options = Options {
        externs: "crate::externs".to_owned(),
        root: None,
    };
    let code = codegen::generate(&program, &compilation.sources, &options).expect("code");
    if let Err(difference) = fixtures::compare(&path.with_extension("rs"), &code) {
        panic!("{difference}");
    }
}

#[test]
fn hello() {
    check("hello");
}

#[test]
fn shop() {
    check("shop");
}
