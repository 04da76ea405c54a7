//! Each configuration in `fixtures/config` is a test: what is wrong with it, or what it says.

use libtest_mimic::{Arguments, Failed, Trial};
use rqg_config::{Environment, Reading};
use rqg_tests::fixtures;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const DIRECTORY: &str = "fixtures/config";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials: Vec<_> = files()
        .into_iter()
        .map(|path| Trial::test(path.display().to_string(), move || check(&path)))
        .collect();
    assert!(trials.len() > 20, "the configurations are gone");
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn files() -> Vec<PathBuf> {
    let found = fs::read_dir(DIRECTORY).expect("the fixtures");
    let found = found.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<_> = found
        .filter(|path| path.extension().is_some_and(|ending| ending == "conf"))
        .collect();
    found.sort();
    found
}

fn check(path: &Path) -> Result<(), Failed> {
    let reading = Reading::of_file(path, &Environment::new())?;
    let mut shown = String::new();
    for given in &reading.given {
        let origin = reading.origin(given.place);
        let _ = writeln!(shown, "{} = {}  // {origin}", given.path, given.text);
    }
    if !reading.problems.is_empty() {
        let _ = write!(shown, "\n{}", reading.render(false));
    }
    Ok(fixtures::compare(&path.with_extension("out"), &shown)?)
}
