//! `--weight`, `--only`, `--without` and `--coverage`, as they are typed.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::HashSet;
use support::{Scratch, rqgc, stderr, stdout};

const CRUD: [&str; 6] = ["generate", "crud", "--seed", "7", "-n", "3000"];

fn with(args: &[&str], more: &[&str]) -> Vec<String> {
    let all = args.iter().chain(more);
    all.map(|&arg| arg.to_owned()).collect()
}

fn made(args: &[&str], more: &[&str]) -> String {
    let args = with(args, more);
    stdout(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn begins(text: &str, word: &str) -> usize {
    text.lines().filter(|line| line.starts_with(word)).count()
}

#[test]
fn the_mix_is_what_is_asked_for() {
    let args = &CRUD[..4];
    let only = made(args, &["-n", "500", "--only", "insert"]);
    assert_eq!(begins(&only, "INSERT"), 500);
    let without = made(
        args,
        &["-n", "500", "--without", "insert", "--without", "delete"],
    );
    assert_eq!(begins(&without, "DELETE"), 0);
    let most = made(
        args,
        &[
            "-n",
            "1000",
            "--weight",
            "query.delete=1000",
            "--weight",
            "query.11=0",
        ],
    );
    assert!(begins(&most, "DELETE") > 850);
    assert_eq!(begins(&most, "UPDATE"), 0);
    // Neither threads nor shards change that, and the weights that are written change nothing.
    let steered = ["--without", "insert", "--weight", "query.select=40"];
    let whole = made(&CRUD, &steered);
    for more in [
        &["--threads", "1"][..],
        &["--threads", "3"],
        &["--interpret"],
    ] {
        assert!(
            whole == made(&CRUD, &[&steered[..], more].concat()),
            "{more:?}"
        );
    }
    let shards: String = ["0/3", "1/3", "2/3"]
        .map(|shard| made(&CRUD, &[&steered[..], &["--shard", shard]].concat()))
        .concat();
    assert!(whole == shards);
    assert!(made(&CRUD, &[]) == made(&CRUD, &["--weight", "query.select=22"]));
}

#[test]
fn strict_runs_never_repeat_when_they_are_steered() {
    let steered = [
        "--unique",
        "strict",
        "--without",
        "insert",
        "--only",
        "select",
        "--only",
        "update",
    ];
    let text = made(&CRUD, &steered);
    let lines: HashSet<&str> = text.lines().collect();
    assert_eq!((text.lines().count(), lines.len()), (3000, 3000));
    assert_eq!(begins(&text, "INSERT") + begins(&text, "DELETE"), 0);
}

#[test]
fn what_is_steered_is_part_of_the_identity() {
    let steered = [
        "--only",
        "update",
        "--weight",
        "query.update=3",
        "--without",
        "delete",
    ];
    let all = made(&CRUD, &steered);
    let show = with(&["show", "crud", "--seed", "7", "--index", "41"], &steered);
    let shown = stdout(&show.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(shown.lines().next(), all.lines().nth(41));
    let told = with(
        &["generate", "crud", "--seed", "7", "-n", "1", "-v"],
        &steered,
    );
    let told = rqgc(&told.iter().map(String::as_str).collect::<Vec<_>>()).stderr;
    let line = " weight=query.update=3 only=update without=delete";
    assert!(told.contains(line), "{told}");
}

#[test]
fn mistakes_are_told_with_what_there_is() {
    let crud = ["generate", "crud", "--seed", "1"];
    let told = stderr(
        1,
        &[&crud[..], &["--weight", "query.selct=1", "--only", "updat"]].concat(),
    );
    assert!(told.contains("did you mean `select`?"), "{told}");
    assert!(told.contains("did you mean `update`?"), "{told}");
    let told = stderr(1, &[&crud[..], &["--without", "query"]].concat());
    assert!(told.contains("RQG0702"), "{told}");
    for bad in [
        "query=1",
        "query.select",
        "query.select=-1",
        "query.select=1000001",
        ".a=1",
    ] {
        let told = stderr(2, &[&crud[..], &["--weight", bad]].concat());
        assert!(told.contains("--weight"), "{told}");
    }
    let json = stdout(&["analyze", "crud", "--without", "insert", "--format", "json"]);
    assert!(json.contains("\"proven\""), "{json}");
}

fn json(scratch: &Scratch, name: &str) -> serde_json::Value {
    serde_json::from_str(&scratch.read(name)).unwrap()
}

#[test]
fn coverage_counts_what_is_written_and_changes_nothing() {
    let scratch = Scratch::new();
    let file = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    for mode in [
        &[][..],
        &["--unique", "probabilistic"],
        &["--unique", "strict"],
    ] {
        let args = [&CRUD[..], mode].concat();
        let plain = made(&args, &[]);
        let (one, three) = (file("one.json"), file("three.json"));
        assert!(plain == made(&args, &["--threads", "1", "--coverage", &one]));
        assert!(plain == made(&args, &["--threads", "3", "--coverage", &three]));
        let (one, three) = (json(&scratch, "one.json"), json(&scratch, "three.json"));
        assert_eq!(one["rules"], three["rules"]);
        assert_eq!(one["units"], 3000);
        let query = &one["rules"][0];
        assert_eq!(
            (&query["name"], &query["uses"]),
            (&"query".into(), &3000.into())
        );
        // Two alternatives make statements that begin so.
        let inserts = query["choices"][0]["alternatives"].as_array().unwrap();
        let inserts = inserts.iter().filter(|it| {
            let name = it["name"].as_str().unwrap();
            name.starts_with("insert") || name.starts_with("upsert")
        });
        let inserts: u64 = inserts.map(|it| it["uses"].as_u64().unwrap()).sum();
        assert_eq!(inserts, begins(&plain, "INSERT") as u64);
    }
    // Shards add up.
    let uses = |name: &str, shard: &str| {
        let path = file(name);
        made(
            &CRUD,
            &["--shard", shard, "--coverage", &path, "--format", "null"],
        );
        let found = json(&scratch, name);
        let rules = found["rules"].as_array().unwrap();
        let uses = rules.iter().map(|rule| rule["uses"].as_u64().unwrap());
        uses.collect::<Vec<_>>()
    };
    let halves = [uses("a.json", "0/2"), uses("b.json", "1/2")];
    let whole = uses("c.json", "0/1");
    let sums = halves[0].iter().zip(&halves[1]).map(|(a, b)| a + b);
    assert_eq!(sums.collect::<Vec<_>>(), whole);
}

#[test]
fn coverage_has_the_form_that_the_ending_says() {
    let scratch = Scratch::new();
    let grammar = scratch.file(
        "g.rqg",
        "grammar g;\nrule query = 9: SELECT \"'<b>'\" | rare;\nrule rare = 5: DELETE | 0: UPDATE;\n",
    );
    let file = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    for name in ["c.txt", "c.html", "c.json"] {
        let args = [
            "generate",
            &grammar,
            "--seed",
            "1",
            "-n",
            "100",
            "--coverage",
        ];
        made(&args, &[&file(name), "--without", "rare"]);
    }
    let text = scratch.read("c.txt");
    assert!(text.contains("rules 1/1, alternatives 1/1"), "{text}");
    assert!(
        text.contains("100  100.0 % of  100.0 %    1 | 9: SELECT"),
        "{text}"
    );
    assert!(text.contains("rare  not in this run"), "{text}");
    let page = scratch.read("c.html");
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(
        page.contains("&lt;b&gt;") && !page.contains("<b>"),
        "{page}"
    );
    assert!(
        page.contains("class=\"off\"") && page.contains("class=\"use5\""),
        "{page}"
    );
    // It stands there when it is complete, and is opened before the run.
    assert_eq!(scratch.names(), ["c.html", "c.json", "c.txt", "g.rqg"]);
    let nowhere = file("missing/c.txt");
    stderr(3, &["generate", &grammar, "--coverage", &nowhere]);
}
