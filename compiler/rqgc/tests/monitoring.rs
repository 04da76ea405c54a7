//! Figures of a run: `--stats`, and the keys of a configuration.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
#[cfg(feature = "metrics")]
use std::{
    io::Write,
    net::{TcpListener, TcpStream},
};
use support::{Done, Scratch, command, rqgc, stderr};

const CRUD: [&str; 4] = ["generate", "crud", "--seed", "42"];

fn parsed(lines: &str) -> Vec<Value> {
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}")));
    lines.collect()
}

/// Runs `generate` with `--stats` to a file, and gives its lines.
fn run(more: &[&str]) -> (Done, Vec<Value>) {
    let scratch = Scratch::new();
    let path = scratch.path().join("stats.jsonl");
    let stats = ["--stats", path.to_str().unwrap()];
    let done = rqgc(&[&CRUD[..], &stats, more].concat());
    (done, parsed(&scratch.read("stats.jsonl")))
}

/// The number in front of a word of the summary; none if it is not there.
fn told(summary: &str, what: &str) -> Option<u64> {
    let part = summary.split(", ").find(|part| part.ends_with(what))?;
    let number = part.trim_end_matches(what).trim().rsplit(' ').next()?;
    Some(number.replace(',', "").parse().unwrap())
}

/// The line of the summary.
fn summary(done: &Done) -> &str {
    let line = done
        .stderr
        .lines()
        .find(|line| line.contains(" statements/s)"));
    // Commas group digits as well: parts of the line are separated by a comma and a space.
    line.unwrap_or_else(|| panic!("no summary in {}", done.stderr))
}

#[test]
fn the_last_line_is_the_whole_run() {
    let (done, lines) = run(&["-n", "20000", "-v", "--threads", "2"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let last = lines.last().unwrap();
    assert_eq!(last["final"], true);
    assert_eq!(last["units"], 20_000);
    assert_eq!(last["bytes"], done.stdout.len());
    let statements = told(summary(&done), " statements");
    assert_eq!(last["statements"].as_u64(), statements);
    assert_eq!(last["skipped"], 0);
    assert_eq!(last["dropped"], 0);
    assert_eq!(last["queue_depth"], 0);
    assert!(last["memory"].as_u64().unwrap() > 1 << 20, "{last}");
    assert!(last["cpu"].as_f64().unwrap() > 0.0, "{last}");
    assert_eq!(last["qps"], last["qps_mean"]);
    let utilization = last["thread_utilization"].as_array().unwrap();
    assert_eq!(utilization.len(), 2);
    let shares = utilization.iter().map(|share| share.as_f64().unwrap());
    assert!(shares.into_iter().all(|share| (0.0..=1.0).contains(&share)));
    // Nothing is said of what there is not.
    for missing in ["uniqueness_rate", "filter_fill", "cache_hit_rate"] {
        assert!(last.get(missing).is_none(), "{last}");
    }
}

#[test]
fn dropped_units_show_in_the_figures() {
    let scratch = Scratch::new();
    let grammar = scratch.file(
        "thousand.rqg",
        "grammar thousand;\nrule query = SELECT int(1..=1000, zipf(1.1));\n",
    );
    let path = scratch.path().join("stats.jsonl");
    let done = rqgc(&[
        "generate",
        &grammar,
        "--seed",
        "1",
        "-n",
        "300",
        "--unique",
        "probabilistic",
        "-v",
        "--stats",
        path.to_str().unwrap(),
    ]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let lines = parsed(&scratch.read("stats.jsonl"));
    let last = lines.last().unwrap();
    let dropped = told(summary(&done), " duplicates dropped").unwrap();
    assert_eq!(
        (&last["units"], &last["dropped"]),
        (&300.into(), &dropped.into())
    );
    let rate = last["uniqueness_rate"].as_f64().unwrap();
    assert_eq!(rate, 300.0 / (300 + dropped) as f64);
    let fill = last["filter_fill"].as_f64().unwrap();
    assert!(fill > 0.0 && fill < 1.0, "{last}");
    let share = last["filter_false_positives"].as_f64().unwrap();
    assert!(share > 0.0 && share < 0.0001, "{last}");
}

/// Waits until a file has a whole line.
fn wait_for_line(scratch: &Scratch, name: &str, child: &mut Child) {
    while !scratch.names().contains(&name.to_owned()) || !scratch.read(name).contains('\n') {
        assert!(child.try_wait().unwrap().is_none(), "ended too early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn lines_come_while_units_are_made() {
    let scratch = Scratch::new();
    let path = scratch.path().join("stats.jsonl");
    let stats = ["--stats", path.to_str().unwrap(), "--stats-every", "1"];
    let endless = ["-n", "1000000000", "--threads", "2"];
    // Nobody reads what it writes: it waits.
    let mut child = command(&[&CRUD[..], &endless, &stats].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_line(&scratch, "stats.jsonl", &mut child);
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut output = String::new();
    reader.read_line(&mut output).unwrap();
    interrupt(&child);
    reader.read_to_string(&mut output).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));

    let lines = parsed(&scratch.read("stats.jsonl"));
    let (last, before) = lines.split_last().unwrap();
    let units = |line: &Value| line["units"].as_u64().unwrap();
    assert_eq!(units(last), output.lines().count() as u64);
    assert_eq!(last["bytes"], output.len());
    assert_eq!(last["final"], true);
    assert!(!before.is_empty());
    assert!(before.iter().all(|line| line["final"] == false));
    assert!(before.is_sorted_by_key(units), "{before:?}");
    assert!(units(&before[0]) > 0);
    assert!(units(before.last().unwrap()) <= units(last));
}

/// Ends a run in good order.
fn interrupt(child: &Child) {
    let id = child.id().to_string();
    let status = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(status.is_ok_and(|status| status.success()));
}

#[test]
fn statistics_may_go_to_stderr() {
    let done = rqgc(&[&CRUD[..], &["--stats", "-"]].concat());
    assert_eq!(done.code, Some(0));
    let lines = parsed(&done.stderr);
    assert_eq!(lines.len(), 1, "{}", done.stderr);
    assert_eq!(lines[0]["units"], 10);
}

#[test]
fn what_is_wrong_is_said_before_the_run() {
    let told = stderr(2, &[&CRUD[..], &["--stats-every", "5s"]].concat());
    assert!(told.contains("--stats-every is for --stats"), "{told}");
    let told = stderr(
        2,
        &[&CRUD[..], &["--stats", "-", "--stats-every", "soon"]].concat(),
    );
    assert!(told.contains("a number of units such as 1000000"), "{told}");
    let done = rqgc(&[&CRUD[..], &["--stats", "/nowhere/stats.jsonl"]].concat());
    assert_eq!((done.code, done.stdout.as_str()), (Some(3), ""));
    assert!(
        done.stderr.contains("cannot write `/nowhere/stats.jsonl`"),
        "{}",
        done.stderr
    );
}

/// What `generate` says on stderr with a configuration.
fn configured(config: &str, more: &[&str]) -> String {
    let scratch = Scratch::new();
    let path = scratch.file("run.conf", config);
    let done = rqgc(&[&CRUD[..], &["--config", &path], more].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    done.stderr
}

#[test]
fn a_configuration_switches_statistics_on() {
    let example = "monitoring {
        enable = true, interval = 1000, metrics = [qps, memory, uniqueness_rate, thread_utilization]
    }";
    let lines = parsed(&configured(example, &["--unique", "strict"]));
    let last = lines.last().unwrap();
    let names: Vec<&String> = last.as_object().unwrap().keys().collect();
    let expected = [
        "dropped",
        "elapsed",
        "final",
        "memory",
        "qps",
        "qps_mean",
        "skipped",
        "statements",
        "thread_utilization",
        "uniqueness_rate",
        "units",
    ];
    assert_eq!(names, expected);
    assert_eq!(last["uniqueness_rate"], 1.0);
    assert_eq!(
        configured("monitoring { enable = false, interval = 1s }", &[]),
        ""
    );
    assert_eq!(configured("monitoring.interval = 1s", &[]), "");
}

#[test]
fn a_flag_names_the_file_and_the_configuration_the_rest() {
    let scratch = Scratch::new();
    let path = scratch.path().join("stats.jsonl");
    let stats = ["--stats", path.to_str().unwrap()];
    let config = "monitoring { enable = true, metrics = [] }";
    assert_eq!(configured(config, &stats), "");
    let lines = parsed(&scratch.read("stats.jsonl"));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].get("memory").is_none(), "{}", lines[0]);
}

/// What a server answers to a request for a path.
#[cfg(feature = "metrics")]
fn answer(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The number of a metric.
#[cfg(feature = "metrics")]
fn metric(answer: &str, name: &str) -> f64 {
    let line = answer.lines().find_map(|line| line.strip_prefix(name));
    let number = line.unwrap_or_else(|| panic!("no {name} in {answer}"));
    number.trim().parse().unwrap()
}

#[cfg(feature = "metrics")]
#[test]
fn metrics_can_be_had_while_units_are_made() {
    let more = [
        "-n",
        "1000000000",
        "--threads",
        "2",
        "--unique",
        "strict",
        "--metrics",
        "0",
    ];
    // Nobody reads what it writes: it waits.
    let mut child = command(&[&CRUD[..], &more].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut error = BufReader::new(child.stderr.take().unwrap());
    error.read_line(&mut told).unwrap();
    let url = told
        .trim()
        .strip_prefix("rqgc: metrics at http://")
        .unwrap();
    let (address, path) = url.split_once('/').unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{told}");

    let answered = answer(address, &format!("/{path}"));
    let (head, body) = answered.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200"), "{head}");
    assert!(
        head.contains("application/openmetrics-text; version=1.0.0"),
        "{head}"
    );
    assert!(body.ends_with("# EOF\n"), "{body}");
    assert!(body.contains("# TYPE rqg_units counter\n"), "{body}");
    for name in [
        "rqg_units_total",
        "rqg_statements_total",
        "rqg_bytes_total",
        "rqg_worker_making_seconds_total{worker=\"0\"}",
        "rqg_worker_making_seconds_total{worker=\"1\"}",
        "rqg_queue_depth_units",
        "process_resident_memory_bytes",
    ] {
        assert!(metric(body, name) >= 0.0, "{name}");
    }
    assert_eq!(metric(body, "rqg_dropped_units_total"), 0.0);
    assert_eq!(metric(body, "rqg_uniqueness_ratio"), 1.0);
    assert!(metric(body, "rqg_elapsed_seconds") > 0.0);
    assert!(metric(body, "process_cpu_seconds_total") > 0.0);
    let elsewhere = answer(address, "/");
    assert!(elsewhere.starts_with("HTTP/1.0 404"), "{elsewhere}");

    // More is read, so that more is made.
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let before = metric(body, "rqg_units_total");
    while metric(&answer(address, "/metrics"), "rqg_units_total") <= before {
        reader.read_line(&mut line).unwrap();
    }
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[cfg(feature = "metrics")]
#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = stderr(3, &[&CRUD[..], &["--metrics", &address]].concat());
    let expected = format!("error: cannot listen on {address} (--metrics): ");
    assert!(told.starts_with(&expected), "{told}");
}

#[cfg(all(feature = "profile", unix))]
#[test]
fn a_profile_is_a_flame_graph() {
    let scratch = Scratch::new();
    let path = scratch.path().join("out.svg");
    let path = path.to_str().unwrap();
    let more = [
        "-n",
        "300000",
        "--interpret",
        "--format",
        "null",
        "--profile",
        path,
    ];
    let done = rqgc(&[&CRUD[..], &more].concat());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let graph = scratch.read("out.svg");
    assert!(graph.contains("<svg"), "no graph");
    // The threads of the engine, and what they did.
    assert!(graph.contains("rqg-0"), "no worker");
    assert!(graph.contains("rqg_runtime::engine::worker"), "no function");
    let told = stderr(3, &[&CRUD[..], &["--profile", "/nowhere/out.svg"]].concat());
    assert!(told.contains("cannot write `/nowhere/out.svg`"), "{told}");
}

#[cfg(feature = "trace")]
#[test]
fn phases_are_traced() {
    let scratch = Scratch::new();
    let path = scratch.path().join("trace.jsonl");
    let more = ["--unique", "strict", "--trace", path.to_str().unwrap()];
    let done = rqgc(&[&CRUD[..], &more].concat());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let spans = parsed(&scratch.read("trace.jsonl"));
    let names: Vec<&str> = spans
        .iter()
        .map(|span| span["span"]["name"].as_str().unwrap())
        .collect();
    let expected = [
        "read", "analyse", "schema", "plan", "space", "generate", "finish",
    ];
    assert_eq!(names, expected);
    assert!(
        spans.iter().all(|span| span["time.busy"].is_string()),
        "{spans:?}"
    );
}

/// A flag whose feature is left out is refused.
#[cfg(not(all(feature = "metrics", feature = "profile", feature = "trace")))]
#[test]
fn what_is_not_built_in_is_refused() {
    for (flag, value, is_there) in [
        ("--metrics", "0", cfg!(feature = "metrics")),
        ("--profile", "out.svg", cfg!(feature = "profile")),
        ("--trace", "out.jsonl", cfg!(feature = "trace")),
    ] {
        if !is_there {
            let told = stderr(2, &[&CRUD[..], &[flag, value]].concat());
            assert!(told.contains("was built without the feature"), "{told}");
        }
    }
}
