//! Compiles every fixture and every bundled grammar to Rust, and lists the modules.

use rqg_compiler::codegen::{self, Options};
use rqg_compiler::{Input, compile};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

/// Folders with grammars, relative to the workspace.
const FOLDERS: [&str; 6] = [
    "tests/fixtures/pass",
    "tests/fixtures/run",
    "tests/native/goldens",
    "grammars/crud",
    "grammars/json",
    "grammars/queries",
];

/// How deeply calls nest in the deep grammar.
const CHAIN: usize = 1_000;

/// How deeply groups nest in it.
const NESTED: usize = 50;

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot compile the fixtures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut modules = String::new();
    let mut list = String::new();
    let mut number = 0;
    let deep = out.join("deep.rqg");
    fs::write(&deep, deep_grammar())?;
    let mut paths = vec![deep];
    for folder in FOLDERS {
        println!("cargo:rerun-if-changed={}", root.join(folder).display());
        paths.extend(grammars(&root.join(folder))?);
    }
    for path in paths {
        let compilation = compile(&Input::path(&path));
        // One that is wrong is reported by the tests of fixtures.
        let Some(program) = compilation.program else {
            continue;
        };
        let options = Options {
            externs: "crate::externs".to_owned(),
            root: Some(root.clone()),
        };
        let text = codegen::generate(&program, &compilation.sources, &options)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        let file = out.join(format!("grammar_{number}.rs"));
        fs::write(&file, text)?;
        let relative = path.strip_prefix(&root).unwrap_or(&path);
        let module = codegen::module_name(&program);
        // Writing to a string never fails; Debug output of a path is a Rust literal.
        let _ = writeln!(modules, "mod grammar_{number} {{ include!({file:?}); }}");
        let _ = writeln!(
            list,
            "    Compiled::new::<grammar_{number}::{module}::Grammar>({relative:?}),"
        );
        number += 1;
    }
    let text = format!(
        "{modules}\n/// Every fixture and bundled grammar.\npub static ALL: &[Compiled] = &[\n{list}];\n"
    );
    fs::write(out.join("all.rs"), text)
}

/// Rules whose shallowest derivations nest deeply, each with a body that nests and one that is long.
fn deep_grammar() -> String {
    let mut text = String::from("grammar deep;\nrule query = r0 long nested;\n");
    for rule in 0..CHAIN {
        let next = rule + 1;
        let _ = writeln!(
            text,
            "rule r{rule} = A{rule} ({{ r{next} }} B)?1% r{next} | C r{next};"
        );
    }
    let _ = writeln!(text, "rule r{CHAIN} = END;");
    let long: String = (0..1_000).map(|n| format!(" W{n}?50% word()")).collect();
    let _ = writeln!(text, "rule long =\n{long};");
    let (open, close) = ("(X ".repeat(NESTED), ")?99%".repeat(NESTED));
    let _ = writeln!(text, "rule nested = {open}{close};");
    text
}

/// The grammars of a folder, by name.
fn grammars(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let paths: io::Result<Vec<PathBuf>> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut found = paths?;
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rqg"));
    found.sort();
    Ok(found)
}
