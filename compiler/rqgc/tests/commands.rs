//! Everything but `generate` and `show`.

mod support;

use support::{Scratch, command, rqgc, stderr, stdout};

const GOOD: &str = "//! Good.\ngrammar good;\n\nrule query = SELECT one;\n\nrule one = \"1\";\n";
const BAD: &str = "grammar bad;\nrule query = SELECT oen other;\nrule one = \"1\";\n";

#[test]
fn bundled_grammars_are_listed() {
    let list = stdout(&["list"]);
    let crud = list.lines().find(|line| line.starts_with("crud "));
    assert!(
        crud.is_some_and(|line| line.contains("postgresql >= 12")),
        "{list}"
    );
    assert!(list.lines().any(|line| line.starts_with("json ")), "{list}");
}

#[test]
fn an_unknown_grammar_brings_the_list() {
    let error = stderr(1, &["generate", "crd"]);
    assert!(error.contains("did you mean `crud`"), "{error}");
    assert!(error.contains("json"), "{error}");
    stderr(3, &["generate", "none/crud.rqg"]);
}

#[test]
fn check_prints_all_diagnostics_of_all_files() {
    let scratch = Scratch::new();
    let good = scratch.file("good.rqg", GOOD);
    let bad = scratch.file("bad.rqg", BAD);
    let worse = scratch.file("worse.rqg", "grammar worse;\nrule query = nothing;\n");
    assert_eq!(rqgc(&["check", &good]).code, Some(0));
    assert_eq!(rqgc(&["check", "crud", "json"]).code, Some(0));

    let done = rqgc(&["check", &good, &bad, &worse]);
    assert_eq!(done.code, Some(1));
    let all = format!("{}{}", done.stdout, done.stderr);
    for expected in [
        "`oen`",
        "`other`",
        "`nothing`",
        "RQG0101",
        "bad.rqg:2",
        "worse.rqg:2",
    ] {
        assert!(all.contains(expected), "{expected} not in {all}");
    }
    assert!(all.contains("did you mean `one`?"), "{all}");
}

#[test]
fn diagnostics_can_be_read_by_tools() {
    let scratch = Scratch::new();
    let bad = scratch.file("bad.rqg", BAD);
    let worse = scratch.file("worse.rqg", "grammar worse;\nrule query = nothing;\n");
    let done = rqgc(&["check", "--format", "json", &bad, &worse]);
    assert_eq!(done.code, Some(1));
    let lines = done.stdout.lines();
    let found: Vec<serde_json::Value> = lines.map(|it| serde_json::from_str(it).unwrap()).collect();
    let unknown = found.iter().filter(|it| it["code"] == "RQG0101").count();
    assert_eq!(unknown, 3, "{}", done.stdout);
    assert_eq!(done.stderr, "");
}

#[test]
fn fmt_writes_the_canonical_form_once() {
    let scratch = Scratch::new();
    let path = scratch.file("ugly.rqg", "grammar   ugly;\nrule query=SELECT   \"1\" ;\n");
    let error = stderr(1, &["fmt", "--check", &path]);
    assert!(error.contains("ugly.rqg"), "{error}");
    stdout(&["fmt", &path]);
    let formatted = std::fs::read_to_string(&path).unwrap();
    assert!(formatted.contains("grammar ugly;"), "{formatted}");
    stdout(&["fmt", "--check", &path]);

    let broken = scratch.file("broken.rqg", BAD.replace("SELECT", "((").as_str());
    stderr(1, &["fmt", &broken]);
    assert!(std::fs::read_to_string(&broken).unwrap().contains("(("));
    stderr(3, &["fmt", "/nonexistent.rqg"]);
    assert_eq!(scratch.names(), ["broken.rqg", "ugly.rqg"]);
}

#[test]
fn codes_are_explained() {
    let long = stdout(&["explain", "RQG0101"]);
    assert!(
        long.contains("RQG0101") && long.lines().count() > 3,
        "{long}"
    );
    assert_eq!(stdout(&["explain", "101"]), long);
    let error = stderr(1, &["explain", "RQG9999"]);
    assert!(error.contains("RQG9999"), "{error}");
}

#[test]
fn grammars_are_analyzed() {
    let human = stdout(&["analyze", "crud", "-n", "1000"]);
    for expected in [
        "select",
        "proven",
        "derivations",
        "distinct",
        "of 1000 units",
    ] {
        assert!(human.contains(expected), "{human}");
    }
    let json = stdout(&["analyze", "crud", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["grammar"], "crud");
    assert_eq!(json["ambiguity"], "proven");
    assert!(
        json["rules"]
            .as_array()
            .is_some_and(|rules| !rules.is_empty())
    );
    assert!(
        json["sample"]["mean_bytes"]
            .as_f64()
            .is_some_and(|bytes| bytes > 100.0)
    );
    assert!(
        json["distinct_units"]["independent"]
            .as_f64()
            .is_some_and(|units| units > 0.0)
    );
    // Another start rule.
    let json = stdout(&["analyze", "crud", "--rule", "delete", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["start"], "delete");
}

#[test]
fn what_is_not_proven_is_shown_and_no_error() {
    let scratch = Scratch::new();
    let text = "grammar twice;\nrule query = SELECT A | SELECT (A | int(1..=3));\n";
    let path = scratch.file("twice.rqg", text);
    let human = stdout(&["analyze", &path]);
    for expected in [
        "unproven",
        "RQG0408",
        "SELECT A | SELECT",
        "derivations   5 within",
    ] {
        assert!(human.contains(expected), "{human}");
    }
    let json = stdout(&["analyze", &path, "--format", "json", "-n", "100"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ambiguity"], "unproven");
    assert_eq!(json["places"][0]["code"], "RQG0408");
    assert_eq!(json["places"][0]["example"]["text"], "SELECT A");
    assert_eq!(json["derivations"]["number"], "5");
    assert_eq!(json["derivations"]["exact"], true);
    assert_eq!(json["distinct_units"]["independent"], 4.0);
    let error = stderr(1, &["analyze", &path, "--rule", "nothing"]);
    assert!(error.contains("nothing"), "{error}");
    stderr(3, &["analyze", "crud", "--schema", "no/such.sql"]);
}

#[test]
fn the_default_schema_is_ddl() {
    let ddl = stdout(&["schema", "--default"]);
    assert!(ddl.contains("CREATE TABLE"), "{ddl}");
    let scratch = Scratch::new();
    let path = scratch.file("default.sql", &ddl);
    let args = ["generate", "crud", "--seed", "1", "-n", "50"];
    let with = stdout(&[&args[..], &["--schema", &path]].concat());
    assert_eq!(stdout(&args), with);
}

#[test]
fn completions_and_manual_come_from_the_definition() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&["completions", shell]).contains("generate"));
    }
    assert!(stdout(&["man"]).contains("--unordered") || stdout(&["man"]).contains("unordered"));
}

#[test]
fn usage_is_told() {
    assert!(stdout(&["--version"]).starts_with("rqgc "));
    assert!(stdout(&["--help"]).contains("generate"));
    stderr(2, &[]);
    assert!(stderr(2, &["generat"]).contains("generate"));
    stderr(2, &["check"]);
}

#[test]
fn output_that_cannot_be_written_fails() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let done = command(&["list"]).stdout(full.unwrap()).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
}
