//! Runs of hand-written units on a real server.

use crate::postgres::Server;
use rqg_runtime::engine::Control;
use rqg_runtime::unit_text::{Emission, Generate, UnitText};
use rqg_server::executor::{self, Rules, Settings, Summary};
use rqg_server::outcome::Outcome;
use rqg_server::{Dsn, Options};
use std::time::Duration;

/// Gives the statements of a unit by its index.
pub struct Units<F>(pub F);

impl<F: FnMut(u64) -> Vec<String>> Generate for Units<F> {
    fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
        unit.clear();
        for statement in (self.0)(index) {
            unit.bytes.extend_from_slice(statement.as_bytes());
            unit.ends.push(unit.bytes.len());
        }
        Emission::Emitted
    }
}

/// Connects to a server of the tests.
///
/// # Panics
///
/// When it does not answer: a test can't go on then.
#[must_use]
pub fn connect(server: &Server, connections: usize, timeout: Duration) -> rqg_server::Server {
    let options = Options {
        connections,
        statement_timeout: timeout,
    };
    match Dsn::parse(&server.dsn())
        .map_err(|error| error.to_string())
        .and_then(|dsn| {
            rqg_server::Server::connect(&dsn, &options).map_err(|error| error.to_string())
        }) {
        Ok(server) => server,
        Err(error) => panic!("{error}"),
    }
}

/// Runs units; any number may fail unless the settings say otherwise.
///
/// # Panics
///
/// When the run can't be carried out, or if the outcomes don't add up to the units.
pub fn run<F>(server: &rqg_server::Server, settings: &Settings, rules: Rules, units: F) -> Summary
where
    F: Fn(u64) -> Vec<String> + Sync,
{
    let summary = executor::run(server, settings, rules, &Control::default(), None, || {
        Units(&units)
    });
    let summary = match summary {
        Ok(summary) => summary,
        Err(error) => panic!("{error}"),
    };
    let sum: u64 = summary.outcomes.iter().map(|row| row.count).sum();
    assert_eq!(sum, summary.units, "{summary:?}");
    assert_eq!(
        summary.next - settings.range.start,
        summary.units,
        "{summary:?}"
    );
    summary
}

/// Settings for a number of units, of which all may fail.
#[must_use]
pub fn settings(units: u64, connections: usize) -> Settings {
    Settings {
        connections,
        max_failures: u64::MAX,
        ..Settings::new(0..units)
    }
}

/// How many units had an outcome with a SQLSTATE.
#[must_use]
pub fn count(summary: &Summary, outcome: Outcome, sqlstate: &str) -> u64 {
    summary
        .outcomes
        .iter()
        .filter(|row| row.outcome == outcome && row.sqlstate == sqlstate)
        .map(|row| row.count)
        .sum()
}
