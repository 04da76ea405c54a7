//! Replays what the fuzzers start from and what they found, and every grammar of the project.

use rqg_tests::{corpus, fuzz, watchdog};
use std::fs;
use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let directory = Path::new("fuzz/corpus").join(target);
    let mut inputs: Vec<_> = fs::read_dir(&directory)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "no inputs in {}", directory.display());
    for path in inputs {
        let input = fs::read(&path).expect("an input");
        watchdog::guarded(&path.display().to_string(), move || run(&input));
    }
}

#[test]
fn parse() {
    replay("parse", fuzz::parse);
}

#[test]
fn check() {
    replay("check", fuzz::check);
}

#[test]
fn interpret() {
    replay("interpret", fuzz::interpret);
    for grammar in corpus::grammars() {
        let mut input = grammar.clone().into_bytes();
        input.push(0);
        input.extend((0..=255).cycle().take(1_000));
        watchdog::guarded("a grammar", move || fuzz::interpret(&input));
    }
}

#[test]
fn ddl() {
    replay("ddl", fuzz::ddl);
}

#[test]
fn server() {
    replay("server", fuzz::server);
}

#[test]
fn config() {
    replay("config", fuzz::config);
}
