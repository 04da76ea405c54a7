//! Each fixture file is a test of its own: what has to pass, what has to be reported and how, and
//! what a run prints.

use libtest_mimic::{Arguments, Failed, Trial};
use rqg_compiler::diagnostics::Code;
use rqg_tests::compile::{self, Checked, Settings};
use rqg_tests::fixtures::{self, Fixture};
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Codes that no fixture file can provoke, with the test that does.
const COVERED_ELSEWHERE: &[(Code, &str)] = &[
    (Code::TooLarge, "robustness::a_file_that_is_too_large"),
    // Only `rqgc analyze` reports it.
    (
        Code::Ambiguous,
        "rqg_compiler::ambiguity::tests::fixtures::places_are_shown_with_what_conflicts",
    ),
];

/// How many mistakes are shown at least.
const FAIL_FIXTURES: usize = 120;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("the fixtures cannot be listed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> std::io::Result<Vec<Trial>> {
    let mut trials = vec![Trial::test("every_code_is_covered", every_code_is_covered)];
    for (kind, test) in [
        ("pass", pass as fn(&Fixture) -> Result<(), Failed>),
        ("fail", fail),
        ("run", run),
    ] {
        for fixture in fixtures::of_kind(kind)? {
            trials.push(Trial::test(fixture.name.clone(), move || test(&fixture)));
        }
    }
    Ok(trials)
}

/// It checks without errors; its warnings are listed in the file beside it.
fn pass(fixture: &Fixture) -> Result<(), Failed> {
    let checked = compile::check(
        &fixture.path,
        &Settings::of(&fixture.path, &fixture.header)?,
    );
    if checked.has_errors() {
        return Err(format!(
            "errors in a fixture that should pass:\n{}",
            checked.rendered
        )
        .into());
    }
    compare(fixture, "stderr", &checked.rendered)
}

/// It reports exactly the codes that its header lists, rendered as in the file beside it.
fn fail(fixture: &Fixture) -> Result<(), Failed> {
    let checked = compile::check(
        &fixture.path,
        &Settings::of(&fixture.path, &fixture.header)?,
    );
    let expected: BTreeSet<&str> = fixture.header.expect.iter().map(String::as_str).collect();
    let reported = checked.codes();
    let same = reported
        .iter()
        .map(String::as_str)
        .eq(expected.iter().copied());
    if !same {
        return Err(format!(
            "expected {expected:?}, reported {reported:?}:\n{}",
            checked.rendered
        )
        .into());
    }
    compare(fixture, "stderr", &checked.rendered)
}

/// It checks, and its units are those of the file beside it.
fn run(fixture: &Fixture) -> Result<(), Failed> {
    let settings = Settings::of(&fixture.path, &fixture.header)?;
    let checked: Checked = compile::check(&fixture.path, &settings);
    if checked.has_errors() {
        return Err(format!("errors in a fixture that should run:\n{}", checked.rendered).into());
    }
    if fixture.header.check_only {
        return Ok(());
    }
    let count = fixture.header.number("n").unwrap_or(20);
    let mut text = String::new();
    for unit in checked.units(&settings, 0..count)? {
        text.push_str(&unit);
        text.push('\n');
    }
    compare(fixture, "out", &text)
}

fn compare(fixture: &Fixture, ending: &str, actual: &str) -> Result<(), Failed> {
    Ok(fixtures::compare(
        &fixture.path.with_extension(ending),
        actual,
    )?)
}

/// Every diagnostic is shown by a fixture, or by another test that is named.
fn every_code_is_covered() -> Result<(), Failed> {
    let fixtures = fixtures::of_kind("fail")?;
    if fixtures.len() < FAIL_FIXTURES {
        return Err(format!("only {} fixtures of mistakes", fixtures.len()).into());
    }
    let shown: BTreeSet<&str> = fixtures
        .iter()
        .flat_map(|fixture| fixture.header.expect.iter().map(String::as_str))
        .collect();
    let missing: Vec<String> = Code::ALL
        .iter()
        .filter(|code| !COVERED_ELSEWHERE.iter().any(|(other, _)| other == *code))
        .map(ToString::to_string)
        .filter(|code| !shown.contains(code.as_str()))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("no fixture shows {}", missing.join(", ")).into())
    }
}
