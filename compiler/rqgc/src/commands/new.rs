//! `rqgc new`

use crate::cli::NewArgs;
use crate::failure::Failure;
use crate::package::{self, Files, Runtime};
use crate::report::Report;
use crate::terminal;
use rqg_cli::args::{IdentityArgs, OutputFormat, PreparedArgs};
use rqg_cli::identity::Identity;
use rqg_compiler::interpret::Generator;
use rqg_compiler::schema::{self, Origin};
use rqg_compiler::{Input, codegen, compile};
use rqg_runtime::engine::EngineError;
use rqg_runtime::entropy::Seed;
use rqg_runtime::unit_text::{Generate, UnitText};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the snapshot test asks for.
const SEED: u64 = 42;
const UNITS: u64 = 20;

/// Crates that the package depends on, and names that cargo or Rust keeps for itself.
const TAKEN: [&str; 14] = [
    "alloc",
    "build",
    "core",
    "deps",
    "examples",
    "incremental",
    "insta",
    "proc_macro",
    "rqg_build",
    "rqg_cli",
    "rqg_runtime",
    "std",
    "test",
    "main",
];

pub fn run(args: &NewArgs) -> Result<(), Failure> {
    let name = args.name.as_str();
    check_name(name)?;
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from(name));
    let runtime = Runtime::resolve(&args.runtime)?;
    package::create(&path, &files(name, &runtime), |root| snapshot(root, name))?;
    terminal::note(&format!(
        "rqgc: made the package `{name}` in `{0}`; `cd {0} && cargo test` builds and tests it",
        path.display()
    ));
    Ok(())
}

/// The name is that of a package, of a library, of a module and of a grammar.
fn check_name(name: &str) -> Result<(), Failure> {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let wrong = |why: &str| Failure::Usage(format!("`{name}` cannot name a package: {why}"));
    if !is_plain || name.len() > 64 {
        let plain = plain_name(name);
        let suggestion = if plain.is_empty() {
            String::new()
        } else {
            format!("; how about `{plain}`?")
        };
        return Err(wrong(&format!(
            "a name is a lower-case letter, then lower-case letters, digits and underscores, 64 \
             at most{suggestion}"
        )));
    }
    if TAKEN.contains(&name) {
        return Err(wrong(
            "cargo, Rust or a crate that it builds on has this name",
        ));
    }
    // The words of Rust and of the grammar language are told by their parsers.
    let grammar = Input::text(name, format!("grammar {name};\nrule query = A;\n"));
    let is_module = compile(&grammar)
        .program
        .is_some_and(|program| codegen::module_name(&program) == name);
    if is_module {
        Ok(())
    } else {
        Err(wrong("it is a word of Rust or of the grammar language"))
    }
}

/// The nearest name that is allowed.
fn plain_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let joined = parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    let plain = joined.trim_start_matches(|first: char| !first.is_ascii_lowercase());
    plain.chars().take(64).collect()
}

/// All files but the snapshot.
fn files(name: &str, runtime: &Runtime) -> Files {
    let mut files = vec![
        (
            "Cargo.toml".to_owned(),
            format!(
                include_str!("../package/template/new/Cargo.toml.txt"),
                name = name,
                runtime = runtime.dependency("rqg-runtime"),
                cli = runtime.dependency("rqg-cli"),
                build = runtime.dependency("rqg-build"),
            ),
        ),
        (
            "build.rs".to_owned(),
            format!(
                include_str!("../package/template/new/build.rs.txt"),
                name = name
            ),
        ),
        (
            format!("{name}.rqg"),
            format!(
                include_str!("../package/template/new/grammar.rqg"),
                name = name
            ),
        ),
        (
            format!("{name}.sql"),
            format!(
                include_str!("../package/template/new/schema.sql"),
                name = name
            ),
        ),
        (
            "src/lib.rs".to_owned(),
            format!(
                include_str!("../package/template/new/lib.rs.txt"),
                name = name
            ),
        ),
        (
            "src/main.rs".to_owned(),
            format!(
                include_str!("../package/template/new/main.rs.txt"),
                name = name
            ),
        ),
        (
            "tests/snapshot.rs".to_owned(),
            format!(
                include_str!("../package/template/new/snapshot.rs.txt"),
                name = name
            ),
        ),
        (
            "README.md".to_owned(),
            format!(
                include_str!("../package/template/new/README.md"),
                name = name
            ),
        ),
        (".gitignore".to_owned(), "/target\n*.snap.new\n".to_owned()),
    ];
    files.extend(
        runtime
            .lock_file()
            .map(|lock| ("Cargo.lock".to_owned(), lock)),
    );
    files
}

/// The snapshot of the grammar below `root`, as insta writes it: the interpreter makes what the
/// compiled grammar will make.
fn snapshot(root: &Path, name: &str) -> Result<Files, Failure> {
    let compilation = compile(&Input::path(root.join(format!("{name}.rqg"))));
    let mut report = Report::new(compilation.sources, true);
    report.add(compilation.diagnostics);
    let Some(program) = compilation.program else {
        return Err(report.fail());
    };
    let origin = program
        .schema
        .as_ref()
        .map_or(Origin::Default, Origin::Embedded);
    let schema = schema::read(&origin, report.sources());
    report.add(schema.diagnostics);
    report.print()?;
    let args = IdentityArgs {
        seed: Some(Seed::from(SEED)),
        ..IdentityArgs::default()
    };
    let identity = Identity::resolve(&args, None)?;
    let format = identity.format(
        OutputFormat::Sql,
        PreparedArgs::default(),
        &program.terminator,
    )?;
    let generator = match Generator::new(program, Arc::new(schema.model), identity.settings) {
        Ok(generator) => generator,
        Err(found) => {
            report.add(found);
            return Err(report.fail());
        }
    };
    let made = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        let mut unit = UnitText::default();
        let mut text = Vec::new();
        for index in 0..UNITS {
            worker.generate(index, &mut unit);
            format.write(index, &unit, &mut text);
        }
        text
    });
    let text = made.map_err(EngineError::Spawn)?;
    let text = String::from_utf8_lossy(&text);
    let snapshot = format!("---\nsource: tests/snapshot.rs\nexpression: text\n---\n{text}");
    Ok(vec![(
        "tests/snapshots/snapshot__units.snap".to_owned(),
        snapshot,
    )])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_modules_and_grammars() {
        for good in ["demo", "my_shop", "v2"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "", "2fast", "_x", "a-b", "Demo", "é", "a/b", "..", "self", "fn", "rule", "test", "std",
        ] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert_eq!(plain_name("My-Shop 2"), "my_shop_2");
        assert_eq!(plain_name("2/é"), "");
    }
}
