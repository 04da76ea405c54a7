//! `rqgc compile` and `rqgc new`, down to what cargo makes of them: against the crates of this
//! workspace, without a network, in one target directory.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Done, Scratch, command, stderr, stdout};

/// Where all tests here build, kept between runs.
fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("packages")
        .join(name)
}

fn workspace() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../..")
}

/// Builds as this workspace does: what both need is then built for one of them only once.
fn prepared(mut command: Command) -> Command {
    command
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", shared("target"))
        .env("XDG_CACHE_HOME", shared("cache"))
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_PROFILE_TEST_DEBUG", "false")
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("INSTA_UPDATE");
    command
}

fn compile(args: &[&str]) -> Done {
    let args = [&["compile"], args].concat();
    prepared(command(&args)).output().unwrap().into()
}

fn run(program: &Path, args: &[&str]) -> Done {
    Command::new(program).args(args).output().unwrap().into()
}

#[test]
fn an_executable_prints_what_generate_prints() {
    let scratch = Scratch::new();
    let program = scratch.path().join("crud");
    let out = program.to_str().unwrap();
    let done = compile(&[
        "crud",
        "-o",
        out,
        "--profile",
        "dev",
        "--runtime",
        workspace(),
    ]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(scratch.names(), ["crud"]);

    let schema = scratch.file(
        "one.sql",
        "CREATE TABLE one (id int PRIMARY KEY, name text NOT NULL, at date);",
    );
    let runs: [&[&str]; 5] = [
        &["--seed", "42", "-n", "3000", "--threads", "2"],
        &[
            "--seed", "0xabc", "-n", "50", "--format", "jsonl", "--rule", "select",
        ],
        &[
            "--seed",
            "1",
            "-n",
            "90",
            "--rows",
            "*=100",
            "--data-seed",
            "7",
            "--shard",
            "1/3",
        ],
        &[
            "--seed",
            "1",
            "-n",
            "50",
            "--schema",
            &schema,
            "--key-offset",
            "5",
            "--start",
            "9",
        ],
        &[
            "--seed",
            "1",
            "--dialect",
            "postgresql@12",
            "--disable",
            "merge",
        ],
    ];
    for args in runs {
        let made = run(&program, &[&["generate"], args].concat());
        assert_eq!(made.code, Some(0), "{args:?}: {}", made.stderr);
        let expected = stdout(&[&["generate", "crud"], args].concat());
        assert!(made.stdout == expected, "{args:?}");
        assert!(!expected.is_empty());
    }
    let shown = run(&program, &["show", "--seed", "42", "--index", "5"]);
    assert_eq!(
        shown.stdout,
        stdout(&["show", "crud", "--seed", "42", "--index", "5"])
    );

    // The files and the codes are those of the command, too.
    let file = scratch.path().join("units.sql");
    let args = ["generate", "--seed", "42", "-o", file.to_str().unwrap()];
    assert_eq!(run(&program, &args).code, Some(0));
    assert_eq!(
        scratch.read("units.sql"),
        stdout(&["generate", "crud", "--seed", "42"])
    );
    for (code, args) in [
        (1, ["generate", "--rule", "nope"]),
        (2, ["generate", "--rows", "nope=1"]),
        (2, ["generate", "--count", "x"]),
        (3, ["generate", "--schema", "no/such.sql"]),
    ] {
        assert_eq!(run(&program, &args).code, Some(code), "{args:?}");
    }
}

#[test]
fn a_crate_builds_by_itself_and_prints_what_generate_prints() {
    let scratch = Scratch::new();
    let root = scratch.path().join("made");
    let grammar = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/hello/hello.rqg"
    );
    let out = root.to_str().unwrap();
    let emit = ["compile", grammar, "--emit", "crate", "-o", out];
    stdout(&[&emit[..], &["--runtime", workspace()]].concat());

    let cargo = |args: &[&str]| -> Done {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
        cargo.args(args).current_dir(&root);
        prepared(cargo).output().unwrap().into()
    };
    let runs: [&[&str]; 3] = [
        &["generate", "--seed", "42", "-n", "2000"],
        &["generate", "--seed", "7", "-n", "20", "--rows", "*=50"],
        &["show", "--seed", "42", "--index", "3"],
    ];
    for args in runs {
        let made = cargo(&[&["run", "-q", "--"], args].concat());
        assert_eq!(made.code, Some(0), "{args:?}: {}", made.stderr);
        let expected = stdout(&[&args[..1], &[grammar], &args[1..]].concat());
        assert!(made.stdout == expected, "{args:?}");
        assert!(!expected.is_empty(), "{args:?}");
    }
}

#[test]
fn an_executable_that_cannot_be_built_is_not_written() {
    let scratch = Scratch::new();
    let out = scratch.path().join("hello");
    let out = out.to_str().unwrap();
    let grammar = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/hello/hello.rqg"
    );

    let mut missing = prepared(command(&["compile", grammar, "-o", out]));
    let missing: Done = missing
        .env("CARGO", "/no/such/cargo")
        .output()
        .unwrap()
        .into();
    assert_eq!(missing.code, Some(3), "{}", missing.stderr);
    assert!(missing.stderr.contains("rustup"), "{}", missing.stderr);

    // A checkout whose crates do not build.
    for crate_ in ["runtime", "runtime/cli", "build-support"] {
        let root = scratch.path().join("broken").join(crate_);
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("Cargo.toml"), "[package]\nname = 1\n").unwrap();
    }
    let broken = scratch.path().join("broken");
    let done = compile(&[grammar, "-o", out, "--runtime", broken.to_str().unwrap()]);
    assert_eq!(done.code, Some(3), "{}", done.stderr);
    assert!(done.stderr.contains("could not build"), "{}", done.stderr);
    assert_eq!(scratch.names(), ["broken"]);
}

#[test]
fn code_and_crates_are_written_whole_or_not_at_all() {
    let scratch = Scratch::new();
    let at = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let grammar = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/hello/hello.rqg"
    );
    stdout(&["compile", grammar, "--emit", "rust", "-o", &at("hello.rs")]);
    let code = scratch.read("hello.rs");
    assert!(code.contains("pub mod hello {"), "{code}");

    let crate_ = ["compile", grammar, "--emit", "crate", "-o", &at("made")];
    stdout(&[&crate_[..], &["--runtime", "https://example.org/rqg.git"]].concat());
    assert_eq!(scratch.read("made/src/grammar.rs"), code);
    assert!(
        scratch
            .read("made/src/main.rs")
            .contains("rqg_cli::main::<grammar::hello::Grammar>")
    );
    let manifest = scratch.read("made/Cargo.toml");
    assert!(
        manifest.contains("rqg-cli = { git = \"https://example.org/rqg.git\" }"),
        "{manifest}"
    );
    assert!(stderr(2, &crate_).contains("exists already"));

    let bad = scratch.file("bad.rqg", "grammar bad;\nrule query = oen;\n");
    assert!(stderr(1, &["compile", &bad, "-o", &at("bad")]).contains("RQG0101"));
    let extern_ = scratch.file(
        "far.rqg",
        "grammar far;\nextern fn far(n: int) -> text;\nrule query = A far(1);\n",
    );
    let told = stderr(1, &["compile", &extern_, "-o", &at("far")]);
    assert!(
        told.contains("`far`") && told.contains("rqgc new"),
        "{told}"
    );
    assert_eq!(scratch.names(), ["bad.rqg", "far.rqg", "hello.rs", "made"]);
}

#[test]
fn a_new_package_passes_its_tests_and_tells_mistakes() {
    let root = shared("demo");
    let _ = fs::remove_dir_all(&root);
    let path = root.to_str().unwrap();
    fs::create_dir_all(root.parent().unwrap()).unwrap();
    stdout(&["new", "demo", "--path", path, "--runtime", workspace()]);
    assert!(stderr(2, &["new", "demo", "--path", path]).contains("exists already"));
    for bad in ["self", "a-b", "std", ""] {
        assert!(stderr(2, &["new", bad]).contains("cannot name a package"));
    }

    // It lies inside of our workspace here, which it is no part of.
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text + "\n[workspace]\n").unwrap();
    let cargo = |args: &[&str]| -> Done {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
        cargo.args(args).current_dir(&root).env("CI", "true");
        prepared(cargo).output().unwrap().into()
    };
    let tested = cargo(&["test", "--lib", "--bins", "--tests"]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.stdout, tested.stderr);
    assert!(
        tested.stdout.contains("test units ... ok"),
        "{}",
        tested.stdout
    );
    let made = cargo(&["run", "-q", "--", "generate", "--seed", "42", "-n", "30"]);
    let grammar = root.join("demo.rqg");
    let interpreted = stdout(&[
        "generate",
        grammar.to_str().unwrap(),
        "--seed",
        "42",
        "-n",
        "30",
    ]);
    assert_eq!(made.stdout, interpreted);

    // The snapshot is compared with something.
    let good = fs::read_to_string(&grammar).unwrap();
    fs::write(&grammar, good.replace("3: find", "find")).unwrap();
    assert_eq!(cargo(&["test", "--test", "snapshot"]).code, Some(101));

    fs::write(&grammar, good.replace("1: count", "1: cuont")).unwrap();
    let broken = cargo(&["build"]);
    assert_eq!(broken.code, Some(101));
    assert!(
        broken.stderr.contains("did you mean `count`?"),
        "{}",
        broken.stderr
    );
    assert!(broken.stderr.contains("demo.rqg:"), "{}", broken.stderr);
    assert!(!broken.stderr.contains("panicked"), "{}", broken.stderr);

    a_function_that_panics_loses_nothing(&root, &cargo);
}

/// A run ends with the panic of a function; what came before is there, and the run can go on with
/// it when the function is mended.
fn a_function_that_panics_loses_nothing(root: &Path, cargo: &dyn Fn(&[&str]) -> Done) {
    let grammar = "grammar demo;\nextern fn number() -> text;\nrule query = SELECT number();\n";
    fs::write(root.join("demo.rqg"), grammar).unwrap();
    let library = root.join("src/lib.rs");
    let text = fs::read_to_string(&library).unwrap();
    let function = |body: &str| {
        format!(
            "{text}\n/// A number.\npub fn number(choices: &mut dyn rqg_runtime::choices::Choices) \
             -> String {{\n    let number = choices.below(1000);\n    {body}\n    \
             number.to_string()\n}}\n"
        )
    };
    fs::write(
        &library,
        function("assert!(number != 0, \"no zero today\");"),
    )
    .unwrap();
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let (output, checkpoint, whole) = (path("out.sql"), path("checkpoint"), path("whole.sql"));
    let run = |args: &[&str]| {
        let fixed = ["run", "-q", "--", "generate", "--seed", "1"];
        cargo(&[&fixed, args].concat())
    };
    let all = ["-n", "60000", "--threads", "2", "-o"];
    let flags = [&all[..], &[&output, "--checkpoint", &checkpoint]].concat();
    let died = run(&flags);
    assert_eq!(died.code, Some(3), "{}", died.stderr);
    let (_, message) = died.stderr.split_once("making unit ").unwrap();
    let (index, rest) = message.split_once(' ').unwrap();
    assert!(rest.starts_with("panicked: no zero today"), "{message}");
    assert_eq!(scratch.names(), ["checkpoint", "out.sql.partial"]);
    let before = run(&["-n", index]);
    assert_eq!(before.code, Some(0), "{}", before.stderr);
    assert_eq!(scratch.read("out.sql.partial"), before.stdout);

    fs::write(&library, function("")).unwrap();
    let resumed = run(&[&all[..], &[&output, "--resume", &checkpoint]].concat());
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    let uninterrupted = run(&[&all[..], &[&whole]].concat());
    assert_eq!(uninterrupted.code, Some(0), "{}", uninterrupted.stderr);
    assert_eq!(scratch.read("out.sql"), scratch.read("whole.sql"));
    assert!(scratch.read("out.sql").lines().any(|it| it == "SELECT 0;"));
}
