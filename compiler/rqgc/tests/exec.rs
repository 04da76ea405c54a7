//! `exec`, and schemas read with `--dsn`, on a real server.

mod support;

use rqg_tests::postgres::Server;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use support::{Done, Scratch, command, rqgc, stderr, stdout};

/// One unit in three divides by zero.
const MIXED: &str = "grammar mixed;\n\
    rule query = | 2: SELECT int(1..=9) | SELECT int(1..=9) \"/\" \"0\";\n";

/// One that never ends by itself.
const ENDLESS: &str = "grammar endless;\nrule query = SELECT int(1..=9);\n";

/// A password that the servers of the tests don't ask for.
const SECRET: &str = "h0rse-battery";

fn server() -> Server {
    let server = Server::start(15).expect("a server");
    let mut session = server.connect().expect("a connection");
    session
        .execute("CREATE TABLE planet (id integer PRIMARY KEY, name text NOT NULL)")
        .expect("a table");
    server
}

fn with_secret(server: &Server) -> String {
    format!("{} password={SECRET}", server.dsn())
}

/// Expects the password nowhere.
fn assert_secret(done: &Done) {
    assert!(!done.stdout.contains(SECRET), "{}", done.stdout);
    assert!(!done.stderr.contains(SECRET), "{}", done.stderr);
}

#[test]
fn a_run_without_failures_says_what_it_did() {
    let server = server();
    let scratch = Scratch::new();
    let (json, junit) = (scratch.path().join("r.json"), scratch.path().join("r.xml"));
    let done = rqgc(&[
        "exec",
        "crud",
        "--dsn",
        &with_secret(&server),
        "-n",
        "200",
        "--seed",
        "7",
        "-v",
        "--connections",
        "2",
        "--report",
        &format!("json={}", json.display()),
        "--report",
        &format!("junit={}", junit.display()),
    ]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(done.stdout, "");
    assert_secret(&done);
    for part in [
        "dialect=postgresql@15",
        "seed=7",
        "200 units, 200 statements",
        "100.00 %",
        "SELECT",
    ] {
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
    let text = std::fs::read_to_string(json).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["units"], 200);
    assert_eq!(report["end"], "complete");
    assert_eq!(report["outcomes"][0]["outcome"], "ok");
    let xml = std::fs::read_to_string(junit).unwrap();
    assert!(
        xml.contains("failures=\"0\"") && xml.contains("name=\"SELECT\""),
        "{xml}"
    );
    assert!(!text.contains(SECRET) && !xml.contains(SECRET));
}

#[test]
fn failures_are_found_kept_and_replayed() {
    let server = server();
    let scratch = Scratch::new();
    let grammar = scratch.file("mixed.rqg", MIXED);
    let findings = scratch.path().join("found");
    let dsn = with_secret(&server);
    let run = |more: &[&str]| {
        let mut args = vec!["exec", &grammar, "--dsn", &dsn, "--seed", "1", "-n", "60"];
        args.extend(more);
        rqgc(&args)
    };
    let directory = findings.to_str().unwrap();
    let done = run(&["--findings", directory, "--max-failures", "60"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("22012"), "{}", done.stderr);

    let text = std::fs::read_to_string(findings.join("findings.jsonl")).unwrap();
    assert!(!text.contains(SECRET));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    let finding = &lines[0];
    assert_eq!(finding["sqlstate"], "22012");
    assert_eq!(finding["signature"], "division by zero");
    assert!(finding["location"].as_str().unwrap().contains("int4div"));
    // The command that it names, as a shell takes it.
    let replay = finding["replay"].as_str().unwrap();
    let again = Command::new("sh")
        .arg("-c")
        .arg(replay.replacen("rqgc", env!("CARGO_BIN_EXE_rqgc"), 1))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let again = Done::from(again);
    assert_eq!(again.code, Some(4), "{replay}: {}", again.stderr);
    assert!(
        again.stderr.contains("1 of 1 units failed"),
        "{}",
        again.stderr
    );
    let statement = finding["statements"][0].as_str().unwrap();
    assert!(again.stderr.contains(statement), "{}", again.stderr);

    // Stops early, and says where to go on.
    let done = run(&[]);
    assert_eq!(done.code, Some(4));
    let first = finding["index"].as_u64().unwrap();
    let resume = format!("--start {} --count {}", first + 1, 59 - first);
    assert!(done.stderr.contains(&resume), "{resume}: {}", done.stderr);

    // Expected, or known: no failure.
    let policy = scratch.file("policy.toml", "[[expect]]\nsqlstate = ['22']\n");
    let done = run(&["--policy", &policy]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("expected"), "{}", done.stderr);
    let known = "[[issue]]\nsqlstate = '22012'\nmessage = 'by zero$'\nnote = 'as old as time'\n";
    let known = scratch.file("known.toml", known);
    let done = run(&["--known", &known]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("as old as time"), "{}", done.stderr);
}

#[test]
fn schemas_come_from_the_server() {
    let server = server();
    let dsn = with_secret(&server);
    let made = rqgc(&["generate", "crud", "--dsn", &dsn, "-n", "20", "--seed", "3"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert_secret(&made);
    assert!(made.stdout.contains("planet") && !made.stdout.contains("customers"));
    let script = "CREATE TABLE planet (id integer PRIMARY KEY, name text NOT NULL);";
    let scratch = Scratch::new();
    let file = scratch.file("planet.sql", script);
    let same = ["-n", "20", "--seed", "3", "--dialect", "postgresql@15"];
    let from_file = [&["generate", "crud", "--schema", &file], &same[..]].concat();
    assert_eq!(stdout(&from_file), made.stdout);
    let shown = rqgc(&["show", "crud", "--dsn", &dsn, "--index", "0", "--seed", "3"]);
    assert_eq!(shown.stdout.lines().next(), made.stdout.lines().next());

    // Saved, it stands for the server.
    let saved = stdout(&["schema", "--from", &dsn]);
    assert!(saved.contains("CREATE TABLE public.planet"), "{saved}");
    assert!(!saved.contains(SECRET));
    let saved = scratch.file("saved.sql", &saved);
    let from_saved = [&["generate", "crud", "--schema", &saved], &same[..]].concat();
    assert_eq!(stdout(&from_saved), made.stdout);

    let both = stderr(2, &["generate", "crud", "--dsn", &dsn, "--schema", &file]);
    assert!(both.contains("cannot be used with"), "{both}");
    // Nothing to ask about.
    let mut session = server.connect().expect("a connection");
    session.execute("DROP TABLE planet").expect("gone");
    let error = stderr(1, &["generate", "crud", "--dsn", &dsn]);
    assert!(error.contains("has no table that we may see"), "{error}");
    assert!(!error.contains(SECRET), "{error}");
}

#[test]
fn what_is_wrong_is_said_with_its_exit_code() {
    let scratch = Scratch::new();
    let exec = |dsn: &str, more: &[&str]| {
        let done = rqgc(&[&["exec", "crud", "--dsn", dsn], more].concat());
        assert_secret(&done);
        (done.code, done.stderr)
    };
    let nowhere = format!("postgresql://me:{SECRET}@127.0.0.1:1/shop");
    let (code, error) = exec(&nowhere, &[]);
    assert_eq!(code, Some(3), "{error}");
    for part in ["127.0.0.1:1", "refused", "help: is the server running"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let (code, error) = exec(&format!("host=h password={SECRET} more"), &[]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("help: write postgresql://"), "{error}");
    let policy = scratch.file("policy.toml", "[[expect]]\nsqlstate = ['235']\n");
    let (code, error) = exec(&nowhere, &["--policy", &policy]);
    assert_eq!(code, Some(1), "{error}");
    assert!(
        error.contains("policy.toml") && error.contains("`235`"),
        "{error}"
    );
    let (code, error) = exec(&nowhere, &["--report", "html=x"]);
    assert_eq!(code, Some(2), "{error}");
    let (code, error) = exec(&nowhere, &["--known", "missing.toml"]);
    assert_eq!(code, Some(3), "{error}");

    let server = server();
    let elsewhere = with_secret(&server).replace("dbname=postgres", "dbname=nope");
    let (code, error) = exec(&elsewhere, &[]);
    assert_eq!(code, Some(3), "{error}");
    assert!(
        error.contains("CREATE DATABASE nope") && error.contains("3D000"),
        "{error}"
    );
}

#[test]
fn a_password_is_asked_for_and_never_shown() {
    let server = server();
    let mut session = server.connect().expect("a connection");
    for statement in [
        &format!("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD '{SECRET}'"),
        "COPY (SELECT 'local all guarded scram-sha-256' UNION ALL SELECT 'local all all trust') \
         TO PROGRAM 'cat > pg_hba.conf'",
        "SELECT pg_reload_conf()",
    ] {
        session.execute(statement).expect("a setting");
    }
    let dsn = server.dsn().replace("user=postgres", "user=guarded");
    let exec = |password: Option<&str>| -> Done {
        let mut run = command(&["exec", "crud", "--dsn", &dsn, "-n", "5"]);
        run.env_remove("PGPASSWORD");
        if let Some(password) = password {
            run.env("PGPASSWORD", password);
        }
        let done = run.output().unwrap().into();
        assert_secret(&done);
        done
    };
    // The server takes its new rules a moment later.
    let mut none = exec(None);
    while none.code == Some(0) {
        none = exec(None);
    }
    assert_eq!(none.code, Some(3), "{}", none.stderr);
    assert!(
        none.stderr
            .contains("help: give the password in PGPASSWORD"),
        "{}",
        none.stderr
    );
    let wrong = exec(Some("guess"));
    assert_eq!(wrong.code, Some(3), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("28P01"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("guess"), "{}", wrong.stderr);
    let right = exec(Some(SECRET));
    assert_eq!(right.code, Some(0), "{}", right.stderr);
}

#[test]
fn rows_are_loaded_and_known_from_then_on() {
    let server = server();
    let dsn = with_secret(&server);
    let load = |more: &[&str]| {
        let done = rqgc(&[&["data", "--load", &dsn, "-v"], more].concat());
        assert_secret(&done);
        done
    };
    let done = load(&["--rows", "planet=500", "--data-seed", "9"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stderr.contains("500 rows into 1 tables"),
        "{}",
        done.stderr
    );
    let twice = load(&["--rows", "planet=500"]);
    assert_eq!(twice.code, Some(1), "{}", twice.stderr);
    assert!(twice.stderr.contains("--replace"), "{}", twice.stderr);
    let replaced = load(&["--rows", "planet=300", "--data-seed", "9", "--replace"]);
    assert_eq!(replaced.code, Some(0), "{}", replaced.stderr);
    let both = stderr(2, &["data", "--load", &dsn, "--rows", "*=1", "-o", "x"]);
    assert!(both.contains("cannot be used with"), "{both}");

    let generate = |more: &[&str]| {
        let common = [
            "generate", "crud", "--dsn", &dsn, "-n", "50", "--seed", "3", "-v",
        ];
        rqgc(&[&common, more].concat())
    };
    // The record stands for the arguments.
    let recorded = generate(&[]);
    assert!(
        recorded.stderr.contains("data-seed=9"),
        "{}",
        recorded.stderr
    );
    let told = generate(&["--rows", "planet=300", "--data-seed", "9"]);
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    assert_eq!(recorded.stdout, told.stdout);
    let fewer = generate(&["--rows", "planet=0"]);
    assert_ne!(fewer.stdout, told.stdout);
    let other = generate(&["--data-seed", "8"]);
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    let done = rqgc(&["exec", "crud", "--dsn", &dsn, "-n", "200", "--seed", "3"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    // The schema has changed since.
    let mut session = server.connect().expect("a connection");
    session
        .execute("ALTER TABLE planet ADD COLUMN moons integer")
        .expect("a column");
    let changed = generate(&[]);
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    assert!(
        changed.stderr.contains("warning: the data"),
        "{}",
        changed.stderr
    );
}

#[test]
fn a_server_that_goes_away_is_said_with_what_was_done() {
    let server = server();
    let scratch = Scratch::new();
    let grammar = scratch.file("endless.rqg", ENDLESS);
    let findings = scratch.path().join("found");
    let mut child = command(&[
        "exec",
        &grammar,
        "--dsn",
        &with_secret(&server),
        "--seed",
        "1",
        "-n",
        "1000000000",
        "--max-failures",
        "10",
        "--reconnect",
        "300ms",
        "--progress",
        "always",
        "--findings",
        findings.to_str().unwrap(),
    ])
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    server.kill().expect("it runs");
    let mut rest = String::new();
    errors.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{line}{rest}");
    for part in [
        "the server is gone after",
        "resume with --start",
        "error: cannot connect",
    ] {
        assert!(rest.contains(part), "{part}: {rest}");
    }
    assert!(!rest.contains(SECRET), "{rest}");
    // The unit in flight, if there was one, and nothing else.
    let kept = std::fs::read_to_string(findings.join("findings.jsonl")).unwrap();
    assert!(kept.lines().count() <= 1, "{kept}");
    assert!(
        kept.lines()
            .all(|line| line.contains("\"outcome\":\"crash\"")),
        "{kept}"
    );
}

#[test]
fn an_interrupted_run_says_where_to_go_on() {
    let server = server();
    let scratch = Scratch::new();
    let grammar = scratch.file("endless.rqg", ENDLESS);
    let mut child = command(&[
        "exec",
        &grammar,
        "--dsn",
        &server.dsn(),
        "--seed",
        "1",
        "-n",
        "1000000000",
        "--progress",
        "always",
    ])
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    // The first line of progress: it runs.
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    let signalled = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signalled.unwrap().success());
    let mut rest = String::new();
    errors.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{line}{rest}");
    let units = rest
        .lines()
        .find_map(|line| line.split_once(" units, ")?.0.parse::<u64>().ok())
        .unwrap_or_else(|| panic!("{rest}"));
    let resume = format!(
        "resume with --start {units} --count {}",
        1_000_000_000 - units
    );
    assert!(rest.contains(&resume), "{resume}: {rest}");
}

#[test]
fn coverage_counts_units_that_have_an_outcome() {
    let server = server();
    let scratch = Scratch::new();
    let grammar = scratch.file("mixed.rqg", MIXED);
    let path = scratch.path().join("c.json");
    let coverage = path.to_str().unwrap();
    let dsn = server.dsn();
    let exec = ["exec", &grammar, "--dsn", &dsn, "--seed", "1", "-n", "300"];
    let more = ["--max-failures", "300", "-c", "3", "--coverage", coverage];
    let done = rqgc(&[&exec[..], &more].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let found: Value = serde_json::from_str(&scratch.read("c.json")).unwrap();
    assert_eq!(found["units"], 300);
    assert_eq!(found["rules"][0]["uses"], 300);
    // Steered, nothing fails; the report is that of the units that were made.
    let steered = ["--weight", "query.2=0", "--coverage", coverage];
    let done = rqgc(&[&exec[..], &steered].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let found: Value = serde_json::from_str(&scratch.read("c.json")).unwrap();
    let states = |at: usize| &found["rules"][0]["choices"][0]["alternatives"][at]["state"];
    assert_eq!(
        (states(0).as_str(), states(1).as_str()),
        (Some("used"), Some("off"))
    );
}

#[test]
fn what_is_wrong_with_a_grammar_is_told_before_a_server_is_asked() {
    let scratch = Scratch::new();
    let grammar = scratch.file("bad.rqg", "grammar bad;\nrule query = SELECT nothing;\n");
    let done = rqgc(&["exec", &grammar, "--dsn", "postgresql://127.0.0.1:1/none"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("nothing"), "{}", done.stderr);
}
