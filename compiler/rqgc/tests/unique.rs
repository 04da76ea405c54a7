//! `--unique`: units that are kept apart.

mod support;

use std::collections::HashSet;
use support::{Scratch, rqgc, stderr, stdout};

/// Seven statements.
const SEVEN: &str = "grammar seven;\nrule query = SELECT int(1..=7);\n";

/// A thousand statements, most of them rare.
const THOUSAND: &str = "grammar thousand;\nrule query = SELECT int(1..=1000, zipf(1.1));\n";

fn distinct(text: &str) -> HashSet<&str> {
    text.lines().collect()
}

#[test]
fn as_many_distinct_statements_come_as_asked_for() {
    let args = [
        "generate",
        "crud",
        "--seed",
        "7",
        "-n",
        "20000",
        "--unique",
        "probabilistic",
    ];
    let one = stdout(&[&args[..], &["--threads", "1"]].concat());
    assert_eq!(one.lines().count(), 20_000);
    assert_eq!(distinct(&one).len(), 20_000);
    for more in [
        &["--threads", "2"][..],
        &["--threads", "5", "--unordered"],
        &["--threads", "3", "--interpret"],
    ] {
        assert!(stdout(&[&args[..], more].concat()) == one, "{more:?}");
    }
    // The same without those that came before, and as many more.
    let all = stdout(&["generate", "crud", "--seed", "7", "-n", "30000"]);
    let mut seen = HashSet::new();
    let first: Vec<&str> = all.lines().filter(|it| seen.insert(*it)).collect();
    assert!(first.len() < 30_000, "crud repeats statements");
    assert!(first[..20_000] == one.lines().collect::<Vec<_>>());
}

#[test]
fn all_there_is_comes_out_and_then_the_run_ends() {
    let scratch = Scratch::new();
    let seven = scratch.file("seven.rqg", SEVEN);
    let args = [
        "generate",
        &seven,
        "--seed",
        "1",
        "--unique",
        "probabilistic",
    ];
    let done = rqgc(&[&args[..], &["-n", "10"]].concat());
    assert_eq!(done.code, Some(4));
    assert_eq!(distinct(&done.stdout).len(), 7);
    assert_eq!(done.stdout.lines().count(), 7);
    assert_eq!(
        done.stderr,
        "rqgc: only 7 of the 10 units asked for could be had: the 1048576 made after the last one \
         all came before\n"
    );
    assert_eq!(
        distinct(&stdout(&[&args[..], &["-n", "7"]].concat())).len(),
        7
    );
    // A file is complete even so.
    let file = scratch.path().join("out.sql");
    let file = file.to_str().unwrap();
    stderr(
        4,
        &[&args[..], &["-n", "8", "-o", file, "--threads", "2"]].concat(),
    );
    assert_eq!(distinct(&scratch.read("out.sql")).len(), 7);
}

#[test]
fn what_a_run_did_is_told() {
    let scratch = Scratch::new();
    let grammar = scratch.file("thousand.rqg", THOUSAND);
    let done = rqgc(&[
        "generate",
        &grammar,
        "--seed",
        "3",
        "-n",
        "900",
        "--unique",
        "probabilistic",
        "-v",
        "--bloom-filter-size",
        "64KiB",
        "--rotation-interval",
        "400",
    ]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let told = |part: &str| assert!(done.stderr.contains(part), "{part} in {}", done.stderr);
    told(" unique=probabilistic seed=3 bloom-filter-size=65472 rotation-interval=400\n");
    told("rqgc: 900 units, 900 statements");
    told(" duplicates dropped\n");
    told("rqgc: Bloom filter of 65472 bytes in 3 of 3 generations");
    told("900 units admitted");
}

#[test]
fn shards_say_that_they_do_not_know_each_other() {
    let args = [
        "generate",
        "crud",
        "--seed",
        "7",
        "-n",
        "1000",
        "--unique",
        "probabilistic",
    ];
    let done = rqgc(&[&args[..], &["--shard", "1/2"]].concat());
    assert_eq!(done.code, Some(0));
    assert_eq!(
        done.stderr,
        "rqgc: the units are unique within this shard only: other shards may hold the same ones\n"
    );
    let lines = distinct(&done.stdout);
    assert_eq!(lines.len(), done.stdout.lines().count());
    assert!(lines.len() <= 500);
    let whole = stdout(&[
        "generate", "crud", "--seed", "7", "--start", "500", "-n", "500",
    ]);
    assert_eq!(lines, distinct(&whole));
}

#[test]
fn a_run_by_time_ends_when_its_filter_is_full() {
    let scratch = Scratch::new();
    let seven = scratch.file("seven.rqg", SEVEN);
    let full = stderr(
        4,
        &[
            "generate",
            "crud",
            "--format",
            "null",
            "--unique",
            "probabilistic",
            "--duration",
            "1h",
            "--bloom-filter-size",
            "64KiB",
            "--seed",
            "1",
        ],
    );
    assert!(full.contains("the filter was full after "), "{full}");
    let exhausted = stderr(
        4,
        &[
            "generate",
            &seven,
            "--seed",
            "1",
            "--unique",
            "probabilistic",
            "--duration",
            "1h",
            "--bloom-filter-size",
            "1MiB",
        ],
    );
    assert!(
        exhausted.contains("only 7 units could be had"),
        "{exhausted}"
    );
}

#[test]
fn what_cannot_be_held_is_refused_before_it_starts() {
    let refused = |code, more: &[&str]| {
        let args = ["generate", "crud", "--seed", "1"];
        let done = rqgc(&[&args[..], more].concat());
        assert_eq!(done.code, Some(code), "{more:?}: {}", done.stderr);
        assert_eq!(done.stdout, "");
        done.stderr
    };
    let filtered = ["--unique", "probabilistic"];
    let with = |more: &[&'static str]| [&filtered[..], more].concat();
    let small = refused(
        2,
        &with(&["-n", "1000000000", "--bloom-filter-size", "1GB"]),
    );
    assert!(
        small.contains("a filter of 1000000000 bytes keeps "),
        "{small}"
    );
    assert!(small.contains(" bytes do"), "{small}");
    let large = refused(3, &with(&["-n", "1_000_000_000_000"]));
    assert!(large.contains("bytes of memory"), "{large}");
    for more in [
        &["--false-positive-rate", "0.001"][..],
        &["--false-positive-rate", "0"],
        &["--rotation-interval", "0"],
        &["--rotation-interval", "1", "-n", "100000"],
        &["--bloom-filter-size", "much"],
    ] {
        refused(2, &with(more));
    }
    refused(2, &["--bloom-filter-size", "1GiB"]);
    refused(2, &["--space", "100"]);
    refused(2, &["--space", "0"]);
}

#[test]
fn a_unit_is_shown_as_the_run_has_it() {
    let run = [
        "generate",
        "crud",
        "--seed",
        "9",
        "--unique",
        "probabilistic",
        "--format",
        "jsonl",
    ];
    let text = stdout(&[&run[..], &["-n", "300"]].concat());
    let last = text.lines().last().unwrap();
    let index = last
        .trim_start_matches("{\"index\":")
        .split(',')
        .next()
        .unwrap();
    let shown = stdout(&[
        "show",
        "crud",
        "--seed",
        "9",
        "--unique",
        "probabilistic",
        "--format",
        "jsonl",
        "--index",
        index,
    ]);
    assert_eq!(shown.trim_end(), last);
}
