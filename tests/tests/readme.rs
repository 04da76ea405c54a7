//! What the README shows is what the project does.

use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::ddl;
use rqg_runtime::unit_text::{Generate, UnitText};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What stands between the first fence of this kind and its end.
fn block(readme: &str, fence: &str) -> String {
    let start = readme.find(fence).expect("the README has the block") + fence.len();
    let end = readme[start..].find("```").expect("the block ends");
    readme[start..start + end].trim().to_owned()
}

#[test]
fn the_readme_shows_the_grammar_and_its_output() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let path = root().join("examples/hello/hello.rqg");
    assert_eq!(
        block(&readme, "```rqg,fragment\n"),
        fs::read_to_string(&path).unwrap().trim()
    );

    let shown = block(&readme, "```console\n");
    let (command, output) = shown.split_once('\n').unwrap();
    assert_eq!(
        command,
        "$ cargo run --release -p rqgc -- generate examples/hello/hello.rqg -n 6 --seed 12"
    );
    let program = compile(&Input::path(path)).program.unwrap();
    let schema = program.schema.as_ref().unwrap();
    let model = ddl::read_ddl(&schema.ddl).model;
    let settings = Settings::new(Seed::from(12).master_key());
    let generator = Generator::new(program, Arc::new(model), settings).unwrap();
    let statements = generator
        .with_stack(|generator| {
            let mut worker = generator.worker();
            let mut unit = UnitText::default();
            let mut statements = Vec::new();
            for index in 0..6 {
                worker.generate(index, &mut unit);
                statements.extend(
                    unit.statements()
                        .map(|s| format!("{};", String::from_utf8_lossy(s))),
                );
            }
            statements
        })
        .unwrap();
    assert_eq!(
        output,
        statements.join("\n"),
        "the README shows other output"
    );
}
