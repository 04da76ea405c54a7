//! `--unique strict`: units that can't repeat.

mod support;

use std::collections::BTreeSet;
use support::{Scratch, rqgc, stdout};

/// Seven statements.
const SEVEN: &str = "grammar seven;\nrule query = SELECT int(1..=7);\n";

/// A thousand statements, most of them rare.
const THOUSAND: &str = "grammar thousand;\nrule query = SELECT int(1..=1000, zipf(1.1));\n";

const STRICT: [&str; 6] = ["generate", "crud", "--seed", "7", "--unique", "strict"];

fn lines(text: &str) -> BTreeSet<&str> {
    text.lines().collect()
}

#[test]
fn as_many_distinct_statements_come_as_asked_for() {
    let args = [&STRICT[..], &["-n", "20000"]].concat();
    let one = stdout(&[&args[..], &["--threads", "1"]].concat());
    assert_eq!(one.lines().count(), 20_000);
    assert_eq!(lines(&one).len(), 20_000);
    for more in [&["--threads", "2"][..], &["--threads", "3", "--interpret"]] {
        assert!(stdout(&[&args[..], more].concat()) == one, "{more:?}");
    }
    let other = stdout(&[
        "generate", "crud", "--seed", "8", "--unique", "strict", "-n", "100",
    ]);
    assert!(lines(&other).is_disjoint(&lines(&one)));
}

#[test]
fn shards_make_what_the_whole_space_makes() {
    let space = ["--space", "6000", "-n", "6000"];
    let whole = rqgc(&[&STRICT[..], &space].concat());
    // Not every index has a unit.
    assert_eq!(whole.code, Some(4), "{}", whole.stderr);
    let mut whole: Vec<&str> = whole.stdout.lines().collect();
    assert!(whole.len() > 5_000, "{}", whole.len());
    let mut joined = String::new();
    for shard in 0..7 {
        let shard = format!("{shard}/7");
        joined += &stdout(&[&STRICT[..], &space, &["--shard", &shard]].concat());
    }
    let mut joined: Vec<&str> = joined.lines().collect();
    whole.sort_unstable();
    joined.sort_unstable();
    assert!(joined == whole);
}

#[test]
fn all_there_is_comes_once_and_then_the_run_ends() {
    let scratch = Scratch::new();
    for (name, text, there_are) in [("seven", SEVEN, 7), ("thousand", THOUSAND, 1_000)] {
        let file = scratch.file(&format!("{name}.rqg"), text);
        let args = ["generate", &file, "--seed", "1", "--unique", "strict"];
        let done = rqgc(&[&args[..], &["-n", "3000"]].concat());
        assert_eq!(done.code, Some(4), "{}", done.stderr);
        assert_eq!(done.stdout.lines().count(), there_are);
        assert_eq!(lines(&done.stdout).len(), there_are);
        let told = format!("only {there_are} of the 3000 units asked for could be had");
        assert!(done.stderr.contains(&told), "{}", done.stderr);
        let some = stdout(&[&args[..], &["-n", "5"]].concat());
        assert_eq!(lines(&some).len(), 5);
        assert!(lines(&some).is_subset(&lines(&done.stdout)));
    }
}

#[test]
fn a_unit_is_shown_again() {
    let space = ["--space", "500"];
    let made = rqgc(&[&STRICT[..], &space, &["-n", "500", "--format", "jsonl"]].concat());
    let mut shown = 0;
    for line in made.stdout.lines().take(20) {
        let index = line.trim_start_matches("{\"index\":");
        let index = index.split(',').next().unwrap_or_default();
        let again = stdout(&[
            "show", "crud", "--seed", "7", "--unique", "strict", "--space", "500", "--index",
            index, "--format", "jsonl",
        ]);
        assert_eq!(again.trim_end(), line);
        shown += 1;
    }
    assert_eq!(shown, 20);
    let show = ["show", "crud", "--seed", "7", "--unique", "strict"];
    let beyond = rqgc(&[&show[..], &["--space", "500", "--index", "500"]].concat());
    assert_eq!(beyond.code, Some(4), "{}", beyond.stderr);
    let without = rqgc(&[&show[..], &["--index", "3"]].concat());
    assert_eq!(without.code, Some(2), "{}", without.stderr);
    assert!(without.stderr.contains("--space"), "{}", without.stderr);
}

#[test]
fn the_identity_names_the_space() {
    let told = rqgc(&[&STRICT[..], &["-n", "50", "-v"]].concat());
    let at = told.stderr.find("unique=strict space=");
    let at = at.unwrap_or_else(|| panic!("{}", told.stderr));
    let space = &told.stderr[at + "unique=strict space=".len()..];
    let space = space.split_whitespace().next().unwrap_or_default();
    let again = rqgc(&[&STRICT[..], &["-n", "50", "--space", space]].concat());
    assert_eq!(again.stdout, told.stdout);
}
