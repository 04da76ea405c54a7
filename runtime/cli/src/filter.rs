//! The filter that keeps the units of a run apart, as the flags ask for it.

use crate::Failure;
use crate::args::parse_count;
use crate::range::Extent;
use bytesize::ByteSize;
use clap::Args;
use rqg_runtime::run::Uniqueness;
use rqg_runtime::uniqueness::Filter;
use rqg_runtime::uniqueness::bloom::{BloomFilter, BloomSettings, SizingError};

/// The heading of these flags in the help.
const UNIQUENESS: &str = "Uniqueness";

/// How large a filter is and how sure.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Memory of the filter of --unique probabilistic, such as 512MiB or 1GB [default: what the count
    /// needs; 1GiB for a run by time]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = UNIQUENESS)]
    pub bloom_filter_size: Option<u64>,
    /// The largest share of good units that it may drop, up to 0.0001 [default: 0.00005]
    #[arg(long, value_name = "SHARE", help_heading = UNIQUENESS)]
    pub false_positive_rate: Option<f64>,
    /// Take the memory in steps, one for so many units; each step slows look-ups down
    #[arg(long, value_name = "UNITS", value_parser = parse_count, help_heading = UNIQUENESS)]
    pub rotation_interval: Option<u64>,
}

/// A filter that is ready, and what to say of it.
#[derive(Debug)]
pub struct Opened {
    /// The filter.
    pub filter: Box<dyn Filter>,
    /// What it adds to the run's identity: which units it drops depends on it.
    pub identity: String,
    /// What a user has to know.
    pub note: Option<String>,
}

/// A number of bytes, with or without a unit.
///
/// # Errors
/// The text is no such value; the error says how to write it.
pub fn parse_size(text: &str) -> Result<u64, String> {
    match text.parse::<ByteSize>() {
        Ok(size) if size.as_u64() > 0 => Ok(size.as_u64()),
        _ => Err("write it like 67108864, 512MiB or 1GB".to_owned()),
    }
}

impl FilterArgs {
    /// Makes the filter of a run, if it has one, and bounds the run where the filter does.
    ///
    /// # Errors
    /// The flags are for another mode, or there is no such filter for so many units.
    pub fn open(&self, extent: &mut Extent) -> Result<Option<Opened>, Failure> {
        if extent.uniqueness != Uniqueness::Probabilistic {
            return self.refuse_all().map(|()| None);
        }
        let settings = BloomSettings {
            units: extent.units(),
            size: self.bloom_filter_size,
            false_positive_rate: self.false_positive_rate,
            rotation_interval: self.rotation_interval,
        };
        let sizing = settings.sizing().map_err(refused)?;
        let filter = BloomFilter::new(sizing).map_err(refused)?;
        if settings.units.is_none() {
            extent.capacity = Some(sizing.capacity);
        }
        let interval = self.rotation_interval;
        let interval = interval.map(|units| format!(" rotation-interval={units}"));
        let note = extent.is_shard.then(|| {
            "the units are unique within this shard only: other shards may hold the same ones"
                .to_owned()
        });
        Ok(Some(Opened {
            filter: Box::new(filter),
            identity: format!(
                " bloom-filter-size={}{}",
                sizing.bytes(),
                interval.unwrap_or_default()
            ),
            note,
        }))
    }

    /// Refuses flags that would do nothing.
    fn refuse_all(&self) -> Result<(), Failure> {
        let given = [
            ("--bloom-filter-size", self.bloom_filter_size.is_some()),
            ("--false-positive-rate", self.false_positive_rate.is_some()),
            ("--rotation-interval", self.rotation_interval.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => Err(Failure::Usage(format!(
                "{name} is for --unique probabilistic: other runs have no such filter"
            ))),
            None => Ok(()),
        }
    }
}

fn refused(error: SizingError) -> Failure {
    match error {
        SizingError::Memory { .. } => Failure::Memory(error),
        SizingError::TooSmall { .. } => {
            Failure::Usage(format!("{error} (--bloom-filter-size, or fewer units)"))
        }
        _ => Failure::Usage(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("1GiB"), Ok(1 << 30));
        assert_eq!(parse_size("1GB"), Ok(1_000_000_000));
        assert_eq!(parse_size("4096"), Ok(4096));
        for bad in ["", "0", "-1", "1 parsec", "GiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
