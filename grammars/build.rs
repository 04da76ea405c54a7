//! Makes Rust of the bundled grammars and lists them for the crate.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    match list() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot list the bundled grammars: {error}");
            ExitCode::FAILURE
        }
    }
}

fn list() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed={}", root.display());
    let mut modules = String::new();
    let mut table =
        String::from("/// Every bundled grammar, by name.\npub const BUNDLED: &[Bundled] = &[\n");
    for (name, path) in grammars(&root)? {
        let grammar = rqg_build::compile(&path);
        let module = &grammar.module;
        // Debug output of a string is a Rust literal; writing to a string never fails.
        let _ = writeln!(modules, "rqg_runtime::include_grammar!({name:?});");
        let _ = writeln!(
            table,
            "    Bundled {{ name: {name:?}, description: {:?}, dialects: {:?}, text: include_str!({path:?}), native: rqg_runtime::native::from_plan::<{module}::Grammar> }},",
            grammar.description, grammar.dialects,
        );
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("bundled.rs"), modules + &table)
}

/// Folders `NAME` that hold `NAME.rqg`, by name.
fn grammars(root: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let folder = entry?.path();
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let path = folder.join(format!("{name}.rqg"));
        if path.is_file() {
            found.push((name.to_owned(), path));
        }
    }
    found.sort();
    Ok(found)
}
