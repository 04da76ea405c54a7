//! What a `build.rs` learns about a grammar.

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
