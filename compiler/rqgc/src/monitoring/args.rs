//! The flags of monitoring.

use crate::failure::Failure;
use clap::Args;
use rqg_cli::args::{parse_count, parse_duration};
use rqg_config::{Interval, Metric};
use std::net::{Ipv4Addr, SocketAddr};
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
    /// Answer Prometheus at http://ADDR:PORT/metrics while the run goes on; a port alone is one of
    /// this machine only
    #[arg(long, value_name = "ADDR:PORT", value_parser = parse_address, help_heading = MONITORING)]
    pub metrics: Option<SocketAddr>,
    /// Write a flame graph of where the run's processor time went to this SVG
    #[arg(long, value_name = "FILE.svg", help_heading = MONITORING)]
    pub profile: Option<PathBuf>,
    /// Write how long each phase of the run took to this file, as lines of JSON
    #[arg(long, value_name = "FILE", help_heading = MONITORING)]
    pub trace: Option<PathBuf>,
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

/// An address with a port; a port alone is one of the loopback interface.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(port);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    let wrong = "give a port such as 9187, or an address with a port such as 0.0.0.0:9187";
    text.parse().map_err(|_| wrong.to_owned())
}

const EVERY: &str = "give a number of units such as 1000000, or a time such as 10s";

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_this_machine_reaches_a_port_alone() {
        for text in ["9187", ":9187", "localhost:9187", "127.0.0.1:9187"] {
            let address = SocketAddr::from(([127, 0, 0, 1], 9187));
            assert_eq!(parse_address(text), Ok(address), "{text}");
        }
        let all = SocketAddr::from(([0, 0, 0, 0], 80));
        assert_eq!(parse_address("0.0.0.0:80"), Ok(all));
        assert!(parse_address("[::1]:80").is_ok());
        for bad in ["", "65536", "example.org:80", "127.0.0.1"] {
            assert!(parse_address(bad).is_err(), "{bad}");
        }
    }

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
