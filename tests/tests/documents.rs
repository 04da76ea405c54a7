//! Grammars in the documentation are what the documentation says of them.

use rqg_tests::compile::{self, Settings};
use rqg_tests::markdown::{self, Block};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn documents(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut found: Vec<PathBuf> = fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no documents in {}", directory.display());
    found
}

fn blocks(document: &Path) -> Vec<Block> {
    let text = fs::read_to_string(document).expect("a document");
    markdown::blocks(&text)
        .into_iter()
        .filter(|block| block.info.split(',').next() == Some("rqg"))
        .collect()
}

fn check(block: &Block) -> compile::Checked {
    compile::check_bytes("example.rqg", block.text.as_bytes(), &Settings::default())
}

/// Examples of the language reference: whole grammars check without a finding; those marked
/// `rqg,fail RQG0101` report that code; fragments are for reading only.
#[test]
fn the_language_reference_is_right() {
    let mut wrong = String::new();
    let mut checked = 0;
    for document in documents("../compiler/docs") {
        for block in blocks(&document) {
            let (_, kind) = block.info.split_once(',').unwrap_or((&block.info, ""));
            let expected: BTreeSet<String> = match kind.split_once(' ') {
                Some(("fail", codes)) => codes.split_whitespace().map(str::to_owned).collect(),
                _ if kind == "fragment" => continue,
                _ => {
                    assert_eq!(kind, "", "an unknown mark in {}", document.display());
                    BTreeSet::new()
                }
            };
            let found = check(&block);
            checked += 1;
            if found.codes() != expected {
                writeln!(
                    wrong,
                    "{}:{}: expected {expected:?}\n{}",
                    document.display(),
                    block.line,
                    found.rendered
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(checked > 0, "the reference has no examples");
}

/// The examples of an explanation report its code; those marked `rqg,fixed` have no errors.
#[test]
fn explanations_show_their_code() {
    let mut wrong = String::new();
    for document in documents("../compiler/src/diagnostics/explain") {
        let code = document
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name")
            .to_owned();
        for block in blocks(&document) {
            let found = check(&block);
            let right = match block.info.as_str() {
                "rqg" => found.codes().contains(&code),
                "rqg,fixed" => !found.has_errors() && !found.codes().contains(&code),
                _ => false,
            };
            if !right {
                writeln!(
                    wrong,
                    "{}:{}: {} reports {:?}\n{}",
                    document.display(),
                    block.line,
                    block.info,
                    found.codes(),
                    found.rendered
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
