//! `rqgc config` and `--config`.

mod support;

use std::collections::BTreeSet;
use support::{Done, Scratch, command, rqgc, stderr, stdout};

/// That of the requirements.
const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/fixtures/config/example.conf"
);

/// One word for each thing that a dialect may have.
const WORDS: &str = "
grammar words;
rule query =
    | EVERYWHERE
    | when postgresql: POSTGRESQL
    | when postgresql >= 15: POSTGRESQL15
    | when yugabytedb: YUGABYTEDB
    | when postgresql >= 15 || yugabytedb >= 2.25: NEW
    | when !(postgresql && postgresql < 15): NOT_OLD
    | when feature(multirange): MULTIRANGE
    | when feature(json_table): JSON_TABLE
    | when feature(merge): MERGE
    | when feature(savepoints): SAVEPOINTS
    ;
";

/// `generate` of these arguments with this configuration.
fn generate(config: &str, arguments: &[&str]) -> Done {
    let scratch = Scratch::new();
    let path = scratch.file("run.conf", config);
    rqgc(&[&["generate", "crud", "--config", &path], arguments].concat())
}

fn units(config: &str, arguments: &[&str]) -> String {
    let done = generate(config, arguments);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    done.stdout
}

/// `generate` by flags alone.
fn by_flags(arguments: &[&str]) -> String {
    stdout(&[&["generate", "crud"], arguments].concat())
}

/// The words that the grammar above makes, and what is said on stderr.
fn words(config: &str, arguments: &[&str]) -> (BTreeSet<String>, String) {
    let scratch = Scratch::new();
    let config = scratch.file("run.conf", config);
    let grammar = scratch.file("words.rqg", WORDS);
    let fixed = [
        "generate", &grammar, "--config", &config, "-n", "300", "--seed", "1",
    ];
    let done = rqgc(&[&fixed, arguments].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let words = done.stdout.lines().map(|line| line.replace(';', ""));
    (words.collect(), done.stderr)
}

fn set(words: &str) -> BTreeSet<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// `rqgc config --print` of a configuration.
fn printed(config: &str, arguments: &[&str]) -> String {
    let scratch = Scratch::new();
    let path = scratch.file("run.conf", config);
    let printed = stdout(&[&["config", "--config", &path, "--print"], arguments].concat());
    printed.replace(&path, "run.conf")
}

/// The line of a key, with single spaces.
fn line(printed: &str, key: &str) -> String {
    let line = printed
        .lines()
        .find(|line| line.starts_with(&format!("{key} = ")));
    let line = line.unwrap_or_else(|| panic!("no {key} in {printed}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_example_runs_as_written() {
    let done = rqgc(&["generate", "crud", "--config", EXAMPLE, "-v", "-n", "200"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(done.stdout.lines().count(), 200);
    let lines: BTreeSet<&str> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 200);
    for expected in [
        "example.conf: no effect in this version: data.distributions, data.correlations, \
         data.domains\n",
        "example.conf:50: databases.features: json_table: needs PostgreSQL 17; it stays off for \
         postgresql@15.0\n",
        "example.conf:50: databases.features: multirange: needs a YugabyteDB that is based on \
         PostgreSQL 15; it stays off for yugabytedb@2.14\n",
        " dialect=postgresql@15.0,yugabytedb@2.14 unique=probabilistic ",
        " reseed-interval=1000000 bloom-filter-size=1000000000 rotation-interval=100000000\n",
    ] {
        assert!(
            done.stderr.contains(expected),
            "{expected} in {}",
            done.stderr
        );
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores < 16 {
        let clamped = format!(
            "example.conf:9: threading.num_threads: 16 is more than the {cores} cores of this \
             machine; {cores} are used\n"
        );
        assert!(done.stderr.contains(&clamped), "{}", done.stderr);
    }
}

#[test]
fn all_keys_without_effect_are_named_in_one_warning() {
    let config = "
        data.distributions { numeric = normal, string = zipfian, date = uniform }
        data.correlations = [{ fields = [a, b], type = sequential, constraint = \"b >= a\" }]
        data.domains.email { generator = faker, locale = en_US }
        data.domains.phone { generator = regex, pattern = \"+1-[2-9]{3}\" }
    ";
    let done = generate(config, &["--seed", "1"]);
    assert_eq!(done.stdout, by_flags(&["--seed", "1"]));
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
    let named = "data.distributions, data.correlations, data.domains\n";
    assert!(done.stderr.ends_with(named), "{}", done.stderr);
    assert_eq!(
        generate("threading.num_threads = 1", &["--seed", "1"]).stderr,
        ""
    );
}

#[test]
fn entropy_decides_the_choices() {
    let seeded = by_flags(&["--seed", "42"]);
    assert_eq!(units("entropy.seed = 42", &[]), seeded);
    assert_eq!(units("entropy.seed = \"0x2a\"", &[]), seeded);
    let deterministic = "entropy { primary_source = deterministic, seed = 42 }";
    assert_eq!(units(deterministic, &[]), seeded);
    assert_eq!(
        units("entropy.primary_source = deterministic", &["--seed", "42"]),
        seeded
    );

    let urandom = generate("entropy.primary_source = urandom", &[]);
    assert!(
        urandom.stderr.starts_with("rqgc: seed=0x"),
        "{}",
        urandom.stderr
    );
    let missing = generate("entropy.primary_source = deterministic", &[]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.stderr.contains("run.conf:1:26"),
        "{}",
        missing.stderr
    );
    assert!(
        missing
            .stderr
            .contains("write seed = … beside it, or give --seed")
    );

    let narrow = units("entropy { seed = 42, state_bits = 128 }", &[]);
    assert_eq!(narrow, by_flags(&["--seed", "42", "--state-bits", "128"]));
    assert_ne!(narrow, seeded);
    let reseeded = units("entropy { seed = 42, reseed_interval = 3 }", &[]);
    assert_eq!(
        reseeded,
        by_flags(&["--seed", "42", "--reseed-interval", "3"])
    );
    assert_ne!(reseeded, seeded);
}

#[test]
fn hardware_is_asked_where_it_is_wanted() {
    let by_config = generate("entropy.primary_source = hardware", &[]);
    let by_flag = rqgc(&["generate", "crud", "--entropy", "hardware"]);
    assert_eq!(by_config.code, by_flag.code, "{}", by_config.stderr);
    if by_flag.code != Some(0) {
        assert_eq!(by_config.stderr, by_flag.stderr);
    }
}

#[test]
fn threading_does_not_change_the_output() {
    let expected = by_flags(&["--seed", "1", "-n", "3000"]);
    for config in [
        "threading.num_threads = 1",
        "threading { queue_size = 1, batch_size = 1, backpressure_threshold = 0.1 }",
        "threading { queue_size = 10_000, batch_size = 1000, backpressure_threshold = 80% }",
    ] {
        assert!(
            units(config, &["--seed", "1", "-n", "3000"]) == expected,
            "{config}"
        );
    }
}

#[test]
fn uniqueness_chooses_a_filter() {
    let config = "uniqueness {
        mode = probabilistic, bloom_filter_size = 64MiB, false_positive_rate = 0.005%
        rotation_interval = 500_000
    }";
    let done = generate(config, &["--seed", "1", "-v", "-n", "50"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let flags = [
        "--unique",
        "probabilistic",
        "--bloom-filter-size",
        "64MiB",
        "--false-positive-rate",
        "0.00005",
        "--rotation-interval",
        "500_000",
        "--seed",
        "1",
        "-v",
        "-n",
        "50",
    ];
    let by_flags = rqgc(&[&["generate", "crud"], flags.as_slice()].concat());
    assert_eq!(done.stdout, by_flags.stdout);
    let identity = |text: &str| text.lines().next().map(str::to_owned);
    assert_eq!(identity(&done.stderr), identity(&by_flags.stderr));
    assert!(
        done.stderr
            .contains(" bloom-filter-size=67108864 rotation-interval=500000")
    );

    let strict = generate(
        "uniqueness { mode = strict, space = 500 }",
        &["--seed", "1"],
    );
    let flags = ["--unique", "strict", "--space", "500", "--seed", "1"];
    let by_flags = rqgc(&[&["generate", "crud"], flags.as_slice()].concat());
    assert_eq!(strict.code, by_flags.code);
    assert_eq!(
        (strict.stdout, strict.stderr),
        (by_flags.stdout, by_flags.stderr)
    );

    // A rate that cannot be promised is refused, as that of the flag is.
    let rate = "uniqueness { mode = probabilistic, false_positive_rate = 0.5 }";
    assert_eq!(generate(rate, &[]).code, Some(2));

    let of_no_use = generate(
        "uniqueness { mode = none, bloom_filter_size = 1GB, space = 5 }",
        &["--seed", "1"],
    );
    assert_eq!(of_no_use.code, Some(0));
    for key in ["bloom_filter_size", "space"] {
        let warning = format!("run.conf:1: uniqueness.{key}: of no use unless uniqueness.mode = ");
        assert!(of_no_use.stderr.contains(&warning), "{}", of_no_use.stderr);
    }
    // A flag that chooses another mode leaves the filter's settings unused without a word.
    let other = generate(config, &["--unique", "none", "--seed", "1"]);
    assert_eq!((other.code, other.stderr.as_str()), (Some(0), ""));
}

#[test]
fn databases_decide_what_is_made() {
    let one = "databases { primary = postgresql, version = 15.0 }";
    let (made, said) = words(one, &[]);
    let of_15 = "EVERYWHERE POSTGRESQL POSTGRESQL15 NEW NOT_OLD MULTIRANGE MERGE SAVEPOINTS";
    assert_eq!(made, set(of_15));
    assert_eq!(said, "");
    let (made, _) = words("databases { primary = yugabyte, version = 2.25 }", &[]);
    assert_eq!(
        made,
        set("EVERYWHERE YUGABYTEDB NEW NOT_OLD MULTIRANGE SAVEPOINTS")
    );

    // Of two only what both can run, whatever comes first.
    let both = "databases { primary = pg, version = 15, secondary = yugabyte, version = 2.14 }";
    assert_eq!(words(both, &[]).0, set("EVERYWHERE NOT_OLD SAVEPOINTS"));
    let both = "databases { primary = ysql, version = 2.25, secondary = pg, version = 15 }";
    assert_eq!(
        words(both, &[]).0,
        set("EVERYWHERE NEW NOT_OLD MULTIRANGE SAVEPOINTS")
    );
    let flag = ["--dialect", "postgresql@15,yugabytedb@2.25"];
    assert_eq!(
        words("", &flag).0,
        set("EVERYWHERE NEW NOT_OLD MULTIRANGE SAVEPOINTS")
    );
    let versions = "databases { primary = pg, version = 16, secondary = pg, version = 14 }";
    let expected = "EVERYWHERE POSTGRESQL MULTIRANGE SAVEPOINTS";
    assert_eq!(words(versions, &[]).0, set(expected));
    assert_eq!(words(both, &["--dialect", "postgresql@15"]).0, set(of_15));
}

#[test]
fn features_of_later_versions_stay_off_and_others_can_be_disabled() {
    let config = "databases {
        primary = postgresql
        version = 15
        features = [json_table, multirange]
    }";
    let (made, said) = words(config, &[]);
    assert!(made.contains("MULTIRANGE") && !made.contains("JSON_TABLE"));
    assert_eq!(said.lines().count(), 1, "{said}");
    let warning = "run.conf:4: databases.features: json_table: needs PostgreSQL 17; it stays off \
                   for postgresql@15\n";
    assert!(said.ends_with(warning), "{said}");

    let (made, said) = words(config, &["--enable", "json_table"]);
    assert!(made.contains("JSON_TABLE"));
    assert_eq!(said, "");
    assert_eq!(words(config, &["--dialect", "postgresql@17"]).1, "");

    let disabled = "databases.disabled_features = [merge, savepoints]";
    let (made, _) = words(disabled, &[]);
    assert!(!made.contains("MERGE") && !made.contains("SAVEPOINTS"));
    let (made, _) = words(disabled, &["--enable", "merge"]);
    assert!(made.contains("MERGE") && !made.contains("SAVEPOINTS"));
}

#[test]
fn data_says_what_tables_hold() {
    let scratch = Scratch::new();
    let config = "data { seed = 7, rows { \"*\" = 3, customers = 20 } }";
    let path = scratch.file("run.conf", config);
    let by_flags = [
        "data",
        "--rows",
        "*=3",
        "--rows",
        "customers=20",
        "--data-seed",
        "7",
    ];
    assert_eq!(stdout(&["data", "--config", &path]), stdout(&by_flags));
    let overridden = stdout(&["data", "--config", &path, "--rows", "customers=1"]);
    let flags = [
        "data",
        "--rows",
        "*=3",
        "--rows",
        "customers=1",
        "--data-seed",
        "7",
    ];
    assert_eq!(overridden, stdout(&flags));

    let made = units(config, &["--seed", "1", "-n", "100"]);
    let flags = [
        "--rows",
        "*=3",
        "--rows",
        "customers=20",
        "--data-seed",
        "7",
    ];
    let flags = [&["--seed", "1", "-n", "100"], flags.as_slice()].concat();
    assert_eq!(made, self::by_flags(&flags));
}

#[test]
fn a_unit_is_shown_again_by_the_same_configuration() {
    let scratch = Scratch::new();
    let config = "entropy { seed = 5, reseed_interval = 2 }, databases.primary = ysql";
    let path = scratch.file("run.conf", config);
    let made = units(config, &["-n", "1", "--start", "7"]);
    assert_eq!(
        stdout(&["show", "crud", "--config", &path, "--index", "7"]),
        made
    );
}

#[test]
fn the_identity_is_the_same_by_flags() {
    let config = "
        entropy { seed = 5, state_bits = 128, reseed_interval = 100 }
        databases { primary = pg, version = 14, secondary = ysql, version = 2.25
                    disabled_features = [savepoints] }
        data { seed = 9, rows.orders = 10 }
    ";
    let flags = [
        "--seed",
        "5",
        "--state-bits",
        "128",
        "--reseed-interval",
        "100",
        "--dialect",
        "pg@14,ysql@2.25",
        "--disable",
        "savepoints",
        "--data-seed",
        "9",
        "--rows",
        "orders=10",
        "-v",
    ];
    let identity = |text: String| text.lines().next().map(str::to_owned);
    let by_flags = rqgc(&[&["generate", "crud"], flags.as_slice()].concat());
    assert_eq!(by_flags.code, Some(0), "{}", by_flags.stderr);
    assert_eq!(
        identity(generate(config, &["-v"]).stderr),
        identity(by_flags.stderr)
    );
}

#[test]
fn everything_is_printed_with_its_origin() {
    let config = "entropy.seed = 1\nuniqueness { mode = strict\n space = 100 }\n\
                  databases { primary = yugabyte }\n";
    let shown = printed(
        config,
        &["--space", "200", "--threads", "3", "--rows", "a.b=5"],
    );
    for (key, expected) in [
        ("entropy.primary_source", "\"deterministic\" // run.conf:1"),
        ("entropy.seed", "1 // run.conf:1"),
        ("entropy.state_bits", "256 // default"),
        ("threading.num_threads", "3 // --threads"),
        ("data.rows.\"a.b\"", "5 // --rows"),
        ("uniqueness.mode", "\"strict\" // run.conf:2"),
        ("uniqueness.space", "200 // --space"),
        ("databases.primary", "\"yugabyte\" // run.conf:4"),
        ("databases.secondary", "null // default"),
    ] {
        assert_eq!(line(&shown, key), format!("{key} = {expected}"));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let clamped = printed("threading.num_threads = 60_000", &[]);
    let expected = format!("threading.num_threads = {cores} // run.conf:1, of 60000");
    assert_eq!(line(&clamped, "threading.num_threads"), expected);
    let of_rest = printed("data.distributions.date = normal", &[]);
    let expected = "data.distributions.date = \"normal\" // run.conf:1, no effect in this version";
    assert_eq!(line(&of_rest, "data.distributions.date"), expected);
    let every = ["--stats", "-", "--stats-every", "1m 30s"];
    let monitored = printed("monitoring.interval = 1000", &every);
    for (key, expected) in [
        ("monitoring.enable", "true // --stats"),
        ("monitoring.interval", "\"1m 30s\" // --stats-every"),
    ] {
        assert_eq!(line(&monitored, key), format!("{key} = {expected}"));
    }

    let defaults = stdout(&["config", "--print"]);
    assert!(
        defaults.lines().all(|line| line.ends_with("// default")),
        "{defaults}"
    );
    assert_eq!(
        line(&defaults, "uniqueness.mode"),
        "uniqueness.mode = \"none\" // default"
    );
}

#[test]
fn flags_are_named_as_origins() {
    let shown = printed(
        "databases { primary = pg, secondary = ysql }",
        &[
            "--seed",
            "3",
            "--state-bits",
            "128",
            "--reseed-interval",
            "5",
            "--data-seed",
            "6",
            "--unique",
            "probabilistic",
            "--false-positive-rate",
            "0.00001",
            "--bloom-filter-size",
            "1MiB",
            "--rotation-interval",
            "7",
            "--dialect",
            "ysql@2.14",
            "--disable",
            "merge",
        ],
    );
    for expected in [
        "entropy.primary_source = \"deterministic\" // --seed",
        "entropy.seed = \"3\" // --seed",
        "entropy.state_bits = 128 // --state-bits",
        "entropy.reseed_interval = 5 // --reseed-interval",
        "data.seed = 6 // --data-seed",
        "uniqueness.mode = \"probabilistic\" // --unique",
        "uniqueness.false_positive_rate = 0.00001 // --false-positive-rate",
        "uniqueness.bloom_filter_size = 1048576 // --bloom-filter-size",
        "uniqueness.rotation_interval = 7 // --rotation-interval",
        "databases.primary = \"yugabytedb\" // --dialect",
        "databases.primary_version = \"2.14\" // --dialect",
        "databases.secondary = null // --dialect",
        "databases.disabled_features = [\"merge\"] // --disable",
    ] {
        let (key, _) = expected.split_once(" = ").unwrap();
        assert_eq!(line(&shown, key), expected);
    }
    let shown = printed("entropy.seed = 4", &["--entropy", "urandom"]);
    assert_eq!(
        line(&shown, "entropy.seed"),
        "entropy.seed = null // --entropy"
    );
}

#[test]
fn what_is_printed_says_the_same_again() {
    let scratch = Scratch::new();
    let arguments = ["--seed", "5", "--rows", "orders=5", "--disable", "merge"];
    let first = stdout(
        &[
            &["config", "--config", EXAMPLE, "--print"],
            arguments.as_slice(),
        ]
        .concat(),
    );
    let path = scratch.file("printed.conf", &first);
    let second = stdout(&["config", "--config", &path, "--print"]);
    let values = |text: &str| {
        let values = text.lines().map(|line| {
            let value = line.rsplit_once("  // ").map_or(line, |(value, _)| value);
            value.trim_end().to_owned()
        });
        values.collect::<Vec<_>>()
    };
    assert_eq!(values(&first), values(&second));
}

#[test]
fn the_environment_fills_in() {
    let scratch = Scratch::new();
    let config = "entropy.seed = 1, entropy.seed = ${?RQG_TEST_SEED}";
    let path = scratch.file("run.conf", config);
    let run = |seed: Option<&str>| {
        let mut command = command(&["generate", "crud", "--config", &path]);
        if let Some(seed) = seed {
            command.env("RQG_TEST_SEED", seed);
        }
        let done: Done = command.output().unwrap().into();
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        done.stdout
    };
    assert_eq!(run(None), by_flags(&["--seed", "1"]));
    assert_eq!(run(Some("77")), by_flags(&["--seed", "77"]));
}

#[test]
fn what_is_wrong_ends_every_command_with_1() {
    let scratch = Scratch::new();
    let path = scratch.file("run.conf", "threads = 4\nuniqueness.mode = perhaps\n");
    for command in [
        vec!["config"],
        vec!["generate", "crud"],
        vec!["show", "crud", "--index", "0"],
        vec![
            "exec",
            "crud",
            "--dsn",
            "postgresql://nobody@localhost:1/none",
        ],
        vec!["data", "--rows", "*=1"],
    ] {
        let said = stderr(1, &[command.as_slice(), &["--config", &path]].concat());
        for expected in [
            "error: threads: there is no such key",
            "run.conf:1:1",
            "did you mean `threading`?",
            "error: uniqueness.mode: \"perhaps\" is none of none, probabilistic, strict",
            "run.conf:2:19",
            "2 errors",
        ] {
            assert!(said.contains(expected), "{expected} in {said}");
        }
    }
    stderr(3, &["config", "--config", "/no/such/file.conf"]);
    stderr(2, &["config", "--print=yes"]);
}
