//! `rqgc generate` and `rqgc show`.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use support::{Scratch, command, rqgc, stderr, stdout};

const CRUD: [&str; 4] = ["generate", "crud", "--seed", "42"];

fn crud(more: &[&str]) -> String {
    stdout(&[&CRUD, more].concat())
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let one = crud(&["-n", "3000", "--threads", "1"]);
    assert_eq!(one.lines().count(), 3000);
    assert!(one.lines().all(|line| line.ends_with(';')));
    assert!(one == crud(&["-n", "3000", "--threads", "2"]));
    assert!(one == crud(&["-n", "3000", "--threads", "7", "--interpret"]));

    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(sorted(&one) == sorted(&crud(&["-n", "3000", "--unordered", "--threads", "3"])));
}

#[test]
fn ten_units_by_default_and_the_seed_is_told() {
    let done = rqgc(&["generate", "crud"]);
    assert_eq!(done.code, Some(0));
    assert_eq!(done.stdout.lines().count(), 10);
    let seed = done
        .stderr
        .lines()
        .find_map(|line| line.split("seed=").nth(1))
        .unwrap_or_else(|| panic!("no seed in {}", done.stderr))
        .trim();
    assert!(seed.starts_with("0x"));
    assert_eq!(stdout(&["generate", "crud", "--seed", seed]), done.stdout);
    assert_eq!(rqgc(&CRUD).stderr, "");
}

#[test]
fn equal_seeds_are_equal_however_written() {
    let hex = stdout(&["generate", "crud", "--seed", "0x2A"]);
    assert_eq!(hex, crud(&[]));
    assert_ne!(hex, stdout(&["generate", "crud", "--seed", "43"]));
}

#[test]
fn shards_join_to_the_whole() {
    let whole = crud(&["-n", "100", "--start", "7"]);
    let parts: String = ["0/3", "1/3", "2/3"]
        .iter()
        .map(|shard| crud(&["-n", "100", "--start", "7", "--shard", shard]))
        .collect();
    assert_eq!(parts, whole);
    assert_eq!(crud(&["-n", "2", "--shard", "0/3"]), "");
}

#[test]
fn show_prints_the_line_of_generate() {
    let lines = crud(&["-n", "20"]);
    for (index, line) in lines.lines().enumerate() {
        let index = index.to_string();
        let shown = stdout(&["show", "crud", "--seed", "42", "--index", &index]);
        assert_eq!(shown, format!("{line}\n"));
    }
    let json = crud(&["-n", "1", "--start", "5", "--format", "jsonl"]);
    let args = [
        "show", "crud", "--seed", "42", "--index", "5", "--format", "jsonl",
    ];
    assert_eq!(stdout(&args), json);
}

#[test]
fn json_lines_hold_the_identity_of_the_unit() {
    let lines = crud(&["-n", "30", "--format", "jsonl"]);
    for (index, (json, sql)) in lines.lines().zip(crud(&["-n", "30"]).lines()).enumerate() {
        let unit: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(unit["index"], index);
        assert_eq!(unit["seed"], 42);
        assert_eq!(unit["rule"], "query");
        assert_eq!(format!("{};", unit["sql"].as_str().unwrap()), sql);
        assert_eq!(unit.as_object().unwrap().len(), 4);
    }
    assert_eq!(crud(&["--format", "null"]), "");
}

#[test]
fn a_start_rule_can_be_chosen() {
    let deletes = crud(&["--rule", "delete", "-n", "50"]);
    assert!(deletes.lines().all(|line| line.starts_with("DELETE ")));
    let error = stderr(1, &[&CRUD[..], &["--rule", "delte"]].concat());
    assert!(error.contains("RQG0610"), "{error}");
    assert!(error.contains("delete"), "{error}");
}

#[test]
fn files_appear_only_when_complete() {
    let scratch = Scratch::new();
    let path = scratch.path().join("out.sql");
    let path = path.to_str().unwrap();
    assert_eq!(crud(&["-n", "200", "-o", path]), "");
    assert_eq!(std::fs::read_to_string(path).unwrap(), crud(&["-n", "200"]));
    assert_eq!(scratch.names(), ["out.sql"]);

    // A run that fails leaves what was there.
    stderr(1, &[&CRUD[..], &["--rule", "none", "-o", path]].concat());
    assert_eq!(std::fs::read_to_string(path).unwrap(), crud(&["-n", "200"]));
    assert_eq!(crud(&["-o", "-"]), crud(&[]));
}

#[test]
fn what_cannot_be_written_is_named() {
    let full = stderr(3, &[&CRUD[..], &["-o", "/dev/full"]].concat());
    assert!(full.contains("/dev/full"), "{full}");
    assert!(full.contains("No space left on device"), "{full}");

    let missing = stderr(3, &[&CRUD[..], &["-o", "/nonexistent/out.sql"]].concat());
    assert!(missing.contains("/nonexistent/out.sql"), "{missing}");
    let scratch = Scratch::new();
    let directory = scratch.path().to_str().unwrap();
    let error = stderr(3, &[&CRUD[..], &["-o", directory]].concat());
    assert!(error.contains(directory), "{error}");

    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let done = command(&CRUD).stdout(full.unwrap()).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
    let error = String::from_utf8(done.stderr).unwrap();
    assert!(error.contains("standard output"), "{error}");
    assert_eq!(crud(&["-o", "/dev/null"]), "");
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    let args = [&CRUD[..], &["-n", "1000000000"]].concat();
    let mut child = command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut error = String::new();
    child.stderr.unwrap().read_to_string(&mut error).unwrap();
    assert_eq!(error, "");
    assert_eq!(line, crud(&["-n", "1"]));
}

/// Resident memory of a process in KiB.
#[cfg(target_os = "linux")]
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A run whose output is taken at about 1 MB/s waits for it: what is made does not pile up.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_flat_when_the_output_is_slow() {
    let slow = |flags: &[&str]| {
        let endless = ["-n", "1000000000", "--threads", "2"];
        let mut child = command(&[&CRUD[..], &endless, flags].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut part = vec![0; 64 << 10];
        let mut memory = Vec::new();
        for step in 0..64 {
            output.read_exact(&mut part).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(65));
            if step >= 16 {
                memory.push(resident(child.id()).unwrap());
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        memory
    };
    let runs: [&[&str]; 4] = [
        &[],
        &["--compress", "zstd"],
        &["--unique", "strict"],
        &["--format", "jsonl", "--unordered"],
    ];
    std::thread::scope(|scope| {
        for flags in runs {
            scope.spawn(move || {
                let memory = slow(flags);
                let (first, last) = (memory[0], *memory.last().unwrap());
                assert!(last < first + (4 << 10), "{flags:?}: {memory:?}");
                assert!(last < 256 << 10, "{flags:?}: {memory:?}");
            });
        }
    });
}

/// Sends a signal to a child.
fn signal(child: &std::process::Child, name: &str) {
    let status = std::process::Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.is_ok_and(|status| status.success()));
}

#[test]
fn an_interrupted_run_can_be_resumed() {
    let args = [&CRUD[..], &["-n", "1000000000", "--threads", "2"]].concat();
    let mut child = command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut output = String::new();
    reader.read_line(&mut output).unwrap();
    signal(&child, "-INT");
    reader.read_to_string(&mut output).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut error = String::new();
    child.stderr.unwrap().read_to_string(&mut error).unwrap();

    let made = output.lines().count();
    assert!(output.ends_with('\n'));
    let resume = format!("--start {made} --count {}", 1_000_000_000 - made);
    assert!(error.contains(&resume), "{made} lines, but {error}");
    let last = stdout(&[
        "show",
        "crud",
        "--seed",
        "42",
        "--index",
        &(made - 1).to_string(),
    ]);
    assert_eq!(output.lines().last(), last.lines().next());
}

#[test]
fn an_interrupted_file_leaves_nothing() {
    let scratch = Scratch::new();
    let path = scratch.path().join("out.sql");
    let args = [
        &CRUD[..],
        &["-n", "1000000000", "-o", path.to_str().unwrap()],
    ]
    .concat();
    let mut child = command(&args).stderr(Stdio::piped()).spawn().unwrap();
    while scratch.names().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "ended too early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(scratch.names(), Vec::<String>::new());
    let mut error = String::new();
    child.stderr.unwrap().read_to_string(&mut error).unwrap();
    assert!(error.contains("--start 0 --count 1000000000"), "{error}");
}

#[test]
fn a_duration_ends_the_run() {
    let lines = crud(&["--duration", "100ms"]).lines().count();
    assert!(lines > 10);
}

#[test]
fn wrong_usage_is_told() {
    for (more, expected) in [
        (&["--cuont", "3"][..], "--count"),
        (&["--duration", "3s", "-n", "3"], "cannot be used with"),
        (&["--shard", "3/3"], "shard"),
        (&["--threads", "0"], "--threads"),
        (&["--seed", "x"], "seed"),
        (&["--dialect", "oracle@23"], "oracle"),
        (&["--dialect", "postgresql@9"], "older"),
        (&["--start", "18446744073709551615"], "largest index"),
        (&["--enable", "megre"], "did you mean `merge`"),
    ] {
        let args: Vec<_> = ["generate", "crud"].iter().chain(more).copied().collect();
        let error = stderr(2, &args);
        assert!(error.contains(expected), "{args:?}: {error}");
    }
}

#[test]
fn features_can_be_switched() {
    let scratch = Scratch::new();
    let grammar = scratch.file(
        "feature.rqg",
        "grammar feature;\nrule query = | 1 when feature(merge): \"on\" | 1 when !feature(merge): \"off\";\n",
    );
    for (more, expected) in [
        (&["--dialect", "postgresql@14"][..], "off;\n"),
        (&["--dialect", "postgresql@15"], "on;\n"),
        (
            &["--dialect", "postgresql@14", "--enable", "merge"],
            "on;\n",
        ),
        (
            &["--dialect", "postgresql@15", "--disable", "merge"],
            "off;\n",
        ),
    ] {
        let args = [&["generate", &grammar, "--seed", "1", "-n", "1"][..], more].concat();
        assert_eq!(stdout(&args), expected, "{more:?}");
    }
}

#[test]
fn the_last_of_two_orders_counts() {
    for orders in [["--ordered", "--unordered"], ["--unordered", "--ordered"]] {
        assert_eq!(crud(&orders).lines().count(), 10);
    }
}

#[test]
fn a_schema_can_be_given() {
    let scratch = Scratch::new();
    let schema = scratch.file(
        "one.sql",
        "CREATE TABLE only_one (id integer PRIMARY KEY, label text NOT NULL);",
    );
    let lines = crud(&["--schema", &schema, "-n", "40"]);
    assert!(
        lines.lines().all(|line| line.contains("only_one")),
        "{lines}"
    );
    let error = stderr(3, &[&CRUD[..], &["--schema", "/nonexistent.sql"]].concat());
    assert!(error.contains("/nonexistent.sql"), "{error}");
}

#[test]
fn identity_is_printed_when_asked() {
    let done = rqgc(&[&CRUD[..], &["--verbose"]].concat());
    for expected in [
        "grammar=crud",
        "dialect=postgresql@16",
        "seed=42",
        "rule=query",
    ] {
        assert!(done.stderr.contains(expected), "{}", done.stderr);
    }
    assert!(done.stderr.contains("10 units"), "{}", done.stderr);
    let progress = rqgc(&[&CRUD[..], &["--progress", "always"]].concat());
    assert_eq!(progress.code, Some(0));
}

#[test]
fn keys_that_do_not_suffice_are_told() {
    let far = ["--start", "100000000000", "-n", "1"];
    let quiet = rqgc(&[&CRUD[..], &far].concat());
    assert_eq!(quiet.code, Some(0));
    assert_eq!(quiet.stderr, "");
    let told = rqgc(&[&CRUD[..], &far, &["-v"]].concat());
    assert_eq!(told.code, Some(0));
    let told = told.stderr;
    assert!(told.contains("warning: the keys of table "), "{told}");
    assert!(
        told.contains(" suffice for new rows of the first "),
        "{told}"
    );
}
