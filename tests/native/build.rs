//! Compiles every fixture, every bundled grammar and random grammars to Rust, and lists the modules.

#[path = "src/random/mod.rs"]
mod random;

use rqg_compiler::codegen::{self, Options};
use rqg_compiler::ir::Program;
use rqg_compiler::source::Sources;
use rqg_compiler::{Input, compile};
use std::fmt::Write as _;
use std::ops::Range;
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

/// How many random grammars are compiled, and the seed of the first one.
const RANDOM: (u64, u64) = (60, 0);

/// Environment variables that give other ones.
const RANDOM_COUNT: &str = "RQG_RANDOM_GRAMMARS";
const RANDOM_SEED: &str = "RQG_RANDOM_SEED";

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
    let mut crate_ = Crate::new(root.clone(), out.clone());
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
        crate_.add(&path, &program, &compilation.sources)?;
    }
    let fixed = std::mem::take(&mut crate_.list);
    let tried = random_grammars(&mut crate_)?;
    let Crate { modules, list, .. } = crate_;
    let text = format!(
        "{modules}
/// Every fixture and bundled grammar.
pub static ALL: &[Compiled] = &[\n{fixed}];

/// Random grammars: those of the seeds in [`TRIED`] that have no errors.
pub static RANDOM: &[Compiled] = &[\n{list}];

/// The seeds of random grammars that were tried.
pub const TRIED: std::ops::Range<u64> = {tried:?};
"
    );
    fs::write(out.join("all.rs"), text)
}

/// What the generated crate consists of.
struct Crate {
    root: PathBuf,
    out: PathBuf,
    modules: String,
    list: String,
    number: u32,
}

impl Crate {
    fn new(root: PathBuf, out: PathBuf) -> Self {
        Self {
            root,
            out,
            modules: String::new(),
            list: String::new(),
            number: 0,
        }
    }

    fn add(&mut self, path: &Path, program: &Program, sources: &Sources) -> io::Result<()> {
        let number = self.number;
        self.number += 1;
        let options = Options {
            externs: "crate::externs".to_owned(),
            root: Some(self.root.clone()),
        };
        let text = codegen::generate(program, sources, &options)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        let file = self.out.join(format!("grammar_{number}.rs"));
        fs::write(&file, text)?;
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let module = codegen::module_name(program);
        // Writing to a string never fails; Debug output of a path is a Rust literal.
        let _ = writeln!(
            self.modules,
            "mod grammar_{number} {{ include!({file:?}); }}"
        );
        let _ = writeln!(
            self.list,
            "    Compiled::new::<grammar_{number}::{module}::Grammar>({relative:?}),"
        );
        Ok(())
    }
}

/// Adds random grammars that have no errors; the seeds that this took.
fn random_grammars(crate_: &mut Crate) -> io::Result<Range<u64>> {
    let number = |variable: &str, default: u64| {
        println!("cargo:rerun-if-env-changed={variable}");
        let Some(text) = env::var_os(variable) else {
            return Ok(default);
        };
        let number = text.to_str().and_then(|text| text.parse().ok());
        number.ok_or_else(|| io::Error::other(format!("{variable} is no number")))
    };
    let count = number(RANDOM_COUNT, RANDOM.0)?;
    let first = number(RANDOM_SEED, RANDOM.1)?;
    println!("cargo:rerun-if-changed=src/random");
    let mut found = 0;
    let mut seed = first;
    while found < count && seed < first.saturating_add(count.saturating_mul(4)) {
        let path = crate_.out.join(format!("random_{seed}.rqg"));
        fs::write(&path, random::grammar(seed))?;
        // Read again, so that the module's comments name it. Shown when the compiler panics.
        eprintln!("compiling {}", path.display());
        let compilation = compile(&Input::path(&path));
        if let Some(program) = compilation.program {
            crate_.add(&path, &program, &compilation.sources)?;
            found += 1;
        }
        seed += 1;
    }
    Ok(first..seed)
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
