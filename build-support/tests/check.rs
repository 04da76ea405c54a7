//! What a `build.rs` learns about a grammar, and the code that it gets.

use std::fs;
use std::path::PathBuf;

/// A directory that goes away with the test.
struct Package(PathBuf);

impl Package {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("rqg-build-{}-{name}", std::process::id()));
        for (file, text) in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Self(root)
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_grammar_is_described_with_all_its_files() {
    let package = Package::new(
        "good",
        &[
            (
                "shop.rqg",
                "//! Looks at the shop.\n//! Nothing else.\ngrammar shop;\n\
                 use common::one::*;\ndialect postgresql >= 12.1, yugabytedb;\nschema \"shop.sql\";\n\
                 rule query = SELECT one FROM table();\n",
            ),
            ("common/one.rqg", "rule one = \"1\";\n"),
            ("shop.sql", "CREATE TABLE t (id int PRIMARY KEY);\n"),
        ],
    );
    let checked = rqg_build::try_check(package.0.join("shop.rqg")).expect("no errors");
    assert_eq!(checked.name, "shop");
    assert_eq!(checked.description, "Looks at the shop");
    assert_eq!(checked.dialects, "postgresql >= 12.1, yugabytedb");
    let files = ["common/one.rqg", "shop.rqg", "shop.sql"].map(|file| package.0.join(file));
    assert_eq!(checked.files, files);
    assert_eq!(checked.warnings, "");
}

#[test]
fn errors_come_with_the_files_to_watch() {
    let package = Package::new(
        "bad",
        &[(
            "bad.rqg",
            "grammar bad;\nuse common::none::*;\nrule query = oen;\n",
        )],
    );
    let error = rqg_build::try_check(package.0.join("bad.rqg")).expect_err("errors");
    assert!(error.report.contains("RQG0104"), "{error}");
    assert!(error.report.contains("`oen`"), "{error}");
    assert_eq!(error.files, [package.0.join("bad.rqg")]);
    assert!(rqg_build::try_check(package.0.join("none.rqg")).is_err());
}

#[test]
fn a_schema_without_tables_is_an_error() {
    let package = Package::new(
        "empty",
        &[
            (
                "empty.rqg",
                "grammar empty;\nschema \"empty.sql\";\nrule query = SELECT \"1\";\n",
            ),
            ("empty.sql", "-- nothing\n"),
        ],
    );
    let error = rqg_build::try_check(package.0.join("empty.rqg")).expect_err("errors");
    assert!(error.report.contains("RQG0607"), "{error}");
}

#[test]
fn code_is_written_once() {
    let package = Package::new(
        "code",
        &[(
            "shop.rqg",
            "grammar shop;\nrule query = SELECT int(1..=3);\n",
        )],
    );
    let build = rqg_build::Build::new(package.0.join("shop.rqg")).directory(&package.0);
    let checked = build.try_compile().expect("no errors");
    assert_eq!(checked.module, "shop");
    let path = package.0.join("shop.rs");
    let code = fs::read_to_string(&path).expect("the code");
    assert!(
        code.contains("pub mod shop {") && code.contains("/// `query`: shop.rqg:2"),
        "{code}"
    );

    // What cargo looks at stays as it is, until the grammar is another one.
    let long_ago =
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let file = fs::File::options()
        .write(true)
        .open(&path)
        .expect("the code");
    file.set_modified(long_ago).expect("a time");
    let modified = || {
        fs::metadata(&path)
            .and_then(|file| file.modified())
            .expect("a time")
    };
    build.try_compile().expect("no errors");
    assert_eq!(modified(), long_ago);
    fs::write(
        package.0.join("shop.rqg"),
        "rule query = SELECT int(1..=4);\n",
    )
    .expect("a file");
    build.try_compile().expect("no errors");
    assert!(modified() > long_ago);
}

#[test]
fn code_that_cannot_be_made_says_why() {
    let package = Package::new("no_code", &[("shop.rqg", "rule query = SELECT NULL;\n")]);
    let grammar = package.0.join("shop.rqg");
    let nowhere = rqg_build::Build::new(&grammar).directory(package.0.join("none"));
    let error = nowhere.try_compile().expect_err("no directory");
    assert!(error.report.contains("cannot write `"), "{error}");
    assert_eq!(error.files, [grammar.as_path()]);
    let no_path = rqg_build::Build::new(&grammar)
        .directory(&package.0)
        .externs("no path");
    let error = no_path.try_compile().expect_err("no path");
    assert!(error.report.contains("`no path` is no path"), "{error}");
}
