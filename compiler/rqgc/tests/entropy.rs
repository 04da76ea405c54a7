//! Seeds, where they come from, and what follows from them.

mod support;

use support::{rqgc, stderr, stdout};

const CRUD: [&str; 6] = ["generate", "crud", "--seed", "42", "-n", "100"];

fn crud(more: &[&str]) -> String {
    stdout(&[&CRUD, more].concat())
}

#[test]
fn a_seed_comes_from_one_source() {
    assert_eq!(crud(&["--entropy", "deterministic"]), crud(&[]));
    for source in ["urandom", "os"] {
        let done = rqgc(&["generate", "crud", "--entropy", source]);
        assert_eq!(done.code, Some(0));
        assert!(done.stderr.contains("seed=0x"), "{}", done.stderr);
        stderr(2, &["generate", "crud", "--entropy", source, "--seed", "1"]);
    }
    stderr(
        2,
        &["generate", "crud", "--entropy", "hardware", "--seed", "1"],
    );
    stderr(2, &["generate", "crud", "--entropy", "deterministic"]);
}

#[test]
fn the_processor_gives_a_seed_or_the_command_says_why_not() {
    let done = rqgc(&["generate", "crud", "--entropy", "hardware"]);
    match done.code {
        Some(0) => {
            let seed = done.stderr.trim().split("seed=").nth(1).unwrap();
            assert_eq!(stdout(&["generate", "crud", "--seed", seed]), done.stdout);
        }
        code => {
            assert_eq!(code, Some(3));
            assert!(
                done.stderr
                    .starts_with("error: the processor gives no random bytes (RDSEED): "),
                "{}",
                done.stderr
            );
        }
    }
}

#[test]
fn the_state_is_part_of_the_identity() {
    let small = crud(&["--state-bits", "128"]);
    assert_ne!(small, crud(&[]));
    assert_eq!(crud(&["--state-bits", "256"]), crud(&[]));
    assert_eq!(
        crud(&["--state-bits", "128", "--interpret", "--threads", "3"]),
        small
    );
    let told = rqgc(&[&CRUD[..], &["--state-bits", "128", "-v"]].concat()).stderr;
    assert!(told.contains(" seed=42 state-bits=128\n"), "{told}");
    stderr(2, &[&CRUD[..], &["--state-bits", "64"]].concat());
}

#[test]
fn epochs_have_seeds_that_are_told_and_make_their_units_again() {
    let reseeded = crud(&["--reseed-interval", "30"]);
    let plain = crud(&[]);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (reseeded, plain) = (lines(&reseeded), lines(&plain));
    assert_eq!(reseeded[..30], plain[..30]);
    assert_ne!(reseeded[30..], plain[30..]);
    for more in [&["--threads", "4"][..], &["--interpret", "--threads", "1"]] {
        let again = crud(&[&["--reseed-interval", "30"], more].concat());
        assert_eq!(lines(&again), reseeded);
    }
    let done = rqgc(&[&CRUD[..], &["--reseed-interval", "30", "-v"]].concat());
    let told = |part: &str| assert!(done.stderr.contains(part), "{part} in {}", done.stderr);
    told(" seed=42 reseed-interval=30\n");
    told("rqgc: epoch=0 first-index=0 epoch-seed=42\n");
    told("rqgc: epoch=3 first-index=90 epoch-seed=0x");
    let epoch = done
        .stderr
        .lines()
        .find(|line| line.contains("epoch=2 first-index=60 "))
        .unwrap();
    let seed = epoch.split("epoch-seed=").nth(1).unwrap();
    // `crud` makes no objects, whose names would tell the run.
    let slice = stdout(&[
        "generate", "crud", "--seed", seed, "--start", "60", "-n", "30",
    ]);
    assert_eq!(lines(&slice), reseeded[60..90]);
    let show = [
        "show",
        "crud",
        "--seed",
        "42",
        "--reseed-interval",
        "30",
        "--index",
        "75",
        "-v",
    ];
    let shown = rqgc(&show);
    assert_eq!(shown.stdout.trim_end(), reseeded[75]);
    let epoch = format!(" epoch=2 first-index=60 epoch-seed={seed}\n");
    assert!(shown.stderr.contains(&epoch), "{}", shown.stderr);
    stderr(2, &[&CRUD[..], &["--reseed-interval", "0"]].concat());
}

#[test]
fn strict_runs_never_reseed() {
    let args = ["--unique", "strict", "--reseed-interval", "30"];
    let told = stderr(2, &[&CRUD[..], &args].concat());
    assert!(
        told.contains("--reseed-interval does not go with --unique strict"),
        "{told}"
    );
}
