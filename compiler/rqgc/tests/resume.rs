//! Runs that are ended by signals, and go on from their checkpoints.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use support::{Done, Scratch, command, rqgc, stderr};

/// Long statements, so that a short run fills several blocks of compressed text. Some come more than
/// once, and `int ~ int` makes strict runs remember what came.
const GRAMMAR: &str = "grammar long;
rule query = SELECT int(1..=3000) \", FILLER\";
rule joined = SELECT int(1..=200) ~ int(1..=200) \", FILLER\";
";

const UNITS: &str = "1200";

/// Runs of one test that are killed before they are complete. The six tests together kill more than
/// a hundred.
const KILLS: u64 = 17;

/// Runs of one test at most, with those that were complete before the signal came.
const RUNS: u64 = 100;

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

/// The grammar and the configuration of the runs, in a directory that stays as long as they do.
struct Inputs {
    scratch: Scratch,
    grammar: String,
    config: String,
}

impl Inputs {
    fn new() -> Self {
        let scratch = Scratch::new();
        let filler = "'x', ".repeat(400) + "'y'";
        let grammar = scratch.file("long.rqg", &GRAMMAR.replace("FILLER", &filler));
        // Many batches, and with them many checkpoints.
        let config = scratch.file(
            "small.conf",
            "threading { batch_size = 20, queue_size = 80 }\n",
        );
        Self {
            scratch,
            grammar,
            config,
        }
    }

    /// The arguments of a run.
    fn args(&self, mode: &[&str], form: &[&str], output: &Path, threads: u64) -> Vec<String> {
        let (threads, output) = (threads.to_string(), output.to_str().unwrap());
        let count = if mode.contains(&"-n") {
            &[][..]
        } else {
            &["-n", UNITS]
        };
        let input = [
            "generate",
            &self.grammar,
            "--config",
            &self.config,
            "--seed",
            "7",
        ];
        let output = ["--threads", &threads, "-o", output];
        let all = [&input[..], count, &output, mode, form].concat();
        all.into_iter().map(str::to_owned).collect()
    }
}

/// All files of a directory but the checkpoint.
fn files(scratch: &Scratch) -> BTreeMap<String, Vec<u8>> {
    let names = scratch
        .names()
        .into_iter()
        .filter(|name| name.starts_with("out"));
    names
        .map(|name| {
            let bytes = std::fs::read(scratch.path().join(&name)).unwrap();
            (name, bytes)
        })
        .collect()
}

fn run(args: &[String], more: &[&str]) -> Command {
    let args: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    let mut command = command(&args);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The index that a checkpoint tells, if it is there.
fn reached(checkpoint: &Path) -> Option<u64> {
    let bytes = std::fs::read(checkpoint).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let next = text.lines().find_map(|line| line.strip_prefix("next: "))?;
    next.parse().ok()
}

/// Sends a signal when the run has reached an index, unless it is over before.
fn kill(mut child: Child, checkpoint: &Path, index: u64, signal: &str) -> Done {
    while child.try_wait().unwrap().is_none() && reached(checkpoint).is_none_or(|it| it < index) {
        std::thread::yield_now();
    }
    if child.try_wait().unwrap().is_none() {
        // The process may end meanwhile, but nobody else gets its number before it is waited for.
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(sent.is_ok());
    }
    child.wait_with_output().unwrap().into()
}

/// Runs are killed, resumed, killed again and resumed until they are complete, in each form.
fn whole_equals_uninterrupted(seed: u64, mode: &[&str], store: bool) {
    let inputs = Inputs::new();
    let forms: [(&str, &[&str]); 5] = [
        ("out.sql", &[]),
        ("out.sql.zst", &[]),
        ("out.sql.gz", &["--split-units", "700"]),
        ("out.sql", &["--split-units", "130"]),
        (
            "out.jsonl.zst",
            &["--split-size", "1300KiB", "--format", "jsonl"],
        ),
    ];
    let expected = forms.map(|(name, form)| {
        let scratch = Scratch::new();
        let args = inputs.args(mode, form, &scratch.path().join(name), 2);
        let done: Done = run(&args, &[]).output().unwrap().into();
        assert_eq!(done.code, Some(0), "{args:?}: {}", done.stderr);
        files(&scratch)
    });
    let mut numbers = Numbers(seed);
    let (mut runs, mut kills) = (0, 0);
    while kills < KILLS {
        let form = numbers.below(forms.len() as u64) as usize;
        let (name, flags) = forms[form];
        let scratch = Scratch::new();
        let output = scratch.path().join(name);
        let checkpoint = scratch.path().join("checkpoint");
        let path = checkpoint.to_str().unwrap();
        let directory = scratch.path().join("store");
        let mut begin = vec!["--checkpoint", path];
        loop {
            let threads = 1 + numbers.below(4);
            let args = inputs.args(mode, flags, &output, threads);
            begin.extend(["--checkpoint-interval", "0s"]);
            if store {
                begin.extend(["--store", directory.to_str().unwrap()]);
            }
            // Some are beyond the end, and let the run end.
            let index = reached(&checkpoint).unwrap_or(0) + numbers.below(1000);
            let signal = ["-INT", "-TERM", "-KILL"][numbers.below(3) as usize];
            let child = run(&args, &begin).spawn().unwrap();
            let done = kill(child, &checkpoint, index, signal);
            runs += 1;
            assert!(runs <= RUNS, "only {kills} of {runs} runs were killed");
            match done.code {
                Some(0) => break,
                Some(130) => {
                    assert!(done.stderr.contains("--resume"), "{}", done.stderr);
                    kills += 1;
                }
                None => kills += 1,
                Some(code) => panic!("{code}: {begin:?} {}", done.stderr),
            }
            for (name, bytes) in files(&scratch) {
                let is_partial = name.ends_with(".partial");
                assert!(
                    is_partial || expected[form].get(&name) == Some(&bytes),
                    "{name}"
                );
            }
            begin = vec!["--resume", path];
        }
        assert!(
            files(&scratch) == expected[form],
            "{mode:?} {flags:?} {:?}",
            scratch.names()
        );
    }
    drop(inputs.scratch);
}

#[test]
fn runs_in_which_units_may_repeat() {
    whole_equals_uninterrupted(1, &[], false);
}

#[test]
fn shards() {
    whole_equals_uninterrupted(2, &["--shard", "1/2", "-n", "2400"], false);
}

#[test]
fn probabilistic_runs() {
    whole_equals_uninterrupted(3, &["--unique", "probabilistic"], false);
}

#[test]
fn strict_runs() {
    let strict = ["--unique", "strict", "--space", "3000"];
    whole_equals_uninterrupted(4, &strict, false);
}

#[test]
fn strict_runs_that_remember_in_temporary_files() {
    let strict = ["--unique", "strict", "--rule", "joined"];
    whole_equals_uninterrupted(5, &strict, false);
}

#[test]
fn strict_runs_that_remember_in_a_store() {
    let strict = ["--unique", "strict", "--rule", "joined"];
    whole_equals_uninterrupted(6, &strict, true);
}

#[test]
fn a_complete_run_has_nothing_to_resume() {
    let inputs = Inputs::new();
    let scratch = Scratch::new();
    let args = inputs.args(&[], &[], &scratch.path().join("out.sql"), 2);
    let checkpoint = scratch.path().join("checkpoint");
    let path = checkpoint.to_str().unwrap();
    for _ in 0..2 {
        let done: Done = run(&args, &["--checkpoint", path]).output().unwrap().into();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
    }
    let before = files(&scratch);
    // It was ended before the file had its name.
    std::fs::rename(
        scratch.path().join("out.sql"),
        scratch.path().join("out.sql.partial"),
    )
    .unwrap();
    for _ in 0..2 {
        let done: Done = run(&args, &["--resume", path]).output().unwrap().into();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert_eq!(done.stderr, "rqgc: the run was complete already\n");
        assert!(files(&scratch) == before);
    }
}

#[test]
fn what_cannot_be_resumed_is_told() {
    let inputs = Inputs::new();
    let scratch = Scratch::new();
    let output = scratch.path().join("out.sql");
    let checkpoint = scratch.path().join("checkpoint");
    let path = checkpoint.to_str().unwrap();
    let args = inputs.args(&[], &[], &output, 2);
    let begin = ["--checkpoint", path, "--checkpoint-interval", "0s"];
    let child = run(&args, &begin).spawn().unwrap();
    kill(child, &checkpoint, 200, "-KILL");
    assert_eq!(
        files(&scratch).keys().collect::<Vec<_>>(),
        ["out.sql.partial"]
    );

    let refused = |code: i32, args: &[String], more: &[&str], expected: &str| {
        let done: Done = run(args, more).output().unwrap().into();
        assert_eq!(done.code, Some(code), "{}", done.stderr);
        assert!(
            done.stderr.contains(expected),
            "{expected} in {}",
            done.stderr
        );
    };
    refused(2, &args, &begin, "is not complete: go on with --resume");
    let other = scratch.path().join("other");
    let other = other.to_str().unwrap();
    refused(
        2,
        &args,
        &["--checkpoint", other],
        "out.sql.partial` is the output of a run",
    );
    refused(3, &args, &["--resume", other], "cannot read");
    let resume = ["--resume", path];
    let longer = inputs.args(&["-n", "1201"], &[], &output, 2);
    refused(2, &longer, &resume, "it says count=1200");
    let seed = |word: &String| if word == "7" { "8" } else { word }.to_owned();
    let other_seed: Vec<String> = args.iter().map(seed).collect();
    refused(2, &other_seed, &resume, "it says seed=7");
    refused(
        2,
        &args,
        &[&resume[..], &["--compress", "gzip"]].concat(),
        "compress=gzip",
    );
    refused(
        2,
        &args,
        &[&resume[..], &["--unordered"]].concat(),
        "--unordered",
    );
    let grammar = scratch.file("grammar", GRAMMAR);
    refused(1, &args, &["--resume", &grammar], "is no checkpoint");

    let seven = ["generate", "crud", "--checkpoint", other];
    assert!(stderr(2, &seven).contains("--output"));
    let device = [&seven[..], &["-o", "/dev/null"]].concat();
    assert!(stderr(2, &device).contains("regular files"));
    let done = rqgc(&["generate", "crud", "--split-units", "3", "-o", "-"]);
    assert_eq!(done.code, Some(2));
}
