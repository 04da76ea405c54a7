//! `--prepared`: statements and their values apart.

mod support;

use rqg_tests::postgres::Server;
use serde_json::Value;
use support::{Scratch, rqgc, stdout};

/// Shapes of one statement and of several.
const SHAPES: &str = "grammar shapes;
rule query =
    | 3: SELECT int(1..=9) \",\" quote(word()) \",\" date()
    | SELECT int(1..=9) \"+\" int(1..=9)
    | BEGIN ;; SELECT uuid() ;; COMMIT;
";

/// One unit in three divides by zero.
const MIXED: &str = "grammar mixed;\n\
    rule query = | 2: SELECT int(1..=9) | SELECT int(1..=9) \"/ 0\";\n";

fn server() -> Server {
    let server = Server::start(15).unwrap();
    let mut session = server.connect().unwrap();
    session.execute("CREATE TABLE planet (id integer)").unwrap();
    server
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// Expects a statement with as many parameters as it names.
fn assert_parameters(statement: &Value) -> usize {
    let sql = statement["sql"].as_str().unwrap();
    let params = statement["params"].as_array().unwrap();
    for (at, param) in params.iter().enumerate() {
        assert!(sql.contains(&format!("${}", at + 1)), "{statement}");
        assert!(param["type"].is_string(), "{statement}");
        let value = &param["value"];
        assert!(value.is_string() || value.is_null(), "{statement}");
    }
    assert_eq!(sql.matches('$').count(), params.len(), "{statement}");
    params.len()
}

#[test]
fn statements_are_written_with_their_parameters_apart() {
    let line = ["generate", "crud", "--seed", "4", "-n", "300"];
    let line = [&line[..], &["--rows", "*=50", "--format", "jsonl"]].concat();
    let text = lines(&stdout(&line));
    let apart = [&line[..], &["--prepared"]].concat();
    let written = stdout(&apart);
    let made = lines(&written);
    assert_eq!(made.len(), text.len());
    let mut all = 0;
    for (made, text) in made.iter().zip(&text) {
        for same in ["index", "seed", "rule"] {
            assert_eq!(made[same], text[same]);
        }
        let count = assert_parameters(made);
        if count == 0 {
            assert_eq!(made["sql"], text["sql"]);
        }
        all += count;
    }
    assert!(all > 600, "{all}");
    // By whichever backend, and however many threads.
    for more in [&["--interpret"][..], &["--threads", "3"]] {
        assert_eq!(stdout(&[&apart, more].concat()), written);
    }
    let shown = [
        "show",
        "crud",
        "--seed",
        "4",
        "--index",
        "7",
        "--rows",
        "*=50",
        "--format",
        "jsonl",
        "--prepared",
    ];
    assert_eq!(
        Some(stdout(&shown).as_str().trim_end()),
        written.lines().nth(7)
    );
}

#[test]
fn a_unit_of_several_statements_lists_them() {
    let scratch = Scratch::new();
    let grammar = scratch.file("shapes.rqg", SHAPES);
    let line = ["generate", &grammar, "--seed", "1", "-n", "50"];
    let text = stdout(&[&line[..], &["--format", "jsonl", "--prepared"]].concat());
    let (mut one, mut several) = (0, 0);
    for unit in lines(&text) {
        let Some(statements) = unit.get("statements") else {
            let params = unit["params"].as_array().unwrap();
            if params.len() == 3 {
                assert_eq!(unit["sql"], "SELECT $1, $2, $3");
                let types: Vec<_> = params.iter().map(|it| &it["type"]).collect();
                assert_eq!(types, ["integer", "unknown", "date"]);
            }
            one += assert_parameters(&unit);
            continue;
        };
        let statements = statements.as_array().unwrap();
        let counts: Vec<_> = statements.iter().map(assert_parameters).collect();
        assert_eq!(counts, [0, 1, 0]);
        assert_eq!(statements[0]["sql"], "BEGIN");
        assert_eq!(statements[1]["sql"], "SELECT $1::uuid");
        assert_eq!(statements[1]["params"][0]["type"], "uuid");
        several += 1;
    }
    assert!(one > 50 && several > 3, "{one}, {several}");
}

#[test]
fn what_has_no_prepared_form_is_refused() {
    for more in [&["--format", "sql"][..], &["--format", "null"], &[]] {
        let done = rqgc(&[&["generate", "crud", "--prepared"], more].concat());
        assert_eq!(done.code, Some(2), "{}", done.stderr);
        assert!(done.stderr.contains("--format jsonl"), "{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
    let done = rqgc(&[
        "exec",
        "crud",
        "--dsn",
        "host=/nowhere",
        "--cache-size",
        "9",
    ]);
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    assert!(
        done.stderr.contains("without --prepared"),
        "{}",
        done.stderr
    );
    for bad in ["0", "1000001", "many"] {
        let size = ["--prepared", "--cache-size", bad];
        let done = rqgc(&[&["exec", "crud", "--dsn", "host=/nowhere"], &size[..]].concat());
        assert_eq!(done.code, Some(2), "{bad}: {}", done.stderr);
    }
}

#[test]
fn a_run_tells_how_shapes_were_found() {
    let server = server();
    let scratch = Scratch::new();
    let grammar = scratch.file("shapes.rqg", SHAPES);
    let config = scratch.file("small.conf", "data.cache_size = 1\n");
    let dsn = server.dsn();
    let path = |name: &str| scratch.path().join(name).display().to_string();
    let run = |more: &[&str]| {
        let (json, junit) = (path("r.json"), path("r.xml"));
        let reports = [format!("json={json}"), format!("junit={junit}")];
        let mut line = vec!["exec", &grammar, "--dsn", &dsn, "--seed", "1", "-n", "100"];
        line.extend([
            "--prepared",
            "--report",
            &reports[0],
            "--report",
            &reports[1],
        ]);
        line.extend(more);
        let done = rqgc(&line);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let report: Value = serde_json::from_str(&scratch.read("r.json")).unwrap();
        let found = report["prepared"].clone();
        let told = format!("prepared: {} hits (", found["hits"]);
        assert!(done.stderr.contains(&told), "{}", done.stderr);
        assert!(scratch.read("r.xml").contains(&told[10..]));
        found
    };
    let stats = path("stats.jsonl");
    let found = run(&["--stats", &stats]);
    assert_eq!(
        (&found["misses"], &found["evictions"], &found["fallbacks"]),
        (&3.into(), &0.into(), &0.into())
    );
    assert_eq!(found["hits"], 97);
    let last = lines(&scratch.read("stats.jsonl")).pop().unwrap();
    assert_eq!(last["cache_hit_rate"], 0.97);
    // The key of the configuration, and the flag that wins over it.
    let crowded = run(&["--config", &config]);
    assert!(crowded["evictions"].as_u64().unwrap() > 20, "{crowded}");
    let roomy = run(&["--config", &config, "--cache-size", "3"]);
    assert_eq!(roomy["evictions"], 0);
    let shown = stdout(&["config", "--config", &config, "--print"]);
    assert!(shown.contains("data.cache_size = 1 "), "{shown}");
}

#[test]
fn a_failure_in_the_prepared_form_is_replayed_in_it() {
    let server = server();
    let scratch = Scratch::new();
    let grammar = scratch.file("mixed.rqg", MIXED);
    let found = scratch.path().join("found");
    let done = rqgc(&[
        "exec",
        &grammar,
        "--dsn",
        &server.dsn(),
        "--seed",
        "1",
        "-n",
        "60",
        "--prepared",
        "--max-failures",
        "60",
        "--findings",
        found.to_str().unwrap(),
    ]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let findings = lines(&scratch.read("found/findings.jsonl"));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["sqlstate"], "22012");
    assert_eq!(findings[0]["prepared"], true);
    let statement = findings[0]["statements"][0].as_str().unwrap();
    assert!(statement.starts_with("SELECT ") && !statement.contains('$'));
    let replay = findings[0]["replay"].as_str().unwrap();
    assert!(replay.ends_with(" --prepared"), "{replay}");
    let again = std::process::Command::new("sh")
        .arg("-c")
        .arg(replay.replacen("rqgc", env!("CARGO_BIN_EXE_rqgc"), 1))
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(4));
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(
        told.contains("prepared: 0 hits") && told.contains("22012"),
        "{told}"
    );
}
