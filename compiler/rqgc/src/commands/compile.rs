//! `rqgc compile`

use crate::cli::{CompileArgs, Emit};
use crate::failure::Failure;
use crate::grammar;
use crate::package::{self, Build, Files, Runtime};
use crate::report::Report;
use rqg_compiler::codegen::{self, Options};
use rqg_compiler::compile;
use rqg_compiler::hir::EmbeddedSchema;
use rqg_compiler::ir::Program;
use rqg_compiler::schema::{self, Origin};
use rqg_compiler::source::Sources;
use rqg_runtime::engine::FileSink;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

pub fn run(args: &CompileArgs) -> Result<(), Failure> {
    let input = grammar::input(&args.grammar)?;
    let compilation = compile(&input.steer(args.steering.steering()));
    let mut report = Report::new(compilation.sources, true);
    report.add(compilation.diagnostics);
    let Some(program) = compilation.program else {
        return Err(report.fail());
    };
    if let Some(embedded) = &program.schema {
        check_schema(embedded, &mut report);
    }
    report.print()?;
    let code = generate(&program, report.sources())?;
    if args.emit == Emit::Rust {
        return write(&args.output, code.as_bytes());
    }
    if !program.externs.is_empty() {
        return Err(needs_a_package(&program));
    }
    let runtime = Runtime::resolve(&args.runtime)?;
    if args.emit == Emit::Crate {
        let files = files(
            &program,
            &format!("{}-generator", program.name),
            code,
            &runtime,
        );
        return package::create(&args.output, &files, |_| Ok(Files::new()));
    }
    executable(args, &program, code, &runtime)
}

/// A schema that no run could use is wrong now already.
fn check_schema(embedded: &EmbeddedSchema, report: &mut Report) {
    let schema = schema::read(&Origin::Embedded(embedded), report.sources());
    report.add(schema.diagnostics);
}

fn generate(program: &Program, sources: &Sources) -> Result<String, Failure> {
    codegen::generate(program, sources, &Options::default())
        .map_err(|error| Failure::Input(error.to_string()))
}

fn needs_a_package(program: &Program) -> Failure {
    let names = program.externs.iter().map(|it| format!("`{}`", it.name));
    let names = names.collect::<Vec<_>>().join(", ");
    Failure::Input(format!(
        "the grammar calls functions in Rust ({names}), which a generator by itself does not \
         have\nhelp: `rqgc new` makes a package that they can be written in; `--emit rust` gives \
         the module for a crate that has them"
    ))
}

/// The files of a crate that makes the generator.
fn files(program: &Program, package: &str, code: String, runtime: &Runtime) -> Files {
    let manifest = format!(
        include_str!("../package/template/compile.toml"),
        name = package,
        runtime = runtime.dependency("rqg-runtime"),
        cli = runtime.dependency("rqg-cli"),
    );
    let main = format!(
        include_str!("../package/template/compile.rs"),
        name = program.name,
        module = codegen::module_name(program),
    );
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest),
        ("src/main.rs".to_owned(), main),
        ("src/grammar.rs".to_owned(), code),
    ];
    files.extend(
        runtime
            .lock_file()
            .map(|lock| ("Cargo.lock".to_owned(), lock)),
    );
    files
}

/// Builds the crate in the cache. Its name there depends on all that is in it: compiling twice
/// builds once, and grammars of one name do not meet.
fn executable(
    args: &CompileArgs,
    program: &Program,
    code: String,
    runtime: &Runtime,
) -> Result<(), Failure> {
    let mut hasher = std::hash::DefaultHasher::new();
    for (_, text) in files(program, "", code.clone(), runtime) {
        hasher.write(text.as_bytes());
    }
    let name = format!("{}-{:016x}", program.name, hasher.finish());
    let cache = cache();
    let package = cache.join(&name);
    if !package.exists() {
        fs::create_dir_all(&cache).map_err(|cause| Failure::Directory {
            path: cache.clone(),
            cause,
        })?;
        let files = files(program, &name, code, runtime);
        package::create(&package, &files, |_| Ok(Files::new()))?;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = args.target_dir.clone().or(target);
    let target = target.unwrap_or_else(|| cache.join("target"));
    let target = std::path::absolute(&target).unwrap_or(target);
    let built = package::build(&Build {
        package: &package,
        target: &target,
        profile: &args.profile,
        verbose: args.verbose,
    })?;
    install(&built, &args.output)
}

/// Where crates are kept between runs.
fn cache() -> PathBuf {
    let user = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let user = user.filter(|path| path.is_absolute());
    let home = std::env::home_dir().map(|home| home.join(".cache"));
    user.or(home)
        .unwrap_or_else(std::env::temp_dir)
        .join("rqgc")
}

/// Writes a file that appears when it is complete.
fn write(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let mut file = FileSink::create(path)?;
    file.append(text).map_err(|cause| Failure::Write {
        path: path.to_owned(),
        cause,
    })?;
    Ok(file.finish()?)
}

/// Copies an executable: beside its place first, so that it appears when it is complete.
fn install(built: &Path, path: &Path) -> Result<(), Failure> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let copied = fs::copy(built, &temporary).and_then(|_| fs::rename(&temporary, path));
    copied.map_err(|cause| {
        let _ = fs::remove_file(&temporary);
        Failure::Write {
            path: path.to_owned(),
            cause,
        }
    })
}
