//! The flags of monitoring.

use crate::failure::Failure;
use clap::Args;
use rqg_cli::args::{parse_count, parse_duration};
use rqg_config::{Interval, Metric};
use std::path::PathBuf;

/// The heading of these flags in the help.
const MONITORING: &str = "Monitoring";

/// What is told while a run goes on.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub struct MonitorArgs {
    /// Write statistics as lines of JSON to this file, - for stderr; the last one is of the whole
    /// run
    #[arg(long, value_name = "FILE", help_heading = MONITORING)]
    pub stats: Option<PathBuf>,
    /// How often: each time that so many units were made, or so much time has passed [default: 10s]
    #[arg(long, value_name = "N|TIME", value_parser = parse_every, help_heading = MONITORING)]
    pub stats_every: Option<Interval>,
    /// Figures that lines hold, all if none: a configuration may say so.
    #[arg(skip)]
    pub figures: Option<Vec<Metric>>,
}

impl MonitorArgs {
    /// Refuses flags that would do nothing.
    pub fn check(&self) -> Result<(), Failure> {
        if self.stats_every.is_some() && self.stats.is_none() {
            let message = "--stats-every is for --stats: it would do nothing here";
            return Err(Failure::Usage(message.to_owned()));
        }
        Ok(())
    }
}

/// A number of units, or a time such as 10s.
fn parse_every(text: &str) -> Result<Interval, String> {
    let interval = match parse_count(text) {
        Ok(units) => Interval::Units(units),
        Err(_) => Interval::Time(parse_duration(text).map_err(|_| EVERY)?),
    };
    match interval {
        Interval::Units(0) | Interval::Time(std::time::Duration::ZERO) => Err(EVERY.to_owned()),
        interval => Ok(interval),
    }
}

const EVERY: &str = "give a number of units such as 1000000, or a time such as 10s";

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn lines_come_by_units_or_by_time() {
        assert_eq!(parse_every("1_000"), Ok(Interval::Units(1000)));
        let time = Duration::from_millis(500);
        assert_eq!(parse_every("500ms"), Ok(Interval::Time(time)));
        for bad in ["", "0", "0s", "-1", "soon"] {
            assert_eq!(parse_every(bad), Err(EVERY.to_owned()), "{bad}");
        }
    }
}
